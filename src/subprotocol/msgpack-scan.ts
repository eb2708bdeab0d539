/**
 * Whether octets are whole values of MessagePack (https://github.com/msgpack/msgpack/blob/master/spec.md), and what is in
 * them: before `@msgpack/msgpack` decodes them, which makes arrays as long as they are said to be, however little follows.
 *
 * Strategy: one pass without recursion; a stack of how many values each container still lacks.
 */
import { isUtf8 } from 'node:buffer';
import { bufferOf } from './content.js';

/** Containers in each other. */
const MAX_DEPTH = 64;
/** A string that people may have written. */
const TEXT = /^[^\p{Cc}\p{Cn}\p{Co}]+$/u;
/** Octets of a string that are looked at. */
const MAX_LOOKED = 64;

export interface Scanned {
  /** Behind the value. */
  readonly end: number;
  /** The outermost one is a map or an array. */
  readonly isMap: boolean;
  readonly isArray: boolean;
  /** Strings of two octets or more that are text; those that are none. */
  readonly texts: number;
  readonly others: number;
}

/** The value at `start`; undefined where there is no whole one. */
export function scanMessagePack(bytes: Uint8Array, start: number): Scanned | undefined {
  const lacking: number[] = [];
  let [at, wanted, texts, others] = [start, 1, 0, 0];
  while (wanted > 0 || lacking.length > 0) {
    if (wanted === 0) {
      wanted = lacking.pop()!;
      continue;
    }
    wanted--;
    const head = headAt(bytes, at);
    if (head === undefined || head.end > bytes.length) return undefined;
    if (head.text && head.end - head.start > 1)
      if (isText(bytes, head.start, head.end)) texts++;
      else others++;
    at = head.end;
    if (head.items > 0) {
      // Each takes an octet at least.
      if (head.items > bytes.length - at || lacking.length >= MAX_DEPTH) return undefined;
      lacking.push(wanted);
      wanted = head.items;
    }
  }
  const first = bytes[start];
  const isMap = first >> 4 === 0x8 || first === 0xde || first === 0xdf;
  const isArray = first >> 4 === 0x9 || first === 0xdc || first === 0xdd;
  return { end: at, isMap, isArray, texts, others };
}

interface Head {
  /** Of what follows the head and its length. */
  readonly start: number;
  /** Behind the octets of its own. */
  readonly end: number;
  readonly text: boolean;
  /** Values that follow as part of it. */
  readonly items: number;
}

const none = (start: number, end: number): Head => ({ start, end, text: false, items: 0 });

/** By the first octet from 0xc0 on: octets of the value, or of its length if negative. */
const SIZES = [
  ...[0, Number.NaN, 0, 0, -1, -2, -4, -1, -2, -4, 4, 8, 1, 2, 4, 8],
  ...[1, 2, 4, 8, 2, 3, 5, 9, 17, -1, -2, -4, -2, -4, -2, -4],
];

/** Spec, "Formats". */
function headAt(bytes: Uint8Array, at: number): Head | undefined {
  if (at >= bytes.length) return undefined;
  const first = bytes[at];
  const start = at + 1;
  if (first < 0x80 || first >= 0xe0) return none(start, start);
  if (first < 0x90) return { start, end: start, text: false, items: (first & 15) * 2 };
  if (first < 0xa0) return { start, end: start, text: false, items: first & 15 };
  if (first < 0xc0) return { start, end: start + (first & 31), text: true, items: 0 };
  const size = SIZES[first - 0xc0];
  if (Number.isNaN(size)) return undefined;
  if (size >= 0) return none(start, start + size);
  const behind = start - size;
  if (behind > bytes.length) return undefined;
  const length = bufferOf(bytes).readUIntBE(start, -size);
  if (first >= 0xdc)
    return { start: behind, end: behind, text: false, items: first >= 0xde ? length * 2 : length };
  // ext 8, 16, 32 have their type behind the length.
  const type = first >= 0xc7 && first <= 0xc9 ? 1 : 0;
  return { start: behind, end: behind + type + length, text: first >= 0xd9, items: 0 };
}

function isText(bytes: Uint8Array, start: number, end: number): boolean {
  const octets = bufferOf(bytes.subarray(start, end));
  if (!isUtf8(octets)) return false;
  const shown = octets.subarray(0, MAX_LOOKED).toString();
  return TEXT.test(end - start > MAX_LOOKED ? shown.slice(0, -1) : shown);
}
