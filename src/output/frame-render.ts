/**
 * The frame list in detail and as a table: a frame goes in, text comes out.
 */
import type { Decoded } from '../subprotocol/decoder.js';
import type { Frame } from '../websocket/frame-record.js';
import type { ByteWriter } from './byte-writer.js';
import type { Colors } from './colors.js';
import { type ColumnContext, type FrameColumns, frameColumns } from './frame-columns.js';
import { writeFrameHex } from './frame-hex.js';
import { FrameLines } from './frame-text.js';
import { frameTree } from './frame-tree.js';
import { arrow, fullStart, type ListLayout, listTable, narrowStart } from './list-columns.js';
import type { RowRenderer } from './rows.js';

/** What -V and -x ask for: the tree of a frame (else its line), and its bytes. */
export function detailRenderer(
  writer: ByteWriter,
  context: ColumnContext,
  colors: Colors,
  show: {
    readonly tree: boolean;
    readonly hex: boolean;
    /** What the message says that a frame ends. */
    readonly decoded?: ((frame: Frame) => Decoded | undefined) | undefined;
  },
): RowRenderer<Frame> {
  const lines = new FrameLines(writer, context, colors);
  return {
    row(frame) {
      if (show.tree) writer.write(frameTree(frame, context, colors, show.decoded?.(frame)));
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

const layout: ListLayout<Frame, FrameColumns> = {
  columns: frameColumns,
  // Numbers are mostly short.
  fullWidth: 112,
  full: [
    ...fullStart,
    { title: 'Dir', width: 3, cell: arrow },
    { title: 'FIN', width: 3, cell: (c) => c.fin },
    { title: 'RSV', width: 3, dispensable: 1, cell: (c) => c.rsv },
    { title: 'Opcode', width: 12, cell: (c) => c.opcode },
    { title: 'Mask key', width: 8, dispensable: 2, cell: (c) => c.mask },
    { title: 'Length', width: 7, align: 'right', cell: (c) => c.length },
    { title: 'Form', width: 6, dispensable: 3, cell: (c) => c.form },
  ],
  // Flags are FIN, the RSV bits and the mask bit; the key is left to -V.
  narrow: [
    ...narrowStart,
    {
      title: 'Flags',
      width: 5,
      dispensable: 4,
      cell: (c) => `${c.fin[0]}${c.rsv}${c.mask === '-' ? '-' : 'M'}`,
    },
    { title: 'Opcode', width: 6, cell: (c) => c.opcode.replace('continuation', 'cont') },
    { title: 'Length', width: 6, align: 'right', dispensable: 3, cell: (c) => c.length },
  ],
  title: 'Payload',
  text: (c) => c.payload,
};

export function tableRenderer(
  writer: ByteWriter,
  context: ColumnContext,
  colors: Colors,
  width: number,
): RowRenderer<Frame> {
  return listTable(layout, writer, context, colors, width);
}
