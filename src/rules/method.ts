/**
 * RFC 6455 §4.1: the request of a handshake is a GET.
 */
import { exampleRequest } from './example-heads.js';
import { upgradingRequest } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

export const method: Rule = {
  id: 'method',
  section: 'RFC 6455 §4.1',
  severity: 'error',
  title: 'The handshake is not a GET request',
  asks: 'The method of the request that opens a WebSocket MUST be GET. Methods are case-sensitive.',
  why:
    'A GET asks for nothing but the resource: it has no body that could be mistaken for frames, and servers and ' +
    'proxies may refuse it without anything having happened.',
  causes:
    'Handshakes written by hand with the HTTP client that was at hand, which sends POST because a body was ' +
    'given; a proxy that adds "Upgrade: websocket" to all requests of a path instead of passing on what the ' +
    'client sent.',
  client: 'Open the connection with GET, and put parameters into the path, the query or the first message.',
  server: 'Refuse the handshake, with 405 or 400 (`ws` answers 405).',
  example: {
    bytes: exampleRequest({}, 'POST /chat HTTP/1.1'),
    explanation: 'All fields are right, but the method is POST.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const request = upgradingRequest(handshake);
      if (request !== undefined && request.method !== 'GET')
        report('client', `the method of the request is ${quote(request.method)}, not GET`);
    },
  }),
};
