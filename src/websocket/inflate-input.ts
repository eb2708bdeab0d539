/**
 * DEFLATE data as a sequence of bits (RFC 1951 §3.1.1): the wire payload of a message, and the trailer of
 * RFC 7692 §7.2.2 behind it, which is not copied together.
 *
 * Strategy: a 32-bit buffer of at most 31 bits, never negative. Whoever asks for more bits than there are gets
 * zeros, and `short` remembers it, so that only the end of a step has to look.
 */

/** What the sender removed. */
export const TRAILER = [0x00, 0x00, 0xff, 0xff];
const EMPTY = new Uint8Array(0);

export class BitInput {
  /** The payload is input[start, end); behind it, up to `last`, comes the trailer. */
  protected input: Uint8Array = EMPTY;
  protected start = 0;
  protected end = 0;
  protected last = 0;
  /** The next octet; before it come the `bits` bits in `hold`. */
  protected at = 0;
  protected hold = 0;
  protected bits = 0;
  /** Bits were asked for that do not exist. */
  protected short = false;
  /** The work is over: at the end, by a fault, at the limit, or for want of bits. */
  protected done = false;

  protected open(input: Uint8Array, start: number, end: number, trailer: boolean): void {
    this.input = input;
    this.at = this.start = start;
    this.end = end;
    this.last = trailer ? end + TRAILER.length : end;
    this.hold = this.bits = 0;
    this.short = this.done = false;
  }

  /** Lets go of the input, which is borrowed. */
  protected close(): void {
    this.input = EMPTY;
  }

  /** Wire offset of the octet whose bits were taken last; the payload's length in the trailer. */
  protected get offset(): number {
    return Math.min(this.at - (this.bits >> 3) - 1, this.end) - this.start;
  }

  /** The next `count` (≤ 16) bits; 0 and `short` where they do not exist. */
  protected take(count: number): number {
    if (this.bits < count) this.fill();
    if (this.bits < count) {
      this.short = this.done = true;
      this.hold = this.bits = 0;
      return 0;
    }
    const value = this.hold & ((1 << count) - 1);
    this.hold >>= count;
    this.bits -= count;
    return value;
  }

  /** At least 24 bits, or all that there are. */
  protected fill(): void {
    while (this.bits <= 23) {
      if (this.at < this.end) this.hold |= this.input[this.at] << this.bits;
      else if (this.at < this.last) this.hold |= TRAILER[this.at - this.end] << this.bits;
      else return;
      this.at++;
      this.bits += 8;
    }
  }

  /** Unreads the whole octets in the bit buffer. */
  protected giveBack(): void {
    this.at -= this.bits >> 3;
    this.bits &= 7;
    this.hold &= (1 << this.bits) - 1;
  }
}
