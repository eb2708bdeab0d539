/**
 * Early data (RFC 8446 §2.3) while it is not known whether the server takes it: the EncryptedExtensions that tell were lost,
 * or cannot be read. What a server does not take the client sends again.
 *
 * Strategy: held until EndOfEarlyData shows that it was taken (§4.5), or a record of the handshake that it was not; if neither
 * comes, it is handed on, for then nothing repeats it.
 */
import type { Place } from '../stream/place.js';
import type { StreamSink } from '../stream/stream-sink.js';
import type { Account } from './account.js';

/** Servers allow some KiB; what is beyond is told as missing. */
const MOST = 1 << 18;

type Piece = { readonly place: Place } & ({ readonly content: Uint8Array } | { readonly gap: number });

export class EarlyData {
  private pieces: Piece[] = [];
  private size = 0;

  constructor(
    private readonly place: Place,
    private readonly account: Account,
  ) {}

  hold(content: Uint8Array): void {
    if (this.size + content.length > MOST) {
      this.gap(content.length);
      return;
    }
    // slice() of a Buffer is no copy.
    this.pieces.push({ content: new Uint8Array(content), place: this.place.copyFrom(0) });
    this.size += content.length;
    this.account.add(content.length);
  }

  gap(gap: number): void {
    this.pieces.push({ gap, place: this.place.copyFrom(0) });
  }

  /** Hands on what is held, each piece under its own place, or drops it. */
  settle(taken: boolean, sink: () => StreamSink): void {
    const { pieces, place } = this;
    if (pieces.length === 0) return;
    this.pieces = [];
    this.account.add(-this.size);
    this.size = 0;
    if (!taken) return;
    const current = place.copyFrom(0);
    for (const piece of pieces) {
      place.assign(piece.place);
      if ('gap' in piece) sink().gap(piece.gap);
      else sink().bytes(piece.content, 0, piece.content.length);
    }
    place.assign(current);
  }
}
