/**
 * The segments of one direction that wait, in the order of their sequence numbers. The first captured copy of a byte
 * counts: none of them overlaps another.
 */
import type { Place } from '../stream/place.js';
import { advance, distance } from './sequence.js';

/** Copied bytes that wait behind a hole, with their place. */
export interface Held {
  readonly sequence: number;
  readonly bytes: Uint8Array;
  /** Octets behind `bytes` that a snap length cut off. */
  readonly cut: number;
  readonly place: Place;
}

/**
 * Puts what is new of the segment from `sequence` up to `after` among those held, and gives them all back; `copy` makes
 * an entry of a part of it.
 */
export function insertHeld(
  held: Held[],
  sequence: number,
  after: number,
  copy: (from: number, to: number) => Held,
): Held[] {
  let at = findPosition(held, sequence);
  let from = at > 0 ? later(sequence, endOf(held[at - 1])) : sequence;
  if (at === held.length || distance(held[at].sequence, after) >= 0) {
    if (distance(after, from) > 0) held.splice(at, 0, copy(from, after));
    return held;
  }
  // It overlaps what is held: of it counts what fills the holes between.
  const merged: Held[] = held.slice(0, at);
  for (; at < held.length && distance(held[at].sequence, after) < 0; at++) {
    const entry = held[at];
    if (distance(entry.sequence, from) > 0) merged.push(copy(from, entry.sequence));
    merged.push(entry);
    from = later(from, endOf(entry));
  }
  if (distance(after, from) > 0) merged.push(copy(from, after));
  return [...merged, ...held.slice(at)];
}

/** Index behind the last entry that does not begin after `sequence`. */
function findPosition(held: readonly Held[], sequence: number): number {
  let low = 0;
  let high = held.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (distance(held[middle].sequence, sequence) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Sequence number behind what is held. */
export function endOf({ sequence, bytes, cut }: Held): number {
  return advance(sequence, bytes.length + cut);
}

function later(a: number, b: number): number {
  return distance(a, b) >= 0 ? a : b;
}
