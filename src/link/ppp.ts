/**
 * PPP in its wrappings: bare and in HDLC-like framing (RFC 1661, RFC 1662), with the direction byte of
 * pppd, over Ethernet (RFC 2516); and Cisco HDLC, which shares link types with it.
 *
 * Strategy: each wrapping is taken off down to the protocol field, whose number is translated into the
 * EtherType of the same payload. What Ethernet can carry, PPP can carry through the same code.
 */
import { concat, type Part, u16 } from '../bytes/concat.js';
import { EtherType, type LinkPayload, LinkResult } from './payload.js';

/** RFC 1662 §3.1: all-stations address and unnumbered information. */
const ADDRESS = 0xff;
const CONTROL = 0x03;
/** Cisco HDLC address byte: unicast, broadcast. */
const CISCO_UNICAST = 0x0f;
const CISCO_BROADCAST = 0x8f;

/** PPP protocol numbers, https://www.iana.org/assignments/ppp-numbers. */
const PppProtocol = { ipv4: 0x0021, ipv6: 0x0057, mplsUnicast: 0x0281, mplsMulticast: 0x0283 } as const;

/** LINKTYPE_PPP and LINKTYPE_PPP_HDLC: PPP with or without ff 03, or Cisco HDLC by its address byte. */
export function decodePpp(bytes: Uint8Array, start: number, end: number, out: LinkPayload): LinkResult {
  if (end <= start) return LinkResult.cut;
  if (bytes[start] === CISCO_UNICAST || bytes[start] === CISCO_BROADCAST) {
    return decodeCiscoHdlc(bytes, start, end, out);
  }
  out.start = start;
  out.end = end;
  return protocolField(bytes, out);
}

/**
 * LINKTYPE_PPP_PPPD and LINKTYPE_PPP_WITH_DIR: a direction byte, which pppd writes over the address byte
 * (03 follows) and others put before it (ff 03 follows, or nothing).
 */
export function decodePppd(bytes: Uint8Array, start: number, end: number, out: LinkPayload): LinkResult {
  if (end - start < 2) return LinkResult.cut;
  out.start = bytes[start + 1] === CONTROL ? start + 2 : start + 1;
  out.end = end;
  return protocolField(bytes, out);
}

/** LINKTYPE_C_HDLC: address, control, EtherType. */
export function decodeCiscoHdlc(bytes: Uint8Array, start: number, end: number, out: LinkPayload): LinkResult {
  if (end - start < 4) return LinkResult.cut;
  out.etherType = (bytes[start + 2] << 8) | bytes[start + 3];
  out.start = start + 4;
  out.end = end;
  return LinkResult.decoded;
}

/** The PPPoE header at out.start (RFC 2516 §4), and the PPP protocol field behind it. */
export function decodePppoe(bytes: Uint8Array, out: LinkPayload): LinkResult {
  const at = out.start;
  if (out.end - at < 6) return LinkResult.cut;
  const isSessionData = bytes[at] === 0x11 && bytes[at + 1] === 0;
  if (!isSessionData) return LinkResult.notIp;
  const length = (bytes[at + 4] << 8) | bytes[at + 5];
  out.start = at + 6;
  out.end = Math.min(out.end, out.start + length);
  return protocolField(bytes, out);
}

/** RFC 1661 §2: two bytes of which only the last is odd; RFC 1661 §6.5 lets a sender drop a leading zero. */
function protocolField(bytes: Uint8Array, out: LinkPayload): LinkResult {
  let at = out.start;
  // RFC 1662 §3.1: ff is never a protocol, so it starts the address and control bytes.
  if (at < out.end && bytes[at] === ADDRESS) at += 2;
  if (out.end <= at) return LinkResult.cut;
  let protocol = bytes[at++];
  if ((protocol & 1) === 0) {
    if (out.end <= at) return LinkResult.cut;
    protocol = (protocol << 8) | bytes[at++];
  }
  out.start = at;
  out.etherType = etherTypeOf(protocol);
  return out.etherType === 0 ? LinkResult.notIp : LinkResult.decoded;
}

function etherTypeOf(protocol: number): number {
  switch (protocol) {
    case PppProtocol.ipv4:
      return EtherType.ipv4;
    case PppProtocol.ipv6:
      return EtherType.ipv6;
    case PppProtocol.mplsUnicast:
      return EtherType.mplsUnicast;
    case PppProtocol.mplsMulticast:
      return EtherType.mplsMulticast;
    default:
      return 0;
  }
}

export interface PppHeader {
  readonly etherType: number;
  /** What stands before the protocol field: the bytes ff 03, pppd's direction byte and 03, or nothing. */
  readonly framing?: 'hdlc' | 'direction' | 'none';
  /** Drops the leading zero of the protocol field (RFC 1661 §6.5). */
  readonly compressed?: boolean;
}

/** PPP; throws RangeError for an EtherType that has no PPP protocol number here. */
export function encodePpp(header: PppHeader, payload: Uint8Array): Uint8Array {
  const framing: Record<string, Part> = { hdlc: [ADDRESS, CONTROL], direction: [0, CONTROL], none: [] };
  const protocol = pppProtocolOf(header.etherType);
  const field = header.compressed && protocol < 0x100 ? [protocol] : u16(protocol);
  return concat(framing[header.framing ?? 'hdlc'], field, payload);
}

function pppProtocolOf(etherType: number): number {
  const found = Object.values(PppProtocol).find((protocol) => etherTypeOf(protocol) === etherType);
  if (found === undefined) throw new RangeError(`no PPP protocol for EtherType ${etherType}`);
  return found;
}

export interface PppoeHeader {
  readonly etherType: number;
  readonly session?: number;
  readonly compressed?: boolean;
  /** Overrides the true length. */
  readonly length?: number;
}

/** A PPPoE session header and PPP: the payload of EtherType 0x8864, or of LINKTYPE_PPP_ETHER. */
export function encodePppoe(header: PppoeHeader, payload: Uint8Array): Uint8Array {
  const { etherType, compressed = false, session = 1 } = header;
  const ppp = encodePpp({ etherType, compressed, framing: 'none' }, payload);
  return concat([0x11, 0], u16(session), u16(header.length ?? ppp.length), ppp);
}

/** Cisco HDLC. */
export function encodeCiscoHdlc(etherType: number, payload: Uint8Array): Uint8Array {
  return concat([CISCO_UNICAST, 0], u16(etherType), payload);
}
