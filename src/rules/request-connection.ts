/**
 * RFC 6455 §4.1: the request has the token `Upgrade` in Connection.
 */
import { headerValues } from '../http/head.js';
import { exampleRequest } from './example-heads.js';
import { upgradingRequest } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

export const requestConnection: Rule = {
  id: 'request-connection',
  section: 'RFC 6455 §4.1',
  severity: 'error',
  title: 'Connection of the request lacks the token Upgrade',
  asks: 'The request MUST have a Connection field that includes the token "Upgrade", in any case of letters.',
  why:
    'Connection names the fields that are meant for the next hop only. It tells the server that the Upgrade field ' +
    'comes from who it is talking to, and was not passed on blindly by an old proxy.',
  causes:
    'Reverse proxies: nginx writes "Connection: close" to its backend unless proxy_set_header sets it to ' +
    '"upgrade". Handshakes written by hand with "Connection: keep-alive" alone.',
  client: 'Send "Connection: Upgrade"; further tokens may stand beside it, separated by commas.',
  server:
    'Do not open a WebSocket. Look for the token in the list and compare it without regard to case: Firefox ' +
    'sends "keep-alive, Upgrade".',
  example: {
    bytes: exampleRequest({ Connection: 'keep-alive' }),
    explanation: 'Connection has only the token keep-alive.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const request = upgradingRequest(handshake);
      if (request === undefined || handshake.requestConnection.includes('upgrade')) return;
      const values = headerValues(request, 'Connection');
      if (values.length === 0) report('client', 'the request has no Connection');
      else report('client', `Connection of the request is ${quote(values.join(', '))}, without "Upgrade"`);
    },
  }),
};
