/**
 * The MAC of a record (RFC 5246 §6.2.3.1).
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type CipherOptions, writeSequence } from './sealed-record.js';

/** Of the content, or of what was made of it (RFC 7366). */
export function macOf(
  { suite, keys, version }: CipherOptions,
  sequence: number,
  type: number,
  content: Uint8Array,
): Buffer {
  const head = Buffer.alloc(13);
  writeSequence(head, 0, sequence);
  head[8] = type;
  head.writeUInt16BE(version, 9);
  head.writeUInt16BE(content.length, 11);
  return createHmac(suite.mac, keys.mac).update(head).update(content).digest();
}

export function isSameMac(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
