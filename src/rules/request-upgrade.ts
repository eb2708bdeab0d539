/**
 * RFC 6455 §4.1: the request asks for an upgrade to `websocket`.
 */
import { headerValues } from '../http/head.js';
import { exampleRequest } from './example-heads.js';
import { upgradingRequest } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

export const requestUpgrade: Rule = {
  id: 'request-upgrade',
  section: 'RFC 6455 §4.1',
  severity: 'error',
  title: 'The request does not ask for an upgrade to websocket',
  asks: 'The request MUST have an Upgrade field that includes the keyword "websocket", in any case of letters.',
  why:
    'Upgrade is how HTTP/1.1 changes the protocol of a connection (RFC 9110 §7.8). Without it this is a plain ' +
    'GET, and a server has to answer it as one.',
  causes:
    'A reverse proxy between client and server: Upgrade belongs to one hop, so that nginx drops it unless told ' +
    '"proxy_set_header Upgrade $http_upgrade", and Apache httpd unless mod_proxy has "upgrade=websocket". ' +
    'Or a misspelt keyword in a handshake written by hand.',
  client: 'Send "Upgrade: websocket". Where a proxy is in between, let it pass on Upgrade and Connection.',
  server: 'Do not open a WebSocket: answer as to any GET, or with 426 and "Upgrade: websocket".',
  example: {
    bytes: exampleRequest({ Upgrade: 'websockets' }),
    explanation: 'The keyword is "websocket", without an s at its end.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const request = upgradingRequest(handshake);
      if (request === undefined || handshake.requestUpgrade.includes('websocket')) return;
      const values = headerValues(request, 'Upgrade');
      if (values.length === 0) report('client', 'the request has no Upgrade');
      else report('client', `Upgrade of the request is ${quote(values.join(', '))}, without "websocket"`);
    },
  }),
};
