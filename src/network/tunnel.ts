/**
 * Tunnels that bring IP inside IP: IP-in-IP, GRE with Ethernet, MPLS or ERSPAN inside, VXLAN, GENEVE, GTP-U.
 *
 * Strategy: a tunnel is one more link layer. Each decoder takes its header off the datagram's payload, names
 * what follows by EtherType and leaves the rest to the link station's unwrap. UDP tunnels are recognised by
 * the destination port, which is a guess: what does not look like the tunnel is passed over in silence.
 */
import { unwrap } from '../link/ethernet.js';
import { EtherType, ipEtherType, type LinkPayload, LinkResult } from '../link/payload.js';
import { type IpHeader, IpProtocol } from './header.js';

export const UdpPort = {
  /** 3GPP TS 29.281 §4.4.2.3. */
  gtpU: 2152,
  /** RFC 7348 §5. */
  vxlan: 4789,
  /** RFC 8926 §3.3. */
  geneve: 6081,
  /** What Linux used for VXLAN before a port was assigned, and still does by default. */
  vxlanLinux: 8472,
} as const;

const UDP_HEADER_LENGTH = 8;

/** True when the whole datagram (or first fragment) may hold a tunnel that decodeTunnel knows. */
export function carriesTunnel(bytes: Uint8Array, datagram: IpHeader): boolean {
  switch (datagram.protocol) {
    case IpProtocol.ipv4:
    case IpProtocol.ipv6:
    case IpProtocol.gre:
      return true;
    case IpProtocol.udp:
      return (
        datagram.end - datagram.start >= UDP_HEADER_LENGTH && isTunnelPort(udpPort(bytes, datagram.start))
      );
    default:
      return false;
  }
}

function isTunnelPort(port: number): boolean {
  return (
    port === UdpPort.vxlan || port === UdpPort.geneve || port === UdpPort.gtpU || port === UdpPort.vxlanLinux
  );
}

function udpPort(bytes: Uint8Array, start: number): number {
  return (bytes[start + 2] << 8) | bytes[start + 3];
}

/** Decodes the tunnel that carriesTunnel saw; on LinkResult.decoded, `out` holds an IP datagram. */
export function decodeTunnel(bytes: Uint8Array, datagram: IpHeader, out: LinkPayload): LinkResult {
  out.start = datagram.start;
  out.end = datagram.end;
  switch (datagram.protocol) {
    case IpProtocol.ipv4:
      out.etherType = EtherType.ipv4;
      return LinkResult.decoded;
    case IpProtocol.ipv6:
      out.etherType = EtherType.ipv6;
      return LinkResult.decoded;
    case IpProtocol.gre:
      return finish(gre(bytes, out), bytes, out);
    default:
      return finish(udpTunnel(bytes, out), bytes, out);
  }
}

function finish(result: LinkResult, bytes: Uint8Array, out: LinkPayload): LinkResult {
  return result === LinkResult.decoded ? unwrap(bytes, out) : result;
}

/** RFC 2784 §2.1 and RFC 2890 §2: flags, EtherType, then checksum, key and sequence number where flagged. */
function gre(bytes: Uint8Array, out: LinkPayload): LinkResult {
  const at = out.start;
  if (out.end - at < 4) return LinkResult.cut;
  const flags = (bytes[at] << 8) | bytes[at + 1];
  // RFC 2784 §2.3 and §2.3.1: no source routing, version 0 (1 is PPTP's).
  if ((flags & 0x4007) !== 0) return LinkResult.notIp;
  const hasSequence = (flags & 0x1000) !== 0;
  out.etherType = (bytes[at + 2] << 8) | bytes[at + 3];
  out.start =
    at + 4 + ((flags & 0x8000) !== 0 ? 4 : 0) + ((flags & 0x2000) !== 0 ? 4 : 0) + (hasSequence ? 4 : 0);
  if (out.etherType === ERSPAN) return erspan(hasSequence ? 8 : 0, out);
  if (out.etherType === ERSPAN_III) return erspanIII(bytes, out);
  return out.start > out.end ? LinkResult.cut : LinkResult.decoded;
}

/** draft-foschiano-erspan: type I has no header, type II one of eight bytes; the sequence number tells. */
const ERSPAN = 0x88be;
/** draft-foschiano-erspan, type III. */
const ERSPAN_III = 0x22eb;

function erspan(headerLength: number, out: LinkPayload): LinkResult {
  out.start += headerLength;
  out.etherType = EtherType.ethernet;
  return out.start > out.end ? LinkResult.cut : LinkResult.decoded;
}

/** Type III: twelve bytes, and eight more where the last bit says so. */
function erspanIII(bytes: Uint8Array, out: LinkPayload): LinkResult {
  if (out.end - out.start < 12) return LinkResult.cut;
  const hasSubheader = (bytes[out.start + 11] & 1) === 1;
  return erspan(hasSubheader ? 20 : 12, out);
}

function udpTunnel(bytes: Uint8Array, out: LinkPayload): LinkResult {
  const port = udpPort(bytes, out.start);
  out.start += UDP_HEADER_LENGTH;
  if (out.end - out.start < 8) return LinkResult.cut;
  switch (port) {
    case UdpPort.geneve:
      return geneve(bytes, out);
    case UdpPort.gtpU:
      return gtpU(bytes, out);
    default:
      return vxlan(bytes, out);
  }
}

/** RFC 7348 §5: eight bytes, of which the I flag must be set; an Ethernet frame follows. */
function vxlan(bytes: Uint8Array, out: LinkPayload): LinkResult {
  if ((bytes[out.start] & 0x08) === 0) return LinkResult.notIp;
  out.start += 8;
  out.etherType = EtherType.ethernet;
  return LinkResult.decoded;
}

/** RFC 8926 §3.4: eight bytes with the EtherType, then options whose length counts 32-bit words. */
function geneve(bytes: Uint8Array, out: LinkPayload): LinkResult {
  const at = out.start;
  const isVersion0 = bytes[at] >>> 6 === 0;
  if (!isVersion0) return LinkResult.notIp;
  out.etherType = (bytes[at + 2] << 8) | bytes[at + 3];
  out.start = at + 8 + (bytes[at] & 0x3f) * 4;
  return out.start > out.end ? LinkResult.cut : LinkResult.decoded;
}

const GTP_G_PDU = 255;

/** 3GPP TS 29.281 §5.1: eight bytes, four more if E, S or PN is set, then extension headers and IP. */
function gtpU(bytes: Uint8Array, out: LinkPayload): LinkResult {
  let at = out.start;
  const flags = bytes[at];
  const isGtpU = flags >>> 4 === 3 && bytes[at + 1] === GTP_G_PDU;
  if (!isGtpU) return LinkResult.notIp;
  at += 8;
  if ((flags & 7) !== 0) {
    at += 4;
    if (at > out.end) return LinkResult.cut;
    let next = (flags & 4) !== 0 ? bytes[at - 1] : 0;
    for (let count = 0; next !== 0; count++) {
      if (count === out.most) return LinkResult.tooDeep;
      if (at >= out.end) return LinkResult.cut;
      // §5.2.1: in units of four bytes, the next type in the last one.
      const length = bytes[at] * 4;
      if (length === 0) return LinkResult.notIp;
      at += length;
      if (at > out.end) return LinkResult.cut;
      next = bytes[at - 1];
    }
  }
  if (at >= out.end) return LinkResult.cut;
  out.start = at;
  out.etherType = ipEtherType(bytes[at]);
  return LinkResult.decoded;
}
