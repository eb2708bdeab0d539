/** IPv6 encoder (RFC 8200) with any chain of extension headers, and a fragmenter for tests and samples. */
import { concat, u16, u32 } from '../bytes/concat.js';
import { type Address, addressBytes } from './address.js';
import { IpProtocol } from './header.js';

const HEADER_LENGTH = 40;

export interface Ipv6Extension {
  /** A value of IpProtocol: the kind of this header. */
  readonly protocol: number;
  /** What follows the next header and length bytes; padded as the kind asks for. */
  readonly content: Uint8Array;
}

export interface Ipv6Header {
  readonly source: Address;
  readonly destination: Address;
  /** Protocol of the payload, behind all extension headers. */
  readonly protocol: number;
  readonly hopLimit?: number;
  readonly trafficClass?: number;
  readonly flowLabel?: number;
  readonly extensions?: readonly Ipv6Extension[];
  /** Overrides the true length; 0 for a jumbogram. */
  readonly payloadLength?: number;
}

/** An IPv6 datagram. */
export function encodeIpv6(header: Ipv6Header, payload: Uint8Array): Uint8Array {
  const { source, destination, protocol, hopLimit = 64, trafficClass = 0, flowLabel = 0 } = header;
  const extensions = header.extensions ?? [];
  const nextOf = (index: number) => extensions[index]?.protocol ?? protocol;
  const chain = extensions.map((extension, index) => encodeExtension(extension, nextOf(index + 1)));
  const content = concat(...chain, payload);
  const length = header.payloadLength ?? content.length;
  const first = u32((6 << 28) | (trafficClass << 20) | flowLabel);
  const addresses = concat(addressBytes(source), addressBytes(destination));
  return concat(first, u16(length), [nextOf(0), hopLimit], addresses, content);
}

function encodeExtension({ protocol, content }: Ipv6Extension, next: number): Uint8Array {
  const padding = -(content.length + 2) & 7;
  if (protocol === IpProtocol.fragment) return concat([next, 0], content);
  const padded = concat([next, 0], content, paddingOf(protocol, padding));
  padded[1] = protocol === IpProtocol.authentication ? padded.length / 4 - 2 : padded.length / 8 - 1;
  return padded;
}

/** RFC 8200 §4.2: options are padded with Pad1 or PadN; other headers with zeros. */
function paddingOf(protocol: number, length: number): Uint8Array {
  const hasOptions = protocol === IpProtocol.hopByHop || protocol === IpProtocol.destinationOptions;
  const padding = new Uint8Array(length);
  if (hasOptions && length >= 2) padding.set([1, length - 2]);
  return padding;
}

/** Hop-by-hop options that hold the jumbo payload option (RFC 2675 §2) with this length. */
export function jumboExtension(payloadLength: number): Ipv6Extension {
  return { protocol: IpProtocol.hopByHop, content: concat([0xc2, 4], u32(payloadLength)) };
}

/** A fragment header (RFC 8200 §4.5); `offset` in bytes. */
export function fragmentExtension(offset: number, more: boolean, identification: number): Ipv6Extension {
  const content = concat(u16(offset | (more ? 1 : 0)), u32(identification));
  return { protocol: IpProtocol.fragment, content };
}

/**
 * Splits a datagram into fragments of at most `mtu` bytes, RFC 8200 §4.5, in order. Hop-by-hop options and a
 * routing header stay in front of the fragment header; everything behind them is split.
 */
export function fragmentIpv6(datagram: Uint8Array, mtu: number, identification = 1): Uint8Array[] {
  let last = 6;
  let at = HEADER_LENGTH;
  while (datagram[last] === IpProtocol.hopByHop || datagram[last] === IpProtocol.routing) {
    last = at;
    at += (datagram[at + 1] + 1) * 8;
  }
  const step = (mtu - at - 8) & ~7;
  if (step <= 0) throw new RangeError(`an MTU of ${mtu} leaves no room behind headers of ${at + 8} bytes`);
  const protocol = datagram[last];
  const fragments: Uint8Array[] = [];
  for (let from = at; from < datagram.length; from += step) {
    const { content } = fragmentExtension(from - at, from + step < datagram.length, identification);
    const headers = concat(datagram.subarray(0, at), [protocol, 0], content);
    const fragment = concat(headers, datagram.subarray(from, from + step));
    fragment[last] = IpProtocol.fragment;
    fragment.set(u16(fragment.length - HEADER_LENGTH), 4);
    fragments.push(fragment);
  }
  return fragments;
}
