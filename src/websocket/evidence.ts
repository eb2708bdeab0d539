/**
 * How much some octets speak for a frame beginning at them, in bits: the binary logarithm of how much more
 * likely they are under a model of frames than under a model of anything else. Positive speaks for a frame.
 *
 * Strategy: the model of frames knows which first octets, length forms, lengths and payloads peers send
 * (RFC 6455 §5.2, §5.5), and the habits of this one; that of anything else is pessimistic: it grants each
 * octet what text, zeros, numbers, runs and periods would give it. Both need only be right to a bit or two,
 * since it takes ten or more to be believed. What no peer may send costs bits, it does not exclude: peers
 * break rules.
 */
import { decodeFrameHeader, FrameHeader } from './frame.js';
import {
  ENDS_WITH_LATER_SEGMENT,
  ENDS_WITH_SEGMENT,
  ENDS_WITHIN_SEGMENT,
  FrameHabits,
} from './frame-habits.js';
import { CLOSE, CONTINUATION, isControl, TEXT } from './opcode.js';
import { closeBits, compressedBits, textBits } from './payload-evidence.js';

/** What is expected of the frames of a direction. */
export interface FrameModel {
  /** RFC 6455 §5.1: true for a client's frames, false for a server's. */
  readonly masked: boolean;
  /** Whether permessage-deflate was negotiated; undefined: not known. */
  readonly deflate: boolean | undefined;
}

/** Log-likelihood of what no peer should send. */
const VIOLATION = -12;

const { log2, min } = Math;

/** Shares of the first octets among frames that begin outside a fragmented message; then inside one. */
const OUTSIDE_PLAIN = { 129: 40, 130: 30, 1: 2, 2: 2, 136: 2, 137: 6, 138: 6 };
const OUTSIDE_DEFLATE = {
  ...{ 193: 35, 194: 10, 65: 2, 66: 1 },
  ...{ 129: 15, 130: 10, 1: 1, 2: 1, 136: 2, 137: 6, 138: 6 },
};
const OUTSIDE_UNKNOWN = {
  ...{ 193: 12, 194: 4, 65: 1, 66: 1 },
  ...{ 129: 32, 130: 24, 1: 2, 2: 2, 136: 2, 137: 6, 138: 6 },
};
const INSIDE = { 0: 40, 128: 30, 136: 1, 137: 4, 138: 4 };

/** Log-likelihood of each first octet; -Infinity where the octet begins no frame. */
function firstOctets(
  shares: Readonly<Record<number, number>>,
  habits: FrameHabits | undefined,
): Float64Array {
  const total = Object.values(shares).reduce((sum, share) => sum + share, 0);
  const table = new Float64Array(256).fill(Number.NEGATIVE_INFINITY);
  for (const [octet, share] of Object.entries(shares)) {
    const usual = share / total;
    table[Number(octet)] = log2(habits === undefined ? usual : habits.first(Number(octet), usual));
  }
  return table;
}

/** Log-likelihood of an octet of binary data, and of text: pessimistic, not adding up to one. */
const IN_BINARY = Float64Array.from({ length: 256 }, (_, octet) => {
  if (octet === 0) return -3;
  if (octet === 1 || octet === 0xff) return -5;
  if (octet < 0x20) return -6.5;
  return octet < 0x80 ? -7.5 : -8;
});
const IN_TEXT = Float64Array.from({ length: 256 }, (_, octet) => {
  if (octet === 0x20) return -3;
  if (octet < 0x20 || octet === 0x7f) return -8;
  return octet < 0x30 ? -6 : octet < 0x80 ? -5.5 : -4.5;
});
/** The same for one that a run or a period of four (masked zeros, arrays of integers) foretold. */
const FORETOLD = -0.5;
const UNIFORM = -8;

/** Octets of a payload that are looked at. */
const PAYLOAD_SAMPLE = 64;

