/**
 * The quick way for what nearly all traffic consists of: plain messages, which are whole data messages in one
 * frame that is as RFC 6455 §5.2 asks, is certain, and whose text is UTF-8; one that does not lie in one chunk is plain
 * if it is ASCII or binary, a compressed one if zlib has nothing to say of it but its content.
 *
 * Strategy: nobody lists anything, and a rule is only to know that there was one more. So it is told of in one
 * event, and its payload is looked at where it lies: what is not compressed is not unmasked, copied or kept.
 * One reader serves all directions of one side: what each had for itself would have to come from far away in memory
 * with each packet (a thousand sessions in turns took three times as long). Anything else is left to the frame
 * decoder, which takes a tenth of the speed and does all there is to do.
 */
import type { Place } from '../stream/place.js';
import { decodeFrameHeader, FrameHeader } from './frame.js';
import { shortestForm } from './frame-encode.js';
import type { Sender } from './frame-record.js';
import { FrameState } from './frame-state.js';
import { isMaskedText } from './masked-text.js';
import type { MessageDecoder } from './message.js';
import type { SessionObserver } from './observer.js';
import { BINARY, TEXT } from './opcode.js';
import { PlainUnderWay } from './plain-under-way.js';

/** What all directions share. */
export interface PlainOptions {
  readonly place: Place;
  /** A message longer than `maxMessage` is a defect. */
  readonly limits: { readonly maxMessage: number };
  nextFrameNumber(): number;
}

/** A direction that lies between two frames, or in a plain message. */
export interface PlainStream {
  /** Plain messages, and captured payload octets, up to now. */
  plainFrames: number;
  payloadBytes: number;
  /** Stream offset of the next byte. */
  streamOffset: number;
  /** Made for the first message that goes on in another chunk. */
  underWay: PlainUnderWay | undefined;
  /** The bits of a frame's first octet that do not matter: COMPRESSED, where messages may be. */
  readonly anyBits: number;
  /** A message may go on in another chunk: not where frames are inflated one by one, which takes all of them. */
  readonly mayGoOn: boolean;
  readonly observer: SessionObserver | undefined;
  /** The messages of the sender; to be asked for only where there is an observer, or somebody wants messages. */
  joined(): MessageDecoder;
}

/** FIN and the opcode of a text or binary message; RSV bits clear. */
const TEXT_MESSAGE = 0x81;
const BINARY_MESSAGE = 0x82;
/** RSV1: it is compressed (RFC 7692 §6). */
export const COMPRESSED = 0x40;

export class PlainReader {
  private readonly header = new FrameHeader();
  private readonly facts: FrameState;
  private readonly masked: boolean;
  private readonly maxMessage: number;

  constructor(
    sender: Sender,
    private readonly options: PlainOptions,
  ) {
    this.facts = new FrameState(sender, this.header);
    this.masked = sender === 'client';
    this.maxMessage = options.limits.maxMessage;
  }

  /** Reads plain messages from chunk[start, end); returns where the first frame begins that is none. */
  read(stream: PlainStream, chunk: Uint8Array, start: number, end: number): number {
    const { facts, header, masked, maxMessage } = this;
    const { anyBits, observer } = stream;
    this.look();
    let at = start;
    if (stream.underWay !== undefined && stream.underWay.rest > 0) {
      at = this.goOn(stream, stream.underWay, chunk, start, end);
      if (stream.underWay.rest > 0) return at;
    }
    while (at < end) {
      const first = chunk[at] & ~anyBits;
      if ((first !== TEXT_MESSAGE && first !== BINARY_MESSAGE) || observer?.calm === false) break;
      const size = decodeFrameHeader(chunk, at, end, header);
      const payload = at + size;
      const next = payload + header.length;
      if (size === 0 || !isUsual(header, masked, maxMessage)) break;
      if (next > end)
        return header.rsv1 || !stream.mayGoOn ? at : this.begin(stream, chunk, at, payload, end);
      if (observer !== undefined && !isSound(stream, header, chunk, payload, next)) break;
      header.streamOffset = stream.streamOffset;
      stream.streamOffset += next - at;
      stream.plainFrames++;
      stream.payloadBytes += header.length;
      facts.number = this.options.nextFrameNumber();
      observer?.plain(facts);
      at = next;
    }
    return at;
  }

  /** The message at chunk[at] goes on in the next chunk. Returns `end`, or `at` where it is not plain. */
  private begin(stream: PlainStream, chunk: Uint8Array, at: number, payload: number, end: number): number {
    stream.underWay ??= new PlainUnderWay(stream.observer !== undefined);
    if (!stream.underWay.begin(chunk, at, end, stream.streamOffset, this.options.place)) return at;
    stream.streamOffset += end - at;
    stream.payloadBytes += end - payload;
    return end;
  }

  /** Goes on with the message under way; returns where it ends, or `start` where it is not plain after all. */
  private goOn(
    stream: PlainStream,
    underWay: PlainUnderWay,
    chunk: Uint8Array,
    start: number,
    end: number,
  ): number {
    const { facts } = this;
    const { observer } = stream;
    const size = Math.min(end - start, underWay.rest);
    const isLast = size === underWay.rest;
    if (isLast && observer?.calm === false) return start;
    if (!underWay.take(chunk, start, start + size, this.options.place)) return start;
    stream.streamOffset += size;
    stream.payloadBytes += size;
    if (!isLast) return start + size;
    stream.plainFrames++;
    facts.number = this.options.nextFrameNumber();
    facts.header = underWay.header;
    observer?.plain(facts);
    facts.header = this.header;
    return start + size;
  }

  /** What all frames of the segment have in common. */
  private look(): void {
    const { facts } = this;
    const { packet, seconds, nanoseconds } = this.options.place;
    facts.packet = packet;
    facts.seconds = seconds;
    facts.nanoseconds = nanoseconds;
    facts.time = seconds + nanoseconds / 1e9;
  }
}

/** Masked as RFC 6455 §5.1 asks, its length in the shortest form (§5.2), and not too long. */
function isUsual({ masked, length, lengthForm }: FrameHeader, masks: boolean, maxMessage: number): boolean {
  return masked === masks && shortestForm(length) === lengthForm && length <= maxMessage;
}

/** Whether a frame that is not compressed is plain but for its payload. `masks`: its sender has to. */
export function isPlainHeader(header: FrameHeader, masks: boolean, maxMessage: number): boolean {
  const { opcode, fin, rsv1, rsv2, rsv3 } = header;
  const isMessage = fin && (opcode === TEXT || opcode === BINARY) && !rsv1 && !rsv2 && !rsv3;
  return isMessage && isUsual(header, masks, maxMessage);
}

/** Whether nothing but the content is to be told of the payload chunk[start, end). */
export function isSound(
  stream: PlainStream,
  header: FrameHeader,
  chunk: Uint8Array,
  start: number,
  end: number,
): boolean {
  const isText = header.opcode === TEXT;
  if (header.rsv1) return stream.joined().isPlain(isText, chunk, start, end, header.maskingKey);
  return !isText || isMaskedText(chunk, start, end, header.maskingKey);
}
