/**
 * IPv4 (RFC 791): decoder, encoder, and a fragmenter for tests and samples.
 *
 * Strategy: the declared lengths are checked against each other, never trusted against the capture: a total
 * length beyond the captured bytes only says how much is missing. The header checksum is not looked at,
 * since sending hosts leave it to the network card.
 */
import { concat, u16 } from '../bytes/concat.js';
import { type Address, addressBytes } from './address.js';
import { internetChecksum } from './checksum.js';
import { authenticationHeaderLength, type IpHeader, IpProtocol, IpResult } from './header.js';

const MIN_HEADER_LENGTH = 20;
const MORE_FRAGMENTS = 0x2000;
const OFFSET_MASK = 0x1fff;

/** Decodes the datagram at bytes[start, end), of which `missing` more bytes were on the wire. */
export function decodeIpv4(
  bytes: Uint8Array,
  start: number,
  end: number,
  missing: number,
  out: IpHeader,
): IpResult {
  if (end <= start) return IpResult.cut;
  const headerLength = (bytes[start] & 0x0f) * 4;
  if (bytes[start] >>> 4 !== 4 || headerLength < MIN_HEADER_LENGTH) return IpResult.bad;
  const captured = end - start;
  if (captured < MIN_HEADER_LENGTH) return IpResult.cut;
  // Zero: the sending host left segmentation to the card, the link layer alone knows the length.
  const totalLength = (bytes[start + 2] << 8) | bytes[start + 3] || captured + missing;
  if (totalLength < headerLength) return IpResult.bad;
  if (captured < headerLength) return IpResult.cut;
  out.addressLength = 4;
  out.source = start + 12;
  out.destination = start + 16;
  out.protocol = bytes[start + 9];
  out.start = start + headerLength;
  out.end = totalLength < captured ? start + totalLength : end;
  out.length = totalLength - headerLength;
  const fragment = (bytes[start + 6] << 8) | bytes[start + 7];
  if ((fragment & (MORE_FRAGMENTS | OFFSET_MASK)) !== 0) {
    out.identification = (bytes[start + 4] << 8) | bytes[start + 5];
    out.fragmentOffset = (fragment & OFFSET_MASK) * 8;
    out.moreFragments = (fragment & MORE_FRAGMENTS) !== 0;
    return IpResult.fragment;
  }
  return out.protocol === IpProtocol.authentication ? skipAuthentication(bytes, out) : IpResult.whole;
}

/** RFC 4302 §3.1.1: an authentication header before the transport, in transport mode. */
export function skipAuthentication(bytes: Uint8Array, out: IpHeader): IpResult {
  if (out.length < 12) return IpResult.bad;
  if (out.end - out.start < 2) return IpResult.cut;
  const length = authenticationHeaderLength(bytes[out.start + 1]);
  if (length > out.length) return IpResult.bad;
  if (length > out.end - out.start) return IpResult.cut;
  out.protocol = bytes[out.start];
  out.start += length;
  out.length -= length;
  return IpResult.whole;
}

export interface Ipv4Header {
  readonly source: Address;
  readonly destination: Address;
  readonly protocol: number;
  readonly identification?: number;
  readonly ttl?: number;
  /** The three flag bits: 1 more fragments, 2 do not fragment. */
  readonly flags?: number;
  /** In bytes; a multiple of 8. */
  readonly fragmentOffset?: number;
  /** Padded with zeros to a multiple of four bytes. */
  readonly options?: Uint8Array;
  /** Override the true values. */
  readonly totalLength?: number;
  readonly headerLength?: number;
}

/** An IPv4 datagram with its header checksum. */
export function encodeIpv4(header: Ipv4Header, payload: Uint8Array): Uint8Array {
  const {
    source,
    destination,
    protocol,
    identification = 0,
    ttl = 64,
    flags = 0,
    fragmentOffset = 0,
  } = header;
  const options = header.options ?? new Uint8Array(0);
  const padding = new Uint8Array(-options.length & 3);
  const trueLength = MIN_HEADER_LENGTH + options.length + padding.length;
  const words = (header.headerLength ?? trueLength) / 4;
  const bytes = concat(
    [0x40 | words, 0],
    u16(header.totalLength ?? trueLength + payload.length),
    u16(identification),
    u16((flags << 13) | (fragmentOffset / 8)),
    [ttl, protocol, 0, 0],
    addressBytes(source),
    addressBytes(destination),
    options,
    padding,
    payload,
  );
  setHeaderChecksum(bytes, trueLength);
  return bytes;
}

function setHeaderChecksum(bytes: Uint8Array, headerLength: number): void {
  bytes[10] = 0;
  bytes[11] = 0;
  bytes.set(u16(internetChecksum(bytes, 0, headerLength)), 10);
}

/** Splits a datagram (or a fragment) into fragments of at most `mtu` bytes, RFC 791 §3.2, in order. */
export function fragmentIpv4(datagram: Uint8Array, mtu: number): Uint8Array[] {
  const headerLength = (datagram[0] & 0x0f) * 4;
  const step = (mtu - headerLength) & ~7;
  if (step <= 0)
    throw new RangeError(`an MTU of ${mtu} leaves no room behind a header of ${headerLength} bytes`);
  const field = (datagram[6] << 8) | datagram[7];
  const fragments: Uint8Array[] = [];
  for (let at = headerLength; at < datagram.length; at += step) {
    const isLast = at + step >= datagram.length;
    const fragment = concat(datagram.subarray(0, headerLength), datagram.subarray(at, at + step));
    const more = isLast ? field & MORE_FRAGMENTS : MORE_FRAGMENTS;
    fragment.set(u16(fragment.length), 2);
    fragment.set(u16(more | ((field & OFFSET_MASK) + (at - headerLength) / 8)), 6);
    setHeaderChecksum(fragment, headerLength);
    fragments.push(fragment);
  }
  return fragments;
}
