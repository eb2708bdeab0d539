/**
 * What the lists of frames and of messages have in common: their first columns as text, and how a table of them
 * is laid out.
 */
import type { Timestamp } from '../stream/place.js';
import type { Sender } from '../websocket/frame-record.js';
import { opcodeName } from '../websocket/opcode.js';
import type { Session } from '../websocket/session-record.js';
import type { ByteWriter } from './byte-writer.js';
import type { Colors } from './colors.js';
import type { ColumnContext } from './frame-columns.js';
import { type RowRenderer, remarkAndText, timeColumn } from './rows.js';
import { type Column, StreamingTable } from './table.js';
import { formatTime } from './time.js';

/** A frame or a message. */
export interface ListItem {
  readonly number: number;
  readonly timestamp: Timestamp;
  readonly session: Session;
  readonly sender: Sender;
  readonly opcode: number;
}

export interface ListColumns {
  readonly number: string;
  readonly time: string;
  readonly session: string;
  readonly direction: string;
  readonly opcode: string;
}

export function listColumns(item: ListItem, context: ColumnContext): ListColumns {
  return {
    number: String(item.number),
    time: formatTime(item.timestamp, context.timeFormat, context.start()),
    session: String(item.session.number),
    direction: formatDirection(item.sender),
    opcode: opcodeName(item.opcode),
  };
}

export function formatDirection(sender: Sender): string {
  return sender === 'client' ? 'client→server' : 'server→client';
}

/** `[malformed] [truncated: 3 bytes missing]` */
export function formatRemarks(remarks: readonly string[]): string {
  return remarks.map((remark) => `[${remark}]`).join(' ');
}

export interface ListColumn<C> extends Column {
  readonly cell: (columns: C) => string;
}

/** A table of items T, of which C are the columns. */
export interface ListLayout<T, C> {
  columns(item: T, context: ColumnContext): C;
  /** All columns but the last one, for terminals from `fullWidth` on, where times are relative. */
  readonly full: readonly ListColumn<C>[];
  readonly fullWidth: number;
  /** The same facts in less. */
  readonly narrow: readonly ListColumn<C>[];
  /** The last column, which has the remarks too. */
  readonly title: string;
  text(columns: C): string;
}

export const arrow = ({ direction }: ListColumns): string => (direction.startsWith('client') ? 'C→S' : 'S→C');

/** What the full columns begin with, and the narrow ones. */
export const fullStart: readonly ListColumn<ListColumns>[] = [
  { title: 'No.', width: 6, align: 'right', cell: (c) => c.number },
  { title: 'Time', width: 11, align: 'right', cell: (c) => c.time },
  { title: 'Sess', width: 4, align: 'right', cell: (c) => c.session },
];
export const narrowStart: readonly ListColumn<ListColumns>[] = [
  { title: 'No.', width: 5, align: 'right', cell: (c) => c.number },
  { title: 'Time', width: 10, align: 'right', dispensable: 2, cell: (c) => c.time },
  {
    title: 'Session',
    width: 7,
    grows: true,
    dispensable: 1,
    cell: (c) => `${c.session.padStart(2)} ${arrow(c)}`,
  },
];

/** The list in a table of the terminal's width. */
export function listTable<T extends ListItem, C extends { readonly remark: string }>(
  layout: ListLayout<T, C>,
  writer: ByteWriter,
  context: ColumnContext,
  colors: Colors,
  width: number,
): RowRenderer<T> {
  const shown = chooseColumns(layout, context, width);
  const table = new StreamingTable([...shown, { title: layout.title }], writer, width, colors.label);
  return {
    row(item) {
      const c = layout.columns(item, context);
      const cells = shown.map((column) =>
        column.title === 'Opcode' ? colors.opcode(item.opcode, column.cell(c)) : column.cell(c),
      );
      table.add([...cells, (rest) => remarkAndText(c.remark, layout.text(c), rest, colors)]);
    },
    flush: () => table.flush(),
    end: () => table.end(),
  };
}

function chooseColumns<C>(
  { full, fullWidth, narrow }: ListLayout<never, C>,
  context: ColumnContext,
  width: number,
): readonly ListColumn<C>[] {
  const adapt = (column: ListColumn<C>) => (column.title === 'Time' ? timeColumn(column, context) : column);
  const columns = full.map(adapt);
  const added = columns[1].width! - full[1].width!;
  return width < fullWidth + added ? narrow.map(adapt) : columns;
}
