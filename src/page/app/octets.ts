/**
 * The octets of a frame as the hex pane shows them, and what lights up together: a field, its bits, its octets, and for an
 * octet of a masked payload the octet of the key that it was masked with.
 */
import { concat } from '../../bytes/concat.js';
import { type Part, type PartName, wireBytes } from '../../explain/part.js';
import type { Frame } from '../../websocket/frame-record.js';

/** Bits of a frame: [start, end). */
export interface Bits {
  readonly start: number;
  readonly end: number;
}

export function overlap(a: Bits | undefined, b: Bits): boolean {
  return a !== undefined && a.start < b.end && b.start < a.end;
}

export const octetBits = (index: number): Bits => ({ start: 8 * index, end: 8 * index + 8 });

/** Header and payload, as far as it is at hand; `masked`: as on the wire. */
export function frameOctets(frame: Frame, masked: boolean): Uint8Array {
  return masked ? wireBytes(frame, frame.payload.length) : concat(wireBytes(frame, 0), frame.payload);
}

/** The part that an octet is shown as: of the first one that has most bits in it. */
export function partAt(parts: readonly Part[], octet: number): PartName | undefined {
  const bits = octetBits(octet);
  let best: Part | undefined;
  const share = ({ startBit, endBit }: Part) => Math.min(endBit, bits.end) - Math.max(startBit, bits.start);
  for (const part of parts)
    if (share(part) > 0 && (best === undefined || share(part) > share(best))) best = part;
  return best?.name;
}

/** The octet of the masking key that belongs to a lit octet of the payload, if it is just one. */
export function keyOctetFor(lit: Bits | undefined, frame: Frame): Bits | undefined {
  const start = 8 * frame.headerLength;
  if (lit === undefined || !frame.masked || lit.end - lit.start !== 8 || lit.start < start) return undefined;
  return octetBits(frame.headerLength - 4 + (((lit.start - start) / 8) % 4));
}

/** A printable character of ASCII, else a dot. */
export function asciiOf(octet: number): string {
  return octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '·';
}
