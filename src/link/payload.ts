/**
 * What every decoder below the network layer produces: which EtherType the payload has, and where it lies.
 *
 * Strategy: a link layer, a VLAN tag, a label stack and a tunnel all do the same thing, they take a header
 * off and name what follows by its EtherType. So one mutable record goes through all of them, each one
 * advances `start`, and numeric results say how it went.
 */
import { DEFAULT_LIMITS } from '../limits.js';

export class LinkPayload {
  /** What bytes[start, end) is: a value of EtherType, or any other number of the IEEE registry. */
  etherType = 0;
  start = 0;
  end = 0;

  readonly #most: number;

  constructor(most = DEFAULT_LIMITS.maxEncapsulations) {
    this.#most = most;
  }

  /** Tags, labels and encapsulations that are taken off one packet: a bound, and none of what is told of it. */
  get most(): number {
    return this.#most;
  }
}

/** How decoding went; only `decoded` leaves something to read in the LinkPayload. */
export const LinkResult = {
  /** The payload is IPv4 or IPv6. */
  decoded: 0,
  /** A well-formed packet of another protocol: ARP, spanning tree, LLC, PPP control … */
  notIp: 1,
  /** The bytes end inside a header. */
  cut: 2,
  /** No decoder for this LINKTYPE. */
  unknownLinkType: 3,
  /** More tags, labels or encapsulations than LinkPayload.most. */
  tooDeep: 4,
} as const;
export type LinkResult = (typeof LinkResult)[keyof typeof LinkResult];

/** IEEE 802 EtherTypes that lead to IP, https://www.iana.org/assignments/ieee-802-numbers. */
export const EtherType = {
  /** Not an EtherType (those start at 0x0600): what Linux calls ETH_P_802_2, an LLC header follows. */
  llc: 0x0004,
  ipv4: 0x0800,
  arp: 0x0806,
  /** Transparent Ethernet Bridging (RFC 1701, RFC 7637 §3.2): a whole Ethernet frame follows. */
  ethernet: 0x6558,
  /** IEEE 802.1Q. */
  vlan: 0x8100,
  ipv6: 0x86dd,
  /** RFC 3032 §5. */
  mplsUnicast: 0x8847,
  mplsMulticast: 0x8848,
  /** RFC 2516 §4. */
  pppoeSession: 0x8864,
  /** IEEE 802.1ad service tag. */
  serviceVlan: 0x88a8,
  /** Service tags of equipment older than 802.1ad. */
  oldServiceVlan: 0x9100,
  olderServiceVlan: 0x9200,
} as const;

/** EtherType of an IP datagram by its version nibble; 0 when it is neither IPv4 nor IPv6. */
export function ipEtherType(firstByte: number): number {
  const version = firstByte >>> 4;
  return version === 4 ? EtherType.ipv4 : version === 6 ? EtherType.ipv6 : 0;
}
