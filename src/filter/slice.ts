/**
 * Slices as Wireshark has them: `[3]` one octet, `[1:4]` four from octet 1, `[1-4]` octets 1 to 4, `[:4]` the first four,
 * `[4:]` all behind; negative counts from the end, and commas join.
 */
import { concat } from '../bytes/concat.js';
import { FilterError } from './error.js';
import type { Token } from './lexer.js';

/** `length` undefined: to the end; `last`, where given, instead of it. */
export interface SliceRange {
  readonly start: number;
  readonly length: number | undefined;
  readonly last: number | undefined;
}

const RANGE =
  /^\s*(?:(?<from>-?\d+)?\s*:\s*(?<length>\d+)?|(?<first>-?\d+)\s*-\s*(?<last>-?\d+)|(?<one>-?\d+))\s*$/;

/** Throws FilterError. */
export function parseSlice({ text, column, length }: Token): SliceRange[] {
  return text.split(',').map((part) => {
    const groups = RANGE.exec(part)?.groups;
    if (groups === undefined)
      throw new FilterError('a slice looks like [2], [0:4], [1-3], [:4] or [4:]', column, length);
    const whole = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits));
    if (groups.one !== undefined) return { start: Number(groups.one), length: 1, last: undefined };
    if (groups.first !== undefined)
      return { start: Number(groups.first), length: undefined, last: whole(groups.last) };
    return { start: whole(groups.from) ?? 0, length: whole(groups.length), last: undefined };
  });
}

/** Undefined where a range begins or ends behind the value's end. */
export function slice(bytes: Uint8Array, ranges: readonly SliceRange[]): Uint8Array | undefined {
  const parts: Uint8Array[] = [];
  for (const { start, length, last } of ranges) {
    const from = start < 0 ? bytes.length + start : start;
    const lastOctet = last !== undefined && last < 0 ? bytes.length + last : last;
    const to = lastOctet !== undefined ? lastOctet + 1 : length === undefined ? bytes.length : from + length;
    if (from < 0 || to < from || to > bytes.length || (length === undefined && from >= bytes.length))
      return undefined;
    parts.push(bytes.subarray(from, to));
  }
  return parts.length === 1 ? parts[0] : concat(...parts);
}
