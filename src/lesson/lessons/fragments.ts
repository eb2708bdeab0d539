/** Fragmentation, with control frames in between. */
import { opcodeName } from '../../websocket/opcode.js';
import { FRAMES, frame, type Lesson, MESSAGES } from '../lesson.js';

export const fragments: Lesson = {
  name: 'fragments',
  title: 'Fragments, and a Ping in between',
  question: 'How does a message come in several frames, and what may come between them?',
  sample: 'fragments',
  steps: [
    {
      says: ({ frames }) =>
        'A sender that does not know the length of a message yet, or does not want to hold the line for long, sends it in ' +
        `fragments (RFC 6455 §5.4). Of the ${frames.length} frames here, ${frames.filter(({ opcode }) => opcode < 3).length} ` +
        'are one message.',
      shows: [FRAMES],
    },
    {
      says: (seen) =>
        `Frame 1 begins it. Its opcode says what the message is: ${opcodeName(seen.frame(1).opcode)}. FIN is ` +
        `${Number(seen.frame(1).fin)}: more comes.`,
      shows: [frame(1, 'figure', 'steps')],
    },
    {
      says: (seen) =>
        `Before it goes on, the server asks with a Ping (frame 2) and the client answers with a ` +
        `${opcodeName(seen.frame(3).opcode)} (frame 3). Control frames may come between fragments, and must not be ` +
        'fragmented themselves: so an answer never has to wait for the end of a long message (§5.4, §5.5). Text or binary ' +
        'of another message may not: the fragments of one message come before the next begins.',
      shows: [frame(3, 'figure', 'steps')],
    },
    {
      says: (seen) =>
        `Frame 4 goes on with the message: opcode ${seen.frame(4).opcode}, ${opcodeName(seen.frame(4).opcode)}, FIN still ` +
        `${Number(seen.frame(4).fin)}. What kind of message it is was said by frame 1 and is not said again. Each fragment ` +
        'has its own header and its own masking key.',
      shows: [frame(4)],
    },
    {
      says: (seen) =>
        `Frame 5 is a ${opcodeName(seen.frame(5).opcode)}, too, but with FIN ${Number(seen.frame(5).fin)}: the message is ` +
        'whole. Where fragments begin and end means nothing (§5.4): somebody on the way may join or split them, and a ' +
        'character of UTF-8 may be cut in two.',
      shows: [frame(5)],
    },
    {
      says: ({ messages }) => {
        const whole = messages.find(({ opcode }) => opcode === 1)!;
        return (
          `Joined, the frames ${whole.frames.join(', ')} are "${Buffer.from(whole.content).toString('utf8')}". The ` +
          'message counts from its last frame: Ping and Pong were whole before it.'
        );
      },
      shows: [MESSAGES],
    },
  ],
};
