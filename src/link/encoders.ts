/**
 * Every link layer that decode.ts reads, as a function that wraps an IP datagram: for fixtures, samples and
 * the round-trip tests. The names are ours; several share a LINKTYPE.
 */
import { encodeEthernet, encodeSnap } from './ethernet.js';
import { LinkType } from './link-types.js';
import { encodeLinuxSll, encodeLinuxSll2 } from './linux-sll.js';
import { AddressFamily, encodeLoop, encodeNull } from './loopback.js';
import { encodeControlWord, encodeMpls } from './mpls.js';
import { EtherType, ipEtherType } from './payload.js';
import { encodeCiscoHdlc, encodePpp, encodePppoe } from './ppp.js';
import { encodeRaw } from './raw.js';

export interface LinkEncoder {
  /** The LINKTYPE to write into the capture. */
  readonly linkType: number;
  /** IP versions that it can carry. */
  readonly versions: readonly (4 | 6)[];
  /** Wraps one whole IP datagram. */
  encode(ip: Uint8Array): Uint8Array;
}

function link(
  linkType: number,
  encode: (ip: Uint8Array, etherType: number) => Uint8Array,
  versions: readonly (4 | 6)[] = [4, 6],
): LinkEncoder {
  return { linkType, versions, encode: (ip) => encode(ip, ipEtherType(ip[0])) };
}

const { vlan, serviceVlan, oldServiceVlan, olderServiceVlan, mplsUnicast, mplsMulticast, pppoeSession } =
  EtherType;
const { ethernet, ppp, pppHdlc } = LinkType;

const overEthernet = {
  ethernet: link(ethernet, (ip, etherType) => encodeEthernet({ etherType }, ip)),
  'ethernet-padded': link(ethernet, (ip, etherType) => encodeEthernet({ etherType, pad: true }, ip)),
  'ethernet-vlan': link(ethernet, (ip, etherType) => encodeEthernet({ etherType, vlan: [42] }, ip)),
  'ethernet-qinq': link(ethernet, (ip, etherType) => encodeEthernet({ etherType, vlan: [100, 42] }, ip)),
  'ethernet-qinq-9100': link(ethernet, (ip, etherType) =>
    encodeEthernet({ etherType, vlan: [{ id: 100, tagType: oldServiceVlan }, 42] }, ip),
  ),
  'ethernet-qinq-9200': link(ethernet, (ip, etherType) =>
    encodeEthernet({ etherType, vlan: [{ id: 100, tagType: olderServiceVlan }, 42] }, ip),
  ),
  'ethernet-vlan-service': link(ethernet, (ip, etherType) =>
    encodeEthernet({ etherType, vlan: [{ id: 100, tagType: serviceVlan }] }, ip),
  ),
  'ethernet-vlan-twice': link(ethernet, (ip, etherType) =>
    encodeEthernet({ etherType, vlan: [{ id: 100, tagType: vlan }, 42] }, ip),
  ),
  'ethernet-snap': link(ethernet, (ip, etherType) => encodeEthernet({}, encodeSnap(etherType, ip))),
  'ethernet-snap-bridged': link(ethernet, (ip, etherType) =>
    encodeEthernet({ vlan: [42] }, encodeSnap(etherType, ip, 0xf8)),
  ),
  'ethernet-mpls': link(ethernet, (ip) => encodeEthernet({ etherType: mplsUnicast }, encodeMpls([16], ip))),
  'ethernet-mpls-stack': link(ethernet, (ip) =>
    encodeEthernet({ etherType: mplsMulticast, vlan: [42] }, encodeMpls([16, 17, 18], ip)),
  ),
  'ethernet-mpls-pseudowire': link(ethernet, (ip, etherType) => {
    const inner = encodeEthernet({ etherType }, ip);
    return encodeEthernet({ etherType: mplsUnicast }, encodeMpls([16, 17], encodeControlWord(inner)));
  }),
  'ethernet-pppoe': link(ethernet, (ip, etherType) =>
    encodeEthernet({ etherType: pppoeSession }, encodePppoe({ etherType }, ip)),
  ),
  'ethernet-pppoe-compressed': link(ethernet, (ip, etherType) =>
    encodeEthernet({ etherType: pppoeSession, vlan: [7] }, encodePppoe({ etherType, compressed: true }, ip)),
  ),
};

const cookedAndLoopback = {
  'linux-sll': link(LinkType.linuxSll, (ip, etherType) => encodeLinuxSll({ etherType }, ip)),
  'linux-sll2': link(LinkType.linuxSll2, (ip, etherType) => encodeLinuxSll2({ etherType }, ip)),
  'null-little': link(LinkType.null, (ip) => encodeNull({ byteOrder: 'little' }, ip)),
  'null-big': link(LinkType.null, (ip) => encodeNull({ byteOrder: 'big' }, ip)),
  'null-linux': link(LinkType.null, (ip) => encodeNull({ inet6: AddressFamily.inet6Linux }, ip)),
  'null-freebsd': link(LinkType.null, (ip) => encodeNull({ inet6: AddressFamily.inet6FreeBsd }, ip)),
  'null-darwin': link(LinkType.null, (ip) => encodeNull({ inet6: AddressFamily.inet6Darwin }, ip)),
  loop: link(LinkType.loop, encodeLoop),
};

const bare = {
  raw: link(LinkType.raw, encodeRaw),
  'raw-bsd': link(LinkType.rawBsd, encodeRaw),
  'raw-openbsd': link(LinkType.rawOpenBsd, encodeRaw),
  ipv4: link(LinkType.ipv4, encodeRaw, [4]),
  ipv6: link(LinkType.ipv6, encodeRaw, [6]),
};

const pointToPoint = {
  ppp: link(ppp, (ip, etherType) => encodePpp({ etherType }, ip)),
  'ppp-bare': link(ppp, (ip, etherType) => encodePpp({ etherType, framing: 'none' }, ip)),
  'ppp-compressed': link(ppp, (ip, etherType) =>
    encodePpp({ etherType, framing: 'none', compressed: true }, ip),
  ),
  'ppp-mpls': link(ppp, (ip) => encodePpp({ etherType: mplsUnicast }, encodeMpls([16], ip))),
  'ppp-hdlc': link(pppHdlc, (ip, etherType) => encodePpp({ etherType }, ip)),
  'ppp-hdlc-cisco': link(pppHdlc, (ip, etherType) => encodeCiscoHdlc(etherType, ip)),
  'ppp-pppd': link(LinkType.pppPppd, (ip, etherType) => encodePpp({ etherType, framing: 'direction' }, ip)),
  'ppp-ether': link(LinkType.pppEther, (ip, etherType) => encodePppoe({ etherType }, ip)),
  'cisco-hdlc': link(LinkType.ciscoHdlc, (ip, etherType) => encodeCiscoHdlc(etherType, ip)),
};

export type LinkEncoderName =
  | keyof typeof overEthernet
  | keyof typeof cookedAndLoopback
  | keyof typeof bare
  | keyof typeof pointToPoint;

/** Name → wrapping of an IP datagram. */
export const linkEncoders: Readonly<Record<LinkEncoderName, LinkEncoder>> = {
  ...overEthernet,
  ...cookedAndLoopback,
  ...bare,
  ...pointToPoint,
};
