/**
 * The Huffman codes of DEFLATE (RFC 1951 §3.2.2): code lengths → table, bits → symbol.
 *
 * Strategy: one look-up decides codes of up to `root` bits; a table entry holds all that is to be known of its
 * symbol (code length, extra bits, base value), so that no second table is asked. Longer codes, rare by
 * nature, are found bit by bit from the counts of the canonical code. The table is filled by doubling it, one
 * code length after the other, each code stored once, so that a hostile block with a big code costs little.
 */

/**
 * An entry: bits 0–3 the code length, bits 4–7 the number of extra bits, bits 16–30 the literal, or the base of
 * a length or distance. A literal is negative; what has no base says so by 15 extra bits.
 */
const LITERAL = 1 << 31;
const NO_BASE = 15 << 4;
/** The end-of-block code. */
const END = NO_BASE;
/** No symbol has this code, or the symbol may not occur. */
const INVALID = NO_BASE | (1 << 16);
/** A code of more than `root` bits begins so, see `lookUp`. */
const LONG = NO_BASE | (2 << 16);

export const isLiteral = (entry: number): boolean => entry < 0;
export const isEnd = (entry: number): boolean => entry >> 4 === END >> 4;
export const isInvalid = (entry: number): boolean => entry >> 4 === INVALID >> 4;

const LONGEST_CODE = 15;

export class HuffmanCode {
  /** Indexed by the next `root` bits. */
  readonly table: Int32Array;
  readonly mask: number;
  private readonly counts = new Uint16Array(LONGEST_CODE + 1);
  private readonly next = new Uint16Array(LONGEST_CODE + 2);
  /** By code length, then value. */
  private readonly symbols: Uint16Array;

  constructor(
    /** By symbol, without the code length. */
    private readonly entries: Int32Array,
    private readonly root: number,
  ) {
    this.table = new Int32Array(1 << root);
    this.mask = (1 << root) - 1;
    this.symbols = new Uint16Array(entries.length);
  }

  /**
   * Takes the code whose symbols have lengths[from, from + count). False for a set that is over-subscribed or
   * incomplete; `partial` allows what zlib does and §3.2.7 asks for: a single code of one bit, or none at all.
   */
  build(lengths: Uint8Array, from: number, count: number, partial: boolean): boolean {
    const { counts, next, symbols } = this;
    counts.fill(0);
    for (let i = 0; i < count; i++) counts[lengths[from + i]]++;
    const left = remaining(counts);
    const single = counts[0] === count || (counts[0] === count - 1 && counts[1] === 1);
    if (left < 0 || (left > 0 && !(partial && single))) return false;
    next[1] = 0;
    for (let length = 1; length <= LONGEST_CODE; length++) next[length + 1] = next[length] + counts[length];
    for (let i = 0; i < count; i++) {
      const length = lengths[from + i];
      if (length !== 0) symbols[next[length]++] = i;
    }
    this.fill(left > 0 ? INVALID | 1 : LONG);
    return true;
  }

  /** The entry of the code that `hold` begins with, of any length. */
  lookUp(hold: number): number {
    const entry = this.table[hold & this.mask];
    return entry === LONG ? this.find(hold) : entry;
  }

  private find(hold: number): number {
    const { counts, symbols, entries } = this;
    let bits = hold;
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= LONGEST_CODE; length++) {
      code |= bits & 1;
      bits >>= 1;
      const count = counts[length];
      if (code - count < first) return entries[symbols[index + code - first]] | length;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return INVALID | 1;
  }

  /** Codes are read from their most significant bit on (§3.1.1), so that the table is indexed by reversed ones. */
  private fill(rest: number): void {
    const { table, counts, symbols, entries, root } = this;
    table[0] = rest;
    let size = 1;
    let code = 0;
    let index = 0;
    for (let length = 1; length <= root; length++) {
      if (size > 8) table.copyWithin(size, 0, size);
      else for (let i = 0; i < size; i++) table[size + i] = table[i];
      for (let n = counts[length]; n > 0; n--) {
        table[code] = entries[symbols[index++]] | length;
        let bit = size;
        while ((code & bit) !== 0) bit >>= 1;
        code = (code & (bit - 1)) | bit;
      }
      size <<= 1;
    }
  }
}

/** How many codes of the greatest length are left over; negative when over-subscribed. */
function remaining(counts: Uint16Array): number {
  let left = 1;
  for (let length = 1; length <= LONGEST_CODE; length++) {
    left = left * 2 - counts[length];
    if (left < 0) return left;
  }
  return left;
}

/** §3.2.5; 286 and 287 take part in the fixed code but never occur. */
function literalEntries(): Int32Array {
  const entries = new Int32Array(288).fill(INVALID);
  for (let literal = 0; literal < 256; literal++) entries[literal] = (literal << 16) | LITERAL;
  entries[256] = END;
  for (let symbol = 257, base = 3; symbol < 285; symbol++) {
    const extra = symbol < 265 ? 0 : (symbol - 261) >> 2;
    entries[symbol] = (base << 16) | (extra << 4);
    base += 1 << extra;
  }
  entries[285] = 258 << 16;
  return entries;
}

/** §3.2.5; 30 and 31 take part in the fixed code but never occur. */
function distanceEntries(): Int32Array {
  const entries = new Int32Array(32).fill(INVALID);
  for (let symbol = 0, base = 1; symbol < 30; symbol++) {
    const extra = symbol < 4 ? 0 : (symbol - 2) >> 1;
    entries[symbol] = (base << 16) | (extra << 4);
    base += 1 << extra;
  }
  return entries;
}

const LITERAL_ENTRIES = literalEntries();
const DISTANCE_ENTRIES = distanceEntries();

export const newLiteralCode = () => new HuffmanCode(LITERAL_ENTRIES, 10);
export const newDistanceCode = () => new HuffmanCode(DISTANCE_ENTRIES, 8);
/** The code of the code lengths (§3.2.7), none longer than seven bits; entries hold the symbol as value. */
export const newLengthCode = () =>
  new HuffmanCode(
    Int32Array.from({ length: 19 }, (_, i) => i << 16),
    7,
  );

/** §3.2.6. */
export const FIXED_LITERALS = newLiteralCode();
FIXED_LITERALS.build(
  Uint8Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)),
  0,
  288,
  false,
);
export const FIXED_DISTANCES = newDistanceCode();
FIXED_DISTANCES.build(new Uint8Array(32).fill(5), 0, 32, false);
