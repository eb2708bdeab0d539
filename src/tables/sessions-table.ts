/**
 * The table `sessions`: also upgrades that were refused, and TLS connections that could not be read, as `wsdissect sessions`
 * lists them. Names and values are those of the JSON.
 */
import type { UnreadTls } from '../carried/tls.js';
import { closeStory } from '../output/close-story.js';
import { secondsBetween } from '../stream/place.js';
import type { TlsFacts } from '../tls/facts.js';
import { encodeExtensions } from '../websocket/extensions.js';
import type { ObservedClose, SessionCarrier, SessionSummary } from '../websocket/session-record.js';
import {
  bySender,
  bySenderValue,
  type CaptureOf,
  type Column,
  column,
  exactTime,
  type Plain,
  type StructType,
  type ValueType,
} from './column.js';

export type SessionRow = SessionSummary | UnreadTls;

const TLS: StructType = {
  struct: {
    version: 'VARCHAR',
    cipherSuite: 'VARCHAR',
    serverName: 'VARCHAR',
    alpn: 'VARCHAR',
    offeredAlpn: { list: 'VARCHAR' },
    resumed: 'BOOLEAN',
  },
};
const CARRIER: StructType = { struct: { http: 'VARCHAR', stream: 'BIGINT', tunnel: 'BIGINT', tls: TLS } };
const CLOSE = bySender({ struct: { code: 'INTEGER', reason: 'VARCHAR', time: 'TIME', packet: 'BIGINT' } });

export function sessionColumns(captureOf: CaptureOf): Column<SessionRow>[] {
  return [
    of('capture', 'VARCHAR', 'the file that holds the answer to its handshake', ({ session }) =>
      captureOf(session.openedPacket),
    ),
    of('session', 'BIGINT', 'number, from 1', ({ session }) => session.number),
    of('time', 'TIME', 'of its first byte, seconds since the epoch', ({ session }) =>
      exactTime(session.opened),
    ),
    column('client', 'VARCHAR', 'ip:port', (row) => ('session' in row ? row.session : row).client),
    column('server', 'VARCHAR', 'ip:port', (row) => ('session' in row ? row.session : row).server),
    column('connection', 'BIGINT', "Wireshark's tcp.stream", (row) =>
      'session' in row ? row.session.connection : row.connection,
    ),
    column('carrier', CARRIER, 'what brings it', (row) =>
      'session' in row
        ? carrierOf(row.session.carrier)
        : { http: null, stream: null, tunnel: row.tunnel, tls: tlsOf(row.tls) },
    ),
    of('host', 'VARCHAR', 'Host of the request', ({ session }) => session.host),
    of('path', 'VARCHAR', 'request target', ({ session }) => session.path),
    of('status', 'INTEGER', 'of the response', ({ session }) => session.handshake?.status),
    of('reason', 'VARCHAR', 'of the response', ({ session }) => session.handshake?.reason),
    of('subprotocol', 'VARCHAR', 'that the server chose', ({ session }) => session.handshake?.subprotocol),
    of('extensions', { list: 'VARCHAR' }, 'that the server chose', ({ session }) =>
      (session.handshake?.extensions.extensions ?? []).map((extension) => encodeExtensions([extension])),
    ),
    of('frames', bySender('BIGINT'), 'how many', ({ frames }) => bySenderValue(frames, same)),
    of('payloadBytes', bySender('BIGINT'), 'captured', ({ payloadBytes }) =>
      bySenderValue(payloadBytes, same),
    ),
    of('missingBytes', bySender('BIGINT'), 'not captured', ({ missingBytes }) =>
      bySenderValue(missingBytes, same),
    ),
    of('lostAt', bySender('BIGINT'), 'stream offset where frames were lost', ({ lostAt }) =>
      bySenderValue(lostAt, same),
    ),
    of('endTime', 'TIME', 'of its last byte, or its end', ({ ended }) => exactTime(ended)),
    of('duration', 'DOUBLE', 'seconds', ({ session, ended }) =>
      Number(secondsBetween(session.opened, ended).toFixed(6)),
    ),
    of('closedBy', 'VARCHAR', 'client or server: who sent the first Close', ({ closedBy }) => closedBy),
    of('close', CLOSE, 'the first Close of each', ({ close }) => bySenderValue(close, closeOf)),
    of('end', bySender('VARCHAR'), 'fin, reset or capture-end', ({ end }) => end && bySenderValue(end, same)),
    of('confidence', 'DOUBLE', 'the probability that this is one', ({ session }) => session.confidence),
    of('closed', 'VARCHAR', 'how it ended, in a sentence', closeStory),
    column('unread', 'VARCHAR', 'why a TLS connection could not be read', (row) =>
      'session' in row ? undefined : row.reason,
    ),
    column('whole', 'BOOLEAN', 'neither direction of it was', (row) =>
      'session' in row ? undefined : row.whole,
    ),
  ];
}

/** A column that TLS connections without a session have no value in. */
function of(
  name: string,
  type: ValueType,
  meaning: string,
  value: (summary: SessionSummary) => Plain,
): Column<SessionRow> {
  return column(name, type, meaning, (row) => ('session' in row ? value(row) : undefined));
}

function same<T extends Plain>(value: T): Plain {
  return value;
}

function carrierOf({ http, stream, tunnel, tls }: SessionCarrier): Plain {
  return { http, stream, tunnel, tls: tls && tlsOf(tls) };
}

function tlsOf({ version, cipherSuite, serverName, alpn, offeredAlpn, resumed }: TlsFacts): Plain {
  return { version, cipherSuite, serverName, alpn, offeredAlpn, resumed };
}

function closeOf(close: ObservedClose | undefined): Plain {
  if (close === undefined) return null;
  const { body, packet, timestamp } = close;
  return { code: body?.code, reason: body?.reason, time: exactTime(timestamp), packet };
}
