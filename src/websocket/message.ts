/**
 * The messages of one sender: joins frames (RFC 6455 §5.4), inflates (RFC 7692), and tells whether text is
 * UTF-8 (§8.1). Message state is per sender: both may be in the middle of a message at the same time.
 *
 * Strategy: frames hand in their payload in pieces, which are unmasked into one buffer that is used again
 * for the next message. UTF-8 is checked piece by piece; inflation waits for the last frame. Facts are told in
 * one reused record; a Message is made only if somebody wants it. Nothing is judged: a continuation
 * without a beginning, or a new message inside another, gives what there is, marked incomplete.
 */
import { isUtf8 } from 'node:buffer';
import { Utf8Validator } from '../bytes/utf8.js';
import { atLimit } from '../limits.js';
import type { Place, Timestamp } from '../stream/place.js';
import { decodeClose } from './close.js';
import { ContentBuffer } from './content-buffer.js';
import type { Inflated, MessageInflater } from './deflate.js';
import type { FrameHeader } from './frame.js';
import type { Range, Sender } from './frame-record.js';
import { pushMaskedText, unmasked } from './masked-text.js';
import type { DecodedMessage } from './message-record.js';
import type { MessageFacts, SessionObserver } from './observer.js';
import { CLOSE, CONTINUATION, CONTROL_LIMIT, TEXT } from './opcode.js';
import { PacketNumbers } from './packet-numbers.js';
import type { PayloadBudget } from './payload-budget.js';
import type { SessionLimits } from './session.js';
import type { Session } from './session-record.js';

export interface MessageOwner {
  readonly session: Session;
  readonly place: Place;
  readonly limits: SessionLimits;
  /** Of all payloads under way. */
  readonly payloadBudget: PayloadBudget;
  /** Told of each message, and of the packet at whose capture it could be read; undefined: nobody wants them. */
  readonly message: ((message: DecodedMessage, packet: number) => void) | undefined;
  /** Messages of one frame whose payload they are, and control frames, are not wanted. */
  readonly joinedOnly?: boolean;
  readonly observer: SessionObserver | undefined;
  defect(code: string, message: string): void;
}

/** What the direction knows of a frame that has ended. */
export interface EndedFrame {
  readonly number: number;
  readonly confidence: number;
  /** Of its last byte. */
  readonly packet: number;
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly firstTimestamp: Timestamp;
  /** Numbers of its packets. */
  readonly packets: readonly number[];
  /** The stream ended within it. */
  readonly truncated: boolean;
  /** No octet of its payload is missing. */
  readonly complete: boolean;
}

/**
 * Octets by which a compressed message may be longer than its content: more for one that holds little is
 * padded with empty blocks.
 */
const WIRE_ALLOWANCE = 65_536;

const NOTHING: readonly Range[] = [];
const EMPTY = new Uint8Array(0);

/** What is told of a message only up to a limit. */
const LEFT_OUT = {
  maxMissingRanges: ['ranges-limit', 'too many gaps to be told apart'],
  maxUnknownRanges: ['ranges-limit', 'too many unknown stretches to be told apart'],
  maxFragments: ['fragments-limit', 'too many frames to tell all their numbers'],
  maxSegments: ['segments-limit', 'come in too many segments to tell all packets'],
} as const;

/** The message under way, and the facts of the last one. */
class MessageState implements MessageFacts {
  opcode = 0;
  firstFrame = 0;
  lastFrame = 0;
  streamOffset = 0;
  firstPacket = 0;
  firstSeconds = 0;
  firstNanoseconds = 0;
  fragments = 0;
  compressed = false;
  wireLength = 0;
  length = 0;
  content: Uint8Array = EMPTY;
  badTextOffset: number | undefined = undefined;
  badTextDetectedAt = 0;
  badTextOctets: Uint8Array = EMPTY;
  inflated: Inflated | undefined = undefined;
  complete = true;
  confidence = 1;
  time = 0;

  constructor(readonly sender: Sender) {}
}

