/**
 * RFC 8441 §5, RFC 9113 §8.6: HTTP/2 has no 101.
 */
import { exampleConnect, exampleExchange } from './example-heads.js';
import type { Rule } from './rule.js';

export const h2Status: Rule = {
  id: 'h2-status',
  section: 'RFC 8441 §5',
  severity: 'error',
  title: 'An extended CONNECT is answered by 101',
  asks:
    'A server agrees to an extended CONNECT by a status of 2xx. HTTP/2 removes support for 101 (Switching Protocols) ' +
    '(RFC 9113 §8.6): only a stream is opened, and no connection switched.',
  why:
    'In HTTP/2 all of 1xx is an interim answer, behind which the final one comes. Clients go on waiting for that, or ' +
    'take the answer for malformed and reset the stream.',
  causes:
    'Servers and gateways that write the answer of HTTP/1.1 to a stream of HTTP/2, or a framework for both ' +
    'whose WebSocket part always answers 101.',
  client: 'Reset the stream with PROTOCOL_ERROR (RFC 9113 §8.1.1).',
  server: 'Answer 200, without Upgrade, Connection and Sec-WebSocket-Accept.',
  example: {
    bytes: exampleExchange(exampleConnect(), ':status: 101'),
    explanation: 'The server answers as it would over HTTP/1.1.',
  },
  judge: (report) => ({
    handshake({ isExtendedConnect, status }) {
      if (isExtendedConnect && status === 101)
        report('server', 'the answer to the extended CONNECT is 101, which HTTP/2 does not have');
    },
  }),
};
