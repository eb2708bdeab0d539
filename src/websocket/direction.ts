/**
 * One direction of a session: a StreamSink that feeds the frame decoder and hands what it says to those who
 * want it: Frame records, messages, and the facts that the rules look at.
 *
 * Strategy: counters always, everything else only for a consumer that asked; one reused record of the frame
 * under way, so that a frame that nobody lists allocates nothing.
 */
import { atLimit } from '../limits.js';
import type { Place, Timestamp } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import { decodeClose } from './close.js';
import type { Beginning, DirectionOwner } from './direction-owner.js';
import { FrameDecoder, type FrameHeader, type FrameVisitor } from './frame.js';
import type { Range, Sender } from './frame-record.js';
import { FrameRecorder } from './frame-recorder.js';
import { EMPTY, FrameState } from './frame-state.js';
import { MessageDecoder } from './message.js';
import type { SessionObserver } from './observer.js';
import { CLOSE, CONTINUATION, CONTROL_LIMIT, isControl, isReserved, PING, PONG } from './opcode.js';
import { PayloadBuffer } from './payload-buffer.js';
import { COMPRESSED, isPlainHeader, isSound, type PlainReader, type PlainStream } from './plain-reader.js';
import type { PlainUnderWay } from './plain-under-way.js';
import { Provenance } from './provenance.js';
import { type Resynchronisation, Resynchroniser } from './resync.js';

/**
 * What was found by guessing stays a guess: frames inside the payload of a long frame, a tunnel's say, look no
 * other way.
 */
const LEAST_DOUBT = 1e-6;

const COMPLETE: readonly Range[] = [];

export class Direction implements StreamSink, FrameVisitor, PlainStream {
  // What each packet looks at comes first, and so lies together.
  /** Undefined where frames or messages are listed. */
  private readonly plain: PlainReader | undefined;
  /** It lies between two frames or in a plain one, nothing is in doubt, and `streamOffset` holds, not the decoder's. */
  private isStraight = false;
  streamOffset = 0;
  underWay: PlainUnderWay | undefined = undefined;
  plainFrames = 0;
  /** Captured payload octets. */
  payloadBytes = 0;
  /** TCP sequence number of the next byte (int32); undefined before the first one. */
  private sequence: number | undefined = undefined;
  private readonly place: Place;
  readonly observer: SessionObserver | undefined;
  readonly anyBits: number;
  readonly mayGoOn: boolean;
  missingBytes = 0;
  /** Offset in the stream at which frames could no longer be told apart, and were not found again. */
  lostAt: number | undefined = undefined;
  /** Bytes between frames lost and frames found again, missing ones included. */
  undecodedBytes = 0;
  private readonly decoder = new FrameDecoder(this);
  private readonly facts: FrameState;
  private readonly control: PayloadBuffer;
  /** Of the control frame under way; a message has all of it, the facts CONTROL_LIMIT octets. */
  private readonly controlLimit: number;
  private controlContent: Uint8Array = EMPTY;
  private missingRanges: Range[] = [];
  /** Those of the frame under way are too many to be told apart. */
  private mergedRanges = false;
  private readonly recorder: FrameRecorder | undefined;
  /** Made for the first message that is not plain: who only lists sessions, or has quiet ones, needs none. */
  private messages: MessageDecoder | undefined = undefined;
  private readonly wantsMessages: boolean;
  /**
   * The data frame under way, or the last one, is a message of its own with its payload as it is: nobody wants to be told of
   * such messages, and no rule needs to know more than that there was one (SessionObserver.plain).
   */
  private isAlone = false;
  /** Made when a consumer lists packets. */
  private readonly provenance: Provenance | undefined;
  /** Of the message under way, RFC 6455 §5.4; a continuation without one stands for itself. */
  private messageOpcode = 0;
  private compressed = false;
  /** Undefined behind a loss. */
  private messageOpen: boolean | undefined = false;
  /** Looks for frames behind a gap that swallowed a header. */
  private search: Resynchroniser | undefined = undefined;
  private doubt = 0;
  /** Bytes before the first frame of a capture that begins in the middle. */
  private skipping = 0;
  /** Stream offset of the next byte, once all that was handed in is decoded. */
  private endOffset = 0;
  /** Of the segment with the first byte of the frame under way; and where its last byte up to now was captured. */
  private acknowledged: number | undefined = undefined;
  private lastPacket = 0;
  private lastSeconds = 0;
  private lastNanoseconds = 0;
  private unfound = 0;
  private decodedFrames = 0;
  private decodedMessages = 0;

