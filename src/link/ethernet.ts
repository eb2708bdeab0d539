/**
 * Ethernet and what lies between it and IP: VLAN tags, LLC/SNAP, MPLS labels, PPPoE.
 *
 * Strategy: decodeEthernet takes the addresses off. unwrap then looks at the EtherType again and again,
 * one header per turn, until IP is reached or something that is not; the number of turns is bounded. Every
 * other link layer and every tunnel that names its payload by EtherType ends in unwrap as well, so all of
 * them carry whatever Ethernet can carry.
 */
import { concat, type Part, u16 } from '../bytes/concat.js';
import { decodeMpls } from './mpls.js';
import { EtherType, type LinkPayload, LinkResult } from './payload.js';
import { decodePppoe } from './ppp.js';

const HEADER_LENGTH = 14;
/** IEEE 802.3 §3.2.6: up to 1500 the field is a length, and LLC follows. */
const MAX_LENGTH_VALUE = 1500;

/** Decodes bytes[start, end) as an Ethernet frame without preamble, with or without check sequence. */
export function decodeEthernet(bytes: Uint8Array, start: number, end: number, out: LinkPayload): LinkResult {
  if (end - start < HEADER_LENGTH) return LinkResult.cut;
  const type = (bytes[start + 12] << 8) | bytes[start + 13];
  out.start = start + HEADER_LENGTH;
  out.end = end;
  out.etherType = type;
  if (type === EtherType.ipv4) return LinkResult.decoded;
  typeOrLength(type, out);
  return unwrap(bytes, out);
}

/** Takes everything off the payload that is named by an EtherType, until it is IP. */
export function unwrap(bytes: Uint8Array, out: LinkPayload): LinkResult {
  for (let depth = 0; depth <= out.most; depth++) {
    if (out.etherType === EtherType.ipv4 || out.etherType === EtherType.ipv6) return LinkResult.decoded;
    const result = unwrapOne(bytes, out);
    if (result !== LinkResult.decoded) return result;
  }
  return LinkResult.tooDeep;
}

function unwrapOne(bytes: Uint8Array, out: LinkPayload): LinkResult {
  switch (out.etherType) {
    case EtherType.vlan:
    case EtherType.serviceVlan:
    case EtherType.oldServiceVlan:
    case EtherType.olderServiceVlan:
      return vlanTag(bytes, out);
    case EtherType.mplsUnicast:
    case EtherType.mplsMulticast:
      return decodeMpls(bytes, out);
    case EtherType.pppoeSession:
      return decodePppoe(bytes, out);
    case EtherType.llc:
      return snap(bytes, out);
    case EtherType.ethernet:
      return innerEthernet(bytes, out);
    default:
      return LinkResult.notIp;
  }
}

function typeOrLength(type: number, out: LinkPayload): void {
  if (type > MAX_LENGTH_VALUE) out.etherType = type;
  else {
    out.etherType = EtherType.llc;
    out.end = Math.min(out.end, out.start + type);
  }
}

/** IEEE 802.1Q §9.6: two bytes of tag control information, then the next EtherType. */
function vlanTag(bytes: Uint8Array, out: LinkPayload): LinkResult {
  const at = out.start;
  if (out.end - at < 4) return LinkResult.cut;
  out.start = at + 4;
  typeOrLength((bytes[at + 2] << 8) | bytes[at + 3], out);
  return LinkResult.decoded;
}

function innerEthernet(bytes: Uint8Array, out: LinkPayload): LinkResult {
  const at = out.start;
  if (out.end - at < HEADER_LENGTH) return LinkResult.cut;
  out.start = at + HEADER_LENGTH;
  typeOrLength((bytes[at + 12] << 8) | bytes[at + 13], out);
  return LinkResult.decoded;
}

/** RFC 1042: LLC aa aa 03, then OUI and EtherType; OUI 00-00-f8 is IEEE 802.1H for bridges. */
function snap(bytes: Uint8Array, out: LinkPayload): LinkResult {
  const at = out.start;
  if (out.end - at < 3) return LinkResult.cut;
  if (bytes[at] !== 0xaa || bytes[at + 1] !== 0xaa || bytes[at + 2] !== 3) return LinkResult.notIp;
  if (out.end - at < 8) return LinkResult.cut;
  if (bytes[at + 3] !== 0 || bytes[at + 4] !== 0) return LinkResult.notIp;
  if (bytes[at + 5] !== 0 && bytes[at + 5] !== 0xf8) return LinkResult.notIp;
  out.etherType = (bytes[at + 6] << 8) | bytes[at + 7];
  out.start = at + 8;
  return out.etherType > MAX_LENGTH_VALUE ? LinkResult.decoded : LinkResult.notIp;
}

/** A VLAN identifier, with the EtherType of its tag where the usual one does not do. */
export type VlanTag = number | { readonly id: number; readonly tagType: number };

export interface EthernetHeader {
  /** Six bytes each. */
  readonly source?: Uint8Array;
  readonly destination?: Uint8Array;
  /** Left out: an IEEE 802.3 frame with the payload's length there. */
  readonly etherType?: number;
  /** Outermost first: the last is tagged 802.1Q, those before it 802.1ad. */
  readonly vlan?: readonly VlanTag[];
  /** Pads with zeros to the 60 bytes that the medium needs. */
  readonly pad?: boolean;
}

const SOURCE = [0x02, 0, 0, 0, 0, 0x01];
const DESTINATION = [0x02, 0, 0, 0, 0, 0x02];

/** An Ethernet frame without check sequence. */
export function encodeEthernet(header: EthernetHeader, payload: Uint8Array): Uint8Array {
  const tags = header.vlan ?? [];
  const encodedTags = tags.map((tag, index) => {
    const usual = index === tags.length - 1 ? EtherType.vlan : EtherType.serviceVlan;
    return typeof tag === 'number' ? vlan(usual, tag) : vlan(tag.tagType, tag.id);
  });
  const addresses: Part[] = [header.destination ?? DESTINATION, header.source ?? SOURCE];
  const type = u16(header.etherType ?? payload.length);
  const frame = concat(...addresses, ...encodedTags, type, payload);
  return header.pad && frame.length < 60 ? concat(frame, new Uint8Array(60 - frame.length)) : frame;
}

function vlan(tagType: number, id: number): Uint8Array {
  return concat(u16(tagType), u16(id & 0xfff));
}

/** LLC and SNAP in front of a payload; `organization` is the last byte of the OUI, 0 or 0xf8. */
export function encodeSnap(etherType: number, payload: Uint8Array, organization = 0): Uint8Array {
  return concat([0xaa, 0xaa, 3, 0, 0, organization], u16(etherType), payload);
}
