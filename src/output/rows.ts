/**
 * What all lists have in common: an item goes in, text comes out, in one of the formats.
 */
import { type ByteWriter, encoded } from './byte-writer.js';
import type { Colors } from './colors.js';
import type { ColumnContext } from './frame-columns.js';
import type { Column } from './table.js';
import type { TimeFormat } from './time.js';
import { clip } from './width.js';

export interface RowRenderer<T> {
  /** `isNeighbour`: of --context, the filter does not hold for it; only JSON tells it. */
  row(item: T, isNeighbour?: boolean): void;
  /** What comes next does not follow what came last; only lines for people tell it. */
  gap?(): void;
  /** Writes what was held back, before the output is flushed. */
  flush(): void;
  end(): void;
}

const LINE_FEED = 0x0a;
const FIRST = encoded('[\n');
const NEXT = encoded(',\n');
/** As grep has it. */
const GAP = encoded('--\n');

type WriteItem<T> = (item: T, isNeighbour: boolean) => void;

/** One line per item, which `write` writes. */
function lineRenderer<T>(writer: ByteWriter, write: WriteItem<T>, isText: boolean): RowRenderer<T> {
  return {
    ...(isText && { gap: () => writer.bytes(GAP) }),
    row(item, isNeighbour = false) {
      write(item, isNeighbour);
      writer.octet(LINE_FEED);
    },
    flush() {},
    end() {},
  };
}

/** One valid JSON document: an array with an item per line, which `write` writes. */
function jsonRenderer<T>(writer: ByteWriter, write: WriteItem<T>): RowRenderer<T> {
  let separator = FIRST;
  return {
    row(item, isNeighbour = false) {
      writer.bytes(separator);
      write(item, isNeighbour);
      separator = NEXT;
    },
    flush() {},
    end: () => writer.write(separator === NEXT ? '\n]\n' : '[]\n'),
  };
}

/** Objects as text: in one document with `json`, else one a line. */
export function objectRenderer<T>(format: string, writer: ByteWriter, write: WriteItem<T>): RowRenderer<T> {
  return format === 'json' ? jsonRenderer(writer, write) : lineRenderer(writer, write, format === 'text');
}

/** Dates and seconds since the epoch are told in full, nanoseconds included. */
const TIME_WIDTHS: Readonly<Record<TimeFormat, number | undefined>> = {
  relative: undefined,
  epoch: 20,
  utc: 30,
};

/** The time column, as wide as the times asked for. */
export function timeColumn<C extends Column>(column: C, { timeFormat }: ColumnContext): C {
  const width = TIME_WIDTHS[timeFormat];
  return width === undefined ? column : { ...column, width };
}

/** The last cell of a row: what is remarkable, then as much of the text as fits. */
export function remarkAndText(remark: string, text: string, width: number, colors: Colors): string {
  if (remark === '') return clip(text, width);
  const shown = clip(remark, width);
  const left = width - remark.length - 1;
  return colors.remark(shown) + (left > 0 && text !== '' ? ` ${clip(text, left)}` : '');
}
