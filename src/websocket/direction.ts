/**
 * One direction of a session: a StreamSink that feeds the frame decoder and makes Frame records of what it
 * says, with payload, provenance and time.
 */
import type { Place } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import { type CloseBody, decodeClose } from './close.js';
import { FrameDecoder, type FrameHeader, type FrameVisitor } from './frame.js';
import type { Frame, Range, Sender } from './frame-record.js';
import { CLOSE, CONTINUATION, isControl } from './opcode.js';
import { PayloadBuffer } from './payload-buffer.js';
import { Provenance } from './provenance.js';
import type { Session } from './session.js';

/** What a direction tells its session. */
export interface DirectionOwner {
  readonly session: Session;
  readonly place: Place;
  /** Payload octets kept per frame. */
  readonly payloadLimit: number;
  /** A longer payload is told of as `tooLong`. */
  readonly maxPayload: number;
  /** Whether permessage-deflate was negotiated. */
  readonly deflate: boolean;
  /** Next frame number of the run. */
  nextFrameNumber(): number;
  /** Undefined when nobody wants frames: they are then only counted. */
  readonly frame: ((frame: Frame) => void) | undefined;
  closeFrame(sender: Sender, body: CloseBody | undefined): void;
  tooLong(sender: Sender, length: number): void;
  lost(sender: Sender, streamOffset: number): void;
  ended(sender: Sender, how: StreamEnd, pendingHeader: number): void;
}

/** Ranges of missing octets told apart in one frame; more are taken together. */
const MAX_RANGES = 65_536;

/** Octets of a Close body that are read whatever the limit: the session tells of it (RFC 6455 §5.5). */
const CLOSE_LIMIT = 125;

const COMPLETE: readonly Range[] = [];

export class Direction implements StreamSink, FrameVisitor {
  /** Numbers for the session's summary. */
  frames = 0;
  payloadBytes = 0;
  missingBytes = 0;
  private readonly decoder = new FrameDecoder(this);
  private readonly provenance = new Provenance();
  private readonly buffer = new PayloadBuffer();
  private missingRanges: Range[] = [];
  /** Of the message under way, RFC 6455 §5.4; a continuation without one stands for itself. */
  private messageOpcode = 0;
  private compressed = false;
  private messageOpen = false;
  private readonly payloadLimit: number;

  constructor(
    private readonly sender: Sender,
    private readonly owner: DirectionOwner,
  ) {
    this.payloadLimit = owner.frame === undefined ? 0 : owner.payloadLimit;
  }

  /** Offset in the stream at which frames could no longer be told apart, if that happened. */
  lostAt: number | undefined = undefined;

  bytes(chunk: Uint8Array, start: number, end: number): void {
    const { decoder } = this;
    if (decoder.synchronised && this.owner.frame !== undefined)
      this.provenance.add(decoder.streamOffset, end - start, start, this.owner.place);
    decoder.push(chunk, start, end);
  }

  gap(length: number): void {
    this.missingBytes += length;
    this.decoder.skip(length);
  }

  end(how: StreamEnd): void {
    const pending = this.decoder.pendingHeader.length;
    this.decoder.end();
    this.owner.ended(this.sender, how, pending);
  }

  header(header: FrameHeader): void {
    if (isControl(header.opcode)) return;
    if (header.opcode !== CONTINUATION || !this.messageOpen) {
      this.messageOpcode = header.opcode;
      this.compressed = header.rsv1 && this.owner.deflate && header.opcode !== CONTINUATION;
    }
    this.messageOpen = !header.fin;
  }

  payload(header: FrameHeader, chunk: Uint8Array, start: number, end: number, offset: number): void {
    this.payloadBytes += end - start;
    const limit = header.opcode === CLOSE ? Math.max(this.payloadLimit, CLOSE_LIMIT) : this.payloadLimit;
    if (offset < limit) this.buffer.add(header, chunk, start, end, offset, limit);
  }

  missing(_header: FrameHeader, offset: number, length: number): void {
    const ranges = this.missingRanges;
    const last = ranges[ranges.length - 1];
    if (last !== undefined && (last.offset + last.length === offset || ranges.length >= MAX_RANGES))
      ranges[ranges.length - 1] = { offset: last.offset, length: offset + length - last.offset };
    else ranges.push({ offset, length });
  }

  finished(header: FrameHeader, received: number): void {
    this.frames++;
    const { owner, sender } = this;
    const truncated = received < header.length;
    if (truncated) this.missing(header, received, header.length - received);
    if (owner.frame !== undefined || header.opcode === CLOSE) {
      const kept = this.buffer.take();
      if (received > owner.maxPayload && owner.frame !== undefined) owner.tooLong(sender, received);
      if (header.opcode === CLOSE) owner.closeFrame(sender, decodeClose(kept));
      if (owner.frame !== undefined) {
        const payload = kept.length > this.payloadLimit ? kept.slice(0, this.payloadLimit) : kept;
        owner.frame(this.record(header, payload, truncated));
        this.provenance.drop(this.decoder.streamOffset);
      }
    }
    if (this.missingRanges.length > 0) this.missingRanges = [];
  }

  lost(streamOffset: number): void {
    this.lostAt = streamOffset;
    this.owner.lost(this.sender, streamOffset);
  }

  private record(header: FrameHeader, payload: Uint8Array, truncated: boolean): Frame {
    const { owner, provenance } = this;
    const { seconds, nanoseconds } = owner.place;
    const timestamp = { seconds, nanoseconds };
    const begin = header.streamOffset;
    const control = isControl(header.opcode);
    return {
      number: owner.nextFrameNumber(),
      session: owner.session,
      sender: this.sender,
      time: seconds + Math.round(nanoseconds / 1000) / 1e6,
      timestamp,
      firstTimestamp: provenance.timeAt(begin) ?? timestamp,
      fin: header.fin,
      rsv1: header.rsv1,
      rsv2: header.rsv2,
      rsv3: header.rsv3,
      opcode: header.opcode,
      messageOpcode: control ? header.opcode : this.messageOpcode,
      compressed: !control && this.compressed,
      masked: header.masked,
      maskingKey: header.maskingKey,
      lengthForm: header.lengthForm,
      length: header.length,
      exactLength: header.exactLength,
      headerLength: header.headerLength,
      streamOffset: begin,
      payload,
      complete: this.missingRanges.length === 0,
      missing: this.missingRanges.length === 0 ? COMPLETE : this.missingRanges,
      truncated,
      pieces: provenance.pieces(begin, this.decoder.streamOffset),
    };
  }
}
