/**
 * What stands in place of payloads that are not to be told: as many octets, which are valid where the payload had to be.
 *
 * Strategy: text and binary become x. A compressed message becomes one block of DEFLATE with fixed codes (RFC 1951 §3.2.6) of
 * literals x and its end, and the header of the empty block whose rest RFC 7692 §7.2.1 leaves out: all octets of it are the
 * same but the first one and the last two, so that it can be cut into frames anywhere. It inflates to two octets less than
 * it has. A Close keeps its code.
 */
import { CODE_LENGTH, FILLER } from '../export/redacted.js';

export type FillerKind = 'plain' | 'deflate' | 'close';

// BFINAL 0, BTYPE 01, then the code of x, 10101000, from its most significant bit on, over and over.
const BLOCK_START = 0xaa;
const LITERALS = 0xa8;
/** BFINAL 0, BTYPE 01, and at once the end of the block: seven zeros. */
const EMPTY_START = 0x02;
/** The last bits of a literal, the end of the block, and the three zeros that begin an empty stored block: all are zeros. */
const BLOCK_END = 0;

export interface Filled {
  readonly kind: FillerKind;
  /** Octets of the payload, which ends in a Close frame behind its reason. */
  readonly length: number;
  /** Octets of the message in frames before this one, and in those behind it: 2 stands for more. */
  readonly before: number;
  readonly after: number;
}

/** The octet at `offset` of an unmasked payload; undefined: it stays. */
export function fillerAt({ kind, length, before, after }: Filled, offset: number): number | undefined {
  if (kind === 'plain') return FILLER;
  if (kind === 'close') return offset < CODE_LENGTH ? undefined : FILLER;
  const isFirst = before === 0 && offset === 0;
  const left = length - 1 - offset + after;
  if (left >= 2) return isFirst ? BLOCK_START : LITERALS;
  return isFirst && left === 1 ? EMPTY_START : BLOCK_END;
}
