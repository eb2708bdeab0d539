/**
 * RFC 6455 §5.5.2: a Ping is answered by a Pong, as long as the connection lives.
 */
import type { Sender } from '../websocket/frame-record.js';
import type { SessionSummary } from '../websocket/session-record.js';
import { count } from './count.js';
import type { OpenPing } from './ping-list.js';
import { PingWatch } from './ping-watch.js';
import { peerOf, type Rule } from './rule.js';
import { patienceWith } from './seconds.js';

/** Seconds of silence after which a clean end of the connection shows the same. */
const SILENCE = 2;

export const pingUnanswered: Rule = {
  id: 'ping-unanswered',
  section: 'RFC 6455 §5.5.2',
  severity: 'warning',
  title: 'A Ping gets no Pong though the connection lives on',
  asks:
    'Upon a Ping an endpoint MUST send a Pong, unless it has already received a Close frame, and SHOULD do ' +
    'so as soon as is practical. Of several Pings it may answer only the latest.',
  why:
    'Pings tell whether the other side is still there. Without a Pong the sender takes the connection for ' +
    'dead: Python `websockets`, for one, closes it with 1011 "keepalive ping timeout" after 20 seconds.',
  causes:
    'Hand-written servers and devices that handle opcodes 1, 2 and 8 only. A client that does not read: a ' +
    'blocked event loop, a long callback, an Arduino sketch that does not call `loop()`. On a client that ' +
    'only sends, libraries that answer within a read call never get to it. `ws` sends no Pongs from `close()` on, ' +
    'though its Close may wait for long behind messages that are still to be compressed or sent.',
  client:
    'Let a thread or event loop read all the time, and answer there. A browser does it by itself and ' +
    'cannot be asked.',
  server:
    'The same. If Pings of your own stay open, end the connection and say why: 1011 or a code of your own ' +
    'tells more than a reset.',
  example: {
    bytes: '89 02 68 69 81 82 37 fa 21 3d 58 91',
    explanation:
      'The server pings with "hi". The next frame of the client, seconds later, is the text "ok"; a Pong ' +
      'never comes.',
  },
  watch(watched, report) {
    const { session } = watched;
    const pings = watched.share(PingWatch);
    return {
      closed(summary) {
        pings.eachOwed((ping, sender, answer) => {
          // Other rules tell of a wrong answer.
          const proof =
            answer === 'none'
              ? proofOfLife(pings, ping, sender, summary, patienceWith(session, peerOf(sender)))
              : undefined;
          if (proof === undefined) return;
          report(
            peerOf(sender),
            `the Ping of ${count(ping.payload!.length, 'byte')} got no Pong, though ${proof}`,
            ping.where,
          );
        });
      },
    };
  },
};

/** What shows that the other side was well long enough to answer; undefined where nothing does. */
function proofOfLife(
  { ledgers, closeTimes }: PingWatch,
  { time, framesBefore }: OpenPing,
  sender: Sender,
  { end }: SessionSummary,
  patience: number,
): string | undefined {
  const { frames, lastFrame } = ledgers[sender];
  const answerer = peerOf(sender);
  // Where the capture ends, a single frame may have been on its way, and the Pong behind it.
  const enough = end?.[answerer] === 'capture-end' ? 2 : 1;
  if (lastFrame - time >= patience && frames - framesBefore >= enough)
    return `the ${answerer} still sent other frames ${(lastFrame - time).toFixed(1)} s later`;
  const { client, server } = closeTimes;
  if (client === undefined || server === undefined) return undefined;
  const lived = Math.min(client, server) - time;
  return lived >= SILENCE
    ? `the connection lived on for ${lived.toFixed(1)} s and was then closed properly`
    : undefined;
}
