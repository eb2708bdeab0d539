/**
 * IP addresses between bytes and text. Only called at output, in tests and by encoders: inside the house an
 * address stays where it lies in the packet.
 */
import { isIP } from 'node:net';
import { CaptureError } from '../stream/defect.js';

/** Text form, or 4 or 16 bytes. */
export type Address = string | Uint8Array;

/** The address in bytes[offset, offset + length) as text: IPv4 for 4 bytes, RFC 5952 for 16. */
export function formatAddress(bytes: Uint8Array, offset: number, length: number): string {
  return length === 4 ? dotted(bytes, offset) : formatIpv6(bytes, offset);
}

function dotted(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}

/** RFC 5952 §4: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
function formatIpv6(bytes: Uint8Array, offset: number): string {
  const groups = Array.from(
    { length: 8 },
    (_, i) => (bytes[offset + 2 * i] << 8) | bytes[offset + 2 * i + 1],
  );
  const isIpv4Mapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (isIpv4Mapped) return `::ffff:${dotted(bytes, offset + 12)}`;
  const { at, length } = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, at).join(':')}::${hex.slice(at + length).join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { at: number; length: number } {
  let longest = { at: 0, length: 0 };
  for (let at = 0; at < groups.length; at++) {
    let length = 0;
    while (groups[at + length] === 0) length++;
    if (length > longest.length) longest = { at, length };
  }
  return longest;
}

/** `ip:port`, with an IPv6 address in brackets (RFC 3986 §3.2.2). */
export function formatEndpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** 4 or 16 bytes; throws CaptureError for anything but an IPv4 or IPv6 address without a zone. */
export function parseAddress(text: string): Uint8Array {
  const version = isIP(text);
  if (version === 4) return Uint8Array.from(text.split('.'), Number);
  if (version !== 6 || text.includes('%')) {
    throw new CaptureError(
      'invalid-input',
      `${JSON.stringify(text)} is not an IP address: give one such as 192.0.2.1 or 2001:db8::1`,
    );
  }
  const [head, tail] = text.split('::').map(parseGroups);
  const zeros = 16 - head.length - (tail?.length ?? 0);
  return Uint8Array.from([...head, ...new Array<number>(zeros).fill(0), ...(tail ?? [])]);
}

function parseGroups(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >>> 8, value & 0xff];
  });
}

/** The bytes of an address given either way. */
export function addressBytes(address: Address): Uint8Array {
  return typeof address === 'string' ? parseAddress(address) : address;
}