  constructor(
    private readonly sender: Sender,
    private readonly owner: DirectionOwner,
  ) {
    const { frame, message, observer } = owner;
    this.place = owner.place;
    this.observer = observer;
    this.anyBits = owner.deflate && !owner.perFrame ? COMPRESSED : 0;
    this.mayGoOn = !owner.perFrame;
    this.facts = new FrameState(sender, this.decoder.header);
    this.control = new PayloadBuffer(owner.payloadBudget);
    this.controlLimit =
      message === undefined ? CONTROL_LIMIT : Math.max(CONTROL_LIMIT, owner.limits.maxMessage);
    this.recorder = frame && new FrameRecorder(sender, owner.payloadLimit, owner.payloadBudget);
    this.wantsMessages = message !== undefined || observer !== undefined;
    if (frame !== undefined || message !== undefined)
      this.provenance = new Provenance(owner.limits.maxSegments);
    else this.plain = owner.plainReader(sender);
    this.straighten();
  }

  joined(): MessageDecoder {
    const { owner, sender } = this;
    return (this.messages ??= new MessageDecoder(sender, owner, owner.inflater(sender), owner.perFrame));
  }

  get frames(): number {
    return this.decodedFrames + this.plainFrames;
  }

  bytes(chunk: Uint8Array, start: number, end: number): void {
    this.sequence = (this.place.sequence + end) | 0;
    const at = this.isStraight ? this.plain!.read(this, chunk, start, end) : start;
    if (at < end) this.take(chunk, at, end);
  }

  /** Takes what is not plain. */
  private take(chunk: Uint8Array, start: number, end: number): void {
    const { search } = this;
    this.bend();
    if (this.skipping > 0) this.skip(chunk, start, end);
    else if (search === undefined) this.decode(chunk, start, end);
    else this.resume(search, search.push(chunk, start, end));
    this.straighten();
  }

  /** Tells the decoder, which does the work now, how far the plain messages have come. */
  private bend(): void {
    if (!this.isStraight) return;
    this.isStraight = false;
    this.decoder.streamOffset = this.streamOffset;
    if (this.underWay !== undefined && this.underWay.rest > 0) this.handOver(this.underWay);
  }

  /** The message under way is not plain: as if the decoder had had it from its beginning. */
  private handOver(underWay: PlainUnderWay): void {
    const { decoder } = this;
    decoder.goOn(underWay.header, underWay.received);
    this.header(decoder.header);
    if (this.isAlone) this.join(decoder.header);
    if (this.wantsMessages) this.joined().goOn(underWay.opening, underWay.received);
    this.endOffset = this.streamOffset;
    this.acknowledged = underWay.acknowledged;
    this.lastPacket = underWay.packet;
    this.lastSeconds = underWay.seconds;
    this.lastNanoseconds = underWay.nanoseconds;
    underWay.rest = 0;
  }

  /** From here on messages may be plain, if nothing is under way and nothing in doubt. */
  private straighten(): void {
    const { decoder, plain, search } = this;
    if (this.isStraight || plain === undefined || search !== undefined || this.skipping > 0 || this.doubt > 0)
      return;
    this.isStraight = this.messageOpen === false && decoder.isBetweenFrames;
    this.streamOffset = decoder.streamOffset;
  }

  gap(length: number, uncertain = false): void {
    this.bend();
    this.missingBytes += length;
    if (this.sequence !== undefined) this.sequence = (this.sequence + length) | 0;
    if (uncertain) this.sequence = undefined;
    if (this.skipping > 0 && !uncertain) this.skipping = Math.max(0, this.skipping - length);
    else if (this.search === undefined) {
      this.skipping = 0;
      this.endOffset = this.decoder.streamOffset + length;
      this.decoder.skip(length, uncertain);
    } else this.search.gap(length);
  }

