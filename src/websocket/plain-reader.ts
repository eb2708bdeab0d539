/**
 * The quick way for what nearly all traffic consists of: plain messages, which are whole data messages in one
 * frame that is as RFC 6455 §5.2 asks, lies in one chunk as a whole, is certain, and whose text is UTF-8.
 *
 * Strategy: nobody lists anything, and a rule is only to know that there was one more. So it is told of in one
 * event, and its payload is looked at where it lies: nothing is unmasked, copied or kept. Anything else is left to
 * the frame decoder, which takes a tenth of the speed and does all there is to do.
 */
import type { Place } from '../stream/place.js';
import { decodeFrameHeader, type FrameDecoder } from './frame.js';
import { shortestForm } from './frame-encode.js';
import { EMPTY, type FrameState } from './frame-state.js';
import { isMaskedText } from './masked-text.js';
import type { SessionObserver } from './observer.js';
import { TEXT } from './opcode.js';

export interface PlainOwner {
  readonly place: Place;
  readonly observer: SessionObserver | undefined;
  /** A longer message is a defect. */
  readonly maxMessage: number;
  nextFrameNumber(): number;
}

/** FIN and the opcode of a text or binary message; RSV bits clear. */
const TEXT_MESSAGE = 0x81;
const BINARY_MESSAGE = 0x82;

export class PlainReader {
  frames = 0;
  payloadBytes = 0;
  private readonly masked: boolean;

  constructor(
    private readonly facts: FrameState,
    private readonly decoder: FrameDecoder,
    private readonly owner: PlainOwner,
  ) {
    this.masked = facts.sender === 'client';
  }

  /** Reads plain messages from chunk[start, end); returns where the first frame begins that is none. */
  read(chunk: Uint8Array, start: number, end: number): number {
    const { decoder, facts, masked, owner } = this;
    const { observer } = owner;
    const { header } = decoder;
    this.look();
    let at = start;
    while (at < end && (chunk[at] === TEXT_MESSAGE || chunk[at] === BINARY_MESSAGE)) {
      if (observer?.calm === false) break;
      const size = decodeFrameHeader(chunk, at, end, header);
      const payload = at + size;
      const next = payload + header.length;
      if (size === 0 || next > end || header.masked !== masked) break;
      if (shortestForm(header.length) !== header.lengthForm || header.length > owner.maxMessage) break;
      const isUnread = observer === undefined || header.opcode !== TEXT;
      if (!isUnread && !isMaskedText(chunk, payload, next, header.maskingKey)) break;
      header.streamOffset = decoder.streamOffset;
      decoder.streamOffset += next - at;
      facts.number = owner.nextFrameNumber();
      this.frames++;
      this.payloadBytes += header.length;
      observer?.plain(facts);
      at = next;
    }
    return at;
  }

  /** What all frames of the segment have in common. */
  private look(): void {
    const { facts } = this;
    const { packet, seconds, nanoseconds } = this.owner.place;
    facts.packet = packet;
    facts.seconds = seconds;
    facts.nanoseconds = nanoseconds;
    facts.time = seconds + nanoseconds / 1e9;
    facts.controlPayload = EMPTY;
    facts.complete = true;
    facts.truncated = facts.messageUnderWay = false;
  }
}
