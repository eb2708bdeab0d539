/**
 * Stretches of TCP streams that are known to be a head or a frame, as records in the order of the packets that brought them.
 */
import type { FillerKind } from './filler.js';
import type { Assigned } from './packet-connections.js';
import { SortedSpool } from './sorted-spool.js';

/** A stretch of one direction of a connection. */
export interface Patch {
  /** streamOf() */
  readonly stream: number;
  /** TCP sequence number of its first octet (int32). */
  readonly sequence: number;
  /** Octets that it has. */
  readonly length: number;
  /** What is to stand there: of a head all of it; of a frame nothing. */
  readonly literal: Uint8Array | undefined;
  readonly frame: PatchedFrame | undefined;
}

export interface PatchedFrame {
  readonly headerLength: number;
  /** int32, the first octet most significant; 0 where it is not masked. */
  readonly maskingKey: number;
  readonly kind: FillerKind;
  /** As in Filled. */
  readonly before: number;
  readonly after: number;
}

/** One number for a direction of a connection. */
export function streamOf({ connection, side }: Pick<Assigned, 'connection' | 'side'>): number {
  return connection * 2 + side;
}

const KINDS: readonly FillerKind[] = ['plain', 'deflate', 'close'];
/** Stream and length as doubles, the sequence number, and what it is. */
const FIXED = 21;
const HEAD = 0xff;

export class PatchSpool {
  private readonly spool = new SortedSpool();

  /** `packet`: the first one that brought some of it. */
  add(packet: number, { stream, sequence, length, literal, frame }: Patch): void {
    const bytes = Buffer.alloc(FIXED + (literal?.length ?? 7));
    bytes.writeDoubleLE(stream, 0);
    bytes.writeDoubleLE(length, 8);
    bytes.writeInt32LE(sequence, 16);
    bytes[20] = frame === undefined ? HEAD : KINDS.indexOf(frame.kind);
    if (literal !== undefined) bytes.set(literal, FIXED);
    if (frame !== undefined) {
      bytes[21] = frame.headerLength;
      bytes[22] = frame.before;
      bytes[23] = frame.after;
      bytes.writeInt32LE(frame.maskingKey, 24);
    }
    this.spool.add(packet, bytes);
  }

  /** The next one that a packet up to this one has brought some of. */
  next(packet: number): Patch | undefined {
    const record = this.spool.next(packet);
    if (record === undefined) return undefined;
    const bytes = Buffer.from(record.bytes.buffer, record.bytes.byteOffset, record.bytes.byteLength);
    const isHead = bytes[20] === HEAD;
    return {
      stream: bytes.readDoubleLE(0),
      length: bytes.readDoubleLE(8),
      sequence: bytes.readInt32LE(16),
      literal: isHead ? bytes.subarray(FIXED) : undefined,
      frame: isHead
        ? undefined
        : {
            kind: KINDS[bytes[20]],
            headerLength: bytes[21],
            before: bytes[22],
            after: bytes[23],
            maskingKey: bytes.readInt32LE(24),
          },
    };
  }

  close(): void {
    this.spool.close();
  }
}
