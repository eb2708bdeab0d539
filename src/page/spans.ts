/**
 * Spans of rows: tables are read in them, so that what is wanted here and there costs few readings.
 */
import type { Table } from './source.js';

export interface Span {
  readonly from: number;
  readonly count: number;
}

/** Ascending row numbers as spans to read; gaps of a few rows are read along. */
export function spansOf(rows: readonly number[], gap = 8): Span[] {
  const spans: { from: number; count: number }[] = [];
  for (const row of rows) {
    const last = spans.at(-1);
    if (last !== undefined && row - (last.from + last.count) <= gap) last.count = row - last.from + 1;
    else spans.push({ from: row, count: 1 });
  }
  return spans;
}

/** What is in these rows, in any order. */
export async function readRows<Row>(table: Table<Row>, rows: readonly number[]): Promise<Map<number, Row>> {
  const read = new Map<number, Row>();
  for (const { from, count } of spansOf(rows.toSorted((a, b) => a - b)))
    for (const [i, row] of (await table.read(from, count)).entries()) read.set(from + i, row);
  return read;
}
