/**
 * The session list as a table and as lines of text.
 */
import Table from 'cli-table3';
import type { SessionSummary } from '../websocket/session.js';
import type { Colors } from './colors.js';
import type { ColumnContext } from './frame-columns.js';
import { type SessionColumns, sessionColumns } from './session-text.js';
import { clip, width as widthOf } from './width.js';

/** Sessions shown in one table: cli-table3 takes time quadratic in the rows. */
const SHEET = 200;

const titles: readonly [keyof SessionColumns, string][] = [
  ['number', 'No.'],
  ['time', 'Time'],
  ['client', 'Client'],
  ['server', 'Server'],
  ['host', 'Host'],
  ['path', 'Path'],
  ['status', 'Status'],
  ['subprotocol', 'Subprotocol'],
  ['extensions', 'Extensions'],
  ['frames', 'Frames →/←'],
  ['bytes', 'Bytes →/←'],
  ['duration', 'Duration'],
  ['closed', 'Closed'],
];
/** Columns that are clipped to fit the terminal, the most patient first. */
const flexible: readonly (keyof SessionColumns)[] = ['extensions', 'path', 'host', 'closed', 'subprotocol'];
const MIN_FLEXIBLE = 12;

export function sessionTable(
  summaries: readonly SessionSummary[],
  context: ColumnContext,
  colors: Colors,
  width: number,
): string {
  const rows = summaries.map((summary) => sessionColumns(summary, context));
  const shown = titles.filter(([key]) => !isEmptyColumn(key, rows));
  const widths = fitColumns(shown, rows, width);
  let text = '';
  for (let at = 0; at === 0 || at < rows.length; at += SHEET) {
    const table = new Table({
      head: shown.map(([, title]) => colors.label(title)),
      colWidths: shown.map(([key]) => widths[key] + 2),
      style: { head: [], border: [] },
      chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
      wordWrap: true,
      wrapOnWordBoundary: true,
    });
    for (const row of rows.slice(at, at + SHEET))
      table.push(shown.map(([key]) => (key === 'closed' ? row[key] : clip(row[key], widths[key]))));
    text += `${table.toString()}\n`;
  }
  return text;
}

/** Host is mostly the server's address again; an empty column tells nothing. */
function isEmptyColumn(key: keyof SessionColumns, rows: readonly SessionColumns[]): boolean {
  if (key === 'host') return rows.every((row) => row.host === '-' || row.host === row.server);
  return (key === 'subprotocol' || key === 'extensions') && rows.every((row) => row[key] === '-');
}

function fitColumns(
  shown: readonly [keyof SessionColumns, string][],
  rows: readonly SessionColumns[],
  width: number,
): Record<keyof SessionColumns, number> {
  const widths = {} as Record<keyof SessionColumns, number>;
  for (const [key, title] of shown)
    widths[key] = rows.reduce((most, row) => Math.max(most, widthOf(row[key])), title.length);
  let excess = shown.reduce((sum, [key]) => sum + widths[key] + 3, 1) - width;
  for (const key of flexible) {
    if (excess <= 0 || widths[key] === undefined) continue;
    const cut = Math.min(excess, Math.max(0, widths[key] - MIN_FLEXIBLE));
    widths[key] -= cut;
    excess -= cut;
  }
  return widths;
}

/** `1  0.000000  127.0.0.1:4000 → 127.0.0.1:80  101  /chat  …`, the same columns as the table. */
export function sessionLine(summary: SessionSummary, context: ColumnContext, colors: Colors): string {
  const c = sessionColumns(summary, context);
  const status = summary.end === undefined ? colors.remark(c.status) : c.status;
  return [
    c.number.padStart(5),
    c.time.padStart(11),
    `${c.client} → ${c.server}`,
    status,
    `${c.host} ${c.path}`,
    `subprotocol ${c.subprotocol}`,
    `extensions ${c.extensions}`,
    `frames ${c.frames}`,
    `bytes ${c.bytes}`,
    c.duration,
    c.closed,
  ].join('  ');
}
