/**
 * The message list as a table.
 */
import type { Message } from '../websocket/message-record.js';
import type { ByteWriter } from './byte-writer.js';
import type { Colors } from './colors.js';
import { type Decode, notDecoded } from './decoded-text.js';
import type { ColumnContext } from './frame-columns.js';
import { fullStart, type ListLayout, listTable, narrowStart } from './list-columns.js';
import { type MessageColumns, messageColumns } from './message-columns.js';
import type { RowRenderer } from './rows.js';

const layout: Omit<ListLayout<Message, MessageColumns>, 'columns'> = {
  fullWidth: 108,
  full: [
    ...fullStart,
    { title: 'From', width: 6, cell: (c) => (c.direction.startsWith('client') ? 'client' : 'server') },
    { title: 'Opcode', width: 12, cell: (c) => c.opcode },
    { title: 'Length', width: 7, align: 'right', cell: (c) => c.length },
    { title: 'Deflate', width: 7, align: 'right', dispensable: 1, cell: (c) => c.wire },
    { title: 'Frames', width: 6, align: 'right', dispensable: 2, cell: (c) => c.frames },
  ],
  narrow: [
    ...narrowStart,
    { title: 'Opcode', width: 6, cell: (c) => c.opcode.replace('continuation', 'cont') },
    { title: 'Length', width: 6, align: 'right', dispensable: 3, cell: (c) => c.length },
  ],
  title: 'Content',
  text: (c) => c.content,
};

export function messageTable(
  writer: ByteWriter,
  context: ColumnContext,
  colors: Colors,
  width: number,
  decode: Decode = notDecoded,
): RowRenderer<Message> {
  const columns = (message: Message, its: ColumnContext) => messageColumns(message, its, decode);
  return listTable({ ...layout, columns }, writer, context, colors, width);
}
