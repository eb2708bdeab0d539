/**
 * The frame list in each of its output formats, behind one interface: a frame goes in, text comes out.
 */
import type { Frame } from '../websocket/frame-record.js';
import type { Colors } from './colors.js';
import { type ColumnContext, type FrameColumns, frameColumns } from './frame-columns.js';
import { frameHex } from './frame-hex.js';
import { frameJson } from './frame-json.js';
import { frameLine } from './frame-text.js';
import { frameTree } from './frame-tree.js';
import { type Column, StreamingTable } from './table.js';
import type { TimeFormat } from './time.js';
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

interface FrameColumn extends Column {
  readonly cell: (columns: FrameColumns) => string;
}

/** Terminals from this width on get all columns, where times are relative. */
const FULL_WIDTH = 112;

/** Dates and seconds since the epoch are told in full, nanoseconds included. */
const TIME_WIDTHS: Readonly<Record<TimeFormat, number | undefined>> = {
  relative: undefined,
  epoch: 20,
  utc: 30,
};

const arrow = ({ direction }: FrameColumns): string => (direction.startsWith('client') ? 'C→S' : 'S→C');

const full: readonly FrameColumn[] = [
  { title: 'No.', width: 6, align: 'right', cell: (c) => c.number },
  { title: 'Time', width: 11, align: 'right', cell: (c) => c.time },
  { title: 'Sess', width: 4, align: 'right', cell: (c) => c.session },
  { title: 'Dir', width: 3, cell: arrow },
  { title: 'FIN', width: 3, cell: (c) => c.fin },
  { title: 'RSV', width: 3, cell: (c) => c.rsv },
  { title: 'Opcode', width: 12, cell: (c) => c.opcode },
  { title: 'Mask key', width: 8, cell: (c) => c.mask },
  { title: 'Length', width: 7, align: 'right', cell: (c) => c.length },
  { title: 'Form', width: 6, cell: (c) => c.form },
];

/** The same facts in less: flags are FIN, the RSV bits and the mask bit; the key is left to -V. */
const narrow: readonly FrameColumn[] = [
  { title: 'No.', width: 5, align: 'right', cell: (c) => c.number },
  { title: 'Time', width: 10, align: 'right', cell: (c) => c.time },
  { title: 'Session', width: 7, cell: (c) => `${c.session.padStart(2)} ${arrow(c)}` },
  { title: 'Flags', width: 5, cell: (c) => `${c.fin[0]}${c.rsv}${c.mask === '-' ? '-' : 'M'}` },
  { title: 'Opcode', width: 6, cell: (c) => c.opcode.replace('continuation', 'cont') },
  { title: 'Length', width: 6, align: 'right', cell: (c) => c.length },
];

function chooseColumns(timeFormat: TimeFormat, width: number): readonly FrameColumn[] {
  const timeWidth = TIME_WIDTHS[timeFormat];
  if (timeWidth === undefined) return width < FULL_WIDTH ? narrow : full;
  const added = timeWidth - full[1].width!;
  const columns = width < FULL_WIDTH + added ? narrow : full;
  return columns.map((column) => (column.title === 'Time' ? { ...column, width: timeWidth } : column));
}

/** The list in a table of the terminal's width. */
export function tableRenderer(
  writer: TextWriter,
  context: ColumnContext,
  colors: Colors,
  width: number,
): FrameRenderer {
  const columns = chooseColumns(context.timeFormat, width);
  const table = new StreamingTable([...columns, { title: 'Payload' }], writer, width, colors.label);
  const rest = table.widthOf(columns.length);
  return {
    frame(frame) {
      const c = frameColumns(frame, context);
      const cells = columns.map((column) =>
        column.title === 'Opcode' ? colors.opcode(frame.opcode, column.cell(c)) : column.cell(c),
      );
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
