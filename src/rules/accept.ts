/**
 * RFC 6455 §4.2.2: Sec-WebSocket-Accept answers the key.
 */
import { headerValues } from '../http/head.js';
import type { Handshake } from '../websocket/handshake.js';
import { exampleExchange, exampleRequest, exampleResponse } from './example-heads.js';
import { upgradingResponse } from './heads.js';
import { quote } from './quote.js';
import type { Rule } from './rule.js';

export const accept: Rule = {
  id: 'accept',
  section: 'RFC 6455 §4.2.2',
  severity: 'error',
  title: 'Sec-WebSocket-Accept is missing or wrong',
  asks:
    'The 101 MUST have a Sec-WebSocket-Accept: append 258EAFA5-E914-47DA-95CA-C5AB0DC85B11 to the ' +
    'Sec-WebSocket-Key as text, take the SHA-1 hash, and encode its 20 bytes in base64.',
  why:
    'It shows that the server means WebSocket and answers this very request: no other server, and no cache, ' +
    'would come up with that value.',
  causes:
    'Servers written by hand: the hash written in hexadecimal before it is encoded, the key decoded from base64 ' +
    'or taken with its line break, a typing error in the GUID (its letters are upper case), or a value copied ' +
    'from an example.',
  client: 'Fail the connection; do not send frames. All browsers do so.',
  server:
    'Test with the sample of the RFC: dGhlIHNhbXBsZSBub25jZQ== gives s3pPLMBiTxaQ9kYGzzhZRbK+xOo=. The value has ' +
    '28 characters, always.',
  example: {
    bytes: exampleExchange(
      exampleRequest(),
      exampleResponse({
        'Sec-WebSocket-Accept': 'YjM3YTRmMmNjMDYyNGYxNjkwZjY0NjA2Y2YzODU5NDViMmJlYzRlYQ==',
      }),
    ),
    explanation: 'The server has encoded the 40 hexadecimal digits of the hash in place of its 20 bytes.',
  },
  judge: (report) => ({
    handshake(handshake) {
      if (upgradingResponse(handshake) === undefined) return;
      const { accept: given, expectedAccept: expected } = handshake;
      if (given === undefined) report('server', 'the 101 has no Sec-WebSocket-Accept');
      else if (expected !== undefined && given !== expected && hasOneKey(handshake))
        report('server', `Sec-WebSocket-Accept is ${quote(given)}, and the key asks for ${quote(expected)}`);
    },
  }),
};

/** Of several keys (repeated-header) nobody knows which one was answered. */
function hasOneKey({ request }: Handshake): boolean {
  return request !== undefined && headerValues(request, 'Sec-WebSocket-Key').length === 1;
}