export class MessageDecoder {
  private readonly state: MessageState;
  private readonly buffer: ContentBuffer;
  private readonly text = new Utf8Validator();
  private readonly maxMessage: number;
  private open = false;
  private checksText = false;
  /** The message under way is told. */
  private isListed = false;
  /** Its content is not kept. */
  private isUnlisted = false;
  /** And is longer than would be. */
  private cut = false;
  private missing: Range[] = [];
  /** Limits of what is told of a message that the one under way has hit. */
  private leftOut: Set<keyof typeof LEFT_OUT> | undefined = undefined;
  private frames: number[] = [];
  private readonly packets = new PacketNumbers();
  private firstTimestamp: Timestamp = { seconds: 0, nanoseconds: 0 };
  /** With x-webkit-deflate-frame: of the frame under way, and where its payload begins in the buffer. */
  private frameCompressed = false;
  private frameStart = 0;
  /** No compressed message depends on something that was lost; the last thing that was said. */
  private certain = true;
  /** The latest packet of those that brought messages: what comes before it in the stream is read with it. */
  private latestPacket = 0;

  constructor(
    sender: Sender,
    private readonly owner: MessageOwner,
    /** Of this sender; undefined without compression. */
    private readonly inflater: MessageInflater | undefined,
    /** Frames are compressed one by one (x-webkit-deflate-frame), not whole messages. */
    private readonly perFrame: boolean,
  ) {
    this.state = new MessageState(sender);
    this.buffer = new ContentBuffer(owner.payloadBudget);
    this.maxMessage = owner.limits.maxMessage;
  }

  /**
   * Whether the compressed message of one frame with the payload chunk[start, end) is as it should be, and so
   * done with: nobody lists it.
   */
  isPlain(isText: boolean, chunk: Uint8Array, start: number, end: number, key: number): boolean {
    const { inflater } = this;
    if (!this.certain || inflater === undefined) return false;
    if (key === 0) return inflater.isPlain(isText, chunk, start, end);
    return inflater.isPlain(isText, unmasked(chunk, start, end, key), 0, end - start);
  }

  /** A data frame begins. */
  begin(header: FrameHeader): void {
    if (this.open && header.opcode !== CONTINUATION) this.finish(false);
    if (!this.open) this.beginMessage(header);
    if (this.perFrame && this.inflater !== undefined) {
      this.frameCompressed = header.rsv1;
      this.frameStart = this.buffer.kept;
      if (header.rsv1) this.state.compressed = true;
    }
  }

  private beginMessage(header: FrameHeader): void {
    const { state } = this;
    this.open = true;
    state.inflated = undefined;
    state.opcode = header.opcode;
    state.streamOffset = header.streamOffset;
    state.firstFrame = state.fragments = state.wireLength = 0;
    state.confidence = 1;
    // RFC 7692 §6: RSV1 on the first frame says that the message is compressed.
    state.compressed = header.rsv1 && header.opcode !== CONTINUATION && this.inflater !== undefined;
    const isJoined = !header.fin || header.opcode === CONTINUATION || state.compressed || this.perFrame;
    this.isListed = this.owner.message !== undefined && (isJoined || this.owner.joinedOnly !== true);
    this.isUnlisted = !this.isListed && !state.compressed && !this.perFrame;
    this.cut = false;
    state.complete = header.opcode !== CONTINUATION;
    this.checksText = state.opcode === TEXT && !state.compressed && !this.perFrame;
    this.text.reset();
    this.buffer.clear();
    if (this.missing.length > 0) this.missing = [];
    if (this.isListed) {
      this.frames = [];
      this.packets.take();
    }
  }

  /** Takes wire payload chunk[start, end), which begins at octet `offset` of the frame under way. */
  payload(header: FrameHeader, chunk: Uint8Array, start: number, end: number, offset: number): void {
    const { buffer } = this;
    if (this.isUnlisted) {
      this.glance(header, chunk, start, end, offset);
      return;
    }
    const from = buffer.kept;
    const whole = header.fin && this.state.wireLength === 0 && end - start === header.length;
    const limit = this.state.compressed ? this.maxMessage + WIRE_ALLOWANCE : this.maxMessage;
    buffer.add(chunk, start, end, header.maskingKey, offset, limit, whole);
    this.state.wireLength += end - start;
    if (this.checksText) this.text.push(buffer.bytes, from, buffer.kept);
  }

