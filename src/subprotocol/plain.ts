/**
 * Values of binary formats (MessagePack, CBOR, protobuf) as what JSON has: integers beyond 2^53 as text, octets as base64
 * with their number, times in ISO 8601, what the format itself cannot name (tags, extensions) as an object.
 *
 * Strategy: one walk, as deep as bounded() goes; bounded() then cuts what is too long.
 */
import { jsonInteger } from '../bytes/json-integer.js';
import { clip } from './bounded.js';
import { bodyFacts } from './content.js';

const MAX_DEPTH = 17;
const MAX_ITEMS = 257;
/** UTF-16 units of the name of a field that is none. */
const MAX_KEY = 80;

export function plain(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return jsonInteger(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= MAX_DEPTH) return '…';
  if (value instanceof Uint8Array) return bytesFacts(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid time' : value.toISOString();
  // Items behind these are counted by bounded(), never looked at.
  if (Array.isArray(value)) {
    const items: unknown[] = value.slice(0, MAX_ITEMS).map((item) => plain(item, depth + 1));
    items.length = value.length;
    return items;
  }
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([name, item], index) => [nameOf(name), index < MAX_ITEMS ? plain(item, depth + 1) : null]),
  );
}

function bytesFacts(bytes: Uint8Array): unknown {
  return bytes.length === 0 ? { length: 0 } : bodyFacts(bytes);
}

const nameOf = (name: unknown): string =>
  typeof name === 'string' ? name : clip(JSON.stringify(plain(name, MAX_DEPTH - 2)) ?? String(name), MAX_KEY);
