/**
 * The block types and bounds of pcapng (draft-ietf-opsawg-pcapng §4, §11.1), and the search for the next
 * block after damage: one that is consistent with itself, its length being repeated at its end.
 */
import type { ByteQueue } from '../bytes/queue.js';
import { u32 } from './integers.js';

export const SECTION_HEADER = 0x0a0d0d0a;
export const INTERFACE_DESCRIPTION = 1;
export const PACKET = 2;
export const SIMPLE_PACKET = 3;
export const NAME_RESOLUTION = 4;
export const INTERFACE_STATISTICS = 5;
export const ENHANCED_PACKET = 6;
export const DECRYPTION_SECRETS = 10;
export const CUSTOM = 0xbad;
export const CUSTOM_NOT_COPIED = 0x4000_0bad;

/** §4.7: what a Decryption Secrets Block says that it holds, if it is a TLS key log. */
export const TLS_KEY_LOG = 0x544c_534b;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** §3.1: type, length and length again; a section header has 16 bytes more. */
export const MIN_BLOCK = 12;
export const MIN_SECTION = 28;
/** While looking for a block, one may exceed the largest packet by this much (headers and options). */
export const MAX_RESYNC_EXTRA = 65_536;

const MIN_LENGTHS = new Map([
  [INTERFACE_DESCRIPTION, 20],
  [PACKET, 32],
  [SIMPLE_PACKET, 16],
  [NAME_RESOLUTION, 16],
  [INTERFACE_STATISTICS, 24],
  [ENHANCED_PACKET, 32],
  [DECRYPTION_SECRETS, 20],
  [CUSTOM, 16],
  [CUSTOM_NOT_COPIED, 16],
]);

/** Fewest bytes of a block of this type, all included. */
export function minLength(type: number): number {
  return MIN_LENGTHS.get(type) ?? MIN_BLOCK;
}

/** Bytes of a packet block before the packet; infinite for blocks that hold none. */
export function packetHeader(type: number): number {
  if (type === SIMPLE_PACKET) return 12;
  return type === ENHANCED_PACKET || type === PACKET ? 28 : Number.POSITIVE_INFINITY;
}

/** Whether a block of this type is read at all; the others are skipped without being buffered. */
export function matters(type: number): boolean {
  return type <= SIMPLE_PACKET ? type !== 0 : type === ENHANCED_PACKET || type === DECRYPTION_SECRETS;
}

/** The byte order that the magic at `at` announces: little-endian if true, undefined if it is none. */
export function byteOrder(bytes: Uint8Array, at: number): boolean | undefined {
  if (u32(bytes, at, true) === BYTE_ORDER_MAGIC) return true;
  return u32(bytes, at, false) === BYTE_ORDER_MAGIC ? false : undefined;
}

/**
 * Moves the queue to the next block that can be believed, looking at most `window` bytes ahead.
 * False: none found so far; the queue then stands where the search must go on.
 */
export function findBlock(
  queue: ByteQueue,
  window: number,
  little: boolean,
  longest: number,
  ended: boolean,
): boolean {
  const { bytes, start, end } = queue;
  let at = start;
  for (; at < start + window && at + MIN_BLOCK <= end; at++) {
    const isSection = u32(bytes, at, true) === SECTION_HEADER;
    const order = isSection ? byteOrder(bytes, at + 8) : little;
    if (order === undefined) continue;
    const type = u32(bytes, at, order);
    const length = u32(bytes, at + 4, order);
    const least = isSection ? MIN_SECTION : MIN_LENGTHS.get(type);
    if (least === undefined || length < least || length % 4 !== 0 || length > longest) continue;
    if (at + length > end) {
      if (ended) continue;
      break;
    }
    if (u32(bytes, at + length - 4, order) !== length) continue;
    queue.start = at;
    return true;
  }
  queue.start = at;
  return false;
}