  end(how: StreamEnd): void {
    this.bend();
    // What is found again may end in a gap that swallows a header, too.
    for (let { search } = this; search !== undefined; { search } = this) {
      const found = search.end();
      if (found === undefined) this.giveUp(search);
      else this.resume(search, found);
    }
    const pending = this.decoder.pendingHeader.length;
    this.decoder.end();
    this.messages?.close();
    const messages = this.decodedMessages + this.plainFrames;
    const { sender, sequence, unfound } = this;
    this.owner.ended(sender, { how, pendingHeader: pending, messages, unfound, sequence });
  }

  /**
   * The capture begins in the middle, or cut the handshake: `start` bytes belong to no frame that it holds, then
   * frames follow; undefined: that is to be found out.
   */
  beginInTheMiddle({ start, undecoded, expected }: Beginning, confidence: number): void {
    this.bend();
    this.messageOpen = undefined;
    if (start === undefined) this.lost(0, expected);
    else {
      this.skipping = start;
      this.undecodedBytes = undecoded;
      this.doubt = 1 - confidence;
      this.facts.confidence = confidence;
    }
  }

  header(header: FrameHeader): void {
    const { facts } = this;
    facts.messageUnderWay = this.messageOpen;
    if (isControl(header.opcode)) return;
    const isBeginning = header.opcode !== CONTINUATION;
    if (isBeginning || this.messageOpen !== true) {
      this.messageOpcode = header.opcode;
      this.compressed = header.rsv1 && this.owner.deflate && isBeginning;
    }
    this.isAlone = this.wantsMessages && this.mayBeAlone(header);
    this.messageOpen = !header.fin;
    if (this.wantsMessages && !this.isAlone) this.joined().begin(header);
  }

  /** Of a frame that begins: see isAlone. */
  private mayBeAlone(header: FrameHeader): boolean {
    const { messageOpen, observer, owner, sender } = this;
    if (owner.perFrame || (owner.message !== undefined && owner.joinedOnly !== true)) return false;
    if (observer === undefined)
      return header.fin && header.opcode !== CONTINUATION && !this.compressed && messageOpen === false;
    const isCertain = messageOpen === false && this.doubt === 0;
    return isCertain && observer.calm && isPlainHeader(header, sender === 'client', owner.limits.maxMessage);
  }

  /** Whether no rule needs to know of its payload chunk[start, end). */
  private staysAlone(header: FrameHeader, chunk: Uint8Array, start: number, end: number): boolean {
    const { observer } = this;
    if (observer === undefined) return true;
    if (!observer.calm || end - start < header.length) return false;
    return isSound(this, header, chunk, start, end);
  }

  /** The data frame under way is not alone after all. */
  private join(header: FrameHeader): void {
    this.isAlone = false;
    this.joined().begin(header);
  }

  payload(header: FrameHeader, chunk: Uint8Array, start: number, end: number, offset: number): void {
    this.payloadBytes += end - start;
    this.recorder?.payload(header, chunk, start, end, offset);
    if (!isControl(header.opcode)) {
      if (this.isAlone && !this.staysAlone(header, chunk, start, end)) this.join(header);
      if (!this.isAlone) this.messages?.payload(header, chunk, start, end, offset);
    } else if (offset < this.controlLimit)
      this.control.add(header, chunk, start, end, offset, this.controlLimit);
  }

  missing(header: FrameHeader, offset: number, length: number): void {
    const ranges = this.missingRanges;
    const last = ranges[ranges.length - 1];
    const isFull = ranges.length >= this.owner.limits.maxMissingRanges;
    const isAnother = last === undefined || last.offset + last.length < offset;
    if (isAnother && !(isFull && last !== undefined)) ranges.push({ offset, length });
    else {
      ranges[ranges.length - 1] = { offset: last.offset, length: offset + length - last.offset };
      this.mergedRanges ||= isAnother;
    }
    if (isControl(header.opcode)) return;
    if (this.isAlone && this.observer !== undefined) this.join(header);
    if (!this.isAlone) this.messages?.skip(length);
  }

