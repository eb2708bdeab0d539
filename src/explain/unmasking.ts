/**
 * The unmasking of a payload worked byte by byte (RFC 6455 §5.3).
 */
import type { Frame } from '../websocket/frame-record.js';
import { keyBytes } from '../websocket/mask.js';

/** Bytes that are worked. */
const SHOWN = 16;

export interface UnmaskedByte {
  /** In the payload. */
  readonly index: number;
  readonly wire: number;
  readonly key: number;
  readonly result: number;
}

/** Octets of a masked payload up to its first gap. */
export function unmaskable({ masked, missing, payload }: Frame): number {
  return masked ? Math.min(missing[0]?.offset ?? payload.length, payload.length) : 0;
}

/** The first octets of a payload that is masked, as far as it was captured without a gap. */
export function unmask(frame: Frame): readonly UnmaskedByte[] {
  const key = keyBytes(frame.maskingKey);
  const known = Math.min(unmaskable(frame), SHOWN);
  return Array.from(frame.payload.subarray(0, known), (result, index) => ({
    index,
    wire: result ^ key[index % 4],
    key: key[index % 4],
    result,
  }));
}
