/**
 * Bytes awaiting a decoder that needs contiguous records.
 *
 * Strategy: a pushed block is used in place. The rest of a record that straddles two blocks is copied into
 * the headroom before the new block where that is large enough (no copy of the block itself), else both go
 * into a buffer of our own that grows by doubling.
 */
export class ByteQueue {
  /** The unread bytes are bytes[start, end). */
  bytes: Uint8Array = EMPTY;
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
    } else if (left <= start && bytes.buffer !== this.bytes.buffer) {
      bytes.set(this.bytes.subarray(this.start, this.end), start - left);
      this.bytes = bytes;
      this.start = start - left;
      this.end = end;
    } else this.join(bytes, start, end);
    this.base = offset - this.start;
  }

  private join(bytes: Uint8Array, start: number, end: number): void {
    const left = this.end - this.start;
    const needed = left + end - start;
    const rest = this.bytes.subarray(this.start, this.end);
    if (this.own.length < needed) {
      const grown = new Uint8Array(Math.max(needed, this.own.length * 2, 4096));
      grown.set(rest);
      this.own = grown;
    } else this.own.set(rest);
    this.own.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), left);
    this.bytes = this.own;
    this.start = 0;
    this.end = needed;
  }
}

const EMPTY = new Uint8Array(0);
