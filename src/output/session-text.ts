/**
 * What the session list says of a session: the columns shared by table and text, the sentence on how it
 * closed, and the JSON object (its names are a contract, documented in the README).
 */
import { visible } from '../bytes/visible.js';
import { encodeExtensions } from '../websocket/extensions.js';
import type { Sender } from '../websocket/frame-record.js';
import type { BySender, ObservedClose, SessionSummary } from '../websocket/session.js';
import type { ColumnContext } from './frame-columns.js';
import { jsonString } from './json.js';
import { formatEpoch, formatTime, secondsBetween } from './time.js';

export interface SessionColumns {
  readonly number: string;
  readonly time: string;
  readonly client: string;
  readonly server: string;
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
  const optional = (text: string | undefined) => (text === undefined ? '-' : visible(text));
  return {
    number: String(session.number),
    time: formatTime(session.opened, context.timeFormat, context.start()),
    client: session.client,
    server: session.server,
    host: optional(handshake.host),
    path: optional(handshake.target),
    status: String(handshake.status),
    subprotocol: optional(handshake.subprotocol),
    extensions:
      handshake.extensions.extensions.length === 0
        ? '-'
        : visible(encodeExtensions(handshake.extensions.extensions)),
    frames: `${summary.frames.client} / ${summary.frames.server}`,
    bytes: `${summary.payloadBytes.client} / ${summary.payloadBytes.server}`,
    duration: `${secondsBetween(session.opened, summary.ended).toFixed(3)} s`,
    closed: describeClose(summary),
  };
}

/** One sentence: who closed it and how, and what the capture does not show. */
export function describeClose(summary: SessionSummary): string {
  const { closedBy, end } = summary;
  if (end === undefined)
    return visible(
      `refused: ${summary.session.handshake.status} ${summary.session.handshake.reason}`.trimEnd(),
    );
  const parts: string[] = [];
  if (closedBy === undefined) parts.push('no Close');
  else
    parts.push(
      `${closedBy} closed ${formatClose(summary.close[closedBy]!)}, ${describeAnswer(summary, closedBy)}`,
    );
  if (end.client === 'reset' || end.server === 'reset') parts.push('TCP reset');
  else if (end.client === 'capture-end' && end.server === 'capture-end')
    parts.push('open at the end of the capture');
  for (const sender of ['client', 'server'] as const) parts.push(...losses(summary, sender));
  return parts.join('; ');
}

function describeAnswer({ close }: SessionSummary, closedBy: Sender): string {
  const answer = close[closedBy === 'client' ? 'server' : 'client'];
  if (answer === undefined) return 'not answered';
  const [first, second] = [formatClose(close[closedBy]!), formatClose(answer)];
  return first === second ? 'answered' : `answered ${second}`;
}

function losses(summary: SessionSummary, sender: Sender): string[] {
  const lostAt = summary.lostAt[sender];
  if (lostAt !== undefined) return [`${sender}'s frames lost from byte ${lostAt} on`];
  const missing = summary.missingBytes[sender];
  return missing > 0 ? [`${missing} bytes of the ${sender} missing`] : [];
}

function formatClose({ body }: ObservedClose): string {
  if (body === undefined) return 'without a code';
  return body.reason === '' ? String(body.code) : `${body.code} "${visible(body.reason)}"`;
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
    ['host', orNull(handshake.host)],
    ['path', orNull(handshake.target)],
    ['status', String(handshake.status)],
    ['reason', jsonString(handshake.reason)],
    ['subprotocol', orNull(handshake.subprotocol)],
    [
      'extensions',
      `[${handshake.extensions.extensions.map((extension) => jsonString(encodeExtensions([extension]))).join(',')}]`,
    ],
    ['frames', bySender(summary.frames, String)],
    ['payloadBytes', bySender(summary.payloadBytes, String)],
    ['missingBytes', bySender(summary.missingBytes, String)],
    ['lostAt', bySender(summary.lostAt, (offset) => String(offset ?? null))],
    ['endTime', formatEpoch(summary.ended)],
    ['duration', secondsBetween(session.opened, summary.ended).toFixed(6)],
    ['closedBy', orNull(summary.closedBy)],
    ['close', bySender(summary.close, closeJson)],
    ['end', end === undefined ? 'null' : bySender(end, jsonString)],
    ['closed', jsonString(describeClose(summary))],
  ];
  return `{${fields.map(([name, value]) => `"${name}":${value}`).join(',')}}`;
}

function closeJson(close: ObservedClose | undefined): string {
  if (close === undefined) return 'null';
  const { body, packet, timestamp } = close;
  return `{"code":${body?.code ?? null},"reason":${orNull(body?.reason)},"time":${formatEpoch(timestamp)},"packet":${packet}}`;
}

function bySender<T>(value: BySender<T>, format: (value: T) => string): string {
  return `{"client":${format(value.client)},"server":${format(value.server)}}`;
}

function orNull(text: string | undefined): string {
  return text === undefined ? 'null' : jsonString(text);
}
