/**
 * How much of an LZ4 block can be decoded (LZ4 Block Format Description): `lz4js` checks no bounds, so the
 * tokens are walked first.
 */

export interface CheckedBlock {
  /** Input bytes that form whole, valid literals and matches; all of them unless the block is corrupt or cut. */
  length: number;
  /** Bytes that they decode to. */
  decoded: number;
}

/**
 * Walks the block bytes[start, end): with `history` bytes before it that matches may reach into, and room for
 * `capacity` bytes of output.
 */
export function checkBlock(
  bytes: Uint8Array,
  start: number,
  end: number,
  history: number,
  capacity: number,
): CheckedBlock {
  let at = start;
  let out = 0;
  const good = { length: 0, decoded: 0 };
  while (at < end) {
    const token = bytes[at++];
    let literals = token >> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255 && at < end) literals += more = bytes[at++];
      if (more === 255) return good;
    }
    if (literals > end - at || out + literals > capacity) return good;
    at += literals;
    out += literals;
    good.length = at - start;
    good.decoded = out;
    if (at === end) break; // the last sequence is literals only
    if (end - at < 2) return good;
    const offset = bytes[at] | (bytes[at + 1] << 8);
    at += 2;
    if (offset === 0 || offset > history + out) return good;
    let match = (token & 15) + 4;
    if (match === 19) {
      let more = 255;
      while (more === 255 && at < end) match += more = bytes[at++];
      if (more === 255) return good;
    }
    if (out + match > capacity) return good;
    out += match;
    good.length = at - start;
    good.decoded = out;
  }
  return good;
}
