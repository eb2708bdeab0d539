/**
 * Behind a gap that swallowed a record header: the bytes that follow, and where in them a record may begin.
 *
 * Strategy: an octet after the other is a candidate if it begins a header that is right; three octets are fixed in it. The
 * candidate counts when it is whole, and whoever has the keys then tells for sure. What is kept is at most a record and a
 * chunk long.
 */
import type { Account } from './account.js';
import { recordLength } from './record.js';

export class RecordSearch {
  bytes = new Uint8Array(4096);
  end = 0;
  /** Behind the candidate. */
  recordEnd = 0;
  private at = 0;
  /** Octets before this one were told by passed(). */
  private told = 0;
  /** Octets of gaps, and of what was let go for them. */
  private skipped = 0;

  constructor(private readonly account: Account) {
    account.add(this.bytes.length);
  }

  /** It is not needed any more. */
  release(): void {
    this.account.add(-this.bytes.length);
  }

  push(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.end + end - start;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, 2 * this.bytes.length));
      this.account.add(grown.length - this.bytes.length);
      grown.set(this.bytes.subarray(0, this.end));
      this.bytes = grown;
    }
    this.bytes.set(chunk.subarray(start, end), this.end);
    this.end = needed;
  }

  /** What was kept begins no record that could be whole. */
  gap(length: number): void {
    this.skipped += this.end - this.told + length;
    this.at = 0;
    this.told = 0;
    this.end = 0;
  }

  /** Index of the next candidate that is whole; -1: there is none yet. `isEnd`: it will not grow any more. */
  next(isEnd = false): number {
    for (; this.at < this.end; this.at++) {
      const length = recordLength(this.bytes, this.at, this.end);
      if (length < 0) continue;
      if (length === 0 || this.at + length > this.end) {
        if (isEnd) continue;
        return -1;
      }
      this.recordEnd = this.at + length;
      return this.at++;
    }
    return -1;
  }

  /** The candidate ends where the bytes end, or another record begins. */
  get isChained(): boolean {
    return this.recordEnd === this.end || recordLength(this.bytes, this.recordEnd, this.end) >= 0;
  }

  /** Octets before the one at `at` that were not told yet, with those of gaps. */
  passed(at: number): number {
    const passed = this.skipped + at - this.told;
    this.skipped = 0;
    this.told = at;
    return passed;
  }

  /** Lets go what no record begins in; returns how many octets that is, as passed(). */
  drop(): number {
    const passed = this.passed(this.at);
    this.bytes.copyWithin(0, this.at, this.end);
    this.end -= this.at;
    this.at = 0;
    this.told = 0;
    return passed;
  }
}
