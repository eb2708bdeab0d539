/**
 * What a session tells whoever watches the protocol itself (the rules): each frame and message as it ends, as
 * facts in one record each, overwritten by the next. Nothing is made that only a list would show.
 */
import type { Inflated } from './deflate.js';
import type { FrameHeader } from './frame.js';
import type { Sender } from './frame-record.js';
import type { SessionSummary } from './session-record.js';

/** A frame that has ended. One record per direction: copy what you keep. */
export interface FrameFacts {
  readonly sender: Sender;
  /** As in Frame. */
  readonly number: number;
  readonly header: Readonly<FrameHeader>;
  /** Unmasked payload of a control frame, at most its first 125 octets; empty for a data frame. */
  readonly controlPayload: Uint8Array;
  /** No octet of its payload is missing. */
  readonly complete: boolean;
  /** A data message of the sender was under way when it began; undefined: not known, behind a loss. */
  readonly messageUnderWay: boolean | undefined;
  /** As in Frame. */
  readonly confidence: number;
  /** When its last byte was captured, seconds since the epoch. */
  readonly time: number;
  /**
   * What the segment with its first byte acknowledges of the other side's TCP stream (int32): its sender had got all
   * before that. Undefined where it is not known.
   */
  readonly acknowledges: number | undefined;
  /** TCP sequence number behind its last byte (int32); undefined where it is not known. */
  readonly sequenceEnd: number | undefined;
  /** The packet that its last byte lay in, and when that was captured, exact. */
  readonly packet: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** A data message that has ended. One record per direction: copy what you keep. */
export interface MessageFacts {
  readonly sender: Sender;
  /** 0 where its beginning was not captured. */
  readonly opcode: number;
  /** Number of its first and of its last frame. */
  readonly firstFrame: number;
  readonly lastFrame: number;
  /** Stream offset of its first frame. */
  readonly streamOffset: number;
  /** The packet that the last byte of its first frame lay in, and when that was captured. */
  readonly firstPacket: number;
  readonly firstSeconds: number;
  readonly firstNanoseconds: number;
  readonly fragments: number;
  readonly compressed: boolean;
  readonly wireLength: number;
  /** Content octets, kept or not. */
  readonly length: number;
  /** Borrowed: its first 125 octets, or all of it where messages are listed or it was inflated. */
  readonly content: Uint8Array;
  /** Where the content of a text message stops being UTF-8; undefined where it does not, or is not known. */
  readonly badTextOffset: number | undefined;
  /** Content octets that one has to read to know it. */
  readonly badTextDetectedAt: number;
  /** The octets from the one to the other. */
  readonly badTextOctets: Uint8Array;
  /** What inflating it came to, of a compressed one. */
  readonly inflated: Inflated | undefined;
  /** Nothing of it is missing. */
  readonly complete: boolean;
  /** 1, or that of its least certain frame. */
  readonly confidence: number;
  /** When its last byte was captured, seconds since the epoch. */
  readonly time: number;
}

export interface SessionObserver {
  /** False while each frame and message has to be told of as itself. */
  readonly calm: boolean;
  /**
   * A whole data message in one frame that is as it should be: certain, complete, text that is UTF-8, compressed as
   * RFC 7692 §7.2.1 asks for, if at all. Told, while it is calm, in place of frame() and message();
   * `messageUnderWay` is false.
   */
  plain(facts: FrameFacts): void;
  frame(facts: FrameFacts): void;
  message(facts: MessageFacts): void;
  /** Frames of the sender were lost, or its capture begins in the middle: what it did before is not known. */
  lost(sender: Sender): void;
  closed(summary: SessionSummary): void;
}

/**
 * Whether who acknowledges `acknowledges` had got all before `sequence` of the other side's TCP stream. Where one of
 * them is not known, the order in which they are told of has to do: true.
 */
export function hasGot(acknowledges: number | undefined, sequence: number | undefined): boolean {
  return acknowledges === undefined || sequence === undefined || ((acknowledges - sequence) | 0) >= 0;
}
