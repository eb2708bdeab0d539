/**
 * Protocol Buffers without their schema: the fields of a message by number, as the wire tells them
 * (https://protobuf.dev/programming-guides/encoding/).
 *
 * Strategy: what has a length may be text, a message, or octets: it is text if it is UTF-8 that people may have written,
 * else a message if it is one to its end, else octets. Guesses are bounded in depth and number, so that nested ones cost
 * no more than the octets are.
 */
import { isUtf8 } from 'node:buffer';
import { bufferOf } from './content.js';

/** Of the highest field number (2^29 - 1), since what is guessed has small ones. */
const MAX_NUMBER = 4096;
const MAX_DEPTH = 8;
const MAX_FIELDS = 2000;
/** Octets of text that are looked at. */
const MAX_LOOKED = 256;
const TEXT = /^[\p{L}\p{N}\p{P}\p{S}\p{M}\p{Zs}\n\r\t]+$/u;

export interface WireField {
  readonly number: number;
  /** An integer; octets (fixed32, fixed64, octets); text; a message. */
  readonly value: number | bigint | string | Uint8Array | readonly WireField[];
  /** A fixed32 or fixed64. */
  readonly fixed: boolean;
}

export interface WireMessage {
  readonly fields: readonly WireField[];
  /** Octets of it that are text of four octets or more, at any depth. */
  readonly text: number;
}

/** Undefined where the octets are no message to their end, or one of too many fields. */
export function readWire(bytes: Uint8Array): WireMessage | undefined {
  const budget = { fields: MAX_FIELDS, text: 0 };
  const fields = readFields(bytes, 0, budget);
  return fields && { fields, text: budget.text };
}

interface Budget {
  fields: number;
  text: number;
}

function readFields(bytes: Uint8Array, depth: number, budget: Budget): WireField[] | undefined {
  const fields: WireField[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (--budget.fields < 0) return undefined;
    const tag = readVarint(bytes, at);
    if (tag === undefined || typeof tag.value !== 'number') return undefined;
    const number = Math.floor(tag.value / 8);
    if (number < 1 || number > MAX_NUMBER) return undefined;
    const read = readValue(bytes, tag.end, tag.value & 7, depth, budget);
    if (read === undefined) return undefined;
    fields.push({ number, value: read.value, fixed: (tag.value & 7) !== 0 && (tag.value & 7) !== 2 });
    at = read.end;
  }
  return fields;
}

type Read = { readonly value: WireField['value']; readonly end: number };

/** Groups (3, 4) are left out: nothing makes them any more. */
function readValue(
  bytes: Uint8Array,
  at: number,
  wireType: number,
  depth: number,
  budget: Budget,
): Read | undefined {
  if (wireType === 0) return readVarint(bytes, at);
  if (wireType === 2) {
    const length = readVarint(bytes, at);
    if (length === undefined || typeof length.value !== 'number') return undefined;
    const end = length.end + length.value;
    if (end > bytes.length) return undefined;
    return { value: guess(bytes.subarray(length.end, end), depth, budget), end };
  }
  const size = wireType === 1 ? 8 : wireType === 5 ? 4 : undefined;
  if (size === undefined || at + size > bytes.length) return undefined;
  return { value: bytes.subarray(at, at + size), end: at + size };
}

function guess(bytes: Uint8Array, depth: number, budget: Budget): WireField['value'] {
  if (isReadable(bytes)) {
    if (bytes.length >= 4) budget.text += bytes.length;
    return bufferOf(bytes).toString();
  }
  if (bytes.length === 0 || depth >= MAX_DEPTH) return bytes;
  const before = budget.text;
  const fields = readFields(bytes, depth + 1, budget);
  if (fields === undefined) budget.text = before;
  return fields ?? bytes;
}

function isReadable(bytes: Uint8Array): boolean {
  if (bytes.length === 0 || !isUtf8(bytes)) return false;
  const shown = bufferOf(bytes.subarray(0, MAX_LOOKED)).toString();
  return TEXT.test(bytes.length > MAX_LOOKED ? shown.slice(0, -1) : shown);
}

/** Up to ten octets; a number where it is exact. */
function readVarint(bytes: Uint8Array, start: number): { value: number | bigint; end: number } | undefined {
  let value = 0n;
  for (let i = 0; i < 10 && start + i < bytes.length; i++) {
    const octet = bytes[start + i];
    if (i === 0 && octet < 0x80) return { value: octet, end: start + 1 };
    value |= BigInt(octet & 0x7f) << BigInt(7 * i);
    if (octet >= 0x80) continue;
    const whole = BigInt.asUintN(64, value);
    const isSafe = whole <= BigInt(Number.MAX_SAFE_INTEGER);
    return { value: isSafe ? Number(whole) : whole, end: start + i + 1 };
  }
  return undefined;
}