  /**
   * Nobody sees the message: only as much is kept of it as a Ping may have, whose payload it may repeat, and text is
   * checked where it lies.
   */
  private glance(header: FrameHeader, chunk: Uint8Array, start: number, end: number, offset: number): void {
    const { buffer, state } = this;
    const { maskingKey } = header;
    const size = Math.max(0, Math.min(end - start, this.maxMessage - state.wireLength));
    this.cut = size < end - start;
    state.wireLength += end - start;
    if (this.checksText) pushMaskedText(this.text, chunk, start, start + size, maskingKey, offset);
    const seen = Math.min(size, CONTROL_LIMIT - buffer.kept);
    if (state.complete && seen > 0) buffer.add(chunk, start, start + seen, maskingKey, offset, CONTROL_LIMIT);
  }

  /** As if it had been handed `received` octets, ASCII if text, of the frame that has begun; `first`: its first ones. */
  goOn(first: Uint8Array, received: number): void {
    this.state.wireLength = received;
    if (this.checksText) this.text.skipAscii(received);
    if (received > 0) this.buffer.add(first, 0, first.length, 0, 0, CONTROL_LIMIT);
  }

  /** The next `length` octets of the frame under way are missing. */
  skip(length: number): void {
    const { state } = this;
    state.complete = false;
    // What lies behind is not known to begin with a whole character.
    this.checksText = false;
    this.addMissing({ offset: state.wireLength, length });
    state.wireLength += length;
    this.buffer.skip(length);
  }

  private addMissing({ offset, length }: Range): void {
    const { missing } = this;
    const last = missing.at(-1);
    if (last === undefined || missing.length < this.owner.limits.maxMissingRanges)
      missing.push({ offset, length });
    else {
      missing[missing.length - 1] = { offset: last.offset, length: offset + length - last.offset };
      this.leaveOut('maxMissingRanges');
    }
  }

  /** The data frame under way has ended; `last` by FIN, or because nothing more comes. */
  ended(frame: EndedFrame, fin: boolean): void {
    const { state } = this;
    if (state.fragments++ === 0) {
      state.firstFrame = frame.number;
      state.firstPacket = frame.packet;
      state.firstSeconds = frame.seconds;
      state.firstNanoseconds = frame.nanoseconds;
      this.firstTimestamp = frame.firstTimestamp;
    }
    state.lastFrame = frame.number;
    if (this.frameCompressed) this.inflateFrame(!frame.truncated && frame.complete);
    state.confidence = Math.min(state.confidence, frame.confidence);
    if (this.isListed) {
      const { maxFragments, maxSegments } = this.owner.limits;
      if (this.frames.length < maxFragments) this.frames.push(frame.number);
      else this.leaveOut('maxFragments');
      for (const packet of frame.packets)
        if (this.packets.count < maxSegments || this.packets.endsWith(packet)) this.packets.add(packet);
        else this.leaveOut('maxSegments');
    }
    if (fin || frame.truncated) this.finish(fin);
  }

  /** A control frame is a message of its own. */
  control(header: FrameHeader, payload: Uint8Array, missing: readonly Range[], frame: EndedFrame): void {
    const { owner, state } = this;
    if (owner.message === undefined || owner.joinedOnly === true) return;
    const isCut = missing.length === 0 && payload.length < header.length;
    if (isCut)
      owner.defect(
        'message-limit',
        `session ${owner.session.number}: a control frame of the ${state.sender} has ${header.length} bytes of ` +
          `payload; ${payload.length} are kept ${atLimit('maxMessage', this.maxMessage)}`,
      );
    this.tell({
      number: 0,
      session: owner.session,
      sender: state.sender,
      opcode: header.opcode,
      timestamp: this.now(),
      firstTimestamp: frame.firstTimestamp,
      content: payload,
      length: header.length,
      unknownRanges: missing,
      validText: false,
      close: header.opcode === CLOSE && missing.length === 0 ? decodeClose(payload) : undefined,
      compressed: false,
      wireLength: header.length,
      failure: undefined,
      limited: isCut,
      frames: [frame.number],
      packets: frame.packets,
      complete: missing.length === 0 && !isCut,
      confidence: frame.confidence,
    });
  }

