/**
 * BSD loopback: four bytes of address family before the datagram. LINKTYPE_NULL writes them in the byte
 * order of the capturing host, LINKTYPE_LOOP in network order. A family is a small number, so either order
 * is recognised by where the zeros are.
 */
import { concat, u32 } from '../bytes/concat.js';
import { EtherType, ipEtherType, type LinkPayload, LinkResult } from './payload.js';

/** AF_INET is 2 everywhere; AF_INET6 was numbered by each system on its own. Npcap writes NetBSD's. */
export const AddressFamily = {
  inet: 2,
  inet6Linux: 10,
  inet6NetBsd: 24,
  inet6FreeBsd: 28,
  inet6Darwin: 30,
} as const;

/** LINKTYPE_NULL and LINKTYPE_LOOP. */
export function decodeLoopback(bytes: Uint8Array, start: number, end: number, out: LinkPayload): LinkResult {
  if (end - start < 4) return LinkResult.cut;
  const high = (bytes[start] << 8) | bytes[start + 1];
  const low = (bytes[start + 2] << 8) | bytes[start + 3];
  const isBigEndian = high === 0;
  if (!isBigEndian && low !== 0) return LinkResult.notIp;
  const family = isBigEndian ? low : (bytes[start + 1] << 8) | bytes[start];
  out.etherType = etherTypeOf(family);
  out.start = start + 4;
  out.end = end;
  return out.etherType === 0 ? LinkResult.notIp : LinkResult.decoded;
}

function etherTypeOf(family: number): number {
  switch (family) {
    case AddressFamily.inet:
      return EtherType.ipv4;
    case AddressFamily.inet6Linux:
    case AddressFamily.inet6NetBsd:
    case AddressFamily.inet6FreeBsd:
    case AddressFamily.inet6Darwin:
      return EtherType.ipv6;
    default:
      return 0;
  }
}

export interface NullHeader {
  readonly byteOrder?: 'little' | 'big';
  /** Which system's AF_INET6 to write for an IPv6 datagram. */
  readonly inet6?: number;
}

/** LINKTYPE_NULL in front of an IP datagram; the family follows from its version. */
export function encodeNull(header: NullHeader, ip: Uint8Array): Uint8Array {
  const isIpv4 = ipEtherType(ip[0]) === EtherType.ipv4;
  const family = u32(isIpv4 ? AddressFamily.inet : (header.inet6 ?? AddressFamily.inet6NetBsd));
  return concat(header.byteOrder === 'big' ? family : family.reverse(), ip);
}

/** LINKTYPE_LOOP in front of an IP datagram. */
export function encodeLoop(ip: Uint8Array): Uint8Array {
  return encodeNull({ byteOrder: 'big' }, ip);
}
