/**
 * Gathers text, numbers and texts that were encoded beforehand as UTF-8 in one reused buffer.
 *
 * Strategy: the rows of a list are made here without a string for each: what many rows share is encoded once and
 * copied (35 ns however long it is, where a loop takes 3 ns an octet), numbers are written digit by digit, and
 * payloads go from octets to octets. Memory is flat, where a stream's queue would grow.
 */
import { isUtf8 } from 'node:buffer';
import { endOfWhole } from '../bytes/utf8.js';
import { type EscapeStyle, escapeInto, PIECE, roomFor } from './escape.js';

/** Where the renderers write. */
export interface TextWriter {
  write(text: string): void;
  flush(): void;
}

const SIZE = 64 * 1024;
/** A UTF-16 code unit takes at most three bytes of UTF-8. */
const MAX_EXPANSION = 3;
/** Octets made base64 at a time: without padding in between. */
const BASE64_PIECE = 3 * 4096;

const MAX_INT32 = 0x7fffffff;
const SPACE = 0x20;
const COMMA = 0x2c;
const ZERO = 0x30;
const encoder = new TextEncoder();
const HEX_DIGITS = encoder.encode('0123456789abcdef');
const NOTHING = new Uint8Array(0);

/** A text that is written again and again. */
export function encoded(text: string): Uint8Array {
  return encoder.encode(text);
}

export abstract class ByteWriter implements TextWriter {
  private readonly buffer = new Uint8Array(SIZE);
  /** The same octets: for strings, and by the word. */
  private readonly asBuffer = Buffer.from(this.buffer.buffer);
  private readonly words = new DataView(this.buffer.buffer);
  private used = 0;

  /** Takes bytes[0, length), which are used again. */
  protected abstract drain(bytes: Uint8Array, length: number): void;

  write(text: string): void {
    if (text.length * MAX_EXPANSION > SIZE) this.writeLong(text);
    else {
      this.reserve(text.length * MAX_EXPANSION);
      this.used += this.asBuffer.write(text, this.used);
    }
  }

  flush(): void {
    const { used } = this;
    this.used = 0;
    if (used > 0) this.drain(this.buffer, used);
  }

  /** Sees to it that the next `size` octets, at most 64 KiB, go behind those that are there. */
  reserve(size: number): void {
    if (size > SIZE - this.used) this.flush();
  }

  /** Writes what was encoded beforehand. */
  bytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    if (bytes.length > SIZE) this.drain(bytes, bytes.length);
    else {
      this.buffer.set(bytes, this.used);
      this.used += bytes.length;
    }
  }

  /** One character of ASCII. */
  octet(octet: number): void {
    this.reserve(1);
    this.buffer[this.used++] = octet;
  }

  spaces(count: number): void {
    this.reserve(count);
    for (let i = 0; i < count; i++) this.buffer[this.used++] = 0x20;
  }

  /** A number as String() writes it, behind spaces up to `width`. */
  number(value: number, width = 0): void {
    if (value < 0 || value > MAX_INT32 || (value | 0) !== value) {
      this.write(String(value).padStart(width));
      return;
    }
    const size = countDigits(value);
    if (size < width) this.spaces(width - size);
    this.digits(value, size);
  }

  /** The last `count` decimal digits of a whole number below 2^31, with zeros in front. */
  digits(value: number, count: number): void {
    this.reserve(count);
    const { buffer, used } = this;
    let left = value;
    for (let at = used + count - 1; at >= used; at--) {
      const quotient = (left / 10) | 0;
      buffer[at] = ZERO + left - quotient * 10;
      left = quotient;
    }
    this.used = used + count;
  }

  /** The numbers with commas between them. */
  numbers(values: readonly number[]): void {
    for (let i = 0; i < values.length; i++) {
      if (i > 0) this.octet(COMMA);
      this.number(values[i]);
    }
  }

  /** The 32 bits as eight hexadecimal digits. */
  hex32(value: number): void {
    this.reserve(8);
    for (let shift = 28; shift >= 0; shift -= 4)
      this.buffer[this.used++] = HEX_DIGITS[(value >>> shift) & 0xf];
  }

  /** `48 65 6c`. At most some thousand octets. */
  hex(bytes: Uint8Array): void {
    this.reserve(bytes.length * 3);
    const { buffer } = this;
    let at = this.used;
    for (let i = 0; i < bytes.length; i++) {
      if (i > 0) buffer[at++] = SPACE;
      buffer[at++] = HEX_DIGITS[bytes[i] >> 4];
      buffer[at++] = HEX_DIGITS[bytes[i] & 0xf];
    }
    this.used = at;
  }

  base64(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += BASE64_PIECE) {
      const size = Math.min(BASE64_PIECE, bytes.length - at);
      this.write(Buffer.from(bytes.buffer, bytes.byteOffset + at, size).toString('base64'));
    }
  }

  /** Writes `before`, then the text, escaped; false, and nothing is written, if the text is not UTF-8. */
  escaped(text: Uint8Array, style: EscapeStyle, before: Uint8Array = NOTHING): boolean {
    if (text.length <= PIECE) return this.escapePiece(text, style, before, false);
    if (!isUtf8(text)) return false;
    this.bytes(before);
    for (let at = 0; at < text.length; ) {
      const end = Math.min(text.length, at + PIECE);
      const whole = end === text.length ? end : endOfWhole(text, at, end);
      this.escapePiece(text.subarray(at, whole), style, NOTHING, true);
      at = whole;
    }
    return true;
  }

  /** Takes back the white space that was written last: what String.trimEnd() takes, but for line ends. */
  trimEnd(): void {
    const { buffer } = this;
    for (;;) {
      while (this.used > 0 && buffer[this.used - 1] === SPACE) this.used--;
      if (this.used === 0 || buffer[this.used - 1] < 0x80) return;
      const end = this.used;
      let at = end - 1;
      while (at > 0 && (buffer[at] & 0xc0) === 0x80) at--;
      if (!/\s/.test(this.asBuffer.toString('utf8', at, end))) return;
      this.used = at;
    }
  }

  private escapePiece(text: Uint8Array, style: EscapeStyle, before: Uint8Array, valid: boolean): boolean {
    this.reserve(before.length + roomFor(text.length));
    const { buffer, used } = this;
    const end = escapeInto(buffer, this.words, used + before.length, text, style, valid);
    if (end < 0) return false;
    if (before.length > 0) buffer.set(before, used);
    this.used = end;
    return true;
  }

  /** In pieces that fit in the buffer, whole characters each. */
  private writeLong(text: string): void {
    const most = Math.floor(SIZE / MAX_EXPANSION);
    for (let at = 0; at < text.length; ) {
      let end = Math.min(text.length, at + most);
      if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end--;
      this.write(text.slice(at, end));
      at = end;
    }
  }
}

/** Of a whole number from 0 on. */
function countDigits(value: number): number {
  let count = 1;
  for (let left = (value / 10) | 0; left > 0; left = (left / 10) | 0) count++;
  return count;
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}