  finished(header: FrameHeader, received: number): void {
    this.decodedFrames++;
    const { facts, owner, sender } = this;
    facts.truncated = received < header.length;
    if (facts.truncated) this.missing(header, received, header.length - received);
    facts.number = owner.nextFrameNumber();
    facts.complete = this.missingRanges.length === 0;
    this.lookAround();
    const isControlFrame = isControl(header.opcode);
    if (header.fin && !isControlFrame) this.decodedMessages++;
    this.controlContent = isControlFrame ? this.control.take() : EMPTY;
    facts.controlPayload =
      this.controlContent.length > CONTROL_LIMIT
        ? this.controlContent.subarray(0, this.controlEnd())
        : this.controlContent;
    if (received > owner.limits.maxPayload && owner.frame !== undefined) owner.tooLong(sender, received);
    if (header.opcode === PING || header.opcode === PONG) owner.heartbeat(sender, header.opcode === PING);
    if (header.opcode === CLOSE) owner.closeFrame(facts, decodeClose(facts.controlPayload));
    if (this.recorder !== undefined) this.record(this.recorder, header);
    if (this.isAlone && !isControlFrame) owner.observer?.plain(facts);
    else owner.observer?.frame(facts);
    if (this.wantsMessages && (isControlFrame ? owner.message !== undefined : !this.isAlone))
      this.tellMessages(this.joined(), header, isControlFrame);
    if (this.mergedRanges || this.provenance?.cut === true) this.reportLeftOut();
    this.provenance?.drop(this.decoder.streamOffset);
    if (this.missingRanges.length > 0) this.missingRanges = [];
    if (this.doubt > 0) this.dispelDoubt(header);
  }

  /** What of a control payload is longer than it may be is no fact; nor is what is missing in front of that. */
  private controlEnd(): number {
    const over = this.missingRanges.find(
      ({ offset, length }) => offset < CONTROL_LIMIT && offset + length >= CONTROL_LIMIT,
    );
    return over?.offset ?? CONTROL_LIMIT;
  }

  /** Where the frame that has just ended was captured: one that is cut, where its last byte was. */
  private lookAround(): void {
    const { facts, sequence } = this;
    const { place } = this;
    facts.packet = facts.truncated ? this.lastPacket : place.packet;
    facts.seconds = facts.truncated ? this.lastSeconds : place.seconds;
    facts.nanoseconds = facts.truncated ? this.lastNanoseconds : place.nanoseconds;
    facts.time = facts.seconds + facts.nanoseconds / 1e9;
    facts.acknowledges = this.acknowledged;
    // The next one begins in the same segment, or where decode() is called next.
    this.acknowledged = place.acknowledgement;
    const behind = this.endOffset - this.decoder.streamOffset;
    facts.sequenceEnd = sequence === undefined ? undefined : (sequence - behind) | 0;
  }

  /** What of the frame that has just ended is too much to be told. */
  private reportLeftOut(): void {
    const { owner, sender, provenance } = this;
    const { maxMissingRanges, maxSegments } = owner.limits;
    const frame = `session ${owner.session.number}: a frame of the ${sender}`;
    if (this.mergedRanges)
      owner.defect(
        'ranges-limit',
        `${frame} has too many gaps to be told apart ${atLimit('maxMissingRanges', maxMissingRanges)}`,
      );
    if (provenance?.cut === true)
      owner.defect(
        'segments-limit',
        `${frame} came in too many segments to tell all packets ${atLimit('maxSegments', maxSegments)}`,
      );
    this.mergedRanges = false;
    if (provenance !== undefined) provenance.cut = false;
  }

  lost(streamOffset: number, expected?: number): void {
    const { decoder, owner, sender } = this;
    this.lostAt = streamOffset;
    const fragmented = this.messageOpen;
    this.messageOpen = undefined;
    if (this.wantsMessages) this.joined().lost();
    owner.observer?.lost(sender);
    const frames = { masked: sender === 'client', deflate: owner.deflate, fragmented, beginning: expected };
    this.search = new Resynchroniser(frames, owner.place, owner.windowBudget, decoder.streamOffset);
  }

