/**
 * RFC 6455 §5.5.1: the Close frame is the last one that a side sends.
 */
import type { FrameFacts } from '../websocket/observer.js';
import { CLOSE, opcodeName, PING, PONG } from '../websocket/opcode.js';
import { count } from './count.js';
import { peerOf, type Rule } from './rule.js';

interface Side {
  closeFrame: number | undefined;
  closeTime: number;
  /** It has got a Ping and not answered yet. */
  owesPong: boolean;
}

export const frameAfterClose: Rule = {
  id: 'frame-after-close',
  section: 'RFC 6455 §5.5.1',
  severity: 'error',
  title: "A frame follows the sender's own Close frame",
  asks:
    'After its Close frame an endpoint MUST NOT send data frames, and nothing that it sends has an effect ' +
    'any more (§1.4). Only the Pong to a Ping is still due until the Close of the other side has come ' +
    '(§5.5.2).',
  why:
    'The Close says "this was the last". The other side discards what comes behind it, so that those ' +
    'messages are lost without an error on either side; and data that is not read when TCP is closed turns ' +
    'a clean end into a reset.',
  causes:
    'Two threads or tasks write to one connection and only one of them knows that it is closing: a timer ' +
    'that goes on publishing, a heartbeat. coder/websocket (issue 213) and tokio-tungstenite (issue 67) ' +
    'once let it pass. Closing twice, in an error handler and again in a `finally`.',
  client: 'Check "am I closing" under the same lock as the write. Send what must arrive before the Close.',
  server:
    'The same; take a connection out of the list of receivers before it is closed. Discard what a client ' +
    'sends behind its Close.',
  example: {
    bytes: '88 02 03 e8 81 03 62 79 65',
    explanation: 'A Close with 1000, and behind it the text "bye", which nobody will read.',
  },
  watch(_session, report) {
    const side = (): Side => ({ closeFrame: undefined, closeTime: 0, owesPong: false });
    const sides = { client: side(), server: side() };
    return {
      get calm() {
        return sides.client.closeFrame === undefined && sides.server.closeFrame === undefined;
      },
      frame(facts) {
        const { sender, header, confidence } = facts;
        const own = sides[sender];
        if (header.opcode === PING) sides[peerOf(sender)].owesPong = true;
        const due = header.opcode === PONG && own.owesPong;
        if (header.opcode === PONG) own.owesPong = false;
        if (own.closeFrame !== undefined && !due) report(sender, describe(facts, own));
        // Not a Close that was only guessed: the finding would be an error all the same.
        if (header.opcode !== CLOSE || confidence < 1 || own.closeFrame !== undefined) return;
        own.closeFrame = facts.number;
        own.closeTime = facts.time;
      },
    };
  },
};

function describe({ header, time }: FrameFacts, { closeFrame, closeTime }: Side): string {
  const what = header.opcode === CLOSE ? 'a second Close frame' : `a ${opcodeName(header.opcode)} frame`;
  const late = Math.round((time - closeTime) * 1000);
  const when = late === 0 ? 'right behind' : `${late} ms after`;
  return `${what} of ${count(header.length, 'byte')} comes ${when} its own Close (frame ${closeFrame})`;
}
