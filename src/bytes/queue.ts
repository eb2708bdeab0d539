/**
 * Bytes awaiting a decoder that needs contiguous records.
 *
 * Strategy: a pushed block is used in place. The rest of a record that straddles two blocks is copied into
 * the headroom before the new block where that is large enough (no copy of the block itself), else both go
 * into a buffer of our own that grows by doubling. Small blocks are appended to that buffer, so that a
 * capture that trickles in byte by byte costs one copy per byte.
 */
export class ByteQueue {
  /** The unread bytes are bytes[start, end). */
  bytes: Uint8Array = EMPTY;
  /**
   * Of all of `bytes`, to read words: one of four octets costs some thirty instructions, since each octet is
   * checked against the bounds, one of a view eight. Reading outside throws.
   */
  view: DataView = viewOf(EMPTY);
  start = 0;
  end = 0;
  private base = 0;
  private own: Uint8Array = EMPTY;

  get length(): number {
    return this.end - this.start;
  }

  /** Offset in the whole input of the next unread byte. */
  get offset(): number {
    return this.base + this.start;
  }

  /** Adds bytes[start, end), borrowed until the next push; may write into bytes before `start`. */
  push(bytes: Uint8Array, start = 0, end = bytes.length): void {
    const left = this.end - this.start;
    const offset = this.offset;
    if (left === 0) {
      this.bytes = bytes;
      this.start = start;
      this.end = end;
    } else if (left <= start && bytes !== this.bytes) {
      bytes.set(this.bytes.subarray(this.start, this.end), start - left);
      this.bytes = bytes;
      this.start = start - left;
      this.end = end;
    } else this.join(bytes, start, end);
    this.base = offset - this.start;
    this.view = viewOf(this.bytes);
  }

  private join(bytes: Uint8Array, start: number, end: number): void {
    const added = end - start;
    if (this.bytes !== this.own || this.end + added > this.own.length) this.moveToFront(added);
    this.own.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), this.end);
    this.end += added;
  }

  /** Brings the unread bytes to the front of `own`, with room for `added` more behind them. */
  private moveToFront(added: number): void {
    const left = this.end - this.start;
    const rest = this.bytes.subarray(this.start, this.end);
    const crowded = this.bytes === this.own && left > this.own.length / 2;
    if (crowded || this.own.length < left + added) {
      this.own = new Uint8Array(Math.max(left + added, this.own.length * 2, 4096));
    }
    this.own.set(rest);
    this.bytes = this.own;
    this.start = 0;
    this.end = left;
  }
}

const EMPTY = new Uint8Array(0);

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
