/**
 * RFC 6455 §7.3: who ends a connection sends a Close frame first.
 */
import { isInHttp2Stream, type SessionSummary } from '../websocket/session-record.js';
import { describeClose } from './close-unanswered.js';
import { count } from './count.js';
import { Ending } from './ending.js';
import { peerOf, type Rule } from './rule.js';

export const noClose: Rule = {
  id: 'no-close',
  section: 'RFC 6455 §7.3',
  severity: 'warning',
  title: 'TCP ends without a Close frame',
  asks:
    'An endpoint that wants to end the connection starts the closing handshake: it sends a Close frame, ' +
    'and TCP ends after the answer. Only where the other side broke the protocol may the Close be left out ' +
    '(§7.1.7).',
  why:
    'Without a Close nobody knows whether the last messages arrived, nor why it ended. The other side ' +
    'reports 1006, which looks the same for a crash, a proxy and a dead network.',
  causes:
    'A proxy or load balancer that speaks for one side: nginx ends an idle connection after ' +
    '`proxy_read_timeout`, 60 seconds by default. A process that is killed or redeployed; ' +
    '`socket.destroy()`, `ws.terminate()`, a context manager that was left out. Mobile networks and ' +
    'firewalls that forget idle connections (mostly RST).',
  client: 'Close the WebSocket, not the socket: `ws.close(1000)`. Reconnect after 1006 with growing pauses.',
  server:
    'On shutdown close all connections with 1001 and give them a second. Behind a proxy send Pings more ' +
    'often than its idle timeout.',
  example: {
    bytes: '81 05 48 65 6c 6c 6f',
    explanation:
      'The last frame of the connection is the text "Hello"; the FIN follows, and no frame 88 from either ' +
      'side.',
  },
  watch(watched, report) {
    const ending = watched.share(Ending);
    return {
      closed(summary) {
        const { end, endedFirst, frames } = summary;
        if (end === undefined || endedFirst === undefined) return;
        const late = ending.closeBehindEnd(summary);
        if (late === undefined && !ending.withoutClose) return;
        if (ending.faults.of(peerOf(endedFirst)) || isRefusal(summary)) return;
        const how =
          HOW[isInHttp2Stream(summary.session.carrier) ? 'stream' : 'tcp'][
            end[endedFirst] === 'reset' ? 'reset' : 'fin'
          ];
        report(
          endedFirst,
          late === undefined
            ? `the ${endedFirst} ${how} after ${talk(frames)}, without a Close frame from either side`
            : `the ${endedFirst} ${how} without a Close frame; the Close of the ${describeClose(late)} came only then`,
        );
      },
    };
  },
};

/** RFC 8441 §5: END_STREAM and RST_STREAM take the place of FIN and RST. */
const HOW = {
  tcp: { reset: 'reset TCP (RST)', fin: 'ended TCP (FIN)' },
  stream: { reset: 'reset its HTTP/2 stream', fin: 'ended its HTTP/2 stream' },
} as const;

/**
 * A client that gets none of the subprotocols that it asked for may take that for no session at all: browsers
 * and `ws` do, and close TCP at once.
 */
function isRefusal({ session, endedFirst, frames }: SessionSummary): boolean {
  const { handshake } = session;
  if (endedFirst !== 'client' || frames.client > 0 || handshake === undefined) return false;
  return handshake.offeredSubprotocols.length > 0 && handshake.subprotocol === undefined;
}

function talk({ client, server }: SessionSummary['frames']): string {
  return `${count(client, 'frame')} of the client and ${server} of the server`;
}
