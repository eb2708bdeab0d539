/**
 * The payload of the message under way: unmasked, joined, up to a limit; used again for the next message.
 *
 * Strategy: grows by doubling, because declared lengths may be lies, and lets go of what only one unusually
 * long message needed. Missing octets are zeros, unless they are more than was captured before them and
 * 64 KiB: what is kept then ends in front of the gap.
 */
import { maskInto } from './mask.js';
import { PayloadBudget } from './payload-budget.js';

const EMPTY = new Uint8Array(0);
const FIRST_SIZE = 512;
/** What an idle direction keeps. */
const KEPT_SIZE = 16 * 1024;

export class ContentBuffer {
  bytes: Uint8Array = EMPTY;
  /** Octets in use. */
  kept = 0;
  /** Captured octets were left out, and all behind them. */
  cut = false;
  /** That is so because all payloads under way hold too much together. */
  limited = false;
  /** That is so because a gap in front of them is too long to be filled with zeros. */
  tooFar = false;
  /** Missing octets behind them. A declared length may be a lie: they cost nothing yet. */
  private skipped = 0;
  /** Missing octets among them. */
  private zeros = 0;

  /** `budget`: of all that keep payloads. */
  constructor(private readonly budget = new PayloadBudget(Number.POSITIVE_INFINITY)) {}

  clear(): void {
    this.kept = this.skipped = this.zeros = 0;
    this.cut = this.limited = this.tooFar = false;
  }

  /**
   * Appends the wire payload chunk[start, end), which begins at octet `offset` of its frame, below `limit`.
   * `whole`: it is all of the message.
   */
  add(
    chunk: Uint8Array,
    start: number,
    end: number,
    key: number,
    offset: number,
    limit: number,
    whole = false,
  ): void {
    if (this.cut) return;
    const { kept, skipped, zeros } = this;
    const from = Math.min(kept + skipped, limit);
    const size = Math.min(end - start, limit - from);
    this.tooFar = size > 0 && !this.budget.maySpan(zeros + skipped, kept - zeros);
    if (size === 0 || this.tooFar || !this.reserve(from + size, whole)) {
      this.cut = true;
      return;
    }
    if (skipped > 0) this.bytes.fill(0, kept, from);
    maskInto(this.bytes, from, chunk, start, start + size, key, offset);
    this.cut = size < end - start;
    this.kept = from + size;
    this.zeros += skipped;
    this.skipped = 0;
  }

  /** Leaves `length` missing octets out: they are zeros once something comes behind them. */
  skip(length: number): void {
    this.skipped += length;
  }

  /** Puts `content` in place of all from `from` on. */
  replace(from: number, content: Uint8Array): void {
    this.kept = Math.min(from, this.kept);
    this.zeros = Math.min(this.zeros, this.kept);
    this.skipped = 0;
    this.reserve(this.kept + content.length, true);
    this.bytes.set(content, this.kept);
    this.kept += content.length;
  }

  /** Gives back what a long message needed, and where memory is short, all. */
  trim(): void {
    this.clear();
    if (this.bytes.length > KEPT_SIZE || this.budget.isTight) this.release();
  }

  /** Gives everything back. */
  release(): void {
    this.clear();
    this.budget.release(this.bytes.length);
    this.bytes = EMPTY;
  }

  /** Makes room for `size` octets; false where the budget has none. */
  private reserve(size: number, atOnce: boolean): boolean {
    const { budget, bytes } = this;
    if (size <= bytes.length) return true;
    let room = Math.max(size, bytes.length * 2, FIRST_SIZE);
    if (!budget.take(room - bytes.length, false)) {
      room = size;
      this.limited = !budget.take(room - bytes.length, atOnce);
      if (this.limited) return false;
    }
    const grown = new Uint8Array(room);
    if (this.kept > 0) grown.set(bytes.subarray(0, this.kept));
    this.bytes = grown;
    return true;
  }
}
