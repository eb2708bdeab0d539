/**
 * The unmasking of a payload worked byte by byte (RFC 6455 §5.3).
 */
import type { Frame } from '../websocket/frame-record.js';
import { keyBytes } from '../websocket/mask.js';

/** Bytes that are worked. */
const SHOWN = 12;

export interface UnmaskedByte {
  /** In the payload. */
  readonly index: number;
  readonly wire: number;
  readonly key: number;
  readonly result: number;
}

/** Of a payload that is masked, as far as it was captured without a gap. */
export function unmask(frame: Frame): readonly UnmaskedByte[] {
  if (!frame.masked) return [];
  const key = keyBytes(frame.maskingKey);
  const known = Math.min(frame.missing[0]?.offset ?? frame.payload.length, frame.payload.length, SHOWN);
  return Array.from(frame.payload.subarray(0, known), (result, index) => ({
    index,
    wire: result ^ key[index % 4],
    key: key[index % 4],
    result,
  }));
}
