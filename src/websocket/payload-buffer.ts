/**
 * Keeps the unmasked payload of one frame, up to a limit.
 *
 * Strategy: a payload that comes whole is copied once, to its size. One that comes in pieces grows by
 * doubling, because its declared length may be a lie; missing octets are left zero.
 */
import type { FrameHeader } from './frame.js';
import { maskInto } from './mask.js';

const EMPTY = new Uint8Array(0);
const FIRST_SIZE = 4096;

export class PayloadBuffer {
  private bytes: Uint8Array = EMPTY;
  private length = 0;

  /** Takes the wire payload chunk[start, end), which begins at octet `offset`, below `limit`. */
  add(
    header: FrameHeader,
    chunk: Uint8Array,
    start: number,
    end: number,
    offset: number,
    limit: number,
  ): void {
    const last = Math.min(end, start + limit - offset);
    if (last <= start) return;
    this.reserve(offset + last - start, Math.min(header.length, limit));
    maskInto(this.bytes, offset, chunk, start, last, header.maskingKey, offset);
    this.length = offset + last - start;
  }

  /** Hands the payload over and starts anew. */
  take(): Uint8Array {
    const { bytes, length } = this;
    this.bytes = EMPTY;
    this.length = 0;
    return bytes.length === length ? bytes : bytes.slice(0, length);
  }

  private reserve(size: number, most: number): void {
    if (size <= this.bytes.length) return;
    const grown = new Uint8Array(
      size === most ? size : Math.min(most, Math.max(size, this.bytes.length * 2, FIRST_SIZE)),
    );
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