export class FrameEvidence {
  /** The header that decode() found. */
  readonly header = new FrameHeader();
  /** For each octet, whether a frame may begin with it: 1 or 0. */
  readonly possible = new Uint8Array(256);
  private outside: Float64Array = new Float64Array(0);
  private inside: Float64Array = new Float64Array(0);
  private readonly shortLengths = new Float64Array(126);
  private readonly seen = new Float64Array(256).fill(UNIFORM);
  private endSame = 0;
  private endLater = 0;
  private endWithin = 0;
  private readonly masked: boolean;

  constructor(
    model: FrameModel,
    private readonly habits = new FrameHabits(),
  ) {
    this.masked = model.masked;
    for (let length = 0; length < 126; length++) this.shortLengths[length] = habits.length(length);
    this.endSame = habits.end(ENDS_WITH_SEGMENT);
    this.endLater = habits.end(ENDS_WITH_LATER_SEGMENT);
    this.endWithin = habits.end(ENDS_WITHIN_SEGMENT);
    const { deflate } = model;
    const shares = deflate === undefined ? OUTSIDE_UNKNOWN : deflate ? OUTSIDE_DEFLATE : OUTSIDE_PLAIN;
    this.outside = firstOctets(shares, habits);
    this.inside = firstOctets(INSIDE, undefined);
    for (let octet = 0; octet < 256; octet++) {
      const likely = Math.max(this.outside[octet], this.inside[octet]);
      if (likely === Number.NEGATIVE_INFINITY) continue;
      this.possible[octet] = 1;
      // RFC 6455 §5.4: out of place, but peers do it.
      this.outside[octet] = Math.max(this.outside[octet], VIOLATION);
      this.inside[octet] = Math.max(this.inside[octet], VIOLATION);
    }
  }

  /** Takes notice of how often each octet occurs in bytes[0, length), frame or not. */
  survey(bytes: Uint8Array, length: number): void {
    const counts = new Uint32Array(256);
    for (let at = 0; at < length; at++) counts[bytes[at]]++;
    const most = 0.25 / (length + 512);
    for (let octet = 0; octet < 256; octet++)
      this.seen[octet] = counts[octet] === 0 ? UNIFORM : log2(counts[octet] * most);
  }

  /** Log-likelihood of the first octet, where a fragmented message is under way (`inside`) or not. */
  firstShare(octet: number, inside: boolean): number {
    return inside ? this.inside[octet] : this.outside[octet];
  }

  /** Whether a frame may begin with the octet bytes[at], of which `possible` says so: looks at two more. */
  mayBegin(bytes: Uint8Array, at: number, end: number): boolean {
    if (at + 1 >= end) return true;
    const second = bytes[at + 1];
    // Zeros are many empty fragments only to who wants to see them.
    if (second === 0 && bytes[at] === 0 && (at + 2 >= end || bytes[at + 2] === 0)) return false;
    return second > 0x7f === this.masked;
  }

  /** Decodes the header at bytes[at]; false where `end` cuts it. */
  decode(bytes: Uint8Array, at: number, end: number): boolean {
    return decodeFrameHeader(bytes, at, end, this.header) > 0;
  }

  /** Bits for a header that is cut behind its first octet or later; firstShare() is to be added. */
  cutBits(bytes: Uint8Array, at: number): number {
    return -this.anything(bytes, at, this.isText(bytes, at));
  }

  /**
   * Bits for the header decoded last, which is at bytes[at], and its payload, as far as it lies before `end`;
   * firstShare() is to be added. `segment` is the length of the segment that ends with the frame, 0 where none
   * does; `same`: it is the one in which the frame begins.
   */
  bits(bytes: Uint8Array, at: number, end: number, segment: number, same: boolean): number {
    const { header } = this;
    const { length, lengthForm } = header;
    const text = this.isText(bytes, at);
    let anything = this.anything(bytes, at, text) + this.anything(bytes, at + 1, text);
    const lengthOctets = lengthForm === 7 ? 0 : lengthForm / 8;
    for (let i = 0; i < lengthOctets; i++) anything += this.anything(bytes, at + 2 + i, text);
    const spread = this.lengthShare();
    let share = this.endWithin * spread;
    if (segment > 0) share += this.endLater * min(1, spread * min(segment, header.headerLength + length));
    if (same) share += this.endSame;
    const unlawful = isUnlawful(header);
    return log2(share) - anything + (unlawful ? VIOLATION : 0) + this.payloadBits(bytes, at, end);
  }

