/**
 * Where the bytes that are being delivered came from. One mutable record per dissection: the TCP layer
 * sets it before each call into a StreamSink, whoever wants to remember it copies the numbers. This keeps
 * provenance out of the joint's signature and costs five stores per segment.
 */
export class Place {
  /** Number of the packet that carried the bytes (of the last one, for a reassembled datagram). */
  packet = 0;
  seconds = 0;
  nanoseconds = 0;
  /**
   * chunk[i] lay at offset i - origin of the captured packet; NaN where the bytes have no single place
   * in it (a datagram reassembled from fragments).
   */
  origin = 0;
  /** chunk[i] has the sequence number sequence + i in its TCP stream (int32). */
  sequence = 0;
  /** What the segment acknowledges of the other direction (int32); undefined where it acknowledges nothing. */
  acknowledgement: number | undefined = undefined;
  /** At the end of a stream: how far the other side has acknowledged it, if at all. */
  delivered: Delivered | undefined = undefined;
  /** Comment that the capture file has for the packet. */
  comment: string | undefined = undefined;

  /** Takes over all of `other`. */
  assign(other: Place): void {
    this.packet = other.packet;
    this.seconds = other.seconds;
    this.nanoseconds = other.nanoseconds;
    this.origin = other.origin;
    this.sequence = other.sequence;
    this.acknowledgement = other.acknowledgement;
    this.delivered = other.delivered;
    this.comment = other.comment;
  }

  /** A copy, for bytes that are kept as a slice beginning at chunk[start]. */
  copyFrom(start: number): Place {
    const copy = new Place();
    copy.assign(this);
    copy.origin -= start;
    copy.sequence = (copy.sequence + start) | 0;
    return copy;
  }

  /** Takes over a copy that copyFrom() made: the kept bytes begin at chunk[start] now. */
  assignAt(copy: Place, start: number): void {
    this.assign(copy);
    this.origin += start;
    this.sequence = (this.sequence - start) | 0;
  }
}

/** The last acknowledgement that covers more than those before it. */
export interface Delivered {
  /** What lies before this TCP sequence number (int32) has arrived. */
  readonly to: number;
  /** When that was captured, seconds since the epoch. */
  readonly time: number;
}

/** A point in time, exact: whole seconds since the epoch and 0 … 999 999 999 nanoseconds. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}

/** In nanoseconds since the epoch, exact. */
export function nanosecondsOf({ seconds, nanoseconds }: Timestamp): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
}

/** time - start, in seconds as a number. */
export function secondsBetween(start: Timestamp, time: Timestamp): number {
  return time.seconds - start.seconds + (time.nanoseconds - start.nanoseconds) / 1e9;
}

/** The same in nanoseconds: exact up to 104 days. */
export function nanosecondsBetween(start: Timestamp, time: Timestamp): number {
  return (time.seconds - start.seconds) * 1e9 + (time.nanoseconds - start.nanoseconds);
}
