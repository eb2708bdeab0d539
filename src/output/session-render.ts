/**
 * The session list as a table and as lines of text.
 *
 * Strategy: the columns of a table are chosen by what is in them, which is known at the end; where there are very many
 * sessions, by the first hundreds, and what comes then is printed at once.
 */
import { PLAIN_HTTP1, type SessionSummary } from '../websocket/session-record.js';
import type { Colors } from './colors.js';
import type { ColumnContext } from './frame-columns.js';
import { carrierText, type SessionColumns, sessionColumns } from './session-text.js';
import { StreamingTable } from './table.js';
import { width as widthOf } from './width.js';
import type { TextWriter } from './writer.js';

type Key = keyof SessionColumns;

const titles: readonly [Key, string][] = [
  ['number', 'No.'],
  ['time', 'Time'],
  ['client', 'Client'],
  ['server', 'Server'],
  ['carrier', 'Carrier'],
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
/** Columns that give way to fit the terminal, the most patient first: these are narrowed, and then ... */
const flexible: readonly Key[] = ['extensions', 'closed', 'path', 'host', 'subprotocol', 'client', 'server'];
/** ... these are left out. */
const dispensable: readonly Key[] = [
  'extensions',
  'time',
  'host',
  'duration',
  'bytes',
  'subprotocol',
  'carrier',
  'client',
];
/** Where even that does not do, these are left out too. */
const lastResort: readonly Key[] = ['frames', 'path', 'status'];
/** An IPv4 endpoint is told in one line; an IPv6 one goes on in the next. */
const MIN_WIDTH: Partial<Record<Key, number>> = { closed: 26, client: 21, server: 21 };
const DEFAULT_MIN = 12;
const wrapped: readonly Key[] = ['client', 'server', 'closed'];
const right: readonly Key[] = ['number', 'time', 'duration'];
/** Numbers, too: never clipped. */
const growing: readonly Key[] = ['frames', 'bytes'];
/** Rows that the columns are chosen by. */
const FIRST = 500;

export class SessionTable {
  /** How many were added. */
  rows = 0;
  private first: SessionColumns[] = [];
  private keys: readonly Key[] = [];
  private table: StreamingTable | undefined = undefined;

  constructor(
    private readonly writer: TextWriter,
    private readonly colors: Colors,
    /** Of the terminal. */
    private readonly width: number,
    /** Told that rows are printed from now on. */
    private readonly begins: () => void = () => {},
  ) {}

  add(row: SessionColumns): void {
    this.rows++;
    if (this.table !== undefined) this.table.add(this.keys.map((key) => row[key]));
    else if (this.first.push(row) === FIRST) this.begin();
  }

  end(): void {
    (this.table ?? this.begin()).end();
  }

  private begin(): StreamingTable {
    const { first } = this;
    this.begins();
    const goesOn = first.length >= FIRST;
    const columns = chooseColumns(first, this.width).map(({ key, title, width }) => ({
      key,
      title,
      // What grows later on takes from the last one.
      ...(goesOn && key === 'closed' ? {} : { width }),
      wrap: wrapped.includes(key),
      grows: growing.includes(key),
      ...(right.includes(key) ? { align: 'right' as const } : {}),
    }));
    this.keys = columns.map(({ key }) => key);
    this.table = new StreamingTable(columns, this.writer, this.width, this.colors.label);
    this.first = [];
    this.rows -= first.length;
    for (const row of first) this.add(row);
    return this.table;
  }
}

interface Chosen {
  readonly key: Key;
  readonly title: string;
  width: number;
}

/** The columns that tell something, as wide as their content, narrowed and thinned out to fit. */
function chooseColumns(rows: readonly SessionColumns[], width: number): Chosen[] {
  let columns: Chosen[] = titles
    .filter(([key]) => !isEmptyColumn(key, rows))
    .map(([key, title]) => ({
      key,
      title,
      width: rows.reduce((most, row) => Math.max(most, widthOf(row[key])), title.length),
    }));
  const excess = () => columns.reduce((sum, column) => sum + column.width + 3, 1) - width;
  for (const key of flexible) {
    const column = columns.find((candidate) => candidate.key === key);
    if (column === undefined) continue;
    const least = MIN_WIDTH[key] ?? DEFAULT_MIN;
    column.width -= Math.max(0, Math.min(excess(), column.width - least));
  }
  for (const key of dispensable)
    if (excess() > 0) columns = columns.filter((candidate) => candidate.key !== key);
  const closed = columns[columns.length - 1];
  for (const key of lastResort)
    if (excess() > closed.width - DEFAULT_MIN) columns = columns.filter((candidate) => candidate.key !== key);
  const widest = rows.reduce((most, row) => Math.max(most, widthOf(row.closed)), closed.width);
  closed.width = Math.min(widest, Math.max(DEFAULT_MIN, closed.width - excess()));
  const server = columns.find(({ key }) => key === 'server')!;
  server.width -= Math.max(0, Math.min(excess(), server.width - DEFAULT_MIN));
  return columns;
}

const PLAIN = carrierText(PLAIN_HTTP1);

/** Host is mostly the server's address again; an empty column tells nothing. */
function isEmptyColumn(key: Key, rows: readonly SessionColumns[]): boolean {
  if (key === 'host') return rows.every((row) => row.host === '-' || row.host === row.server);
  if (key === 'carrier') return rows.every((row) => row.carrier === PLAIN);
  return (key === 'subprotocol' || key === 'extensions') && rows.every((row) => row[key] === '-');
}

/** Of a handshake that is not whole, what is known of it. */
function target({ session }: SessionSummary, { host, path }: SessionColumns): string {
  if (session.handshake !== undefined) return `${host} ${path}`;
  const lacking = `(handshake not ${session.carrier.tls === undefined ? 'captured' : 'captured, or not decrypted'})`;
  return session.path === undefined ? lacking : `${host} ${path} ${lacking}`;
}

/** `1  0.000000  127.0.0.1:4000 → 127.0.0.1:80  101  /chat  …`, the same columns as the table. */
export function sessionLine(summary: SessionSummary, context: ColumnContext, colors: Colors): string {
  const c = sessionColumns(summary, context);
  const status = summary.end === undefined ? colors.remark(c.status) : c.status;
  return [
    c.number.padStart(5),
    c.time.padStart(11),
    `${c.client} → ${c.server}`,
    ...(c.carrier === PLAIN ? [] : [c.carrier]),
    status,
    target(summary, c),
    `subprotocol ${c.subprotocol}`,
    `extensions ${c.extensions}`,
    `frames ${c.frames}`,
    `bytes ${c.bytes}`,
    c.duration,
    c.closed,
  ].join('  ');
}
