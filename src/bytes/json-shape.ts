/**
 * What octets are if they are JSON (RFC 8259), told by their first and their last one: to find out by JSON.parse that they are
 * none takes ten times as long, an exception with its stack.
 */

export type JsonShape = 'object' | 'array' | 'string' | 'scalar';

const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY, QUOTE] = [0x7b, 0x7d, 0x5b, 0x5d, 0x22];
/** Octets of a number: longer ones say no more than shorter ones. */
const MAX_NUMBER = 400;

/** Undefined: it is no JSON. `scalar`: a number, or true, false or null. */
export function jsonShape(bytes: Uint8Array): JsonShape | undefined {
  let [first, last] = [0, bytes.length - 1];
  while (first < last && isSpace(bytes[first])) first++;
  while (last > first && isSpace(bytes[last])) last--;
  const end = bytes[last];
  switch (bytes[first]) {
    case OPEN_OBJECT:
      return end === CLOSE_OBJECT ? 'object' : undefined;
    case OPEN_ARRAY:
      return end === CLOSE_ARRAY ? 'array' : undefined;
    case QUOTE:
      return end === QUOTE ? 'string' : undefined;
    default:
      return last - first < MAX_NUMBER && endsScalar(end) ? 'scalar' : undefined;
  }
}

/** A digit, or the e or l of true, false and null. */
const endsScalar = (octet: number): boolean =>
  (octet >= 0x30 && octet <= 0x39) || octet === 0x65 || octet === 0x6c;

/** §2. */
const isSpace = (octet: number): boolean =>
  octet === 0x20 || octet === 0x0a || octet === 0x0d || octet === 0x09;
