/**
 * Makes the Frame records of one direction: keeps a frame's payload and missing octets while it comes.
 */
import type { Place, Timestamp } from '../stream/place.js';
import type { FrameHeader } from './frame.js';
import type { Frame, Piece, Range, Sender } from './frame-record.js';
import { isControl } from './opcode.js';
import type { PayloadBudget } from './payload-budget.js';
import { PayloadBuffer } from './payload-buffer.js';
import type { Session } from './session-record.js';

const COMPLETE: readonly Range[] = [];

/** What the direction knows of the frame beside its header. */
export interface FrameContext {
  readonly number: number;
  readonly session: Session;
  readonly place: Place;
  readonly firstTimestamp: Timestamp;
  readonly messageOpcode: number;
  readonly compressed: boolean;
  readonly missing: readonly Range[];
  readonly truncated: boolean;
  readonly confidence: number;
  readonly pieces: readonly Piece[];
}

export class FrameRecorder {
  private readonly buffer: PayloadBuffer;

  constructor(
    private readonly sender: Sender,
    /** Payload octets kept per frame. */
    private readonly limit: number,
    budget: PayloadBudget,
  ) {
    this.buffer = new PayloadBuffer(budget, budget.loan);
  }

  /** Less of the frame under way is kept, because all payloads under way hold too much together. */
  get limited(): boolean {
    return this.buffer.limited;
  }

  /** So it is because of a gap that is too long. */
  get tooFar(): boolean {
    return this.buffer.tooFar;
  }

  payload(header: FrameHeader, chunk: Uint8Array, start: number, end: number, offset: number): void {
    if (offset < this.limit) this.buffer.add(header, chunk, start, end, offset, this.limit);
  }

  /** The frame has ended. */
  record(header: FrameHeader, context: FrameContext): Frame {
    const { place, missing } = context;
    const { seconds, nanoseconds } = place;
    return {
      number: context.number,
      session: context.session,
      sender: this.sender,
      time: seconds + Math.round(nanoseconds / 1000) / 1e6,
      timestamp: { seconds, nanoseconds },
      firstTimestamp: context.firstTimestamp,
      fin: header.fin,
      rsv1: header.rsv1,
      rsv2: header.rsv2,
      rsv3: header.rsv3,
      opcode: header.opcode,
      messageOpcode: context.messageOpcode,
      compressed: !isControl(header.opcode) && context.compressed,
      masked: header.masked,
      maskingKey: header.maskingKey,
      lengthForm: header.lengthForm,
      length: header.length,
      // To put it together of two halves takes twice as long.
      exactLength: header.lengthForm === 64 ? header.exactLength : BigInt(header.length),
      headerLength: header.headerLength,
      streamOffset: header.streamOffset,
      payload: this.buffer.take(),
      complete: missing.length === 0,
      missing: missing.length === 0 ? COMPLETE : missing,
      truncated: context.truncated,
      confidence: context.confidence,
      pieces: context.pieces,
    };
  }
}
