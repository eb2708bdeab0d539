/**
 * RFC 6455 §7.1.1: after the closing handshake the server ends TCP first.
 */
import { isInHttp2Stream, type SessionSummary } from '../websocket/session-record.js';
import type { Rule } from './rule.js';
import { secondsOf } from './seconds.js';

/** Seconds for the server to end TCP; a client that waited so long is free to do it. */
const PATIENCE = 0.9;

export const clientClosedTcpFirst: Rule = {
  id: 'client-closed-tcp-first',
  section: 'RFC 6455 §7.1.1',
  severity: 'note',
  title: 'The client ends TCP before the server',
  asks:
    'Once both Close frames are sent, the server closes TCP at once, and the client SHOULD wait for that. ' +
    'It may end TCP itself if nothing comes within a reasonable time.',
  why:
    'Whoever sends the first FIN keeps the connection in TIME_WAIT for some minutes. On a client that ' +
    'reconnects often this uses up ports; on a server it costs nothing.',
  causes:
    '`ws` (Node) as a client ends its side as soon as the second of the two Close frames is through. ' +
    'Hand-written clients that call `close()` on the socket directly behind their answer.',
  client:
    'After the closing handshake read until the end of the stream, with a timeout of a few seconds, then ' +
    'close.',
  server: 'Close TCP as soon as both Close frames are through, so that clients need not wait.',
  example: {
    bytes: '88 02 03 e8 88 82 37 fa 21 3d 34 12',
    explanation: "The server closes with 1000, the client answers; the next packet is the client's FIN.",
  },
  judge: (report) => ({
    closed(summary) {
      // An HTTP/2 stream leaves no TIME_WAIT.
      if (isInHttp2Stream(summary.session.carrier)) return;
      if (summary.endedFirst === 'client' && isFree(summary))
        report('client', 'both sides have sent their Close, and the client ended TCP before the server did');
    },
  }),
};

/** Both Close frames were sent, and the client had no reason to hurry, nor to lose patience. */
function isFree({ close, closedBy, ended }: SessionSummary): boolean {
  const { client, server } = close;
  if (client === undefined || server === undefined) return false;
  if (secondsOf(ended) - secondsOf(server.timestamp) >= PATIENCE) return false;
  // A client that fails the connection ends TCP right behind its Close (§7.1.7), and then the answer comes.
  return closedBy === 'server' || isOrdinary(client.body?.code);
}

function isOrdinary(code: number | undefined): boolean {
  return code === undefined || code === 1000 || code === 1001 || code >= 3000;
}
