/**
 * Masking, RFC 6455 §5.3: octet i of the payload is XORed with octet i mod 4 of the masking key. The same
 * operation masks and unmasks.
 *
 * Strategy: the key is kept as one int32, its first octet the most significant, so that a frame header needs
 * no array. Where the kernel reaches both sides, it does the work. Else what is short goes octet by octet, four a turn;
 * what is long is copied natively to where it can be masked by the word, and what has no key is only copied. That costs
 * 100 ns to begin with, then a quarter.
 */
import { addressOf, maskTo } from '../bytes/kernel.js';
import { swapOctets, turnKey } from '../bytes/word.js';

/** Octets from which on the ways of long payloads are the quicker ones. */
const LONG_COPY = 48;
const LONG_MASK = 192;
/** Octets that are masked by the word at a time. */
const PIECE = 4096;
const piece = new Uint8Array(PIECE);
const pieceWords = new Int32Array(piece.buffer);

/**
 * XORs source[start, end) with the key into target from `at` on; source[start] is octet `offset` of the payload. Both may be
 * the same array at the same place. `key`: four octets as an int32, the first one most significant, as in FrameHeader.
 */
export function maskInto(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
  key: number,
  offset: number,
): void {
  const size = end - start;
  const to = addressOf(target);
  const from = to < 0 ? -1 : addressOf(source);
  if (from >= 0) {
    maskTo(to + at, from + start, from + end, swapOctets(turnKey(key, offset)));
    return;
  }
  if (key === 0 && size >= LONG_COPY) target.set(source.subarray(start, end), at);
  else if (size >= LONG_MASK) maskLong(target, at, source, start, end, turnKey(key, offset));
  else maskShort(target, at, source, start, end, turnKey(key, offset));
}

function maskLong(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
  turned: number,
): void {
  // The key's octets as a word of this machine, whatever its byte order.
  for (let i = 0; i < 4; i++) piece[i] = turned >>> (24 - 8 * i);
  const word = pieceWords[0];
  for (let from = start; from < end; from += PIECE) {
    const size = Math.min(PIECE, end - from);
    piece.set(source.subarray(from, from + size));
    for (let i = 0; i < size / 4; i++) pieceWords[i] ^= word;
    target.set(size === PIECE ? piece : piece.subarray(0, size), at + from - start);
  }
}

function maskShort(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
  turned: number,
): void {
  const k0 = turned >>> 24;
  const k1 = (turned >>> 16) & 0xff;
  const k2 = (turned >>> 8) & 0xff;
  const k3 = turned & 0xff;
  let from = start;
  let to = at;
  for (const last = end - 3; from < last; from += 4, to += 4) {
    target[to] = source[from] ^ k0;
    target[to + 1] = source[from + 1] ^ k1;
    target[to + 2] = source[from + 2] ^ k2;
    target[to + 3] = source[from + 3] ^ k3;
  }
  if (from < end) target[to++] = source[from++] ^ k0;
  if (from < end) target[to++] = source[from++] ^ k1;
  if (from < end) target[to] = source[from] ^ k2;
}

/** A masked (or unmasked) copy. `key`: as of maskInto(). */
export function mask(bytes: Uint8Array, key: number): Uint8Array {
  const copy = new Uint8Array(bytes.length);
  maskInto(copy, 0, bytes, 0, bytes.length, key, 0);
  return copy;
}

/** The four octets of a key. */
export function keyBytes(key: number): Uint8Array {
  return Uint8Array.of(key >>> 24, (key >>> 16) & 0xff, (key >>> 8) & 0xff, key & 0xff);
}

/** The key as eight hexadecimal digits, `37fa213d`. */
export function formatKey(key: number): string {
  return (key >>> 0).toString(16).padStart(8, '0');
}

/** The int32 of the first four octets, the first one most significant. */
export function parseKey(bytes: Uint8Array): number {
  return (bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3];
}
