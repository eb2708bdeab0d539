/**
 * What octets are asked for where there may be no `Buffer`: the page's script runs in browsers, with the same filters.
 */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** UTF-8. */
export function octetsOfText(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Of an even number of hexadecimal digits. */
export function octetsOfHex(digits: string): Uint8Array {
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

/** What is no UTF-8 becomes U+FFFD. */
export function textOfOctets(octets: Uint8Array): string {
  return decoder.decode(octets);
}

/** Characters taken at a time: each is an argument of a call. */
const PIECE = 8192;

/** A character for each octet, U+0000 … U+00FF. */
export function latin1OfOctets(octets: Uint8Array): string {
  let text = '';
  for (let at = 0; at < octets.length; at += PIECE)
    text += String.fromCharCode(...octets.subarray(at, at + PIECE));
  return text;
}

/** Less than 0, 0, or greater, as the first octet that differs, or else the length. */
export function compareOctets(a: Uint8Array, b: Uint8Array): number {
  const common = Math.min(a.length, b.length);
  for (let i = 0; i < common; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

/** Whether `wanted` is somewhere in `octets`. */
export function includesOctets(octets: Uint8Array, wanted: Uint8Array): boolean {
  const last = octets.length - wanted.length;
  const [first] = wanted;
  for (let at = 0; at <= last; at++) {
    if (octets[at] !== first && wanted.length > 0) continue;
    let i = 1;
    while (i < wanted.length && octets[at + i] === wanted[i]) i++;
    if (i >= wanted.length) return true;
  }
  return false;
}
