/**
 * The segment: one TCP segment (RFC 9293 §3.1), decoded in place from the payload of a datagram into one
 * mutable record; and its encoder.
 */
import { transportChecksum } from '../network/checksum.js';
import type { Datagram } from '../network/datagram.js';
import { IpProtocol } from '../network/header.js';

export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const ACK = 0x10;

/** Length of a header without options, RFC 9293 §3.1. */
const MIN_HEADER = 20;
/**
 * No segment is longer: cards and captures have them of up to 512 KiB (BIG TCP), which nothing but the capture's own
 * length of the packet, or a jumbogram's, tells (RFC 2675). A larger one is not true.
 */
const MOST = 1 << 20;

export class Segment {
  sourcePort = 0;
  destinationPort = 0;
  /** int32, see sequence.ts. */
  sequence = 0;
  /** int32; meaningful only with ACK set. */
  acknowledgement = 0;
  flags = 0;
  /** The captured payload is bytes[start, end) of the datagram. */
  start = 0;
  end = 0;
  /** True payload length; more than end - start when a snap length cut the packet. */
  length = 0;
}

/** Decodes the header; false when it is cut or its data offset is impossible. */
export function decodeSegment(datagram: Datagram, segment: Segment): boolean {
  const { view, start, end } = datagram;
  if (end - start < MIN_HEADER) return false;
  const offsetAndFlags = view.getUint16(start + 12);
  const headerLength = (offsetAndFlags >> 12) * 4;
  if (headerLength < MIN_HEADER || headerLength > datagram.length) return false;
  segment.sourcePort = view.getUint16(start);
  segment.destinationPort = view.getUint16(start + 2);
  segment.sequence = view.getInt32(start + 4);
  segment.acknowledgement = view.getInt32(start + 8);
  segment.flags = offsetAndFlags & 0xff;
  segment.start = Math.min(start + headerLength, end);
  segment.end = end;
  const length = datagram.length - headerLength;
  segment.length = length > MOST ? end - segment.start : length;
  return true;
}

export interface SegmentFields {
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement?: number;
  readonly flags: number;
  readonly window?: number;
  /** Already padded to a multiple of four bytes. */
  readonly options?: Uint8Array;
}

/**
 * Encodes header and payload. The checksum (RFC 9293 §3.1) covers the pseudo header of the addresses: give
 * both as 4 or 16 bytes, or neither to leave it zero.
 */
export function encodeSegment(
  fields: SegmentFields,
  payload: Uint8Array,
  source?: Uint8Array,
  destination?: Uint8Array,
): Uint8Array {
  const options = fields.options ?? new Uint8Array(0);
  const headerLength = MIN_HEADER + options.length;
  const bytes = new Uint8Array(headerLength + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, fields.sourcePort);
  view.setUint16(2, fields.destinationPort);
  view.setInt32(4, fields.sequence | 0);
  view.setInt32(8, (fields.acknowledgement ?? 0) | 0);
  bytes[12] = (headerLength / 4) << 4;
  bytes[13] = fields.flags;
  view.setUint16(14, fields.window ?? 65_535);
  bytes.set(options, MIN_HEADER);
  bytes.set(payload, headerLength);
  if (source && destination)
    view.setUint16(16, transportChecksum(source, destination, IpProtocol.tcp, bytes));
  return bytes;
}
