/** permessage-deflate: RSV1, the four bytes that are not sent, and context takeover. */
import { constants, inflateRawSync } from 'node:zlib';
import { concat } from '../../bytes/concat.js';
import { formatHex } from '../../bytes/hex.js';
import { visible } from '../../bytes/visible.js';
import { headerValue } from '../../http/head.js';
import { FRAMES, frame, type Lesson, worked } from '../lesson.js';
import type { Seen } from '../seen.js';

/** RFC 7692 §7.2.1: LEN and NLEN of the empty block at the end of each message. */
const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);
const SHOWN = 44;
/** A message is no whole DEFLATE stream: none of its blocks is marked as the last one. */
const FLUSHED = { finishFlush: constants.Z_SYNC_FLUSH };

const clipped = (text: string) => (text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text);

/** Why, where it cannot be inflated by itself. */
function inflated(payload: Uint8Array): string {
  try {
    return `"${clipped(inflateRawSync(payload, FLUSHED).toString('utf8'))}"`;
  } catch (error) {
    return `an error: ${(error as Error).message}`;
  }
}

function tail(seen: Seen): string[] {
  const { payload } = seen.frame(1);
  const restored = concat(payload, TAIL);
  return [
    `payload, unmasked        … ${formatHex(payload.subarray(-6))}   ${payload.length} bytes`,
    `with the tail            … ${formatHex(restored.subarray(-10))}`,
    `inflated                 ${inflated(restored)}`,
  ];
}

const sizes = ({ messages }: Seen) =>
  messages
    .filter(({ compressed }) => compressed)
    .map(({ number, length, wireLength }) => `message ${number}: ${length} bytes, ${wireLength} on the wire`);

export const deflate: Lesson = {
  name: 'deflate',
  title: 'Compression: permessage-deflate',
  question: 'What does RSV1 mean, what is 00 00 ff ff, and what is a context that is taken over?',
  sample: 'deflate',
  steps: [
    {
      says: () =>
        'Extensions are agreed on in the handshake (RFC 6455 §9.1). The client offers permessage-deflate (RFC 7692 §5), ' +
        'the server takes it, with parameters or without. Only then may a frame have RSV1.',
      shows: [
        worked('Sec-WebSocket-Extensions', ({ handshake: { request, response } }) => [
          `request   ${visible(headerValue(request!, 'Sec-WebSocket-Extensions') ?? '(none)')}`,
          `response  ${visible(headerValue(response, 'Sec-WebSocket-Extensions') ?? '(none)')}`,
        ]),
        FRAMES,
      ],
    },
    {
      says: (seen) =>
        `Frame 1 has RSV1: its message is compressed (RFC 7692 §6). ${seen.message(1).length} bytes of text became ` +
        `${seen.frame(1).length}. The bit stands on the first frame of a message only; control frames are never compressed ` +
        '(§6.1). The masking comes last, over the compressed bytes.',
      shows: [frame(1)],
    },
    {
      says: () =>
        'A sender compresses with DEFLATE and flushes, which adds an empty block so that the data ends with a whole byte. ' +
        'The end of that block is always 00 00 ff ff: its length, 0, and the same inverted. As it is always the same, the ' +
        'sender takes it off (§7.2.1), and the receiver puts it back before it inflates (§7.2.2).',
      shows: [worked('Frame 1, with the tail put back', tail)],
    },
    {
      says: (seen) =>
        `The client says the same again, and now ${seen.frame(2).length} bytes do. DEFLATE replaces what was there before by ` +
        'a reference to it, and the context, the last 32 KiB at most, is taken over from message to message (§7.1.1). So ' +
        'message 2 cannot be read without message 1. A capture that lost one has lost more than one.',
      shows: [
        worked('With context takeover', (seen) => [
          ...sizes(seen),
          `message 2 alone: ${inflated(concat(seen.frame(2).payload, TAIL))}`,
        ]),
      ],
    },
    {
      sample: 'deflate-no-takeover',
      says: ({ handshake: { response } }) =>
        `Takeover costs memory for each connection. Here the two sides agreed not to do it: ` +
        `${visible(headerValue(response, 'Sec-WebSocket-Extensions') ?? '')}. Each message begins with an empty context ` +
        'and can be read by itself.',
      shows: [
        worked('Without context takeover', (seen) => [
          ...sizes(seen),
          `message 2 alone: ${inflated(concat(seen.frame(2).payload, TAIL))}`,
        ]),
      ],
    },
    {
      says: (seen) =>
        `Frame 3 has RSV1 0: "${Buffer.from(seen.frame(3).payload).toString('utf8')}" is sent as it is. Once agreed on, the ` +
        'extension may be used for each message or not (§6); short ones often do not get shorter.',
      shows: [frame(3)],
    },
  ],
};
