/**
 * One side of a connection that may be a WebSocket: what it sent, how much that speaks for a client or a
 * server, and what its segments begin with, which is enough to tell most other protocols.
 */
import type { Place } from '../stream/place.js';
import { ChainSearch, type ChainStart } from './chain.js';
import { isForeign, isMqtt } from './foreign.js';
import { addLogs } from './log-likelihood.js';
import { SegmentWindow, type WindowBudget } from './segment-window.js';

/** Segments behind a short one that begin as no frame does: so many are enough to give up … */
const MOST_MISSES = 16;
/** … unless what has come speaks for frames by so many bits (a path whose segments become shorter cuts them) … */
const SPEAKS = 40;
/** … and so many without a single one that does are enough to doubt. */
const DOUBTFUL_MISSES = 6;
/** Segments that begin as those of another protocol, the first alone or so many in all: a payload may do so once. */
const MOST_FOREIGN = 2;
/** Search anew when a side has sent this part more. */
const GROWTH = 1 / 2;

/** What the client's side may send without a sign of masking before the server's frames are not believed. */
const SILENT_SEGMENTS = 8;
const SILENT_BYTES = 256;
/** Segments of it that, with nothing that speaks for masked frames, are enough not to believe them either. */
const UNLIKE_SEGMENTS = 2;
/** Probability for the first frame of a side. */
const START = 0.99;
const CHAIN_PRIOR = { some: 0.5, inside: 0.15 };

/** Shared by all sides: what they know of one is the window. */
const asClient = new ChainSearch({ masked: true, deflate: undefined }, CHAIN_PRIOR);
const asServer = new ChainSearch({ masked: false, deflate: undefined }, CHAIN_PRIOR);

export class RecognisedSide {
  readonly window: SegmentWindow;
  /** Evidence that it is a client, or a server, in bits. */
  clientBits = 0;
  serverBits = 0;
  /** Evidence of masked frames that may lie in the payload of a server's frame, but for how rare that is. */
  private relayedBits = Number.NEGATIVE_INFINITY;
  /** Segments behind a short one that begin as a frame does, and those that do not. */
  private hits = 0;
  private misses = 0;
  private foreign = 0;
  private longest = 0;
  private afterShort = true;
  private grown = 0;
  private searchedAt = 0;
  /** Offset in the stream of a byte that is expected to begin a frame, and its index in the window. */
  expectedOffset: number | undefined = undefined;
  private expected: number | undefined = undefined;

  constructor(place: Place, budget: WindowBudget) {
    this.window = new SegmentWindow(place, budget);
  }

  push(chunk: Uint8Array, start: number, end: number, order: number): void {
    if (isForeign(chunk, start, end)) this.foreign++;
    if (this.afterShort) {
      const plausible = asClient.mayBegin(chunk, start, end) || asServer.mayBegin(chunk, start, end);
      if (plausible) this.hits++;
      else this.misses++;
    }
    if (this.window.streamOffset === this.expectedOffset) this.expected = this.window.length;
    this.longest = Math.max(this.longest, end - start);
    this.afterShort = end - start < this.longest;
    this.grown += end - start;
    this.window.push(chunk, start, end, order);
  }

  /** The next byte is expected to begin a frame. */
  expect(): void {
    this.expectedOffset = this.window.streamOffset;
  }

  /** Searches anew, if enough has come or `last`; false where there is nothing new. */
  search(last: boolean): boolean {
    if (this.grown === 0 || (!last && this.grown < this.searchedAt * GROWTH)) return false;
    this.grown = 0;
    this.searchedAt = this.window.length;
    this.clientBits = asClient.weigh(this.window);
    this.relayedBits = this.clientBits + this.relayed();
    this.serverBits = asServer.weigh(this.window);
    return true;
  }

  /**
   * Log-likelihood ratio of the masked frames found last beginning where they do if they are a payload, which
   * follows no head and meets the segments' borders by chance only; at most 0.
   */
  private relayed(): number {
    // Less evidence than that leaves none beyond doubt, as in most connections: a search is spared.
    const first = this.clientBits > 0 ? asClient.first(START, this.clientBits) : undefined;
    if (first === undefined) return 0;
    if (first.index === this.expected) return Number.NEGATIVE_INFINITY;
    const { length, segments } = this.window;
    return Math.min(0, byChance(first.aligned, first.frames - 1, segments.length / length));
  }

  /**
   * Evidence that it is a server, in bits, where `relaying` is the log-likelihood that masked frames are in
   * the payload of its frames, or of the one whose beginning was not captured.
   */
  serverBitsIf(relaying: number): number {
    return addLogs(this.serverBits, Math.max(0, this.serverBits) + this.relayedBits + relaying);
  }

  /** The first frame that is beyond doubt. */
  first(isClient: boolean): ChainStart | undefined {
    if (this.window.length === 0) return undefined;
    const search = isClient ? asClient : asServer;
    return search.first(START, search.weigh(this.window));
  }

  /** The first frame that can be told once it is certain that they are frames. */
  earliest(isClient: boolean): ChainStart | undefined {
    if (this.window.length === 0) return undefined;
    const search = isClient ? asClient : asServer;
    return search.earliest(START, search.weigh(this.window), this.expected);
  }

  /** Has sent enough for a client to show its masks, or things that speak against a client's frames. */
  get contradicts(): boolean {
    const { length, segments } = this.window;
    if (segments.length >= UNLIKE_SEGMENTS && this.clientBits <= 0) return true;
    return length >= SILENT_BYTES && segments.length >= SILENT_SEGMENTS;
  }

  get isMqtt(): boolean {
    const start = this.first(false);
    return start !== undefined && isMqtt(this.window.buffer, start.index, this.window.length);
  }

  /** Its segments begin as those of another protocol, or as no frames do. */
  get hopeless(): boolean {
    if (this.foreign >= MOST_FOREIGN || (this.foreign > 0 && this.window.segments.length === 1)) return true;
    if (Math.max(this.clientBits, this.serverBits) >= SPEAKS) return false;
    return this.misses >= MOST_MISSES && this.hits * 8 < this.misses;
  }

  /** No segment that should begin as a frame does. */
  get doubtful(): boolean {
    return this.hits === 0 && this.misses >= DOUBTFUL_MISSES;
  }
}

/**
 * log2 of how much likelier `hits` of `tries` are with this probability of a hit than with one of which nothing
 * is known: each is then as likely, which makes it 1 / ((tries + 1) * C(tries, hits)).
 */
function byChance(hits: number, tries: number, probability: number): number {
  let bits = Math.log2(tries + 1);
  for (let i = 1; i <= hits; i++) bits += Math.log2(((tries - hits + i) / i) * probability);
  return bits + (tries - hits) * Math.log2(1 - Math.min(probability, 0.5));
}
