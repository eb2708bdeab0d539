/**
 * Bytes of one direction that must wait until the other direction decides what they are: what a client
 * sends behind an upgrade or CONNECT request before the response was seen.
 *
 * Strategy: each piece is copied with its place, so that whoever gets it later finds the shared Place
 * record as if the piece had just arrived. Above the limit only the number of bytes is kept, and replayed
 * as a gap.
 */
import type { Place } from '../stream/place.js';
import type { StreamSink } from '../stream/stream-sink.js';
import type { Account } from './holding.js';

/** What a piece costs in memory besides its bytes, counted against the limit. */
const PIECE_COST = 128;

interface Piece {
  /** Undefined for a gap. */
  readonly bytes: Uint8Array | undefined;
  length: number;
  /** Of a gap. */
  uncertain: boolean;
  readonly place: Place;
}

export class HeldBytes {
  private pieces: Piece[] = [];
  private cost = 0;
  private full = false;

  /** `overflow` is called once each time that `limit` bytes (with PIECE_COST per piece) are exceeded. */
  constructor(
    private readonly place: Place,
    private readonly limit: number,
    private readonly account: Account,
    private readonly overflow: () => void,
  ) {}

  /**
   * Bytes that were sent before their sender had got anything of the other direction from `sequence` on: the
   * order of capture does not tell that, the acknowledgements do.
   */
  sentBefore(sequence: number): number {
    return this.pieces.reduce((sum, { bytes, length, place }) => {
      const { acknowledgement } = place;
      const early = acknowledgement !== undefined && ((acknowledgement - sequence) | 0) <= 0;
      return bytes !== undefined && early ? sum + length : sum;
    }, 0);
  }

  get empty(): boolean {
    return this.pieces.length === 0;
  }

  bytes(chunk: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.full || this.cost + length + PIECE_COST > this.limit) {
      this.overflowBy(length);
      return;
    }
    this.count(length + PIECE_COST);
    this.pieces.push({
      // Not chunk.slice(), which is no copy of a Buffer.
      bytes: new Uint8Array(chunk.subarray(start, end)),
      length,
      uncertain: false,
      place: this.place.copyFrom(start),
    });
  }

  gap(length: number, uncertain = false): void {
    const last = this.pieces.at(-1);
    if (last !== undefined && last.bytes === undefined) {
      last.length += length;
      last.uncertain ||= uncertain;
      return;
    }
    this.count(PIECE_COST);
    this.pieces.push({ bytes: undefined, length, uncertain, place: this.place.copyFrom(0) });
  }

  clear(): void {
    this.pieces = [];
    this.count(-this.cost);
    this.full = false;
  }

  /**
   * Delivers all pieces in order, each under its own place; the place is put back afterwards. Empty before
   * the first piece is delivered, so `sink` may hold the pieces again.
   */
  replay(sink: Pick<StreamSink, 'bytes' | 'gap'>): void {
    const { pieces, place } = this;
    const current = place.copyFrom(0);
    this.clear();
    for (const piece of pieces) {
      place.assign(piece.place);
      if (piece.bytes === undefined) sink.gap(piece.length, piece.uncertain);
      else sink.bytes(piece.bytes, 0, piece.length);
    }
    place.assign(current);
  }

  private count(bytes: number): void {
    this.cost += bytes;
    this.account.wait(bytes);
  }

  private overflowBy(length: number): void {
    if (!this.full) this.overflow();
    this.full = true;
    this.gap(length);
  }
}
