/**
 * RFC 6455 §5.5.2: the answer to a Ping is a Pong frame, not a message.
 */
import type { Sender } from '../websocket/frame-record.js';
import { count } from './count.js';
import type { OpenPing } from './ping-list.js';
import { PingWatch } from './ping-watch.js';
import { peerOf, type Rule } from './rule.js';
import { secondsOf } from './seconds.js';

/** Seconds for the Pong to appear where the capture ends behind the data frame. */
const PATIENCE = 1;

export const pingAnsweredByData: Rule = {
  id: 'ping-answered-by-data',
  section: 'RFC 6455 §5.5.2',
  severity: 'warning',
  title: 'A Ping is answered by a data frame',
  asks:
    'The answer to a Ping (opcode 9) is a Pong (opcode a) with the same payload. A text or binary frame is ' +
    'none.',
  why:
    'Pings are a matter between the two libraries; applications do not see them. A data frame in reply ' +
    'comes out as a message that nobody has sent, and the Ping stays open until its sender gives up.',
  causes:
    'Hand-written servers that look at the length and not at the opcode, hand every payload to the application, ' +
    'and send its reply as a text frame (first octet 81): an echo, or "pong".',
  client:
    'Decide by the opcode before anything else: control frames never reach the code that handles messages.',
  server: 'The same: send 8a, the length, the unmasked payload.',
  example: {
    bytes: '89 82 37 fa 21 3d 5f 93 81 02 68 69',
    explanation: 'The client\'s Ping carries "hi"; the server sends "hi" back under 81, as a text message.',
  },
  watch(watched, report) {
    const pings = watched.share(PingWatch);
    return {
      closed({ end, ended }) {
        pings.eachOwed((ping, sender, answer) => {
          const answerer = peerOf(sender);
          const early = end?.[answerer] === 'capture-end' && secondsOf(ended) - ping.time < PATIENCE;
          if (answer === 'data' && !early) report(answerer, describe(ping, answerer), ping.reply);
        });
      },
    };
  },
};

function describe({ where, payload, sign }: OpenPing, answerer: Sender): string {
  const ping = `the Ping in frame ${where.frame}`;
  const octets = count(payload!.length, 'byte');
  if (sign === 'same') return `${ping} got its payload (${octets}) back in a data frame, and no Pong`;
  if (sign === 'holds') return `${ping} got a data frame with its payload (${octets}) in it, and no Pong`;
  if (sign === 'pong') return `${ping} got a data frame that says "pong", and no Pong`;
  return `${ping} got a data frame, and no Pong; the ${answerer}, which only replies, had nothing else to reply to`;
}
