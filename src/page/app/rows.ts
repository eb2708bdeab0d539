/**
 * The rows of a table that are listed: all, or those that a filter found. A row has its place in the list and its number in
 * the table.
 */
export interface Rows {
  readonly count: number;
  /** Number in the table of what is at a place of the list. */
  at(place: number): number;
  /** Place of a row of the table, or where it would be. */
  placeOf(row: number): number;
  has(row: number): boolean;
}

export function allRows(count: number): Rows {
  return { count, at: (place) => place, placeOf: (row) => row, has: (row) => row >= 0 && row < count };
}

/** `found`: ascending. */
export function foundRows(found: readonly number[]): Rows {
  const placeOf = (row: number): number => {
    let [low, high] = [0, found.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (found[middle] < row) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    count: found.length,
    at: (place) => found[place],
    placeOf,
    has: (row) => found[placeOf(row)] === row,
  };
}
