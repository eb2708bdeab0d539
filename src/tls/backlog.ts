/**
 * What came while a side cannot be read yet: its secrets, or the ServerHello, are still to come.
 *
 * Strategy: one list for both sides, so that what was held is read in the order in which it was captured.
 */
import type { Place } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import type { Account } from './account.js';

/** What a piece costs beside its bytes, and what a connection that waits costs beside its pieces. */
const PIECE_COST = 512;
const WAIT_COST = 8192;

interface Piece {
  readonly side: 0 | 1;
  readonly bytes?: Uint8Array;
  readonly gap?: number;
  readonly end?: StreamEnd;
  readonly place: Place;
}

/** Blocked: it waits. */
export interface WaitingSide extends StreamSink {
  readonly blocked: boolean;
}

export class Backlog {
  /** What it costs. */
  size = 0;
  private pieces: Piece[] = [];

  constructor(
    private readonly place: Place,
    private readonly account: Account,
  ) {}

  bytes(side: 0 | 1, chunk: Uint8Array, start: number, end: number): void {
    this.count(end - start + PIECE_COST);
    this.pieces.push({
      side,
      bytes: new Uint8Array(chunk.subarray(start, end)),
      place: this.place.copyFrom(start),
    });
  }

  gap(side: 0 | 1, gap: number): void {
    this.count(PIECE_COST);
    this.pieces.push({ side, gap, place: this.place.copyFrom(0) });
  }

  end(side: 0 | 1, end: StreamEnd): void {
    this.count(PIECE_COST);
    this.pieces.push({ side, end, place: this.place.copyFrom(0) });
  }

  /** Hands all on, each piece under its own place; what a side that is blocked again cannot take is kept. */
  replay(sides: readonly [WaitingSide, WaitingSide]): void {
    const { pieces, place } = this;
    const current = place.copyFrom(0);
    this.clear();
    for (const piece of pieces) {
      const { side, bytes, gap, end, place: own } = piece;
      if (sides[side].blocked && end === undefined) {
        this.count((bytes?.length ?? 0) + PIECE_COST);
        this.pieces.push(piece);
        continue;
      }
      place.assign(own);
      if (bytes !== undefined) sides[side].bytes(bytes, 0, bytes.length);
      else if (gap !== undefined) sides[side].gap(gap);
      else if (end !== undefined) sides[side].end(end);
    }
    place.assign(current);
  }

  clear(): void {
    this.pieces = [];
    this.account.add(-this.size);
    this.size = 0;
  }

  private count(bytes: number): void {
    const cost = this.size === 0 ? bytes + WAIT_COST : bytes;
    this.size += cost;
    this.account.add(cost);
  }
}