  private payloadBits(bytes: Uint8Array, at: number, end: number): number {
    const { header } = this;
    const { opcode, maskingKey, length } = header;
    const start = at + header.headerLength;
    const last = min(end, start + length);
    const whole = last === start + length;
    if (this.masked && maskingKey === 0) return -6;
    if (header.rsv1) return header.fin && whole ? compressedBits(bytes, start, last, maskingKey) : 0;
    if (opcode === CLOSE) return whole ? closeBits(bytes, start, last, maskingKey) : 0;
    const opening = this.openingBits(bytes, at, end);
    if (opcode !== TEXT) return opening;
    const sampled = min(last, start + PAYLOAD_SAMPLE);
    const ends = whole && header.fin && sampled === last;
    return opening + textBits(bytes, start, sampled, maskingKey, this.masked, ends);
  }

  /** The first payload octet, unmasked, of the header decoded last; -1 where there is none, or nothing to tell. */
  opening(bytes: Uint8Array, at: number, end: number): number {
    const { header } = this;
    const start = at + header.headerLength;
    if (header.length === 0 || start >= end || header.rsv1 || header.opcode === CONTINUATION) return -1;
    return isControl(header.opcode) ? -1 : bytes[start] ^ (header.maskingKey >>> 24);
  }

  private openingBits(bytes: Uint8Array, at: number, end: number): number {
    const octet = this.opening(bytes, at, end);
    if (octet < 0) return 0;
    const usual = octet < 0x80 ? 1 / 64 : 1 / 256;
    const share = this.habits.opening(octet, usual);
    return share === usual ? 0 : log2(share / usual);
  }

  /** The share of the length of the header decoded last among frames of its kind. */
  private lengthShare(): number {
    const { habits, header } = this;
    const { fin, opcode, length } = header;
    if (isControl(opcode)) {
      if (length > 125 || (length === 1 && opcode === CLOSE)) return habits.length(length);
      return length === 0 ? 0.3 : length === 2 && opcode === CLOSE ? 0.3 : 0.4 / 125;
    }
    if (length === 0) return opcode === CONTINUATION && fin ? 2 ** -4 : 2 ** -9;
    return length < 126 ? this.shortLengths[length] : habits.length(length);
  }

  /** A continuation octet of UTF-8 behind another octet above 7F may be text; else no header begins in text. */
  private isText(bytes: Uint8Array, at: number): boolean {
    return !this.masked && at >= 1 && bytes[at] >= 0x80 && bytes[at] < 0xc0 && bytes[at - 1] > 0x7f;
  }

  /** Log-likelihood of bytes[at] where it is no octet of a header. */
  private anything(bytes: Uint8Array, at: number, text: boolean): number {
    const octet = bytes[at];
    if (
      at >= 6 &&
      octet === bytes[at - 4] &&
      bytes[at - 1] === bytes[at - 5] &&
      bytes[at - 2] === bytes[at - 6]
    )
      return FORETOLD;
    if (at >= 2 && octet === bytes[at - 1] && octet === bytes[at - 2]) return FORETOLD;
    return Math.max(this.seen[octet], text ? IN_TEXT[octet] : IN_BINARY[octet]);
  }
}

/** Whether the length is one that no peer should send. */
function isUnlawful({ lengthForm, lengthHigh, length, opcode }: FrameHeader): boolean {
  // RFC 6455 §5.2: the minimal number of bytes MUST be used, and the most significant bit MUST be 0.
  if (lengthForm > 7 && length < (lengthForm === 16 ? 126 : 65_536)) return true;
  if (lengthHigh > 0x7fff_ffff) return true;
  // §5.5: control frames MUST have 125 octets or less; §5.5.1: a Close body two or none.
  return isControl(opcode) && (length > 125 || (length === 1 && opcode === CLOSE));
}

/** Whether the next frame comes inside a fragmented message, RFC 6455 §5.4. */
export function staysInside(first: number, inside: boolean): boolean {
  return isControl(first & 0x0f) ? inside : (first & 0x80) === 0;
}
