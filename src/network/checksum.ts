/** The Internet checksum (RFC 1071), for encoders: captures are full of offloaded, unset checksums. */
import { concat, u16, u32 } from '../bytes/concat.js';
import { type Address, addressBytes } from './address.js';

/** One's complement of the one's complement sum of bytes[start, end) as 16-bit big-endian words. */
export function internetChecksum(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let sum = 0;
  for (let at = start; at < end; at += 2) sum += (bytes[at] << 8) | (at + 1 < end ? bytes[at + 1] : 0);
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

/**
 * Checksum of a TCP or UDP segment whose own field is zero, with the pseudo-header of RFC 9293 §3.1 or
 * RFC 8200 §8.1.
 */
export function transportChecksum(
  source: Address,
  destination: Address,
  protocol: number,
  segment: Uint8Array,
): number {
  const from = addressBytes(source);
  const to = addressBytes(destination);
  const isIpv4 = from.length === 4;
  const lengthAndProtocol = isIpv4
    ? concat([0, protocol], u16(segment.length))
    : concat(u32(segment.length), u32(protocol));
  return internetChecksum(concat(from, to, lengthAndProtocol, segment));
}
