/** Encoders for what tunnel.ts decodes, and UDP, which half of them ride on. */
import { concat, type Part, u16, u32 } from '../bytes/concat.js';
import { EtherType } from '../link/payload.js';
import type { Address } from './address.js';
import { internetChecksum, transportChecksum } from './checksum.js';
import { IpProtocol } from './header.js';

export interface UdpHeader {
  /** Addresses of the IP header around it, for the checksum. */
  readonly source: Address;
  readonly destination: Address;
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** UDP with checksum (RFC 768; a computed zero is sent as ffff). */
export function encodeUdp(header: UdpHeader, payload: Uint8Array): Uint8Array {
  const { source, destination, sourcePort, destinationPort } = header;
  const bytes = concat(u16(sourcePort), u16(destinationPort), u16(8 + payload.length), [0, 0], payload);
  bytes.set(u16(transportChecksum(source, destination, IpProtocol.udp, bytes) || 0xffff), 6);
  return bytes;
}

export interface GreHeader {
  /** EtherType of the payload; EtherType.ethernet for a whole Ethernet frame. */
  readonly etherType: number;
  readonly checksum?: boolean;
  readonly key?: number;
  readonly sequence?: number;
}

/** GRE version 0, RFC 2784 with the key and sequence number of RFC 2890. */
export function encodeGre(header: GreHeader, payload: Uint8Array): Uint8Array {
  const { etherType, checksum = false, key, sequence } = header;
  const flags =
    (checksum ? 0x8000 : 0) | (key === undefined ? 0 : 0x2000) | (sequence === undefined ? 0 : 0x1000);
  const parts: Part[] = [u16(flags), u16(etherType)];
  if (checksum) parts.push([0, 0, 0, 0]);
  if (key !== undefined) parts.push(u32(key));
  if (sequence !== undefined) parts.push(u32(sequence));
  const bytes = concat(...parts, payload);
  if (checksum) bytes.set(u16(internetChecksum(bytes)), 4);
  return bytes;
}

/** GRE with ERSPAN of type 1, 2 or 3 (that one with or without subheader) and the mirrored Ethernet frame. */
export function encodeErspan(type: 1 | 2 | 3, ethernetFrame: Uint8Array, subheader = false): Uint8Array {
  if (type === 1) return encodeGre({ etherType: 0x88be }, ethernetFrame);
  const version = type === 2 ? 1 : 2;
  const session = concat(u16(version << 12), u16(1));
  if (type === 2)
    return encodeGre({ etherType: 0x88be, sequence: 1 }, concat(session, u32(0), ethernetFrame));
  const rest = concat(u32(0), u16(0), u16(subheader ? 1 : 0), new Uint8Array(subheader ? 8 : 0));
  return encodeGre({ etherType: 0x22eb, sequence: 1 }, concat(session, rest, ethernetFrame));
}

/** A VXLAN header (RFC 7348 §5) in front of an Ethernet frame; goes into UDP port 4789. */
export function encodeVxlan(header: { readonly vni?: number }, ethernetFrame: Uint8Array): Uint8Array {
  return concat([0x08, 0, 0, 0], u32((header.vni ?? 1) << 8), ethernetFrame);
}

export interface GeneveHeader {
  /** EtherType of the payload; a whole Ethernet frame if left out. */
  readonly etherType?: number;
  readonly vni?: number;
  /** Encoded options (RFC 8926 §3.5); a multiple of four bytes, at most 252. */
  readonly options?: Uint8Array;
}

/** A GENEVE header (RFC 8926 §3.4) and options; goes into UDP port 6081. */
export function encodeGeneve(header: GeneveHeader, payload: Uint8Array): Uint8Array {
  const { etherType = EtherType.ethernet, vni = 1, options = new Uint8Array(0) } = header;
  return concat([options.length / 4, 0], u16(etherType), u32(vni << 8), options, payload);
}

export interface GtpUHeader {
  readonly tunnel?: number;
  readonly sequence?: number;
  /** Each a type and its content; padded to a multiple of four bytes. */
  readonly extensions?: readonly { readonly type: number; readonly content: Uint8Array }[];
}

/** A GTP-U G-PDU header (3GPP TS 29.281 §5.1) in front of an IP datagram; goes into UDP port 2152. */
export function encodeGtpU(header: GtpUHeader, ip: Uint8Array): Uint8Array {
  const { tunnel = 1, sequence, extensions = [] } = header;
  const flags = 0x30 | (extensions.length > 0 ? 4 : 0) | (sequence === undefined ? 0 : 2);
  const types = [...extensions.map((extension) => extension.type), 0];
  const chain = extensions.map(({ content }, index) => {
    const padding = new Uint8Array(-(content.length + 2) & 3);
    return concat([(content.length + 2 + padding.length) / 4], content, padding, [types[index + 1]]);
  });
  const optional = (flags & 7) === 0 ? [] : [...u16(sequence ?? 0), 0, types[0]];
  const body = concat(optional, ...chain, ip);
  return concat([flags, 255], u16(body.length), u32(tunnel), body);
}
