/**
 * Finds where h2Frames begin in one direction: behind a gap that swallowed a header, or where the capture begins in
 * the middle.
 *
 * Strategy: the bytes are held, bounded, each with its place. Each index where a header may stand begins a chain,
 * which goes on where that h2Frame would end; a chain that weighs enough is believed, and what was held from its first
 * header on is delivered as if it had just come. That a chain ends where a segment does speaks for it. Few chains are
 * under way at a time: the others are dropped, so hostile bytes cost no more than plain ones.
 */
import type { Place } from '../stream/place.js';
import { H2_HEADER, H2FrameHeader, readH2Header } from './h2-frame.js';
import { weightOf } from './h2-plausible.js';
import type { Account } from './holding.js';

/** Chains under way. */
const MOST_CHAINS = 32;
/** Weight at which a chain is believed, and what ending with a segment adds. */
const ENOUGH = 4;
const ENDS_WITH_SEGMENT = 2;
/** What a segment costs in memory besides its bytes. */
const SEGMENT_COST = 128;

interface Chain {
  readonly start: number;
  /** Where its next header is due. */
  next: number;
  weight: number;
}

interface Segment {
  readonly start: number;
  readonly end: number;
  /** As if the window were the chunk. */
  readonly place: Place;
}

export interface H2SearchOptions {
  readonly place: Place;
  /** Bytes held, with SEGMENT_COST for each segment. */
  readonly limit: number;
  readonly account: Account;
  readonly maxLength: () => number;
  readonly isKnown: (stream: number) => boolean;
  /** The limit was hit: all that is held is given up. */
  readonly overflow: () => void;
}

export class H2Search {
  /** Bytes given up since it began. */
  passed = 0;
  private window: Uint8Array = new Uint8Array(256);
  private length = 0;
  private scanned = 0;
  private chains: Chain[] = [];
  private segments: Segment[] = [];
  private counted = 0;
  private readonly header = new H2FrameHeader();

  constructor(private readonly options: H2SearchOptions) {}

  /** Takes chunk[start, end). True: h2Frames were found; call replay(). */
  push(chunk: Uint8Array, start: number, end: number): boolean {
    const { limit, overflow } = this.options;
    if (this.length + (this.segments.length + 1) * SEGMENT_COST + end - start > limit) {
      overflow();
      this.giveUp();
      if (end - start + SEGMENT_COST > limit) {
        this.passed += end - start;
        return false;
      }
    }
    this.keep(chunk, start, end);
    this.scan();
    return this.believed() !== undefined;
  }

  /** What was held is of no use any more: a chain across a gap would be none. */
  giveUp(): void {
    this.passed += this.length;
    this.clear();
  }

  /** So many bytes are missing. */
  gap(length: number): void {
    this.giveUp();
    this.passed += length;
  }

  /**
   * h2Frames were found: delivers what was held from the first header on, each segment under its own place. `begins`
   * is called before, when `passed` is final.
   */
  replay(begins: () => void, take: (chunk: Uint8Array, start: number, end: number) => void): void {
    const { place } = this.options;
    const { segments, window } = this;
    const { start: from } = this.believed()!;
    const current = place.copyFrom(0);
    this.passed += from;
    this.clear();
    begins();
    for (const { start, end, place: own } of segments) {
      if (end <= from) continue;
      place.assign(own);
      take(window, Math.max(start, from), end);
    }
    place.assign(current);
  }

  /** Delivers all that was held, each segment under its own place, whether h2Frames were found in it or not. */
  drain(take: (chunk: Uint8Array, start: number, end: number) => void): void {
    const { place } = this.options;
    const { segments, window } = this;
    const current = place.copyFrom(0);
    this.clear();
    for (const { start, end, place: own } of segments) {
      place.assign(own);
      take(window, start, end);
    }
    place.assign(current);
  }

  private believed(): Chain | undefined {
    return this.chains.find(
      ({ next, weight }) => weight + (next === this.length ? ENDS_WITH_SEGMENT : 0) >= ENOUGH,
    );
  }

  private keep(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.length + end - start;
    if (needed > this.window.length) {
      const grown = new Uint8Array(Math.max(needed, this.window.length * 2));
      grown.set(this.window.subarray(0, this.length));
      this.window = grown;
    }
    this.window.set(chunk.subarray(start, end), this.length);
    const place = this.options.place.copyFrom(start - this.length);
    this.segments.push({ start: this.length, end: needed, place });
    this.length = needed;
    this.count(end - start + SEGMENT_COST);
  }

  private scan(): void {
    const goesOn = this.chains.filter((chain) => this.follow(chain));
    for (; this.scanned + H2_HEADER <= this.length; this.scanned++) {
      const chain: Chain = { start: this.scanned, next: this.scanned, weight: 0 };
      if (goesOn.length < MOST_CHAINS && this.follow(chain)) goesOn.push(chain);
    }
    this.chains = goesOn;
  }

  /** Goes on with it as far as there are bytes; false: it is none. */
  private follow(chain: Chain): boolean {
    const { maxLength, isKnown } = this.options;
    const { header } = this;
    while (chain.weight < ENOUGH && chain.next + H2_HEADER <= this.length) {
      readH2Header(this.window, chain.next, header);
      const isReserved = this.window[chain.next + 5] >= 0x80;
      const weight = isReserved ? 0 : weightOf(header, maxLength(), isKnown);
      if (weight === 0) return false;
      chain.weight += weight;
      chain.next += H2_HEADER + header.length;
    }
    return true;
  }

  private clear(): void {
    this.window = new Uint8Array(256);
    this.length = this.scanned = 0;
    this.chains = [];
    this.segments = [];
    this.count(-this.counted);
  }

  private count(bytes: number): void {
    this.counted += bytes;
    this.options.account.wait(bytes);
  }
}
