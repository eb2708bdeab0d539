/**
 * IP addresses between bytes and text. Only called at output, in tests and by encoders: inside the house an
 * address stays where it lies in the packet.
 */
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
  const bytes = text.includes(':') ? parseIpv6(text) : parseIpv4(text);
  if (bytes === undefined)
    throw new CaptureError(
      'invalid-input',
      `${JSON.stringify(text)} is not an IP address: give one such as 192.0.2.1 or 2001:db8::1`,
    );
  return Uint8Array.from(bytes);
}

function parseIpv4(text: string): number[] | undefined {
  const parts = text.split('.');
  const isWritten =
    parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && +part < 256);
  return isWritten ? parts.map(Number) : undefined;
}

/** RFC 4291 §2.2: `::` stands for one group or more that are zero. */
function parseIpv6(text: string): number[] | undefined {
  const [before, behind, ...more] = text.split('::');
  const head = parseGroups(before, behind === undefined);
  const tail = parseGroups(behind ?? '', true);
  if (head === undefined || tail === undefined || more.length > 0) return undefined;
  const zeros = 16 - head.length - tail.length;
  if (behind === undefined ? zeros !== 0 : zeros < 2) return undefined;
  return [...head, ...new Array<number>(zeros).fill(0), ...tail];
}

/** `isLast`: the last one may be an IPv4 address. */
function parseGroups(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [index, group] of groups.entries()) {
    const ipv4 = isLast && index === groups.length - 1 ? parseIpv4(group) : undefined;
    if (ipv4 === undefined && !/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    const value = Number.parseInt(group, 16);
    bytes.push(...(ipv4 ?? [value >>> 8, value & 0xff]));
  }
  return bytes;
}

/** The bytes of an address given either way. */
export function addressBytes(address: Address): Uint8Array {
  return typeof address === 'string' ? parseAddress(address) : address;
}
