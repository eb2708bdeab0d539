/** Link types without a link header: the packet is the IP datagram, as recorded from tunnel devices. */
import { EtherType, ipEtherType, type LinkPayload, LinkResult } from './payload.js';

/** LINKTYPE_RAW: IPv4 or IPv6 by the version nibble. */
export function decodeRaw(bytes: Uint8Array, start: number, end: number, out: LinkPayload): LinkResult {
  if (end <= start) return LinkResult.cut;
  out.etherType = ipEtherType(bytes[start]);
  out.start = start;
  out.end = end;
  return out.etherType === 0 ? LinkResult.notIp : LinkResult.decoded;
}

/** LINKTYPE_IPV4 and LINKTYPE_IPV6, whose number says the version. */
export function decodeRawIp(isIpv4: boolean, start: number, end: number, out: LinkPayload): LinkResult {
  out.etherType = isIpv4 ? EtherType.ipv4 : EtherType.ipv6;
  out.start = start;
  out.end = end;
  return LinkResult.decoded;
}

/** A copy of the datagram: there is nothing to put in front. */
export function encodeRaw(ip: Uint8Array): Uint8Array {
  return ip.slice();
}
