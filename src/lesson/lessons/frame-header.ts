/** The header of a frame, and the three forms of its length. */
import { FRAMES, frame, type Lesson, worked } from '../lesson.js';
import type { Seen } from '../seen.js';

const EXTENDED = { 7: 0, 16: 2, 64: 8 } as const;

function headers({ frames }: Seen): string[] {
  return [
    'frame   payload   first two + length + key = header',
    ...frames.map(({ number, length, lengthForm, masked, headerLength }) => {
      const parts = `        2 + ${EXTENDED[lengthForm]}      + ${masked ? 4 : 0}   = ${headerLength}`;
      return `${String(number).padStart(5)} ${String(length).padStart(9)}   ${parts}`;
    }),
  ];
}

export const frameHeader: Lesson = {
  name: 'frame-header',
  title: 'The header of a frame',
  question: 'How does a receiver know what a frame is, and where it ends?',
  sample: 'lengths',
  steps: [
    {
      says: ({ frames }) =>
        `A WebSocket is a row of frames, one right behind the other, with nothing in between (RFC 6455 §5.2). Here are ` +
        `${frames.length} of them; the first four have lengths at the borders of the three forms.`,
      shows: [FRAMES],
    },
    {
      says: ({ frames: [{ length, headerLength }] }) =>
        'Two bytes begin each frame. The first one says whether the message ends here (FIN), has three bits for ' +
        'extensions (RSV1 to RSV3) and the opcode: what kind of frame this is. The second one has the mask bit and ' +
        `seven bits of length, which hold 0 to 125. This frame has ${length} bytes, the most that fits; with the masking ` +
        `key its header takes ${headerLength} bytes.`,
      shows: [frame(1, 'figure', 'steps')],
    },
    {
      says: (seen) =>
        `One byte more, and seven bits do not do: ${seen.frame(2).length} bytes. The number 126 in the seven bits is no ` +
        'length: it says that the length is in the next two bytes, most significant byte first (§5.2).',
      shows: [frame(2)],
    },
    {
      says: (seen) =>
        `Two bytes hold lengths up to ${seen.frame(3).length.toLocaleString('en')}. The server does not mask, so that its ` +
        `header has ${seen.frame(3).headerLength} bytes only.`,
      shows: [frame(3)],
    },
    {
      says: (seen) =>
        `For ${seen.frame(4).length.toLocaleString('en')} bytes and more there are eight bytes of length, behind the number ` +
        '127. The first bit of them must be 0. And the shortest form that holds the length must be used (§5.2): 5 bytes ' +
        'written with two or eight bytes of length are a fault.',
      shows: [frame(4)],
    },
    {
      says: ({ frames }) =>
        `So a header has 2 to 14 bytes; here from ${Math.min(...frames.map((one) => one.headerLength))} to ` +
        `${Math.max(...frames.map((one) => one.headerLength))}. Once it is read, the receiver knows how many bytes ` +
        'belong to the frame, and that the next header comes right behind them. A receiver should have a limit: the length ' +
        'is only what the other side says (§10.4).',
      shows: [worked('Bytes of each header', headers)],
    },
  ],
};
