/**
 * Bytes of one direction that wait until it is known what they are, with the borders of the TCP segments
 * they came in, the places of those segments, and the gaps between them.
 *
 * Strategy: one contiguous buffer, so that a header or payload may straddle segments at no cost for who
 * reads it. A *run* is a stretch without a gap; a gap takes one octet of the buffer, so that the end of the
 * run before it and the start of the run behind it are different indices. What is held is bounded, for one
 * window and, by the shared WindowBudget, for all of them: beyond it the oldest half is given up.
 */
import { DEFAULT_LIMITS } from '../limits.js';
import type { Place } from '../stream/place.js';
import type { StreamSink } from '../stream/stream-sink.js';

/** What all windows of a dissection hold together, in bytes, and the bounds. */
export class WindowBudget {
  held = 0;

  /** `perWindow` and `total` in bytes; each segment counts SEGMENT_COST more than it carries. */
  constructor(
    readonly perWindow = DEFAULT_LIMITS.maxSearched,
    readonly total = DEFAULT_LIMITS.maxSearchedTotal,
    /** Told when something is given up for a bound. */
    readonly exceeded?: (limit: 'maxSearched' | 'maxSearchedTotal' | 'maxRecognised') => void,
    /** Bytes of a side that are looked at for frames without a handshake. */
    readonly recognised = DEFAULT_LIMITS.maxRecognised,
  ) {}
}

/** What a segment costs beside its bytes: keeps a flood of one-byte segments bounded too. */
export const SEGMENT_COST = 128;

const EMPTY = new Uint8Array(0);
const FIRST_SIZE = 2048;

/** A stretch without a gap: buffer[start, end) is the stream from `offset` on. */
export interface Run {
  start: number;
  end: number;
  offset: number;
}

interface HeldSegment {
  readonly start: number;
  readonly place: Place;
  /** Order among the segments of all windows, for who replays several. */
  readonly order: number;
}

export class SegmentWindow {
  /** The held octets are buffer[0, length); those between two runs stand for a gap. */
  buffer: Uint8Array = EMPTY;
  length = 0;
  runs: Run[] = [];
  segments: HeldSegment[] = [];
  /** Offset in the stream of the next byte pushed. */
  streamOffset: number;
  /** Bytes given up at a bound; they lay before everything that is held. */
  givenUp = 0;
  private cost = 0;
  private open = false;

  constructor(
    private readonly place: Place,
    private readonly budget: WindowBudget,
    streamOffset = 0,
  ) {
    this.streamOffset = streamOffset;
  }

  /** More is held than the bounds allow: dropHalf() is due. */
  get overfull(): boolean {
    const { budget } = this;
    return this.segments.length > 0 && (this.cost > budget.perWindow || budget.held > budget.total);
  }

  /** Says that what is held is given up, in whole or in part, because it is more than the bounds allow. */
  reportOverfull(): void {
    const { budget } = this;
    budget.exceeded?.(this.cost > budget.perWindow ? 'maxSearched' : 'maxSearchedTotal');
  }

  /** Copies one segment, chunk[start, end). */
  push(chunk: Uint8Array, start: number, end: number, order = 0): void {
    const size = end - start;
    if (size <= 0) return;
    this.reserve(this.length + size);
    this.buffer.set(chunk.subarray(start, end), this.length);
    this.segments.push({ start: this.length, place: this.place.copyFrom(start), order });
    const last = this.runs.at(-1);
    if (this.open && last !== undefined) last.end += size;
    else this.runs.push({ start: this.length, end: this.length + size, offset: this.streamOffset });
    this.open = true;
    this.streamOffset += size;
    this.length += size;
    this.account(size + SEGMENT_COST);
  }

  /** The next `length` bytes of the stream are missing. */
  gap(length: number): void {
    if (length <= 0) return;
    this.streamOffset += length;
    if (!this.open) return;
    this.open = false;
    this.reserve(this.length + 1);
    this.buffer[this.length++] = 0;
    this.account(1);
  }

  /** Offset in the stream of buffer[index], which lies in a run or at its end. */
  offsetOf(index: number): number {
    const run = this.runs[this.runAt(index)];
    return run.offset + index - run.start;
  }

  /** The run in which buffer[index] lies. */
  runAt(index: number): number {
    let low = 1;
    let high = this.runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.runs[middle].start <= index) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Lets go of the older half of the segments. */
  dropHalf(): void {
    const kept = this.segments.slice(Math.ceil(this.segments.length / 2));
    const from = kept.length > 0 ? kept[0].start : this.length;
    const runs: Run[] = [];
    let dropped = 0;
    for (const { start, end, offset } of this.runs) {
      const first = Math.max(start, from);
      dropped += Math.min(end, first) - start;
      if (first < end) runs.push({ start: first - from, end: end - from, offset: offset + first - start });
    }
    this.buffer.copyWithin(0, from, this.length);
    this.account(-(from + (this.segments.length - kept.length) * SEGMENT_COST));
    this.length -= from;
    this.segments = kept.map(({ start, place, order }) => ({ start: start - from, place, order }));
    this.runs = runs;
    this.open &&= runs.length > 0;
    this.givenUp += dropped;
  }

  /** Forgets everything that is held. */
  clear(): void {
    this.account(-this.cost);
    this.buffer = EMPTY;
    this.length = 0;
    this.runs = [];
    this.segments = [];
    this.open = false;
  }

  /**
   * Delivers what is held from the stream offset `from` on (default: all of it), segment by segment, each
   * under its own place, and the gaps between them; the place is put back afterwards. The window is empty
   * before the first byte is delivered.
   */
  replay(sink: Pick<StreamSink, 'bytes' | 'gap'>, from = this.runs[0]?.offset ?? this.streamOffset): void {
    const { place } = this;
    const current = place.copyFrom(0);
    let at = from;
    for (const { bytes, start, end, offset, place: origin } of this.takeSegments()) {
      const skipped = Math.max(0, from - offset);
      if (skipped >= end - start) continue;
      place.assignAt(origin, start);
      if (offset > at) sink.gap(offset - at);
      sink.bytes(bytes, start + skipped, end);
      at = offset + end - start;
    }
    place.assign(current);
    if (this.streamOffset > at) sink.gap(this.streamOffset - at);
  }

  /** Hands the segments over and forgets them. */
  takeSegments(): TakenSegment[] {
    const { buffer, segments } = this;
    let runAt = 0;
    const taken = segments.map(({ start, place, order }, i) => {
      while (this.runs[runAt].end <= start) runAt++;
      const run = this.runs[runAt];
      const end = i + 1 < segments.length ? Math.min(segments[i + 1].start, run.end) : run.end;
      return { bytes: buffer, start, end, offset: run.offset + start - run.start, place, order };
    });
    this.clear();
    return taken;
  }

  private reserve(size: number): void {
    if (size <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(size, this.buffer.length * 2, FIRST_SIZE));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }

  private account(bytes: number): void {
    this.cost += bytes;
    this.budget.held += bytes;
  }
}

/** One segment as it was pushed: bytes[start, end) is the stream from `offset` on. */
export interface TakenSegment {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly place: Place;
  readonly order: number;
}
