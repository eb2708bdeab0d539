/**
 * The frame list in detail and as a table: a frame goes in, text comes out.
 */
import type { Frame } from '../websocket/frame-record.js';
import type { ByteWriter } from './byte-writer.js';
import type { Colors } from './colors.js';
import { type ColumnContext, type FrameColumns, frameColumns } from './frame-columns.js';
import { writeFrameHex } from './frame-hex.js';
import { FrameLines } from './frame-text.js';
import { frameTree } from './frame-tree.js';
import { type RowRenderer, remarkAndText, timeColumn } from './rows.js';
import { type Column, StreamingTable } from './table.js';
import type { TextWriter } from './writer.js';

/** What -V and -x ask for: the tree of a frame (else its line), and its bytes. */
export function detailRenderer(
  writer: ByteWriter,
  context: ColumnContext,
  colors: Colors,
  show: { readonly tree: boolean; readonly hex: boolean },
): RowRenderer<Frame> {
  const lines = new FrameLines(writer, context, colors);
  return {
    row(frame) {
      if (show.tree) writer.write(frameTree(frame, context, colors));
      else {
        lines.write(frame);
        writer.write('\n');
      }
      if (show.hex) writeFrameHex(writer, frame, colors);
      writer.write('\n');
    },
    flush() {},
    end() {},
  };
}

interface FrameColumn extends Column {
  readonly cell: (columns: FrameColumns) => string;
}

/** Terminals from this width on get all columns, where times are relative and numbers short. */
const FULL_WIDTH = 112;

const arrow = ({ direction }: FrameColumns): string => (direction.startsWith('client') ? 'C→S' : 'S→C');

const full: readonly FrameColumn[] = [
  { title: 'No.', width: 6, align: 'right', cell: (c) => c.number },
  { title: 'Time', width: 11, align: 'right', cell: (c) => c.time },
  { title: 'Sess', width: 4, align: 'right', cell: (c) => c.session },
  { title: 'Dir', width: 3, cell: arrow },
  { title: 'FIN', width: 3, cell: (c) => c.fin },
  { title: 'RSV', width: 3, dispensable: 1, cell: (c) => c.rsv },
  { title: 'Opcode', width: 12, cell: (c) => c.opcode },
  { title: 'Mask key', width: 8, dispensable: 2, cell: (c) => c.mask },
  { title: 'Length', width: 7, align: 'right', cell: (c) => c.length },
  { title: 'Form', width: 6, dispensable: 3, cell: (c) => c.form },
];

/**
 * The same facts in less: flags are FIN, the RSV bits and the mask bit; the key is left to -V. Where there is
 * still less room, the columns that are dispensable are left to it too.
 */
const narrow: readonly FrameColumn[] = [
  { title: 'No.', width: 5, align: 'right', cell: (c) => c.number },
  { title: 'Time', width: 10, align: 'right', dispensable: 2, cell: (c) => c.time },
  {
    title: 'Session',
    width: 7,
    grows: true,
    dispensable: 1,
    cell: (c) => `${c.session.padStart(2)} ${arrow(c)}`,
  },
  {
    title: 'Flags',
    width: 5,
    dispensable: 4,
    cell: (c) => `${c.fin[0]}${c.rsv}${c.mask === '-' ? '-' : 'M'}`,
  },
  { title: 'Opcode', width: 6, cell: (c) => c.opcode.replace('continuation', 'cont') },
  { title: 'Length', width: 6, align: 'right', dispensable: 3, cell: (c) => c.length },
];

function chooseColumns(context: ColumnContext, width: number): readonly FrameColumn[] {
  const adapt = (column: FrameColumn) => (column.title === 'Time' ? timeColumn(column, context) : column);
  const columns = full.map(adapt);
  const added = columns[1].width! - full[1].width!;
  return width < FULL_WIDTH + added ? narrow.map(adapt) : columns;
}

/** The list in a table of the terminal's width. */
export function tableRenderer(
  writer: TextWriter,
  context: ColumnContext,
  colors: Colors,
  width: number,
): RowRenderer<Frame> {
  const columns = chooseColumns(context, width);
  const table = new StreamingTable([...columns, { title: 'Payload' }], writer, width, colors.label);
  return {
    row(frame) {
      const c = frameColumns(frame, context);
      const cells = columns.map((column) =>
        column.title === 'Opcode' ? colors.opcode(frame.opcode, column.cell(c)) : column.cell(c),
      );
      table.add([...cells, (rest) => remarkAndText(c.remark, c.payload, rest, colors)]);
    },
    flush: () => table.flush(),
    end: () => table.end(),
  };
}
