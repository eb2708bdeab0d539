/**
 * What the two IP versions have in common: the record that both decoders fill in, how it went, and the
 * protocol numbers that somebody here looks at.
 */
import { Datagram } from './datagram.js';

/**
 * The datagram together with what reassembly needs. One mutable record; for a fragment, [start, end) and
 * `length` are those of the fragment's payload and `protocol` is what the reassembled payload begins with.
 */
export class IpHeader extends Datagram {
  identification = 0;
  /** In bytes. */
  fragmentOffset = 0;
  moreFragments = false;
}

export const IpResult = {
  whole: 0,
  fragment: 1,
  /** Encrypted, or without a transport: nothing to look at, and nothing wrong. */
  opaque: 2,
  /** The captured bytes end inside the header. */
  cut: 3,
  /** The header contradicts itself. */
  bad: 4,
  /** More extension headers than may be. */
  tooDeep: 5,
} as const;
export type IpResult = (typeof IpResult)[keyof typeof IpResult];

/** https://www.iana.org/assignments/protocol-numbers */
export const IpProtocol = {
  hopByHop: 0,
  ipv4: 4,
  tcp: 6,
  udp: 17,
  ipv6: 41,
  routing: 43,
  fragment: 44,
  gre: 47,
  esp: 50,
  authentication: 51,
  noNextHeader: 59,
  destinationOptions: 60,
  mobility: 135,
  hip: 139,
  shim6: 140,
} as const;

/** RFC 4302 §2.2: the AH length counts 32-bit words, minus 2. */
export function authenticationHeaderLength(payloadLength: number): number {
  return (payloadLength + 2) * 4;
}
