/**
 * Whether masked payload is UTF-8 (RFC 6455 §5.6, RFC 3629), looked at where it lies.
 *
 * Strategy: nearly all text is ASCII, which shows without unmasking it; anything else is unmasked into scratch
 * memory, which all share since the work is synchronous.
 */
import { isUtf8 } from 'node:buffer';
import { isAscii } from '../bytes/ascii.js';
import { borrow, giveBack } from '../bytes/kernel.js';
import type { Utf8Validator } from '../bytes/utf8.js';
import { turnKey } from '../bytes/word.js';
import { maskInto } from './mask.js';

const FIRST_SIZE = 16_384;
let scratch: Uint8Array | undefined;

/** Whether the payload chunk[start, end) is UTF-8 as a whole. */
export function isMaskedText(chunk: Uint8Array, start: number, end: number, key: number): boolean {
  return isAscii(chunk, start, end, key) || isUtf8(unmasked(chunk, start, end, key).subarray(0, end - start));
}

/** Hands the payload chunk[start, end), which begins at octet `offset` of its frame, to `text`. */
export function pushMaskedText(
  text: Utf8Validator,
  chunk: Uint8Array,
  start: number,
  end: number,
  key: number,
  offset: number,
): void {
  const turned = turnKey(key, offset);
  if (text.isBetweenCharacters && isAscii(chunk, start, end, turned)) text.skipAscii(end - start);
  else text.push(unmasked(chunk, start, end, turned), 0, end - start);
}

/** The payload, in memory that the next call uses again. */
export function unmasked(chunk: Uint8Array, start: number, end: number, key: number): Uint8Array {
  const length = end - start;
  scratch ??= borrow(FIRST_SIZE) ?? new Uint8Array(FIRST_SIZE);
  if (length > scratch.length) {
    giveBack(scratch);
    scratch = new Uint8Array(length * 2);
  }
  maskInto(scratch, 0, chunk, start, end, key, 0);
  return scratch;
}
