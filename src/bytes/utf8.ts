/**
 * Whether bytes are UTF-8 (RFC 3629 §4), told incrementally, with the place of the first fault.
 *
 * Strategy: the platform's validator looks at each piece as a whole; only where it says no, or where a
 * sequence lies across pieces, the bytes go one by one through the ranges of the RFC's grammar.
 */
import { isUtf8 } from 'node:buffer';

const NONE = new Uint8Array(0);

export class Utf8Validator {
  /** Offset of the first octet of the first ill-formed sequence; undefined as long as there is none. */
  badOffset: number | undefined = undefined;
  /** Octets that one has to read to know it. */
  detectedAt = 0;
  /** The octets from there to where one knows it. */
  badOctets: Uint8Array = NONE;
  private offset = 0;
  /** Of the sequence under way: its first octet's offset, octets still due, and the range of the next one. */
  private sequence = 0;
  private due = 0;
  private readonly octets = new Uint8Array(4);
  private have = 0;
  private low = 0x80;
  private high = 0xbf;

  /** Takes the next bytes; false once they are not UTF-8. */
  push(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.badOffset !== undefined) return false;
    if (start === end) return true;
    if (this.due === 0) {
      // A sequence that goes on in the next piece must not make the whole piece look bad.
      const whole = endOfWhole(bytes, start, end);
      if (isUtf8(bytes.subarray(start, whole))) {
        this.offset += whole - start;
        return this.walk(bytes, whole, end);
      }
    }
    return this.walk(bytes, start, end);
  }

  /** No character is under way that the next bytes would go on with, and nothing was wrong so far. */
  get isBetweenCharacters(): boolean {
    return this.due === 0 && this.badOffset === undefined;
  }

  /** Takes `length` octets of ASCII; only between characters. */
  skipAscii(length: number): void {
    this.offset += length;
  }

  /** No more bytes come; false if they were not UTF-8. An unfinished sequence is ill-formed. */
  end(): boolean {
    if (this.badOffset === undefined && this.due > 0) this.fail(this.offset);
    return this.badOffset === undefined;
  }

  reset(): void {
    this.badOffset = undefined;
    this.badOctets = NONE;
    this.detectedAt = this.offset = this.due = 0;
    this.low = 0x80;
    this.high = 0xbf;
  }

  private walk(bytes: Uint8Array, start: number, end: number): boolean {
    for (let at = start; at < end; at++, this.offset++) {
      const byte = bytes[at];
      if (this.due === 0) {
        if (byte < 0x80) continue;
        this.sequence = this.offset;
        this.octets[0] = byte;
        this.have = 1;
        if (!this.begin(byte)) return this.fail(this.offset + 1);
      } else {
        this.octets[this.have++] = byte;
        if (byte < this.low || byte > this.high) return this.fail(this.offset + 1);
        this.due--;
        this.low = 0x80;
        this.high = 0xbf;
      }
    }
    return true;
  }

  /** RFC 3629 §4: what the first octet of a sequence says of its length and of the second octet. */
  private begin(byte: number): boolean {
    if (byte < 0xc2 || byte > 0xf4) return false;
    this.due = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    if (byte === 0xe0) this.low = 0xa0;
    else if (byte === 0xed) this.high = 0x9f;
    else if (byte === 0xf0) this.low = 0x90;
    else if (byte === 0xf4) this.high = 0x8f;
    return true;
  }

  private fail(detectedAt: number): false {
    this.badOffset = this.sequence;
    this.detectedAt = detectedAt;
    this.badOctets = this.octets.slice(0, this.have);
    return false;
  }
}

/** Where the last sequence begins if the bytes end within it; else `end`. */
export function endOfWhole(bytes: Uint8Array, start: number, end: number): number {
  for (let back = 1; back <= 3 && end - back >= start; back++) {
    const byte = bytes[end - back];
    if (byte < 0x80) return end;
    if (byte >= 0xc0) return back < (byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4) ? end - back : end;
  }
  return end;
}
