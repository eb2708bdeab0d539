/**
 * RFC 6455 §5.1: a client masks every frame that it sends.
 */
import { payloadBytes } from './lengths.js';
import type { Rule } from './rule.js';

export const unmaskedClientFrame: Rule = {
  id: 'unmasked-client-frame',
  section: 'RFC 6455 §5.1',
  severity: 'error',
  fails: true,
  title: 'A client frame is not masked',
  asks:
    'A client MUST mask every frame that it sends, with a fresh key of four octets, and say so in the mask bit. ' +
    'A server MUST close the connection on a frame that is not masked; it may send code 1002.',
  why:
    'Without the mask, a script in a browser could choose the very bytes on the wire, and make a proxy that does ' +
    'not know WebSocket take them for HTTP requests and answers (cache poisoning). The mask makes the bytes ' +
    'unpredictable. It has nothing to do with secrecy.',
  causes:
    'Hand-written clients, often for embedded devices, that leave the mask out because "TLS encrypts anyway"; a ' +
    'server-side frame writer used for the client too; masking switched off to read captures more easily. ' +
    'Lenient servers accept it, so that it shows only with the next server.',
  client:
    'Set the mask bit, send four random octets as the key, and XOR octet i of the payload with octet i mod 4.',
  server: 'Close the connection, with code 1002. Do not process the frame.',
  example: {
    bytes: '81 05 48 65 6c 6c 6f',
    explanation: 'The second octet is 05: the mask bit (80) is clear, and "Hello" follows in the clear.',
  },
  judge: (report) => ({
    oddFrame({ sender, header }) {
      if (sender === 'client' && !header.masked)
        report('client', `the frame with ${payloadBytes(header)} of payload is not masked`);
    },
  }),
};
