/**
 * RFC 6455 §4.1: the handshake is HTTP/1.1 at least.
 */
import { exampleRequest } from './example-heads.js';
import { upgradingRequest, upgradingResponse } from './heads.js';
import type { Rule } from './rule.js';

export const httpVersion: Rule = {
  id: 'http-version',
  section: 'RFC 6455 §4.1',
  severity: 'error',
  title: 'The handshake is HTTP/1.0',
  asks:
    'The HTTP version of the request MUST be 1.1 at least. The answer is a 101, a status that HTTP/1.0 does not ' +
    'have, so that its version has to be 1.1 too.',
  why:
    'HTTP/1.0 knows no Upgrade, and RFC 9110 §7.8 has servers ignore that field in an HTTP/1.0 request. A peer or ' +
    'proxy that says HTTP/1.0 may close the connection behind the answer.',
  causes:
    'As a client: nginx with the Upgrade and Connection fields set by hand but without "proxy_http_version 1.1", ' +
    'as it long spoke HTTP/1.0 to its backends by default. As a server: a handler built on the http.server ' +
    'module of Python, whose protocol_version is HTTP/1.0 unless it is set.',
  client: 'Write HTTP/1.1 into the request line. Behind nginx, set proxy_http_version 1.1 for the location.',
  server:
    'Refuse an HTTP/1.0 request (Python `websockets` answers 400), and begin the answer with "HTTP/1.1 101". ' +
    'Strict clients take no other version.',
  example: {
    bytes: exampleRequest({}, 'GET /chat HTTP/1.0'),
    explanation: 'The request line ends in HTTP/1.0.',
  },
  judge: (report) => ({
    handshake(handshake) {
      const request = upgradingRequest(handshake);
      if (request?.version === '1.0') report('client', 'the request is HTTP/1.0, not 1.1');
      else if (upgradingResponse(handshake)?.version === '1.0')
        report('server', 'the 101 is HTTP/1.0, not 1.1');
    },
  }),
};
