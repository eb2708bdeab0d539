/**
 * A table whose rows are in blocks: reads those that are asked for, and keeps the last ones at hand.
 */
import type { Table } from './source.js';

/** Blocks at hand: a screen's worth of rows needs one or two, what they name some more. */
const KEPT = 24;

/** A block of a table, and the number of its first row. */
export interface BlockRows<Row> {
  readonly from: number;
  readonly rows: readonly Row[];
}

export class BlockTable<Row> implements Table<Row> {
  readonly count: number;
  /** First row of each block. */
  private readonly starts: number[] = [];
  /** In the order in which they were asked for. */
  private readonly kept = new Map<number, Promise<readonly Row[]>>();

  /** `sizes`: rows of each block. `load` may leave out what a block has where that names no session `only`. */
  constructor(
    sizes: readonly number[],
    private readonly load: (block: number, only?: number) => Promise<readonly Row[]>,
  ) {
    let count = 0;
    for (const size of sizes) {
      this.starts.push(count);
      count += size;
    }
    this.count = count;
  }

  async read(from: number, count: number): Promise<readonly Row[]> {
    const end = Math.min(from + count, this.count);
    if (from < 0 || from >= end) return [];
    const first = this.blockOf(from);
    const parts: Promise<readonly Row[]>[] = [];
    for (let block = first; block < this.starts.length && this.starts[block] < end; block++)
      parts.push(this.block(block));
    const blocks = await Promise.all(parts);
    const rows = blocks.length === 1 ? blocks[0] : blocks.flat();
    return rows.slice(from - this.starts[first], end - this.starts[first]);
  }

  async nextOf(session: number, from: number): Promise<number> {
    for (let block = this.blockOf(from); block < this.starts.length; block++) {
      const at = Math.max(from, this.starts[block]);
      if (this.kept.has(block)) return at;
      const rows = await this.load(block, session);
      if (rows.length === 0) continue;
      this.keep(block, Promise.resolve(rows));
      return at;
    }
    return this.count;
  }

  /** All rows in their order, a block at a time, but those of blocks without the session `only`; those at hand stay. */
  async *all(only?: number): AsyncGenerator<BlockRows<Row>, void> {
    for (let block = 0; block < this.starts.length; block++)
      yield { from: this.starts[block], rows: await (this.kept.get(block) ?? this.load(block, only)) };
  }

  /** The last one that does not begin behind the row. */
  private blockOf(row: number): number {
    let [low, high] = [0, this.starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle] <= row) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  private block(block: number): Promise<readonly Row[]> {
    const rows = this.kept.get(block) ?? this.load(block);
    // What failed may be tried again.
    rows.catch(() => this.kept.delete(block));
    this.keep(block, rows);
    return rows;
  }

  private keep(block: number, rows: Promise<readonly Row[]>): void {
    this.kept.delete(block);
    this.kept.set(block, rows);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value!);
  }
}
