/**
 * Findings as text: one line each, grouped by session, worst first; as a table; and as JSON (its names are a
 * contract, documented in the README).
 */
import { visible } from '../bytes/visible.js';
import { count } from '../rules/count.js';
import type { Finding } from '../rules/finding.js';
import { SEVERITIES, type Severity } from '../rules/rule.js';
import type { Session } from '../websocket/session-record.js';
import type { Colors } from './colors.js';
import type { ColumnContext } from './frame-columns.js';
import { jsonOrNull, jsonString } from './json.js';
import { timeColumn } from './rows.js';
import { type Column, fittingColumns, StreamingTable, takenBy } from './table.js';
import { formatEpoch, formatTime } from './time.js';
import { clip } from './width.js';
import type { TextWriter } from './writer.js';

/** What findings are told with of their session: its handshake takes kilobytes. */
export type SessionName = Pick<Session, 'number' | 'client' | 'server' | 'path'>;
export type ToldFinding = Omit<Finding, 'session'> & { readonly session: SessionName };

/** Findings of one session, worst first, then in the order of the capture. */
export interface SessionFindings {
  readonly session: SessionName;
  readonly findings: readonly ToldFinding[];
}

/** The order of the findings of a session. */
export function byWorst(a: ToldFinding, b: ToldFinding): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) || a.packet - b.packet;
}

/** `Session 3: 10.0.0.1:4000 → 10.0.0.2:80 /chat` */
export function sessionTitle({ number, client, server, path }: SessionName): string {
  return `Session ${number}: ${client} → ${server}${path === undefined ? '' : ` ${visible(path)}`}`;
}

/** `  error    unmasked-client-frame      client  frame 3, packet 12, 0.003127: the frame … (RFC 6455 §5.1)` */
export function findingLine(finding: ToldFinding, context: ColumnContext, colors: Colors): string {
  const { rule, severity, breaker } = finding;
  const time = formatTime(finding.timestamp, context.timeFormat, context.start());
  return (
    `  ${colors.severity(severity, severity.padEnd(7))}  ${rule.id.padEnd(26)} ${breaker}  ` +
    `${placeOf(finding)}, ${time}: ${sentence(finding)}`
  );
}

/** `frame 3, packet 12` */
export function placeOf({ frame, packet }: ToldFinding): string {
  return frame === undefined ? `packet ${packet}` : `frame ${frame}, packet ${packet}`;
}

/** This case, and where to read about it. */
function sentence({ message, rule }: ToldFinding): string {
  return `${visible(message)} (${rule.section})`;
}

/** One line, without the line end. */
export function findingJson(finding: ToldFinding): string {
  const { rule, session } = finding;
  return (
    `{"rule":"${rule.id}","severity":"${finding.severity}","section":${jsonString(rule.section)},` +
    `"breaker":"${finding.breaker}","session":${session.number},"client":${jsonString(session.client)},` +
    `"server":${jsonString(session.server)},"path":${jsonOrNull(session.path)},` +
    `"frame":${finding.frame ?? null},"packet":${finding.packet},"time":${formatEpoch(finding.timestamp)},` +
    `"streamOffset":${finding.streamOffset ?? null},"message":${jsonString(finding.message)}}`
  );
}

interface FindingColumn extends Column {
  readonly cell: (finding: ToldFinding, context: ColumnContext) => string;
}

/** Least width of the sentences, where other columns can give way: what these tell is then said in them. */
const MIN_SENTENCE = 40;
/** Where there is not even this, rules are named in the sentences too. */
const LEAST_SENTENCE = 15;

const columns: readonly FindingColumn[] = [
  { title: 'Severity', width: 8, cell: ({ severity }) => severity },
  { title: 'Rule', width: 26, cell: ({ rule }) => rule.id },
  { title: 'Breaker', width: 7, dispensable: 1, cell: ({ breaker }) => breaker },
  { title: 'Frame', width: 6, align: 'right', dispensable: 1, cell: ({ frame }) => String(frame ?? '-') },
  { title: 'Packet', width: 6, align: 'right', dispensable: 1, cell: ({ packet }) => String(packet) },
  {
    title: 'Time',
    width: 11,
    align: 'right',
    dispensable: 2,
    cell: ({ timestamp }, { timeFormat, start }) => formatTime(timestamp, timeFormat, start()),
  },
];

/** Tables that cli-table3 lays out; it takes 6 ms for each, and further ones look the same. */
const LAID_OUT = 50;

/** A table per session, under its title. */
export function writeFindingTables(
  writer: TextWriter,
  groups: Iterable<SessionFindings>,
  context: ColumnContext,
  colors: Colors,
  width: number,
): void {
  const adapted = columns.map((column) => (column.title === 'Time' ? timeColumn(column, context) : column));
  const fitting = fittingColumns(adapted, width, MIN_SENTENCE);
  const named = takenBy([...fitting, { title: 'Finding', width: LEAST_SENTENCE }]) <= width;
  const shown = named ? fitting : fitting.filter(({ title }) => title !== 'Rule');
  const placed = shown.some(({ title }) => title === 'Packet');
  let left = LAID_OUT;
  for (const { session, findings } of groups) {
    writer.write(`${colors.label(clip(sessionTitle(session), width))}\n`);
    const table = new StreamingTable(
      [...shown, { title: 'Finding', wrap: true }],
      writer,
      width,
      colors.label,
      left-- > 0 ? undefined : 0,
    );
    for (const finding of findings) {
      const cells = shown.map(({ title, cell }) => {
        const text = cell(finding, context);
        return title === 'Severity' ? colors.severity(finding.severity, text) : text;
      });
      const place = placed ? '' : `${finding.breaker}, ${placeOf(finding)}: `;
      const rule = named ? '' : `${finding.rule.id}: `;
      table.add([...cells, rule + place + sentence(finding)]);
    }
    table.end();
  }
}

/** `2 errors, 1 warning in 1 of 20 sessions` */
export function summarise(
  counts: Readonly<Record<Severity, number>>,
  hurtSessions: number,
  sessions: number,
): string {
  const all = count(sessions, 'session');
  const told = SEVERITIES.filter((severity) => counts[severity] > 0).map((severity) =>
    count(counts[severity], severity),
  );
  return told.length === 0 ? `no findings in ${all}` : `${told.join(', ')} in ${hurtSessions} of ${all}`;
}
