/**
 * How much a payload speaks for being one, in bits: text that reads as text once it is unmasked, a Close
 * body with a code that exists, compressed data that inflates to its last octet.
 */

/** No text has these: log-likelihood ratio of a control character, and of what is no UTF-8. */
const CONTROL = -6;
const INVALID = -14;
const MOST = 40;

/** Bits that an unmasked octet below 80 gives: how often text has it against how often chance gives it. */
const ASCII = Float64Array.from({ length: 128 }, (_, octet) => {
  const character = String.fromCharCode(octet);
  if (octet < 0x20 || octet === 0x7f) return '\t\n\r'.includes(character) ? 0 : CONTROL;
  if (/[a-z0-9 ":,]/.test(character)) return 2;
  return /[A-Z]/.test(character) ? 0.5 : 0;
});
/** What text begins with when it is JSON, more often than chance would have it. */
const OPENING = 4;
/** A continuation octet where UTF-8 asks for one. */
const CONTINUED = 1.5;
/** Text among text proves little: an unmasked payload lies where text was to be expected. */
const UNMASKED_SHARE = 0.1;
const UNMASKED_MOST = 6;

/**
 * Bits for bytes[start, end), the beginning of a text payload, masked by `key` where `masked`. `whole`: it is
 * the end of the message too, so that no character may be cut.
 */
export function textBits(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: number,
  masked: boolean,
  whole: boolean,
): number {
  let bits = 0;
  let odd = 0;
  let due = 0;
  let opening = 0;
  for (let at = start; at < end && odd > INVALID; at++) {
    const octet = bytes[at] ^ keyOctet(key, at - start);
    if (due > 0) {
      if ((octet & 0xc0) !== 0x80) return INVALID;
      due--;
      bits += CONTINUED;
    } else if (octet < 0x80) {
      const gain = ASCII[octet];
      if (gain < 0) odd += gain;
      else bits += gain;
      if (at === start && (octet === 0x7b || octet === 0x5b)) opening = OPENING;
    } else {
      due =
        octet >= 0xc2 && octet < 0xe0
          ? 1
          : octet >= 0xe0 && octet < 0xf0
            ? 2
            : octet >= 0xf0 && octet < 0xf5
              ? 3
              : 0;
      if (due === 0) return INVALID;
    }
  }
  if (whole && due > 0) return INVALID;
  const gain = masked ? Math.min(bits, MOST) : Math.min(bits * UNMASKED_SHARE, UNMASKED_MOST);
  return Math.max(gain + opening + odd, 2 * INVALID);
}

/** Bits for the body bytes[start, end) of a Close frame, RFC 6455 §5.5.1 and §7.4. */
export function closeBits(bytes: Uint8Array, start: number, end: number, key: number): number {
  if (end - start < 2) return 0;
  const code = ((bytes[start] ^ keyOctet(key, 0)) << 8) | (bytes[start + 1] ^ keyOctet(key, 1));
  if (code >= 1000 && code < 1016) return 12;
  return code >= 3000 && code < 5000 ? 5 : -8;
}

/** Bits for bytes[start, end), the payload of a whole compressed message, RFC 7692 §7.2.1. */
export function compressedBits(bytes: Uint8Array, start: number, end: number, key: number): number {
  if (end === start) return -9;
  const first = bytes[start] ^ keyOctet(key, 0);
  const last = bytes[end - 1] ^ keyOctet(key, end - 1 - start);
  // RFC 1951 §3.2.3: BTYPE 3 is reserved. The header of the empty block that was cut off is three zero bits.
  if ((first & 6) === 6 || last > 0x1f) return -6;
  return 3;
}

function keyOctet(key: number, offset: number): number {
  return (key >>> (24 - (offset & 3) * 8)) & 0xff;
}
