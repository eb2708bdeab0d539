/**
 * The link station: LINKTYPE → decoder. Each decoder takes one link header off and names the payload by its
 * EtherType; unwrap then takes off whatever lies between that and IP.
 */
import { decodeEthernet, unwrap } from './ethernet.js';
import { LinkType } from './link-types.js';
import { decodeLinuxSll, decodeLinuxSll2 } from './linux-sll.js';
import { decodeLoopback } from './loopback.js';
import { EtherType, type LinkPayload, LinkResult } from './payload.js';
import { decodeCiscoHdlc, decodePpp, decodePppd } from './ppp.js';
import { decodeRaw, decodeRawIp } from './raw.js';

export { LinkPayload, LinkResult } from './payload.js';

/**
 * Decodes the link layer of bytes[start, end). On LinkResult.decoded, `out` says where the IP datagram lies
 * and which version its EtherType promises; its end may lie before `end` where a link header has a length.
 */
export function decodeLink(
  linkType: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: LinkPayload,
): LinkResult {
  if (linkType === LinkType.ethernet) return decodeEthernet(bytes, start, end, out);
  const result = linkHeader(linkType, bytes, start, end, out);
  return result === LinkResult.decoded ? unwrap(bytes, out) : result;
}

function linkHeader(
  linkType: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  out: LinkPayload,
): LinkResult {
  switch (linkType) {
    case LinkType.linuxSll:
      return decodeLinuxSll(bytes, start, end, out);
    case LinkType.linuxSll2:
      return decodeLinuxSll2(bytes, start, end, out);
    case LinkType.null:
    case LinkType.loop:
      return decodeLoopback(bytes, start, end, out);
    case LinkType.raw:
    case LinkType.rawBsd:
    case LinkType.rawOpenBsd:
      return decodeRaw(bytes, start, end, out);
    case LinkType.ipv4:
    case LinkType.ipv6:
      return decodeRawIp(linkType === LinkType.ipv4, start, end, out);
    case LinkType.ppp:
    case LinkType.pppHdlc:
      return decodePpp(bytes, start, end, out);
    case LinkType.pppPppd:
    case LinkType.pppWithDirection:
      return decodePppd(bytes, start, end, out);
    case LinkType.ciscoHdlc:
      return decodeCiscoHdlc(bytes, start, end, out);
    case LinkType.pppEther:
      out.etherType = EtherType.pppoeSession;
      out.start = start;
      out.end = end;
      return LinkResult.decoded;
    default:
      return LinkResult.unknownLinkType;
  }
}
