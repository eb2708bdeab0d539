/**
 * IPv6 (RFC 8200): the fixed header and the chain of extension headers behind it.
 *
 * Strategy: walkExtensions steps from header to header until it meets a transport, a fragment or something
 * opaque. It keeps the declared end of the payload apart from the captured end, so that a lying length and
 * a snap length are told apart, and it starts anywhere: a reassembled payload goes through it again.
 */
import { DEFAULT_LIMITS } from '../limits.js';
import { authenticationHeaderLength, type IpHeader, IpProtocol, IpResult } from './header.js';

const HEADER_LENGTH = 40;
/** RFC 2675 §2. */
const JUMBO_PAYLOAD_OPTION = 0xc2;
/** RFC 8200 §4.2: a single byte of padding, without a length. */
const PAD1_OPTION = 0;

/**
 * Decodes the datagram at bytes[start, end), of which `missing` more bytes were on the wire. `most`: extension headers
 * that it may have; RFC 8200 §4.1 expects each kind once, destination options twice.
 */
export function decodeIpv6(
  bytes: Uint8Array,
  start: number,
  end: number,
  missing: number,
  out: IpHeader,
  most = DEFAULT_LIMITS.maxEncapsulations,
): IpResult {
  if (end <= start) return IpResult.cut;
  if (bytes[start] >>> 4 !== 6) return IpResult.bad;
  if (end - start < HEADER_LENGTH) return IpResult.cut;
  const at = start + HEADER_LENGTH;
  const next = bytes[start + 6];
  const declared = (bytes[start + 4] << 8) | bytes[start + 5];
  const length = declared !== 0 ? declared : (jumboLength(bytes, next, at, end) ?? end - at + missing);
  out.addressLength = 16;
  out.source = start + 8;
  out.destination = start + 24;
  out.start = at;
  out.end = Math.min(end, at + length);
  out.length = length;
  return next === IpProtocol.tcp ? transport(next, out) : walkExtensions(bytes, next, out, most);
}

/** A payload length of zero: a jumbogram (RFC 2675 §3), or undefined where the card was to segment it. */
function jumboLength(bytes: Uint8Array, next: number, start: number, end: number): number | undefined {
  if (next !== IpProtocol.hopByHop || end - start < 8) return undefined;
  const optionsEnd = Math.min(end, start + (bytes[start + 1] + 1) * 8);
  let at = start + 2;
  while (at + 1 < optionsEnd) {
    if (bytes[at] === JUMBO_PAYLOAD_OPTION && bytes[at + 1] === 4 && at + 6 <= optionsEnd) {
      return ((bytes[at + 2] << 24) | (bytes[at + 3] << 16) | (bytes[at + 4] << 8) | bytes[at + 5]) >>> 0;
    }
    at += bytes[at] === PAD1_OPTION ? 1 : 2 + bytes[at + 1];
  }
  return undefined;
}

function transport(protocol: number, out: IpHeader): IpResult {
  out.protocol = protocol;
  return IpResult.whole;
}

/** Steps over the extension headers in out's payload, of which `next` is the first. */
export function walkExtensions(bytes: Uint8Array, next: number, out: IpHeader, most: number): IpResult {
  let protocol = next;
  for (let count = 0; count <= most; count++) {
    if (protocol === IpProtocol.esp || protocol === IpProtocol.noNextHeader) return IpResult.opaque;
    if (!isExtension(protocol)) return transport(protocol, out);
    if (out.length < 8) return IpResult.bad;
    const at = out.start;
    if (out.end - at < 8) return IpResult.cut;
    const isFragment = protocol === IpProtocol.fragment;
    const length = isFragment ? 8 : extensionLength(protocol, bytes[at + 1]);
    if (length > out.length) return IpResult.bad;
    if (length > out.end - at) return IpResult.cut;
    protocol = bytes[at];
    out.start = at + length;
    out.length -= length;
    if (isFragment && fragmentHeader(bytes, at, out)) {
      out.protocol = protocol;
      return IpResult.fragment;
    }
  }
  return IpResult.tooDeep;
}

/** True for the headers that walkExtensions can step over. */
export function isExtension(protocol: number): boolean {
  switch (protocol) {
    case IpProtocol.hopByHop:
    case IpProtocol.routing:
    case IpProtocol.fragment:
    case IpProtocol.authentication:
    case IpProtocol.destinationOptions:
    case IpProtocol.mobility:
    case IpProtocol.hip:
    case IpProtocol.shim6:
      return true;
    default:
      return false;
  }
}

/** RFC 6564 §4: in units of eight bytes, the first not counted; AH is the one that counts otherwise. */
function extensionLength(protocol: number, field: number): number {
  return protocol === IpProtocol.authentication ? authenticationHeaderLength(field) : (field + 1) * 8;
}

/** RFC 8200 §4.5; false for an atomic fragment (RFC 6946), which is a whole datagram. */
function fragmentHeader(bytes: Uint8Array, at: number, out: IpHeader): boolean {
  const field = (bytes[at + 2] << 8) | bytes[at + 3];
  out.fragmentOffset = field & 0xfff8;
  out.moreFragments = (field & 1) !== 0;
  out.identification =
    ((bytes[at + 4] << 24) | (bytes[at + 5] << 16) | (bytes[at + 6] << 8) | bytes[at + 7]) >>> 0;
  return out.fragmentOffset !== 0 || out.moreFragments;
}
