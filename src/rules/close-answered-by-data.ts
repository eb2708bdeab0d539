/**
 * RFC 6455 §5.5.1: the answer to a Close frame is a Close frame, not a message.
 */
import { opcodeName } from '../websocket/opcode.js';
import { describeClose } from './close-unanswered.js';
import { Ending } from './ending.js';
import type { Rule } from './rule.js';

export const closeAnsweredByData: Rule = {
  id: 'close-answered-by-data',
  section: 'RFC 6455 §5.5.1',
  severity: 'error',
  title: 'A Close frame is answered by a data frame',
  asks:
    'The answer to a Close (opcode 8) MUST be a Close. A text or binary frame in its place, even one that ' +
    'says "bye", is none.',
  why:
    'The side that closes has stopped reading messages: it waits for 88. It discards the text, and in the ' +
    'end reports 1006, as if the network had failed.',
  causes:
    'Hand-written servers that build every reply with the first octet 81, echo servers in particular: the ' +
    'close body (03 e8 …) comes back as a text message, which is not even UTF-8.',
  client: 'Look at the opcode before the payload: 8 never reaches the code that handles messages.',
  server: 'The same: on opcode 8 write 88, the length and the received body, then close TCP.',
  example: {
    bytes: '88 82 37 fa 21 3d 34 12 81 03 62 79 65',
    explanation: 'The client closes with 1000; the server replies with the text "bye" (81) and ends TCP.',
  },
  watch(watched, report) {
    const ending = watched.share(Ending);
    return {
      closed(summary) {
        const unanswered = ending.unanswered(summary);
        if (unanswered?.reaction === undefined) return;
        const { close, breaker, reaction } = unanswered;
        const what = `a ${opcodeName(reaction.opcode)} frame`;
        report(
          breaker,
          `the Close of the ${describeClose(close)} got ${what} and no Close in answer`,
          reaction.where,
        );
      },
    };
  },
};
