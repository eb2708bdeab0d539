/**
 * The frame list in each of its output formats, behind one interface: a frame goes in, text comes out.
 */
import type { Frame } from '../websocket/frame-record.js';
import type { Colors } from './colors.js';
import { type ColumnContext, frameColumns } from './frame-columns.js';
import { frameHex } from './frame-hex.js';
import { frameJson } from './frame-json.js';
import { frameLine } from './frame-text.js';
import { frameTree } from './frame-tree.js';
import { type Column, StreamingTable } from './table.js';
import { clip } from './width.js';
import type { TextWriter } from './writer.js';

export interface FrameRenderer {
  frame(frame: Frame): void;
  /** Writes what was held back, before the output is flushed. */
  flush(): void;
  end(): void;
}

/** One line per frame, as `line` makes it. */
export function lineRenderer(writer: TextWriter, line: (frame: Frame) => string): FrameRenderer {
  return { frame: (frame) => writer.write(`${line(frame)}\n`), flush() {}, end() {} };
}

/** One valid JSON document: an array with a frame per line. */
export function jsonRenderer(writer: TextWriter): FrameRenderer {
  let separator = '[\n';
  return {
    frame(frame) {
      writer.write(`${separator}${frameJson(frame)}`);
      separator = ',\n';
    },
    flush() {},
    end: () => writer.write(separator === ',\n' ? '\n]\n' : '[]\n'),
  };
}

/** What -V and -x ask for: the tree of a frame (else its line), and its bytes. */
export function detailRenderer(
  writer: TextWriter,
  context: ColumnContext,
  colors: Colors,
  show: { readonly tree: boolean; readonly hex: boolean },
): FrameRenderer {
  return {
    frame(frame) {
      writer.write(show.tree ? frameTree(frame, context, colors) : `${frameLine(frame, context, colors)}\n`);
      if (show.hex) writer.write(frameHex(frame, colors));
      writer.write('\n');
    },
    flush() {},
    end() {},
  };
}

const columns: readonly Column[] = [
  { title: 'No.', width: 6, align: 'right' },
  { title: 'Time', width: 11, align: 'right' },
  { title: 'Sess', width: 4, align: 'right' },
  { title: 'Direction', width: 13 },
  { title: 'FIN', width: 3 },
  { title: 'RSV', width: 3 },
  { title: 'Opcode', width: 12 },
  { title: 'Mask key', width: 8 },
  { title: 'Length', width: 7, align: 'right' },
  { title: 'Form', width: 6 },
  { title: 'Payload' },
];

/** The list in a table of the terminal's width. */
export function tableRenderer(
  writer: TextWriter,
  context: ColumnContext,
  colors: Colors,
  width: number,
): FrameRenderer {
  const table = new StreamingTable(columns, writer, width, colors.label);
  const rest = table.widthOf(columns.length - 1);
  return {
    frame(frame) {
      const c = frameColumns(frame, context);
      const opcode = colors.opcode(frame.opcode, c.opcode);
      const cells = [
        c.number,
        c.time,
        c.session,
        c.direction,
        c.fin,
        c.rsv,
        opcode,
        c.mask,
        c.length,
        c.form,
      ];
      table.add([...cells, remarkAndPayload(c.remark, c.payload, rest, colors)]);
    },
    flush: () => table.flush(),
    end: () => table.end(),
  };
}

function remarkAndPayload(remark: string, payload: string, width: number, colors: Colors): string {
  if (remark === '') return clip(payload, width);
  const shown = clip(remark, width);
  const left = width - remark.length - 1;
  return colors.remark(shown) + (left > 0 && payload !== '' ? ` ${clip(payload, left)}` : '');
}