  private skip(chunk: Uint8Array, start: number, end: number): void {
    const skipped = Math.min(this.skipping, end - start);
    this.skipping -= skipped;
    if (start + skipped < end) this.decode(chunk, start + skipped, end);
  }

  private decode(chunk: Uint8Array, start: number, end: number): void {
    const { decoder } = this;
    const { place } = this;
    this.provenance?.add(decoder.streamOffset, end - start, start, place);
    if (decoder.isBetweenFrames) this.acknowledged = place.acknowledgement;
    this.endOffset = decoder.streamOffset + end - start;
    decoder.push(chunk, start, end);
    if (decoder.isBetweenFrames) return;
    this.lastPacket = place.packet;
    this.lastSeconds = place.seconds;
    this.lastNanoseconds = place.nanoseconds;
  }

  /** Takes frames up again where the search found one. */
  private resume(search: Resynchroniser, found: Resynchronisation | undefined): void {
    if (found === undefined) return;
    const from = this.lostAt ?? 0;
    this.lostAt = undefined;
    this.search = undefined;
    if (!found.expected) this.undecodedBytes += found.streamOffset - from;
    this.doubt = 1 - found.confidence;
    this.facts.confidence = found.confidence;
    this.decoder.resume(found.streamOffset);
    this.owner.found(this.sender, from, found);
    search.replay(this, found.streamOffset);
  }

  private giveUp(search: Resynchroniser): void {
    this.owner.lost(this.sender, this.lostAt!);
    this.unfound = search.streamOffset - this.lostAt!;
    search.clear();
    this.search = undefined;
  }

  /** Each frame that looks as it should leaves less doubt that frames were found where they are. */
  private dispelDoubt({ opcode, masked }: FrameHeader): void {
    const usual = masked === (this.sender === 'client') && !isReserved(opcode);
    this.doubt = usual ? this.doubt / 4 : Math.min(0.5, this.doubt * 4);
    this.doubt = Math.max(this.doubt, LEAST_DOUBT);
    this.facts.confidence = Math.round((1 - this.doubt) * 1e6) / 1e6;
  }

  private tellMessages(messages: MessageDecoder, header: FrameHeader, isControlFrame: boolean): void {
    const { facts, provenance } = this;
    if (this.owner.message !== undefined) {
      facts.firstTimestamp = this.timeOf(header);
      facts.packets = provenance!.packetNumbers(header.streamOffset, this.decoder.streamOffset);
    }
    if (isControlFrame) messages.control(header, this.controlContent, this.missingNow(), facts);
    else messages.ended(facts, header.fin);
  }

  private record(recorder: FrameRecorder, header: FrameHeader): void {
    const { facts, owner, provenance } = this;
    if (recorder.limited) owner.overBudget(this.sender, header.length);
    else if (recorder.tooFar) owner.behindGap(this.sender, header.length);
    owner.frame!(
      recorder.record(header, {
        number: facts.number,
        session: owner.session,
        place: this.place,
        firstTimestamp: this.timeOf(header),
        messageOpcode: isControl(header.opcode) ? header.opcode : this.messageOpcode,
        compressed: this.compressed,
        missing: this.missingNow(),
        truncated: facts.truncated,
        confidence: facts.confidence,
        pieces: provenance!.pieces(header.streamOffset, this.decoder.streamOffset),
      }),
    );
  }

  /** Of the frame that has just ended; the array is only used again while it is empty. */
  private missingNow(): readonly Range[] {
    return this.missingRanges.length === 0 ? COMPLETE : this.missingRanges;
  }

  /** When the first byte of the frame that has just ended was captured. */
  private timeOf(header: FrameHeader): Timestamp {
    const { seconds, nanoseconds } = this.place;
    return this.provenance?.timeAt(header.streamOffset) ?? { seconds, nanoseconds };
  }
}
