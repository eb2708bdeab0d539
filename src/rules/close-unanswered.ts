/**
 * RFC 6455 §5.5.1: a Close frame is answered by a Close frame.
 */
import { Ending, type FirstClose } from './ending.js';
import type { Rule } from './rule.js';

export const closeUnanswered: Rule = {
  id: 'close-unanswered',
  section: 'RFC 6455 §5.5.1',
  severity: 'warning',
  title: 'A Close frame is not answered',
  asks:
    'An endpoint that receives a Close frame and has not sent one MUST send one in response, as soon as is ' +
    'practical. It may finish the message under way before. Only then is TCP closed.',
  why:
    'The answer tells that everything before it was received. Without it the other side waits for a ' +
    'timeout (30 seconds in `ws`, 10 in Python `websockets`) and reports 1006 for what was meant as a ' +
    'normal end.',
  causes:
    'Servers that leave the loop on opcode 8 and close the socket, or that ignore opcode 8 altogether: ' +
    'most hand-written ones, and small libraries where the answer is left to the application (the ESP-IDF ' +
    'echo example, esp-idf issue 9600; older Mongoose, issue 1502). A process that is stopped meanwhile.',
  client:
    'Send back a Close with the code received, then wait for the server to close TCP. Give up on a deaf ' +
    'server after some seconds.',
  server: 'Send back 88, the length, and the body as received (unmasked), then close TCP.',
  example: {
    bytes: '88 82 37 fa 21 3d 34 12',
    explanation:
      "The Close of a client, with 1000 (34 12 under the mask is 03 e8). The server's next sign is its " +
      'FIN.',
  },
  watch(watched, report) {
    const ending = watched.share(Ending);
    return {
      closed(summary) {
        const unanswered = ending.unanswered(summary);
        if (unanswered === undefined || unanswered.reaction !== undefined) return;
        const { close, breaker, proof } = unanswered;
        report(
          breaker,
          `the Close of the ${describeClose(close)} got no Close in answer: ${proof}`,
          close.where,
        );
      },
    };
  },
};

/** `client (frame 5, code 1000)`. */
export function describeClose({ sender, where, code }: FirstClose): string {
  return `${sender} (frame ${where.frame}, ${code === undefined ? 'no code' : `code ${code}`})`;
}
