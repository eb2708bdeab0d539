/**
 * Numbers as filters write them: decimal, `0x` hexadecimal, `0b` binary, octal behind a leading 0, and characters (`'h'`)
 * for their code, as in Wireshark.
 *
 * Strategy: what JavaScript reads otherwise than Wireshark is read here, the rest by Number().
 */
import { FilterError } from './error.js';
import type { Token } from './lexer.js';

const LEADING_ZERO = /^[+-]?0\d+$/;

/** NaN for what is no number. Throws FilterError for 08 and 09, which begin as octal numbers. */
export function parseNumeral({ kind, text, column, length }: Token): number {
  if (kind === 'character') return text.charCodeAt(0);
  if (!LEADING_ZERO.test(text)) return parseDecimal(text);
  if (/[89]/.test(text))
    throw new FilterError(`a leading 0 makes a number octal, and ${text} is none`, column, length);
  return Number.parseInt(text, 8);
}

/** As parseNumeral(), of seconds: there a leading 0 means nothing. */
export function parseDecimal(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

const INTEGER = /^(?:[+-]?[1-9]\d*|0x[\da-f]+|0b[01]+)$/i;

/** The integer, where it is one that a double may not hold: beyond 2^53. */
export function longInteger({ kind, text }: Token): bigint | undefined {
  if (kind !== 'word' || !INTEGER.test(text) || Number.isSafeInteger(Number(text))) return undefined;
  return BigInt(text);
}
