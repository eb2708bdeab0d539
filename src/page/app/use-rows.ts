/**
 * The rows of a long list that are in sight, and as many above and below: read as they come near, kept while they are.
 */
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows that are kept; further ones are dropped where they are far away. */
const MOST = 4000;
const NEAR = 1000;

interface ListOf<Row> {
  /** Changes when what is at the places does. */
  readonly of: unknown;
  /** Places. */
  readonly count: number;
  read(places: readonly number[]): Promise<readonly (Row | undefined)[]>;
}

/** By place, as far as they have been read. */
export function useRows<Row>(
  { of, count: whole, read }: ListOf<Row>,
  from: number,
  count: number,
): ReadonlyMap<number, Row> {
  const kept = useRef({ of, rows: new Map<number, Row>() });
  if (kept.current.of !== of) kept.current = { of, rows: new Map() };
  const { rows } = kept.current;
  const [, redraw] = useState(0);
  useLayoutEffect(() => {
    const isMissing = (place: number) => !rows.has(place);
    const near = placesIn(from - (count >> 1), from + count + (count >> 1), whole);
    if (!near.some(isMissing)) return;
    const places = placesIn(from - count, from + 2 * count, whole).filter(isMissing);
    void read(places).then((found) => {
      if (kept.current.rows !== rows) return;
      if (rows.size > MOST)
        for (const place of rows.keys()) if (Math.abs(place - from) > NEAR) rows.delete(place);
      for (const [i, row] of found.entries()) if (row !== undefined) rows.set(places[i], row);
      redraw((times) => times + 1);
    });
  }, [rows, from, count, whole]);
  return rows;
}

function placesIn(from: number, end: number, whole: number): number[] {
  const first = Math.max(0, from);
  return Array.from({ length: Math.max(0, Math.min(end, whole) - first) }, (_, i) => first + i);
}
