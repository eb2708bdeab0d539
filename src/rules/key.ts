/**
 * RFC 6455 §4.1: Sec-WebSocket-Key is 16 octets in base64.
 */
import { count } from './count.js';
import { exampleRequest } from './example-heads.js';
import { upgradingRequest } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

const KEY_BYTES = 16;

export const key: Rule = {
  id: 'key',
  section: 'RFC 6455 §4.1',
  severity: 'error',
  title: 'Sec-WebSocket-Key is missing or not 16 bytes',
  asks:
    'The request MUST have a Sec-WebSocket-Key: 16 bytes, chosen at random for each connection, in base64. That ' +
    'makes 24 characters, of which the last two are "==".',
  why:
    'The server proves with its answer to this very key that it has read the handshake as one of WebSocket, and ' +
    'that the answer does not come from a cache.',
  causes:
    'Clients written by hand that send random text as it is, encode a number of bytes other than 16, use the ' +
    'base64 alphabet for URLs (- and _), or leave out the padding.',
  client: 'Take 16 bytes from a random source for each connection, and encode them in base64 with padding.',
  server: 'Refuse the handshake with 400. Do not decode the key to compute the Accept: it is used as text.',
  example: {
    bytes: exampleRequest({ 'Sec-WebSocket-Key': 'c2hvcnQga2V5' }),
    explanation: 'The key is base64 for "short key": 9 bytes.',
  },
  judge: (report) => ({
    handshake(handshake) {
      if (upgradingRequest(handshake) === undefined) return;
      const { key: value, keyBytes } = handshake;
      if (value === undefined) report('client', 'the request has no Sec-WebSocket-Key');
      else if (keyBytes === undefined) report('client', `Sec-WebSocket-Key ${quote(value)} is not base64`);
      else if (keyBytes !== KEY_BYTES)
        report('client', `Sec-WebSocket-Key ${quote(value)} holds ${count(keyBytes, 'byte')}, not 16`);
    },
  }),
};
