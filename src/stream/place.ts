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
}

/** A point in time, exact: whole seconds since the epoch and 0 … 999 999 999 nanoseconds. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanoseconds: number;
}
