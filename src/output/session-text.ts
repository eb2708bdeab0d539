/**
 * What the session list says of a session: the columns shared by table and text, the sentence on how it
 * closed, and the JSON object (its names are a contract, documented in the README).
 */
import { visible } from '../bytes/visible.js';
import { secondsBetween } from '../stream/place.js';
import { encodeExtensions } from '../websocket/extensions.js';
import type { BySender, ObservedClose, SessionCarrier, SessionSummary } from '../websocket/session-record.js';
import { closeStory } from './close-story.js';
import type { ColumnContext } from './frame-columns.js';
import { jsonOrNull, jsonString } from './json.js';
import { formatEpoch, formatTime } from './time.js';
import { tlsJson } from './tls-text.js';

export interface SessionColumns {
  readonly number: string;
  readonly time: string;
  readonly client: string;
  readonly server: string;
  /** What brings it, if not plain HTTP/1.1 alone. */
  readonly carrier: string;
  readonly host: string;
  readonly path: string;
  readonly status: string;
  readonly subprotocol: string;
  readonly extensions: string;
  /** Client → server and back. */
  readonly frames: string;
  readonly bytes: string;
  readonly duration: string;
  readonly closed: string;
}

export function sessionColumns(summary: SessionSummary, context: ColumnContext): SessionColumns {
  const { session } = summary;
  const { handshake } = session;
  const extensions = handshake?.extensions.extensions ?? [];
  const optional = (text: string | undefined) => (text === undefined ? '-' : visible(text));
  return {
    number: String(session.number),
    time: formatTime(session.opened, context.timeFormat, context.start()),
    client: session.client,
    server: session.server,
    carrier: carrierText(session.carrier),
    host: optional(session.host),
    path: session.path === undefined && handshake === undefined ? 'not captured' : optional(session.path),
    status: String(handshake?.status ?? '-'),
    subprotocol: optional(handshake?.subprotocol),
    extensions: extensions.length === 0 ? '-' : visible(encodeExtensions(extensions)),
    frames: `${summary.frames.client} / ${summary.frames.server}`,
    bytes: `${summary.payloadBytes.client} / ${summary.payloadBytes.server}`,
    duration: `${secondsBetween(session.opened, summary.ended).toFixed(3)} s`,
    closed: closeStory(summary),
  };
}

/** One line, without the line end. */
export function sessionJson(summary: SessionSummary): string {
  const { session, end } = summary;
  const { handshake } = session;
  const fields: [string, string][] = [
    ['session', String(session.number)],
    ['time', formatEpoch(session.opened)],
    ['client', jsonString(session.client)],
    ['server', jsonString(session.server)],
    ['connection', String(session.connection)],
    ['carrier', carrierJson(session.carrier)],
    ['host', jsonOrNull(session.host)],
    ['path', jsonOrNull(session.path)],
    ['status', String(handshake?.status ?? null)],
    ['reason', jsonOrNull(handshake?.reason)],
    ['subprotocol', jsonOrNull(handshake?.subprotocol)],
    [
      'extensions',
      `[${(handshake?.extensions.extensions ?? []).map((extension) => jsonString(encodeExtensions([extension]))).join(',')}]`,
    ],
    ['frames', bySender(summary.frames, String)],
    ['payloadBytes', bySender(summary.payloadBytes, String)],
    ['missingBytes', bySender(summary.missingBytes, String)],
    ['lostAt', bySender(summary.lostAt, (offset) => String(offset ?? null))],
    ['endTime', formatEpoch(summary.ended)],
    ['duration', secondsBetween(session.opened, summary.ended).toFixed(6)],
    ['closedBy', jsonOrNull(summary.closedBy)],
    ['close', bySender(summary.close, closeJson)],
    ['end', end === undefined ? 'null' : bySender(end, jsonString)],
    ['confidence', String(session.confidence)],
    ['closed', jsonString(closeStory(summary))],
  ];
  return `{${fields.map(([name, value]) => `"${name}":${value}`).join(',')}}`;
}

/** `http/1.1`, `h2 stream 3`, `http/1.1 over TLS 1.3`, `http/1.1 over TLS 1.3 in h2 stream 3`. */
export function carrierText({ http, stream, tunnel, tls }: SessionCarrier): string {
  const protocol = stream === undefined ? http : `${http} stream ${stream}`;
  const secured = tls === undefined ? protocol : `${protocol} over ${tls.version ?? 'TLS'}`;
  return tunnel === undefined ? secured : `${secured} in h2 stream ${tunnel}`;
}

function carrierJson({ http, stream, tunnel, tls }: SessionCarrier): string {
  return `{"http":${jsonString(http)},"stream":${stream ?? null},"tunnel":${tunnel ?? null},"tls":${tlsJson(tls)}}`;
}

function closeJson(close: ObservedClose | undefined): string {
  if (close === undefined) return 'null';
  const { body, packet, timestamp } = close;
  return `{"code":${body?.code ?? null},"reason":${jsonOrNull(body?.reason)},"time":${formatEpoch(timestamp)},"packet":${packet}}`;
}

function bySender<T>(value: BySender<T>, format: (value: T) => string): string {
  return `{"client":${format(value.client)},"server":${format(value.server)}}`;
}
