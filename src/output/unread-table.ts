/**
 * The TLS connections that could not be read, as a table of their own below the sessions, with what to do about it.
 */
import { visible } from '../bytes/visible.js';
import type { UnreadTls } from '../carried/tls.js';
import type { Colors } from './colors.js';
import { type Column, fittingColumns, MIN_REST, StreamingTable } from './table.js';
import { alpnOf, tlsName, unreadReason } from './tls-text.js';
import { width as widthOf } from './width.js';
import type { TextWriter } from './writer.js';

/** Rows that are shown; further ones are counted. */
const SHOWN = 200;

type Row = readonly [
  client: string,
  server: string,
  name: string,
  alpn: string,
  protection: string,
  reason: string,
];

const TITLES = ['TLS client', 'Server', 'Server name', 'ALPN', 'Version and suite', 'Not read'] as const;
/** Narrower they tell nothing; what is left out first has the highest number. */
const MOST = [21, 21, 22, 14, 30, undefined] as const;
const DISPENSABLE = [1, 0, 0, 3, 2, 0] as const;

export class UnreadTable {
  /** How many were added. */
  rows = 0;
  private readonly kept: Row[] = [];

  constructor(
    private readonly writer: TextWriter,
    private readonly colors: Colors,
    /** Of the terminal. */
    private readonly width: number,
  ) {}

  add(connection: UnreadTls): void {
    if (++this.rows > SHOWN) return;
    const { client, server, tls } = connection;
    const name = tls.serverName === undefined ? '-' : visible(tls.serverName);
    this.kept.push([client, server, name, alpnOf(tls), tlsName(tls), unreadReason(connection)]);
  }

  end(): void {
    if (this.rows === 0) return;
    const columns = TITLES.map((title, index): Column & { index: number } => {
      const most = MOST[index];
      const widest = this.kept.reduce((width, row) => Math.max(width, widthOf(row[index])), title.length);
      return {
        title,
        index,
        ...(most === undefined ? {} : { width: Math.min(most, widest) }),
        wrap: true,
        dispensable: DISPENSABLE[index],
      };
    });
    const [reason] = columns.splice(-1);
    const shown = [...fittingColumns(columns, this.width, MIN_REST), reason];
    const table = new StreamingTable(shown, this.writer, this.width, this.colors.label);
    for (const row of this.kept) table.add(shown.map(({ index }) => row[index]));
    table.end();
    if (this.rows > SHOWN)
      this.writer.write(`and ${this.rows - SHOWN} more TLS connections that were not read\n`);
  }
}
