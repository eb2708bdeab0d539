/** Masking: why a client never sends its payload as it is. */
import { formatHex } from '../../bytes/hex.js';
import { wireBytes } from '../../explain/part.js';
import type { Frame } from '../../websocket/frame-record.js';
import { formatKey } from '../../websocket/mask.js';
import { FRAMES, frame, type Lesson, worked } from '../lesson.js';

function onTheWire(frame: Frame): string {
  return formatHex(wireBytes(frame).subarray(frame.headerLength));
}

export const masking: Lesson = {
  name: 'masking',
  title: 'Masking',
  question: 'Why are the bytes of a client not what it said, and how are they read?',
  sample: 'masking',
  steps: [
    {
      says: ({ frames }) =>
        `The client says the same ${frames[0].length} bytes ${frames.filter(({ opcode }) => opcode === 1).length} times. ` +
        'Each of its frames has the mask bit (M), as every frame of a client must (RFC 6455 §5.1).',
      shows: [FRAMES],
    },
    {
      says: (seen) =>
        `Behind the length there are four bytes, the masking key: ${formatKey(seen.frame(1).maskingKey)}. Byte 0 of the ` +
        'payload is XORed with byte 0 of the key, byte 1 with byte 1, and byte 4 with byte 0 again (§5.3). XOR undoes ' +
        'itself: the receiver does the same and has the text.',
      shows: [frame(1, 'bytes', 'unmasking')],
    },
    {
      says: () =>
        'The client draws a new key for each frame, from a source that nobody can guess (§5.3). The text is the same, the ' +
        'bytes on the wire are not.',
      shows: [
        worked('The same text three times', ({ frames }) =>
          frames
            .filter(({ opcode }) => opcode === 1)
            .map((one) => `key ${formatKey(one.maskingKey)}   ${onTheWire(one)}`),
        ),
      ],
    },
    {
      says: () =>
        'The key is sent along, so masking keeps nothing secret; TLS is for that. It protects others: a script from a bad ' +
        'web page could make a browser send bytes that look like HTTP. A proxy on the way that does not know WebSockets ' +
        'might believe them, and store a forged page for everybody. If nobody can choose the bytes on the wire, that ' +
        'fails (§10.3).',
      shows: [frame(2, 'unmasking')],
    },
    {
      says: (seen) =>
        `A server must not mask (§5.1), as nobody can make it run the script of a stranger. Its Close, frame ` +
        `${seen.frames.find(({ sender }) => sender === 'server')!.number}, has mask bit 0 and no key: the payload comes ` +
        'right behind the length. A side that sees the wrong mask bit ends the connection.',
      shows: [frame(5)],
    },
  ],
};
