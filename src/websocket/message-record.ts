/**
 * A message as consumers see it: a data message of one or more frames (RFC 6455 §5.4), or a control frame, as
 * a plain readonly object.
 */
import type { Timestamp } from '../stream/place.js';
import type { CloseBody } from './close.js';
import type { Range, Sender } from './frame-record.js';
import type { Session } from './session-record.js';

/** A data message, its fragments joined and inflated, or a control frame. */
export interface Message {
  /**
   * 1-based, in the order in which the messages' last bytes were captured (behind bytes that were captured late:
   * when those were); control frames are counted too.
   */
  readonly number: number;
  readonly session: Session;
  readonly sender: Sender;
  /** Of its first frame; 0 where only continuation frames of it were captured. */
  readonly opcode: number;
  /** When its last byte was captured, exact. */
  readonly timestamp: Timestamp;
  /** When its first byte was captured, exact. */
  readonly firstTimestamp: Timestamp;
  /**
   * What it says: unmasked, joined and inflated, as far as it was kept; unknown octets are 0. It ends in front
   * of a gap that is longer than what was captured before it and 64 KiB.
   */
  readonly content: Uint8Array;
  /** Octets of content, kept or not; where `limited` ended inflation, what had come out by then: more would. */
  readonly length: number;
  /** Content octets that are not known: the capture lost them, or what they were inflated from. */
  readonly unknownRanges: readonly Range[];
  /** A text message whose captured content is UTF-8 in the whole. */
  readonly validText: boolean;
  /** Body of a Close frame; undefined without a whole code. */
  readonly close: CloseBody | undefined;
  /** It came compressed (RFC 7692), and `content` is what was inflated from it. */
  readonly compressed: boolean;
  /** Payload octets of its frames on the wire. */
  readonly wireLength: number;
  /** Why its compressed payload could not be inflated (to the end), or what is wrong with its end. */
  readonly failure: string | undefined;
  /** Captured octets are not in `content`: a limit left them out, or they lie behind a gap at which it ends. */
  readonly limited: boolean;
  /** Numbers of its frames. */
  readonly frames: readonly number[];
  /** Numbers of the packets that carried them, ascending. */
  readonly packets: readonly number[];
  /** False when something of it is missing: octets, its beginning or its end, or what a limit left out. */
  readonly complete: boolean;
  /** 1 where its frames are certain; less where they were found again behind a loss. */
  readonly confidence: number;
}

/** A message before its place among all is settled: its number is 0. */
export interface DecodedMessage extends Omit<Message, 'number'> {
  number: number;
}
