/**
 * The message list in each of its output formats: a message goes in, text comes out.
 */
import type { Message } from '../websocket/message-record.js';
import type { Colors } from './colors.js';
import type { ColumnContext } from './frame-columns.js';
import { type MessageColumns, messageColumns } from './message-columns.js';
import { type RowRenderer, remarkAndText, timeColumn } from './rows.js';
import { type Column, StreamingTable } from './table.js';
import type { TextWriter } from './writer.js';

interface MessageColumn extends Column {
  readonly cell: (columns: MessageColumns) => string;
}

/** Terminals from this width on get all columns, where times are relative. */
const FULL_WIDTH = 108;

const full: readonly MessageColumn[] = [
  { title: 'No.', width: 6, align: 'right', cell: (c) => c.number },
  { title: 'Time', width: 11, align: 'right', cell: (c) => c.time },
  { title: 'Sess', width: 4, align: 'right', cell: (c) => c.session },
  { title: 'From', width: 6, cell: sender },
  { title: 'Opcode', width: 12, cell: (c) => c.opcode },
  { title: 'Length', width: 7, align: 'right', cell: (c) => c.length },
  { title: 'Deflate', width: 7, align: 'right', dispensable: 1, cell: (c) => c.wire },
  { title: 'Frames', width: 6, align: 'right', dispensable: 2, cell: (c) => c.frames },
];

const narrow: readonly MessageColumn[] = [
  { title: 'No.', width: 5, align: 'right', cell: (c) => c.number },
  { title: 'Time', width: 10, align: 'right', dispensable: 2, cell: (c) => c.time },
  {
    title: 'Session',
    width: 7,
    grows: true,
    dispensable: 1,
    cell: (c) => `${c.session.padStart(2)} ${arrow(c)}`,
  },
  { title: 'Opcode', width: 6, cell: (c) => c.opcode.replace('continuation', 'cont') },
  { title: 'Length', width: 6, align: 'right', dispensable: 3, cell: (c) => c.length },
];

function sender({ direction }: MessageColumns): string {
  return direction.startsWith('client') ? 'client' : 'server';
}

function arrow({ direction }: MessageColumns): string {
  return direction.startsWith('client') ? 'C→S' : 'S→C';
}

function chooseColumns(context: ColumnContext, width: number): readonly MessageColumn[] {
  const adapt = (column: MessageColumn) => (column.title === 'Time' ? timeColumn(column, context) : column);
  const columns = full.map(adapt);
  const added = columns[1].width! - full[1].width!;
  return width < FULL_WIDTH + added ? narrow.map(adapt) : columns;
}

/** The list in a table of the terminal's width. */
export function messageTable(
  writer: TextWriter,
  context: ColumnContext,
  colors: Colors,
  width: number,
): RowRenderer<Message> {
  const shown = chooseColumns(context, width);
  const table = new StreamingTable([...shown, { title: 'Content' }], writer, width, colors.label);
  return {
    row(message) {
      const c = messageColumns(message, context);
      const cells = shown.map((column) =>
        column.title === 'Opcode' ? colors.opcode(message.opcode, column.cell(c)) : column.cell(c),
      );
      table.add([...cells, (rest) => remarkAndText(c.remark, c.content, rest, colors)]);
    },
    flush: () => table.flush(),
    end: () => table.end(),
  };
}
