/**
 * The quick way for what nearly all traffic consists of: plain messages, which are whole data messages in one
 * frame that is as RFC 6455 §5.2 asks, lies in one chunk as a whole, is certain, and whose text is UTF-8; a
 * compressed one is plain if zlib has nothing to say of it but its content.
 *
 * Strategy: nobody lists anything, and a rule is only to know that there was one more. So it is told of in one
 * event, and its payload is looked at where it lies: what is not compressed is not unmasked, copied or kept.
 * Anything else is left to the frame decoder, which takes a tenth of the speed and does all there is to do.
 */
import type { Place } from '../stream/place.js';
import { decodeFrameHeader, type FrameDecoder, type FrameHeader } from './frame.js';
import { shortestForm } from './frame-encode.js';
import { EMPTY, type FrameState } from './frame-state.js';
import { isMaskedText } from './masked-text.js';
import type { MessageDecoder } from './message.js';
import type { SessionObserver } from './observer.js';
import { TEXT } from './opcode.js';

export interface PlainOwner {
  readonly place: Place;
  readonly observer: SessionObserver | undefined;
  /** A message longer than `maxMessage` is a defect. */
  readonly limits: { readonly maxMessage: number };
  /** Messages may be compressed; or their frames, each by itself. */
  readonly deflate: boolean;
  readonly perFrame: boolean;
  nextFrameNumber(): number;
}

/** FIN and the opcode of a text or binary message; RSV bits clear. */
const TEXT_MESSAGE = 0x81;
const BINARY_MESSAGE = 0x82;
/** RSV1: it is compressed (RFC 7692 §6). */
const COMPRESSED = 0x40;

export class PlainReader {
  frames = 0;
  payloadBytes = 0;
  private readonly masked: boolean;
  /** The bits of the first octet that do not matter. */
  private readonly anyBits: number;

  /** `messages`: those of the sender, where there is an observer. */
  constructor(
    private readonly facts: FrameState,
    private readonly decoder: FrameDecoder,
    private readonly owner: PlainOwner,
    private readonly messages: MessageDecoder | undefined,
  ) {
    this.masked = facts.sender === 'client';
    this.anyBits = owner.deflate && !owner.perFrame ? COMPRESSED : 0;
  }

  /** Reads plain messages from chunk[start, end); returns where the first frame begins that is none. */
  read(chunk: Uint8Array, start: number, end: number): number {
    const { anyBits, decoder, facts, masked, owner } = this;
    const { observer } = owner;
    const { maxMessage } = owner.limits;
    const { header } = decoder;
    this.look();
    let at = start;
    while (at < end) {
      const first = chunk[at] & ~anyBits;
      if ((first !== TEXT_MESSAGE && first !== BINARY_MESSAGE) || observer?.calm === false) break;
      const size = decodeFrameHeader(chunk, at, end, header);
      const payload = at + size;
      const next = payload + header.length;
      if (size === 0 || next > end || header.masked !== masked) break;
      if (shortestForm(header.length) !== header.lengthForm || header.length > maxMessage) break;
      if (observer !== undefined && !this.isSound(header, chunk, payload, next)) break;
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

  /** Whether nothing but the content is to be told of the payload chunk[start, end). */
  private isSound(header: FrameHeader, chunk: Uint8Array, start: number, end: number): boolean {
    const isText = header.opcode === TEXT;
    if (header.rsv1) return this.messages!.isPlain(isText, chunk, start, end, header.maskingKey);
    return !isText || isMaskedText(chunk, start, end, header.maskingKey);
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
