/**
 * The records of one direction (RFC 8446 §5.1): header, length, and a whole record at a time.
 *
 * Strategy: a record that lies whole in a chunk is handed out in place; one that straddles chunks is put together in a
 * buffer of its own. The place is set to the record's: chunk[i] of it has its sequence number. A gap within a body whose
 * header is known costs that record; one that swallowed a header leads to `lost`, and where records begin again is for
 * others to find out, since that takes keys.
 */
import type { Place } from '../stream/place.js';
import type { Account } from './account.js';

/** RFC 8446 §5.1 and RFC 5246 §6.2.1. */
export const CHANGE_CIPHER_SPEC = 20;
export const ALERT = 21;
export const HANDSHAKE = 22;
export const APPLICATION_DATA = 23;
/** Type, version, length. */
export const RECORD_HEADER = 5;
/** RFC 5246 §6.2.3: 2^14 octets of content, and 2048 that protection may add. */
export const MAX_RECORD_BODY = (1 << 14) + 2048;

export interface RecordSink {
  /**
   * A whole record, bytes[start, end) with its header. False: it cannot be taken yet; push() returns, and is called
   * again with its bytes.
   */
  record(bytes: Uint8Array, start: number, end: number): boolean;
  /** Of a record only the header was captured whole, and not the body. */
  damaged(type: number, bodyLength: number): void;
  /**
   * No record begins where one should, behind `passed` bytes that are missing or belong to none; `byGap`: a gap is the
   * reason.
   */
  lost(passed: number, byGap: boolean): void;
}

export class RecordReader {
  /** No record has been found since lost(). */
  isLost = false;
  private buffer = EMPTY;
  private kept = 0;
  /** Octets of a damaged record that are yet to come. */
  private toSkip = 0;

  constructor(
    private readonly place: Place,
    private readonly sink: RecordSink,
    private readonly account: Account,
  ) {}

  /** Octets of an incomplete record. */
  get pending(): number {
    return this.kept;
  }

  /** Index of the first byte that was not taken: `end`, but where the sink refused a record or none was found. */
  push(chunk: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end && !this.isLost) {
      if (this.toSkip > 0) {
        const skipped = Math.min(this.toSkip, end - at);
        this.toSkip -= skipped;
        at += skipped;
      } else if (this.kept > 0) {
        const next = this.complete(chunk, at, end);
        if (next < 0) return at;
        at = next;
      } else {
        const length = recordLength(chunk, at, end);
        if (length < 0) this.lose(0, false);
        else if (length === 0 || at + length > end) {
          this.keep(chunk, at, end);
          return end;
        } else if (!this.sink.record(chunk, at, at + length)) return at;
        else at += length;
      }
    }
    return at;
  }

  gap(length: number): void {
    if (this.isLost) return;
    const missing = this.toSkip > 0 ? this.toSkip : this.missing;
    if (length > missing || missing === 0) {
      // Of a header that is cut nobody is told but here.
      const cut = this.kept < RECORD_HEADER ? this.kept : 0;
      if (this.toSkip === 0) this.damage();
      this.toSkip = 0;
      this.lose(cut + length - missing, true);
      return;
    }
    if (this.toSkip === 0) this.damage();
    this.toSkip = missing - length;
  }

  /** Records begin at the next byte. */
  found(): void {
    this.isLost = false;
    this.kept = 0;
    this.toSkip = 0;
  }

  private lose(passed: number, byGap: boolean): void {
    this.isLost = true;
    this.kept = 0;
    this.sink.lost(passed, byGap);
  }

  /** The record under way will not be whole. */
  private damage(): void {
    const { buffer, kept } = this;
    this.kept = 0;
    if (kept >= RECORD_HEADER) this.sink.damaged(buffer[0], bodyLength(buffer, 0));
  }

  /** Octets of the record under way that are yet to come; 0 where that is not known. */
  private get missing(): number {
    return this.kept < RECORD_HEADER ? 0 : RECORD_HEADER + bodyLength(this.buffer, 0) - this.kept;
  }

  private keep(chunk: Uint8Array, start: number, end: number): void {
    const needed = this.kept + end - start;
    if (needed > this.buffer.length) {
      const grown = new Uint8Array(
        Math.min(RECORD_HEADER + MAX_RECORD_BODY, Math.max(needed, 2 * this.buffer.length, 512)),
      );
      this.account.add(grown.length - this.buffer.length);
      grown.set(this.buffer.subarray(0, this.kept));
      this.buffer = grown;
    }
    this.buffer.set(chunk.subarray(start, end), this.kept);
    this.kept = needed;
  }

  /** Goes on with the record in the buffer; -1: the sink refused it, and of the chunk nothing was taken. */
  private complete(chunk: Uint8Array, start: number, end: number): number {
    const before = this.kept;
    let at = start;
    if (before < RECORD_HEADER) {
      at = Math.min(end, start + RECORD_HEADER - before);
      this.keep(chunk, start, at);
      const length = recordLength(this.buffer, 0, this.kept);
      if (length < 0) {
        // In what was kept before no record can begin; in the chunk one may.
        this.lose(before, false);
        return start;
      }
      if (length === 0) return at;
    }
    const stop = Math.min(end, at + this.missing);
    this.keep(chunk, at, stop);
    if (this.missing > 0) return stop;
    if (this.deliver(start, before)) return stop;
    this.kept = before;
    return -1;
  }

  /** The buffer holds a record, which began `before` octets before chunk[start]. */
  private deliver(start: number, before: number): boolean {
    const { place, kept, buffer } = this;
    const { origin, sequence } = place;
    place.origin = Number.NaN;
    place.sequence = (sequence + start - before) | 0;
    this.kept = 0;
    const taken = this.sink.record(buffer, 0, kept);
    place.origin = origin;
    place.sequence = sequence;
    return taken;
  }
}

const EMPTY = new Uint8Array(0);

/** Of the whole record that begins at `at`; 0: too few bytes to tell; -1: none begins there. */
export function recordLength(bytes: Uint8Array, at: number, end: number): number {
  const type = bytes[at];
  if (type < CHANGE_CIPHER_SPEC || type > APPLICATION_DATA) return -1;
  if (end - at > 1 && bytes[at + 1] !== 3) return -1;
  if (end - at > 2 && bytes[at + 2] > 4) return -1;
  if (end - at < RECORD_HEADER) return 0;
  const body = bodyLength(bytes, at);
  return body > MAX_RECORD_BODY ? -1 : RECORD_HEADER + body;
}

function bodyLength(bytes: Uint8Array, at: number): number {
  return (bytes[at + 3] << 8) | bytes[at + 4];
}
