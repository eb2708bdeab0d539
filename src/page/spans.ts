/**
 * Spans of rows: tables are read in them, so that what is wanted here and there costs few readings.
 */

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
