/** What reordering, retransmission and loss do to a dissector. */
import { count } from '../../rules/count.js';
import { FRAMES, frame, type Lesson, MESSAGES, worked } from '../lesson.js';
import type { Seen } from '../seen.js';

const packetsOf = (number: number, seen: Seen) =>
  seen
    .frame(number)
    .pieces.map(({ packet }) => packet)
    .join(', ');

const percent = (confidence: number) => `${(100 * confidence).toFixed(2)} %`;

export const loss: Lesson = {
  name: 'loss',
  title: 'Reordering, retransmission and loss',
  question: 'What is left of frames when packets come late, twice, or never?',
  sample: 'loss',
  steps: [
    {
      sample: 'segments',
      says: (seen) =>
        'TCP carries a stream of bytes (RFC 9293 §3.4) and knows nothing of frames. A segment may hold a part of a frame or many frames. ' +
        `Frame 1 came in ${seen.frame(1).pieces.length} packets; a dissector puts the bytes together by their sequence ` +
        'numbers before it looks for frames.',
      shows: [frame(1, 'place')],
    },
    {
      sample: 'segments',
      says: (seen) =>
        `Of frame 2 the first segment came last: in the order of the stream its packets are ${packetsOf(2, seen)}. Whoever ` +
        'takes packets as they come reads the middle of a text as a header, and is lost from there on.',
      shows: [frame(2, 'place')],
    },
    {
      sample: 'retransmission',
      says: ({ summary }) =>
        `A sender that gets no acknowledgement sends a segment again. The capture then has it twice, here ` +
        `${summary.dropped.duplicateBytes} bytes, but the stream has these bytes once, and the message is told once.`,
      shows: [MESSAGES],
    },
    {
      sample: 'gap',
      says: (seen) => {
        const { number, length, missing } = seen.frames.find(({ complete }) => !complete)!;
        return (
          'Worse is a packet that arrived but is not in the capture, as when the capturing machine was too slow. Here ' +
          `it held payload only: of the ${length} bytes of frame ${number}, ${missing[0].length} are missing, from offset ` +
          `${missing[0].offset}. The header said how long the frame is (RFC 6455 §5.2), so the next one is found exactly, and nothing else is lost.`
        );
      },
      shows: [MESSAGES],
    },
    {
      says: ({ frames, summary }) => {
        const again = frames.find(({ confidence }) => confidence < 1)!;
        return (
          `In this sample the lost packet had a header: ${count(summary.dropped.missingBytes, 'byte')} are missing, and ` +
          'nobody knows how many frames were in them, nor where the next one begins. A dissector can only look for bytes ' +
          `that make sense as a header, and then for the next one where that says. Frame ${again.number} was found again ` +
          `so, with a confidence of ${percent(again.confidence)}; a payload may look like a header, too.`
        );
      },
      shows: [FRAMES],
    },
    {
      says: ({ messages, findings }) =>
        `What is known stays known: ${messages.filter(({ confidence }) => confidence === 1).length} of the ` +
        `${messages.length} messages are as certain as ever, the others are marked. No rule is said to be broken ` +
        `(${count(findings.length, 'finding')}): who judges has to know what the capture did not see.`,
      shows: [
        worked('What is said of the loss', ({ defects }) =>
          defects.map(({ code, packet }) => `packet ${packet}: ${code}`),
        ),
        MESSAGES,
      ],
    },
  ],
};
