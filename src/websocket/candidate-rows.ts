/**
 * The candidates of a chain search, in columns: millions of them cost no object each. Kept between searches
 * and grown by doubling.
 */
export class CandidateRows {
  count = 0;
  /** Index in the window's buffer. */
  index: Int32Array = new Int32Array(256);
  /** The row of the next frame, or how the chain ends. */
  next: Int32Array = new Int32Array(256);
  /** Evidence where no fragmented message is under way, and where one is, in bits. */
  outside: Float64Array = new Float64Array(256);
  inside: Float64Array = new Float64Array(256);
  /** Probability that a chain leads here, likewise. */
  massOutside: Float64Array = new Float64Array(256);
  massInside: Float64Array = new Float64Array(256);

  add(index: number): number {
    if (this.count === this.index.length) this.grow(this.count * 2);
    this.index[this.count] = index;
    return this.count++;
  }

  /** A chain leads to `row` with this probability more. */
  lead(row: number, inside: boolean, mass: number): void {
    if (inside) this.massInside[row] += mass;
    else this.massOutside[row] += mass;
  }

  private grow(size: number): void {
    this.index = copied(this.index, new Int32Array(size));
    this.next = copied(this.next, new Int32Array(size));
    this.outside = copied(this.outside, new Float64Array(size));
    this.inside = copied(this.inside, new Float64Array(size));
    this.massOutside = new Float64Array(size);
    this.massInside = new Float64Array(size);
  }
}

function copied<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
