/**
 * A message that is plain up to now and goes on in the next chunk: what is needed to go on with it the quick way, and
 * to hand it to the frame decoder should anything about it turn out not to be plain.
 *
 * Strategy: text is ASCII up to now, so that nothing of its past matters but the first octets, which may repeat those
 * of a Ping.
 */
import { isAscii } from '../bytes/ascii.js';
import { turnKey } from '../bytes/word.js';
import type { Place } from '../stream/place.js';
import { decodeFrameHeader, FrameHeader } from './frame.js';
import { maskInto } from './mask.js';
import { CONTROL_LIMIT, TEXT } from './opcode.js';

export class PlainUnderWay {
  readonly header = new FrameHeader();
  /** Payload octets that are still to come; 0: no message is under way. */
  rest = 0;
  /** Of the segment with its first byte. */
  acknowledged: number | undefined = undefined;
  /** Where its last byte up to now was captured. */
  packet = 0;
  seconds = 0;
  nanoseconds = 0;
  private readonly first = new Uint8Array(CONTROL_LIMIT);

  /** `isWatched`: somebody wants to know of its payload. */
  constructor(private readonly isWatched: boolean) {}

  /** Payload octets that have come. */
  get received(): number {
    return this.header.length - this.rest;
  }

  /** Of these, the first ones, unmasked. */
  get opening(): Uint8Array {
    return this.first.subarray(0, Math.min(CONTROL_LIMIT, this.received));
  }

  /** Begins with the header at chunk[at] and payload up to `end`; false, and nothing has happened, if it is not plain. */
  begin(chunk: Uint8Array, at: number, end: number, streamOffset: number, place: Place): boolean {
    const { header } = this;
    const payload = at + decodeFrameHeader(chunk, at, end, header);
    header.streamOffset = streamOffset;
    this.rest = header.length;
    this.acknowledged = place.acknowledgement;
    if (this.take(chunk, payload, end, place)) return true;
    this.rest = 0;
    return false;
  }

  /** Takes the payload chunk[start, end), no more than is still to come; false, and nothing has happened, as above. */
  take(chunk: Uint8Array, start: number, end: number, place: Place): boolean {
    if (this.isWatched && !this.look(chunk, start, end)) return false;
    this.rest -= end - start;
    this.packet = place.packet;
    this.seconds = place.seconds;
    this.nanoseconds = place.nanoseconds;
    return true;
  }

  private look(chunk: Uint8Array, start: number, end: number): boolean {
    const { header, received } = this;
    const { maskingKey, opcode } = header;
    if (opcode === TEXT && !isAscii(chunk, start, end, turnKey(maskingKey, received))) return false;
    const missing = Math.min(CONTROL_LIMIT - received, end - start);
    if (missing > 0) maskInto(this.first, received, chunk, start, start + missing, maskingKey, received);
    return true;
  }
}
