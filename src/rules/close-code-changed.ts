/**
 * RFC 6455 §5.5.1: the answer to a Close echoes its code.
 */
import type { Sender } from '../websocket/frame-record.js';
import { hasGot } from '../websocket/observer.js';
import { CLOSE } from '../websocket/opcode.js';
import { closeBody, closeCode, isFaultyBody } from './close-body.js';
import type { Rule } from './rule.js';

export const closeCodeChanged: Rule = {
  id: 'close-code-changed',
  section: 'RFC 6455 §5.5.1',
  severity: 'note',
  title: 'The code of a Close frame is not echoed',
  asks:
    'In response to a Close frame an endpoint typically sends back the code that it received. The RFC ' +
    'describes this as usual and does not require it.',
  why:
    'The first Close is the one that counts (§7.1.5), but many applications read the code of whichever ' +
    'Close they receive: with an echo both sides report the same end.',
  causes:
    'Libraries that always answer 1000 (Nchan; older versions of tungstenite, gorilla/websocket and ' +
    'Ratchet) or without a code (an older reactor-netty, issue 900).',
  client: 'Echo the code, not the reason. To tell the server something, send a message before the Close.',
  server: 'The same. Take the code of the first Close frame for the one that the connection was closed with.',
  example: {
    bytes: '88 82 37 fa 21 3d 38 5a 88 02 03 e8',
    explanation: 'The client closes with 4000 (38 5a under the mask is 0f a0), the server answers with 1000.',
  },
  watch(_session, report) {
    let first:
      | {
          readonly sender: Sender;
          readonly frame: number;
          readonly code: number | undefined;
          readonly sequenceEnd: number | undefined;
        }
      | undefined;
    let over = false;
    return {
      oddFrame(facts) {
        const { sender, header, number, confidence, acknowledges, sequenceEnd } = facts;
        if (header.opcode !== CLOSE || over || sender === first?.sender) return;
        const body = confidence < 1 ? undefined : closeBody(facts);
        const code = body && closeCode(body);
        if (first === undefined && body !== undefined && !isFaultyBody(body))
          first = { sender, frame: number, code, sequenceEnd };
        else {
          over = true;
          // Who had not got the first one did not answer it.
          if (!hasGot(acknowledges, first?.sequenceEnd)) return;
          if (first?.code !== undefined && body !== undefined && isOther(first.code, code))
            report(
              sender,
              `its Close has ${code ?? 'no code'}, that of the ${first.sender} before it (frame ${first.frame}) ${first.code}`,
            );
        }
      },
      lost() {
        over = true;
      },
    };
  },
};

/** 1002 and 1007 are no echo but the receiver's verdict on what came before. */
function isOther(first: number, second: number | undefined): boolean {
  return second !== first && second !== 1002 && second !== 1007;
}
