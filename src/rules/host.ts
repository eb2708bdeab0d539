/**
 * RFC 6455 §4.1: the request names the host.
 */
import { exampleRequest } from './example-heads.js';
import { upgradingRequest } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

/** uri-host [ ":" port ] (RFC 9110 §7.2, RFC 3986 §3.2.2), not empty: a WebSocket URI always has a host. */
const HOST = /^(?:\[[0-9A-Za-z:.%~_-]+\]|[-\w.~%!$&'()*+,;=]+)(?::\d{0,5})?$/;

export const isHost = (value: string): boolean => HOST.test(value);

export const host: Rule = {
  id: 'host',
  section: 'RFC 6455 §4.1',
  severity: 'error',
  title: 'The request has no valid Host',
  asks:
    'The request MUST have a Host field with the host of the WebSocket URI, and with ":" and the port where it is ' +
    'not the default one.',
  why: 'One address serves many hosts: proxies and servers choose by this field who gets the connection.',
  causes:
    'Handshakes written by hand that stop at the fields that WebSocket itself needs; a whole URL ' +
    '("ws://example.com/") pasted into Host.',
  client:
    'Send the host of the URI, in brackets if it is an IPv6 address, and the port if it is not 80 or 443.',
  server: 'Refuse the handshake with 400. Node.js does so by itself where Host is missing.',
  example: {
    bytes: exampleRequest({ Host: undefined }),
    explanation: 'There is no line "Host: server.example.com".',
  },
  judge: (report) => ({
    handshake(handshake) {
      if (upgradingRequest(handshake) === undefined) return;
      const value = handshake.host;
      if (value === undefined) report('client', 'the request has no Host');
      else if (!isHost(value)) report('client', `Host is ${quote(value)}, which is no host and port`);
    },
  }),
};
