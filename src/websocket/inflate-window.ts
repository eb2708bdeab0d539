/**
 * What one sender's matches may reach back to: the last 32 KiB of its content (RFC 1951 §2), and which of
 * these octets are known.
 *
 * Strategy: a ring that grows with what was sent, so that an idle sender keeps no more than it said and never
 * more than 32 KiB. A loss empties it: what lies before its first octet is then unknown rather than nothing,
 * which costs no memory. Marks beside the octets exist only while some of them are unknown.
 */

/** RFC 1951 §2: the greatest distance. */
export const WINDOW_SIZE = 32_768;
const FIRST_SIZE = 256;
const EMPTY = new Uint8Array(0);

export class InflateWindow {
  /** Octets that one can reach back to for sure: those kept, or any number after a loss. */
  reach = 0;
  /** Known octets at the end, one behind the other; without a loss infinite. */
  known = Number.POSITIVE_INFINITY;
  /** The ring, for the decoder's fast loop; its length is a power of two. */
  octets: Uint8Array = EMPTY;
  /** Where its next octet goes, modulo its length. */
  next = 0;
  private marks: Uint8Array | undefined = undefined;
  /** Octets in it. */
  kept = 0;

  /** Whether a match may meet unknown octets. */
  get doubtful(): boolean {
    return this.known < WINDOW_SIZE;
  }

  /** An unknown number of octets was sent that nobody saw. */
  forget(): void {
    this.octets = EMPTY;
    this.marks = undefined;
    this.kept = this.next = this.known = 0;
    this.reach = Number.POSITIVE_INFINITY;
  }

  /** octets[0, length) were sent; those with a mark of 1 are unknown. A doubtful window wants marks. */
  append(octets: Uint8Array, marks: Uint8Array | undefined, length: number): void {
    if (length === 0) return;
    const unknown = marks === undefined ? -1 : marks.lastIndexOf(1, length - 1);
    this.known = unknown < 0 ? this.known + length : length - 1 - unknown;
    const from = Math.max(0, length - WINDOW_SIZE);
    const added = length - from;
    this.reserve(Math.min(WINDOW_SIZE, this.kept + added));
    if (!this.doubtful) this.marks = undefined;
    else if (unknown >= from) this.marks ??= new Uint8Array(this.octets.length);
    put(this.octets, this.next, octets, from, length);
    if (this.marks !== undefined && marks !== undefined) put(this.marks, this.next, marks, from, length);
    this.next = (this.next + added) & (WINDOW_SIZE - 1);
    this.kept = Math.min(WINDOW_SIZE, this.kept + added);
    this.reach = Math.max(this.reach, this.kept);
  }

  /** A copy of the octets kept, the latest last. */
  last(): Uint8Array {
    const { octets, kept, next } = this;
    const from = next - kept;
    if (from >= 0) return octets.slice(from, next);
    const copy = new Uint8Array(kept);
    copy.set(octets.subarray(octets.length + from));
    copy.set(octets.subarray(0, next), -from);
    return copy;
  }

  /**
   * Writes the `length` octets that begin `back` (≥ length) octets before the window's end to output[at …],
   * unknown ones as 0 with a mark of 1. True if one was unknown; the caller sees to it that back ≤ reach.
   */
  copy(back: number, length: number, output: Uint8Array, marks: Uint8Array, at: number): boolean {
    const { octets, marks: ownMarks } = this;
    const mask = octets.length - 1;
    const before = Math.max(0, Math.min(length, back - this.kept));
    for (let i = 0; i < before; i++) {
      output[at + i] = 0;
      marks[at + i] = 1;
    }
    let from = this.next - back + before;
    const end = at + length;
    if (ownMarks === undefined) {
      for (let to = at + before; to < end; to++) output[to] = octets[from++ & mask];
      return before > 0;
    }
    let unknown = before;
    for (let to = at + before; to < end; to++, from++) {
      output[to] = octets[from & mask];
      unknown |= marks[to] = ownMarks[from & mask];
    }
    return unknown !== 0;
  }

  /** Only while nothing was overwritten yet, so that the octets are at the front. */
  private reserve(size: number): void {
    const { octets, marks } = this;
    if (size <= octets.length) return;
    let capacity = Math.max(FIRST_SIZE, octets.length);
    while (capacity < size) capacity *= 2;
    this.octets = new Uint8Array(capacity);
    this.octets.set(octets.subarray(0, this.kept));
    if (marks === undefined) return;
    this.marks = new Uint8Array(capacity);
    this.marks.set(marks.subarray(0, this.kept));
  }
}

/** Copies source[from, to) into the ring from `at` on. */
function put(ring: Uint8Array, at: number, source: Uint8Array, from: number, to: number): void {
  const middle = Math.min(to, from + ring.length - at);
  // A native copy costs more than some octets one by one.
  if (to - from <= 32) {
    for (let i = from; i < middle; i++) ring[at + i - from] = source[i];
    for (let i = middle; i < to; i++) ring[i - middle] = source[i];
    return;
  }
  ring.set(source.subarray(from, middle), at);
  if (middle < to) ring.set(source.subarray(middle, to), 0);
}