  /** Frames were lost: what is under way ends incomplete, and what was inflated from is unknown. */
  lost(): void {
    this.end();
    this.inflater?.lost();
  }

  /** Nothing more comes: gives its memory back. */
  close(): void {
    this.end();
    this.buffer.release();
    this.inflater?.close();
  }

  private end(): void {
    if (this.open) this.finish(false);
  }

  private finish(whole: boolean): void {
    const { state, owner, buffer } = this;
    this.open = false;
    if (!whole) state.complete = false;
    const { place } = owner;
    state.time = place.seconds + place.nanoseconds / 1e9;
    state.content = buffer.bytes.subarray(0, buffer.kept);
    let unknown: readonly Range[] = this.missing.length === 0 ? NOTHING : this.missing;
    let length = state.wireLength;
    if (state.opcode === CONTINUATION && this.inflater !== undefined && !this.perFrame) {
      // RFC 7692 §6: only the first frame, which is missing, would tell whether this is compressed.
      state.content = EMPTY;
      unknown = length === 0 ? NOTHING : [{ offset: 0, length }];
    } else if (state.compressed && this.perFrame) length = buffer.kept;
    else if (state.compressed) {
      const inflated = this.inflate();
      state.inflated = inflated;
      state.content = inflated.content;
      unknown = inflated.unknown;
      length = inflated.length;
    }
    state.length = length;
    const isPayloadCut = buffer.cut || this.cut;
    this.checkText(unknown, isPayloadCut);
    const isCut = isPayloadCut || state.inflated?.limited === true;
    if (state.inflated?.limited) this.reportLimit(length);
    else if (buffer.limited) this.reportBudget();
    else if (buffer.tooFar) this.reportGap();
    else if (isCut) this.reportLimit(length);
    if (this.leftOut !== undefined) this.reportLeftOut(this.leftOut);
    owner.observer?.message(state);
    if (this.isListed) this.tell(this.record(length, unknown, isCut));
    buffer.trim();
  }

  private tell(message: DecodedMessage): void {
    const { owner } = this;
    this.latestPacket = Math.max(this.latestPacket, owner.place.packet);
    owner.message!(message, this.latestPacket);
  }

  /** x-webkit-deflate-frame: what the frame under way has brought becomes its content. */
  private inflateFrame(whole: boolean): void {
    const { buffer, frameStart, state } = this;
    const inflated = this.inflater!.inflate(buffer.bytes, frameStart, buffer.kept, whole && !buffer.cut);
    this.frameCompressed = false;
    if (state.inflated?.failure === undefined) state.inflated = inflated;
    buffer.replace(frameStart, inflated.content);
  }

  /** Inflates up to the first missing octet; behind it bits cannot be told apart. */
  private inflate(): Inflated {
    const { state, buffer } = this;
    const first = this.missing[0]?.offset ?? buffer.kept;
    const end = Math.min(first, buffer.kept);
    const whole = state.complete && end === state.wireLength;
    const inflated = this.inflater!.inflate(buffer.bytes, 0, end, whole);
    this.tellCertainty(this.inflater!);
    if (this.inflater!.mergedRanges) this.leaveOut('maxUnknownRanges');
    return inflated;
  }

  /** Says once where content is uncertain because something was lost, and where it no longer is. */
  private tellCertainty({ certain }: MessageInflater): void {
    if (certain === this.certain) return;
    this.certain = certain;
    const { owner, state } = this;
    owner.defect(
      certain ? 'deflate-certain' : 'deflate-uncertain',
      `session ${owner.session.number}: from byte ${state.streamOffset} of the ${state.sender}'s stream on, ` +
        (certain
          ? 'nothing in its compressed messages depends on what was lost or not inflated any more'
          : 'compressed messages may depend on what was lost or not inflated: such bytes are marked as unknown'),
    );
  }

