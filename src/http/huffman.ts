/**
 * The Huffman code of HPACK (RFC 7541 §5.2, Appendix B): decoder and encoder.
 *
 * Strategy: the code is canonical (of equal length, in the order of the symbols), so the lengths are all of the
 * table. The decoder adds a bit at a time and asks whether a code of that length is reached; header values are
 * short, and few of them are read.
 */

/** Length of the code of each octet in bits, as a digit of base 36. */
const LENGTHS =
  'dnsssssssoussussssssssusssssssss' +
  '6aacd68baa8b8666555666666678f6ca' +
  'd67777777777777777777777878djde6' +
  'f56565666577666567655677777fbeds' +
  'kmkkmmmnmnnnnnonoomnonnnnlmnmnno' +
  'mlkmmnnlnmmolmnnllmlnmnnkmmmnmmn' +
  'qqkjmnmpqqqrrqopjlqrrqrollqqsrrr' +
  'koklmllnmmppooqnqrqqrrrrrsrrrrrq';
/** What ends no string, but whose first bits fill its last octet: thirty ones. */
const EOS = 256;
const EOS_LENGTH = 30;

const lengths = Uint8Array.from([...[...LENGTHS].map((digit) => Number.parseInt(digit, 36)), EOS_LENGTH]);
/** Symbols by length, and among those of a length in their order. */
const symbols = Array.from(lengths.keys()).sort((a, b) => lengths[a] - lengths[b] || a - b);
const codes = new Uint32Array(lengths.length);
/** By length: its first code, how many there are, and where its symbols begin. */
const firstCode = new Uint32Array(EOS_LENGTH + 1);
const count = new Uint16Array(EOS_LENGTH + 1);
const firstSymbol = new Uint16Array(EOS_LENGTH + 1);

let code = 0;
for (const [i, symbol] of symbols.entries()) {
  const length = lengths[symbol];
  const previous = i === 0 ? length : lengths[symbols[i - 1]];
  code = i === 0 ? 0 : (code + 1) * 2 ** (length - previous);
  if (count[length]++ === 0) {
    firstCode[length] = code;
    firstSymbol[length] = i;
  }
  codes[symbol] = code;
}

/** The string in bytes[start, end) as Latin-1; undefined: it is none, by its padding or an EOS in it. */
export function decodeHuffman(bytes: Uint8Array, start: number, end: number): string | undefined {
  const decoded: number[] = [];
  let bits = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    for (let shift = 7; shift >= 0; shift--) {
      bits = bits * 2 + ((byte >> shift) & 1);
      length++;
      const offset = bits - firstCode[length];
      if (offset < 0 || offset >= count[length]) continue;
      const symbol = symbols[firstSymbol[length] + offset];
      if (symbol === EOS) return undefined;
      decoded.push(symbol);
      bits = length = 0;
    }
  }
  // RFC 7541 §5.2: at most seven bits of padding, all ones.
  if (length > 7 || bits !== 2 ** length - 1) return undefined;
  return Buffer.from(decoded).toString('latin1');
}

/** `text` in Latin-1. */
export function encodeHuffman(text: string): Uint8Array {
  const encoded: number[] = [];
  let bits = 0;
  let free = 8;
  for (const octet of Buffer.from(text, 'latin1')) {
    for (let i = lengths[octet] - 1; i >= 0; i--) {
      bits = (bits << 1) | ((codes[octet] >>> i) & 1);
      if (--free > 0) continue;
      encoded.push(bits);
      bits = 0;
      free = 8;
    }
  }
  if (free < 8) encoded.push((bits << free) | (2 ** free - 1));
  return Uint8Array.from(encoded);
}
