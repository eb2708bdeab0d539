/**
 * The segments of one direction that wait, in the order of their sequence numbers. The first captured copy of a byte
 * counts: none of them overlaps another.
 *
 * Strategy: segments without a hole between them are a *chain*, a linked list, and a sorted array has the first of each
 * chain. What a segment overlaps or touches becomes one chain with it, so each chain that it meets is met for the last
 * time: whatever the order in which segments come, one costs a binary search, and at most one move of the array.
 */
import type { Place } from '../stream/place.js';
import { advance, distance } from './sequence.js';

/** Copied bytes that wait behind a hole, with their place. */
export class Held {
  /** What follows without a hole. */
  next: Held | undefined = undefined;
  /** The last of its chain; only of the first one is it kept right. */
  last: Held = this;

  constructor(
    readonly sequence: number,
    readonly bytes: Uint8Array,
    /** Octets behind `bytes` that a snap length cut off. */
    readonly cut: number,
    readonly place: Place,
  ) {}

  /** Sequence number behind it. */
  get end(): number {
    return advance(this.sequence, this.bytes.length + this.cut);
  }
}

/** Makes an entry of the part [from, to) of the segment that is put in. */
export type CopyPart = (from: number, to: number) => Held;

/** Chains that have gone from the front before the rest is moved there. */
const SPENT = 64;

export class HeldSegments {
  /** The first segment of each chain; those before `from` have gone. */
  private chains: (Held | undefined)[] = [];
  private from = 0;

  /** What comes first; undefined where nothing waits. */
  get first(): Held | undefined {
    return this.chains[this.from];
  }

  /** Sequence number behind all of it; there must be something. */
  get end(): number {
    return this.chains[this.chains.length - 1]!.last.end;
  }

  /** Puts in what is new of the segment from `sequence` up to `after`. */
  insert(sequence: number, after: number, copy: CopyPart): void {
    const { chains } = this;
    const at = this.findMet(sequence);
    let to = at;
    let merged: Held | undefined;
    let next = sequence;
    for (; to < chains.length && distance(chains[to]!.sequence, after) <= 0; to++) {
      const chain = chains[to]!;
      if (distance(chain.sequence, next) > 0) merged = join(merged, copy(next, chain.sequence));
      merged = join(merged, chain);
      next = merged.last.end;
    }
    if (distance(after, next) > 0) merged = join(merged, copy(next, after));
    if (to === at + 1) chains[at] = merged;
    else if (merged !== undefined) chains.splice(at, to - at, merged);
  }

  /** Takes the first one out. */
  shift(): void {
    const first = this.first!;
    const { next } = first;
    if (next !== undefined) next.last = first.last;
    this.chains[this.from] = next;
    if (next !== undefined) return;
    this.from++;
    // Moved only when as much has gone as stays: Array.shift() would move all of it each time.
    if (this.from > SPENT && this.from * 2 > this.chains.length) {
      this.chains.splice(0, this.from);
      this.from = 0;
    }
  }

  /** Index of the first chain that does not end before `sequence`. */
  private findMet(sequence: number): number {
    let low = this.from;
    let high = this.chains.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (distance(this.chains[middle]!.last.end, sequence) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The chain of `chain` and `more`, which goes on where it ends. */
function join(chain: Held | undefined, more: Held): Held {
  if (chain === undefined) return more;
  chain.last.next = more;
  chain.last = more.last;
  return chain;
}
