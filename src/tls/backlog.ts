/**
 * What came while a side cannot be read yet: its secrets, or the ServerHello, are still to come.
 *
 * Strategy: one list for both sides, so that what was held is read in the order in which it was captured.
 */
import type { Place } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';

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

export class Backlog {
  /** What it costs. */
  size = 0;
  private pieces: Piece[] = [];

  constructor(
    private readonly place: Place,
    private readonly account: { add(bytes: number): void },
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

  /** Hands all on, each piece under its own place; what cannot be read even now comes back. */
  replay(sides: readonly [StreamSink, StreamSink]): void {
    const { pieces, place } = this;
    const current = place.copyFrom(0);
    this.clear();
    for (const { side, bytes, gap, end, place: own } of pieces) {
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
