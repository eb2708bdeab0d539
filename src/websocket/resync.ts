/**
 * Finds the frames of one direction again behind a gap that swallowed a frame header.
 *
 * Strategy: what comes is held (bounded), and searched for chains of frames: at first with each segment,
 * then whenever an eighth more has come, so that the cost stays linear. The first octet that begins a frame
 * with nearly no doubt ends the search; at the stream's end a little doubt is allowed. Nothing is found where
 * nothing can be told: the bytes are then counted as given up.
 */
import type { Place } from '../stream/place.js';
import type { StreamSink } from '../stream/stream-sink.js';
import { ChainSearch } from './chain.js';
import { addLogs } from './log-likelihood.js';
import { SegmentWindow, type WindowBudget } from './segment-window.js';

export interface Expectation {
  /** RFC 6455 §5.1: true for a client's frames, false for a server's; undefined: not known. */
  readonly masked: boolean | undefined;
  /** Whether permessage-deflate was negotiated (RSV1 may be set); undefined: not known. */
  readonly deflate: boolean | undefined;
  /** Whether a fragmented message was under way where the bytes were lost; undefined: not known. */
  readonly fragmented: boolean | undefined;
  /** Offset in the stream at which a frame probably begins, where something tells. */
  readonly beginning?: number | undefined;
}

export interface Resynchronisation {
  /** Offset in the stream of the first byte of a frame. */
  readonly streamOffset: number;
  /** Probability that it is one, 0 … 1: at least CONFIDENT, at the stream's end at least CONFIDENT_AT_END. */
  readonly confidence: number;
  /** Evidence of the frames from there on, in bits, before the number of places looked at is taken off. */
  readonly bits: number;
  /** Whether the frames there are masked. */
  readonly masked: boolean;
  /** Frames that the evidence comes from. */
  readonly frames: number;
  /** It lies where one was expected to begin. */
  readonly expected: boolean;
}

/** Probability at which frames are taken up again; at the stream's end, when no more can be learned. */
export const CONFIDENT = 0.999;
export const CONFIDENT_AT_END = 0.9;
/** No model deserves more trust. */
const MOST_CONFIDENT = 0.9999;

/** Half of all losses leave a frame's beginning in the bytes at hand: no better guess is needed. */
const SOME = 0.5;
/** Probability that a fragmented message is under way at the first frame. */
const INSIDE = { yes: 0.6, no: 0.05, unknown: 0.15 };
/** Search anew when the window has grown by this part. */
const GROWTH = 1 / 2;

export class Resynchroniser {
  private readonly window: SegmentWindow;
  private readonly searches: readonly ChainSearch[];
  private searchedAt = 0;
  private grown = 0;
  private readonly beginning: number | undefined;
  /** Index in the window of that octet, once it has come. */
  private expected: number | undefined = undefined;

  /** `streamOffset`: of the first byte behind the loss. */
  constructor(expected: Expectation, place: Place, budget: WindowBudget, streamOffset: number) {
    this.window = new SegmentWindow(place, budget, streamOffset);
    const { beginning, deflate, fragmented, masked } = expected;
    this.beginning = beginning;
    const inside = fragmented === undefined ? INSIDE.unknown : fragmented ? INSIDE.yes : INSIDE.no;
    this.searches = (masked === undefined ? [true, false] : [masked]).map(
      (masked) => new ChainSearch({ masked, deflate }, { some: SOME, inside }),
    );
  }

  /** Offset in the stream of the next byte. */
  get streamOffset(): number {
    return this.window.streamOffset;
  }

  /** Bytes that a bound made it give up; they lay before all that is held. */
  get givenUp(): number {
    return this.window.givenUp;
  }

  /** Takes one TCP segment (borrowed). The answer, once there is one, is final: then replay(). */
  push(chunk: Uint8Array, start = 0, end = chunk.length): Resynchronisation | undefined {
    if (this.window.streamOffset === this.beginning) this.expected = this.window.length;
    this.window.push(chunk, start, end);
    this.grown += end - start;
    const { overfull } = this.window;
    if (!overfull && this.grown < this.searchedAt * GROWTH) return undefined;
    const found = this.search(CONFIDENT);
    if (found === undefined && overfull) this.window.reportOverfull();
    while (found === undefined && this.window.overfull) this.dropHalf();
    return found;
  }

  /** The next `length` bytes of the stream are missing as well. */
  gap(length: number): void {
    this.window.gap(length);
  }

  /** The stream is over: the last answer. */
  end(): Resynchronisation | undefined {
    return this.search(CONFIDENT_AT_END);
  }

  /**
   * Delivers what was held from stream offset `from` on, each segment under its own place, and the gaps in
   * between. The bytes before are forgotten, and so is all of it afterwards.
   */
  replay(sink: Pick<StreamSink, 'bytes' | 'gap'>, from: number): void {
    this.window.replay(sink, from);
  }

  /** Forgets what is held. */
  clear(): void {
    this.window.clear();
  }

  private dropHalf(): void {
    this.window.dropHalf();
    this.expected = undefined;
  }

  private search(atLeast: number): Resynchronisation | undefined {
    const { window } = this;
    this.searchedAt = window.length;
    this.grown = 0;
    if (window.length === 0) return undefined;
    let search = this.searches[0];
    let total = search.weigh(window);
    for (const other of this.searches.slice(1)) {
      const otherTotal = other.weigh(window);
      if (otherTotal > total) search = other;
      total = addLogs(total, otherTotal);
    }
    if (this.searches.length > 1) search.weigh(window);
    const found = search.earliest(atLeast, total, this.expected);
    if (found === undefined) return undefined;
    const { index, probability, bits, frames, expected } = found;
    const confidence = Math.min(probability, MOST_CONFIDENT);
    const streamOffset = window.offsetOf(index);
    return { streamOffset, confidence, bits, masked: search.masked, frames, expected };
  }
}
