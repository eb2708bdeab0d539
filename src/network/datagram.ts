/**
 * The datagram: one whole IP datagram (reassembled where it was fragmented) on its way to the transport.
 * One mutable record, as the Packet below it; addresses stay bytes until somebody prints them.
 */
import type { Packet } from '../capture/packet.js';

const EMPTY = new Uint8Array(0);

export class Datagram {
  /** The packet that carried it; the one that completed it, for a reassembled datagram. */
  packet!: Packet;
  /** Holds the addresses and the payload; borrowed until the call returns. */
  bytes: Uint8Array = EMPTY;
  /**
   * Of all of `bytes`, to read words: one of four octets costs some thirty instructions, since each octet is
   * checked against the bounds, one of a view eight. Reading outside throws.
   */
  view: DataView = new DataView(EMPTY.buffer);
  /** 4 or 16: length of an address in bytes. */
  addressLength = 4;
  /** Offsets in `bytes` of the two addresses. */
  source = 0;
  destination = 0;
  /** Transport protocol number, behind all extension headers (RFC 8200 §4). */
  protocol = 0;
  /** The captured payload is bytes[start, end). */
  start = 0;
  end = 0;
  /** True payload length; more than end - start when the packet was cut by a snap length. */
  length = 0;
  /** bytes[i] lay at offset i - origin of the packet; NaN for a reassembled datagram. */
  origin = 0;

  /** Sets `bytes` and `view`. Thousands of packets lie in the same block, so that few views are made. */
  lend(bytes: Uint8Array): void {
    if (bytes === this.bytes) return;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}

export interface DatagramSink {
  datagram(datagram: Datagram): void;
}
