/**
 * A frame as consumers see it: a plain readonly object with the facts of its header, its unmasked payload
 * as far as it was kept, and where its bytes came from.
 */
import type { Timestamp } from '../stream/place.js';
import type { LengthForm } from './frame.js';
import { CONTINUATION } from './opcode.js';
import type { Session } from './session-record.js';

/** Who sent a frame. Masking, deflate state and rules go by the sender. */
export type Sender = 'client' | 'server';

export const SENDERS: readonly Sender[] = ['client', 'server'];

/** Consecutive bytes of a frame that one packet carried. */
export interface Piece {
  /** Packet number, as Wireshark's frame.number. */
  readonly packet: number;
  /** Offset of the first byte in the captured packet; undefined in a datagram reassembled from fragments. */
  readonly packetOffset: number | undefined;
  /** Sequence number of the first byte in its TCP stream (int32). */
  readonly sequence: number;
  /** Offset of the first byte in the WebSocket stream of the sender. */
  readonly streamOffset: number;
  readonly length: number;
  /** Comment that the capture file has for the packet. */
  readonly comment: string | undefined;
}

/** Octets `offset` … `offset + length - 1` of a payload. */
export interface Range {
  readonly offset: number;
  readonly length: number;
}

/** A frame of RFC 6455 §5.2, as it was captured. */
export interface Frame {
  /** 1-based, in the order in which the frames' last bytes were captured. */
  readonly number: number;
  readonly session: Session;
  readonly sender: Sender;
  /** When its last byte was captured, in seconds since the epoch, to the microsecond. */
  readonly time: number;
  /** The same, exact. */
  readonly timestamp: Timestamp;
  /** When its first byte was captured, exact. */
  readonly firstTimestamp: Timestamp;
  readonly fin: boolean;
  readonly rsv1: boolean;
  readonly rsv2: boolean;
  readonly rsv3: boolean;
  /** 0 … 15. */
  readonly opcode: number;
  /** Opcode of the message that it belongs to: for a continuation that of the message's first frame. */
  readonly messageOpcode: number;
  /** Whether its message is compressed: RSV1 on the first frame, with permessage-deflate (RFC 7692 §6). */
  readonly compressed: boolean;
  readonly masked: boolean;
  /** The four octets as an int32, the first one most significant; 0 when not masked. */
  readonly maskingKey: number;
  readonly lengthForm: LengthForm;
  /** Declared payload length in bytes; exact up to 2^53. */
  readonly length: number;
  /** Declared payload length, exact. */
  readonly exactLength: bigint;
  /** Octets: 2 … 14. */
  readonly headerLength: number;
  /** Offset of its first byte in the WebSocket stream of the sender (0: behind the handshake). */
  readonly streamOffset: number;
  /**
   * Unmasked payload from its beginning, as far as it was kept; missing octets are 0. It ends in front of a gap
   * that is longer than what was captured before it and 64 KiB.
   */
  readonly payload: Uint8Array;
  /** False when octets are missing. */
  readonly complete: boolean;
  /** Missing octets, in order; at the end of a truncated frame, those behind the stream's end too. */
  readonly missing: readonly Range[];
  /** The stream ended inside the frame. */
  readonly truncated: boolean;
  /**
   * 1 where the frame boundaries are certain; less where they were found again behind a loss, or without a
   * handshake: from then on never quite 1 again, however well the frames fit.
   */
  readonly confidence: number;
  /** Where its bytes came from, header included, in stream order. */
  readonly pieces: readonly Piece[];
}

/** Its payload as it is, is all that its message says: that has no other frame, and is not compressed. */
export function isWholeMessage({
  fin,
  opcode,
  compressed,
}: Pick<Frame, 'fin' | 'opcode' | 'compressed'>): boolean {
  return fin && opcode !== CONTINUATION && !compressed;
}