  private checkText(unknown: readonly Range[], isCut: boolean): void {
    const { state, text } = this;
    state.badTextOffset = undefined;
    if (state.opcode !== TEXT) return;
    if (state.compressed || this.perFrame) {
      text.reset();
      text.push(state.content, 0, unknown[0]?.offset ?? state.content.length);
    }
    // Only at its true end an unfinished character is a fault.
    const isWhole = state.complete && unknown.length === 0 && !isCut;
    if (isWhole && !state.inflated?.failure && !state.inflated?.limited) text.end();
    state.badTextOffset = text.badOffset;
    state.badTextDetectedAt = text.detectedAt;
    state.badTextOctets = text.badOctets;
  }

  private reportLimit(length: number): void {
    const { owner, state } = this;
    const { number } = owner.session;
    owner.defect(
      'message-limit',
      `session ${number}: a message of the ${state.sender} (${state.wireLength} bytes on the wire) has ` +
        `${state.inflated?.limited ? 'at least ' : ''}${length} bytes of content${ratio(state.wireLength, length)}; ` +
        `${this.maxMessage} are kept ${atLimit('maxMessage', this.maxMessage)}`,
    );
  }

  private reportBudget(): void {
    const { buffer, owner, state } = this;
    owner.defect(
      'payload-limit',
      `session ${owner.session.number}: a message of the ${state.sender} has ${state.wireLength} bytes of payload; ` +
        `${buffer.kept} are kept: all payloads under way hold too much ` +
        atLimit('maxHeldPayload', owner.payloadBudget.total),
    );
  }

  private reportGap(): void {
    const { buffer, owner, state } = this;
    owner.defect(
      'payload-limit',
      `session ${owner.session.number}: a message of the ${state.sender} has ${state.wireLength} bytes of payload; ` +
        `${buffer.kept} are kept, up to a long gap ${atLimit('maxZeros', owner.payloadBudget.zeros)}`,
    );
  }

  private leaveOut(limit: keyof typeof LEFT_OUT): void {
    this.leftOut ??= new Set();
    this.leftOut.add(limit);
  }

  /** What of the message that has just ended is too much to be told. */
  private reportLeftOut(leftOut: ReadonlySet<keyof typeof LEFT_OUT>): void {
    const { owner, state } = this;
    const message = `session ${owner.session.number}: a message of the ${state.sender} has`;
    for (const key of leftOut) {
      const [code, what] = LEFT_OUT[key];
      owner.defect(code, `${message} ${what} ${atLimit(key, owner.limits[key])}`);
    }
    this.leftOut = undefined;
  }

  private record(length: number, unknownRanges: readonly Range[], isCut: boolean): DecodedMessage {
    const { state, owner } = this;
    const content = state.compressed ? state.content : state.content.slice();
    return {
      number: 0,
      session: owner.session,
      sender: state.sender,
      opcode: state.opcode,
      timestamp: this.now(),
      firstTimestamp: this.firstTimestamp,
      content,
      length,
      unknownRanges,
      validText: state.opcode === TEXT && isUtf8(content),
      close: undefined,
      compressed: state.compressed,
      wireLength: state.wireLength,
      failure: state.inflated?.failure,
      limited: isCut && !this.isInflatedToGap(),
      frames: this.frames,
      packets: this.packets.take(),
      complete: state.complete && !isCut && unknownRanges.length === 0 && !state.inflated?.failure,
      confidence: state.confidence,
    };
  }

  /** Inflation ended where octets are missing, not at a limit. */
  private isInflatedToGap(): boolean {
    const { buffer, missing, state } = this;
    if (state.inflated === undefined || state.inflated.limited || missing.length === 0) return false;
    return missing[0].offset <= buffer.kept;
  }

  private now(): Timestamp {
    const { seconds, nanoseconds } = this.owner.place;
    return { seconds, nanoseconds };
  }
}

/** `, 1000 times as much`, where compression did that. */
function ratio(wireLength: number, length: number): string {
  return length > wireLength && wireLength > 0 ? `, ${Math.round(length / wireLength)} times as much` : '';
}
