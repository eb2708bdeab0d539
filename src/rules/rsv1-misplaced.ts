/**
 * RFC 7692 §6.1: RSV1 is set in the first frame of a message only.
 */
import { CONTINUATION, isControl, isReserved, opcodeName } from '../websocket/opcode.js';
import { payloadBytes } from './lengths.js';
import { knownExtensions } from './negotiated.js';
import { type Rule, WATCHES_NOTHING } from './rule.js';

export const rsv1Misplaced: Rule = {
  id: 'rsv1-misplaced',
  section: 'RFC 7692 §6.1',
  severity: 'error',
  fails: true,
  title: 'RSV1 is set in a continuation or control frame',
  asks:
    'With permessage-deflate, RSV1 in the first frame says that the message is compressed. A sender MUST NOT set ' +
    'it in further fragments or in control frames, and a receiver MUST fail the connection on it.',
  why:
    'Messages are compressed as a whole, before they are cut into frames, so that one bit says it for all of ' +
    'them. Control frames are never compressed.',
  causes:
    'Frame writers that compute RSV1 from "compression is on" for each frame. It shows late, since several ' +
    'receivers let it pass: Jetty until 2019, Python `websockets` up to 16.0.',
  client: 'Set RSV1 where the opcode is text or binary, and clear it in everything else.',
  server: 'The same; and fail the connection on such a frame with 1002, as `ws` does ("RSV1 must be clear").',
  example: {
    bytes: '41 03 f2 48 cd c0 04 c9 c9 07 00',
    explanation:
      'A compressed "Hello" in two frames. 41 begins it, text with RSV1; c0 is the continuation, and has RSV1 ' +
      'again where 80 would be right.',
  },
  watch: ({ handshake }, report) => {
    const extensions = knownExtensions(handshake);
    // With x-webkit-deflate-frame each frame is compressed on its own.
    if (extensions?.has('permessage-deflate') !== true || extensions.size > 1) return WATCHES_NOTHING;
    return {
      oddFrame({ sender, header, messageUnderWay }) {
        const { opcode } = header;
        if (!header.rsv1 || isReserved(opcode)) return;
        // A continuation of nothing is told of as such: its RSV1 may be that of the missing start.
        if (isControl(opcode) || (opcode === CONTINUATION && messageUnderWay !== false))
          report(
            sender,
            `RSV1 is set in a ${opcodeName(opcode)} frame with ${payloadBytes(header)} of payload`,
          );
      },
    };
  },
};
