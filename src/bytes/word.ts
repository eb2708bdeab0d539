/**
 * Arithmetic on the four octets of an int32, the first one the most significant.
 */

/** The octets turned round so that the one at `offset` modulo 4 comes first: a masking key from there on. */
export function turnKey(key: number, offset: number): number {
  const bits = 8 * (offset & 3);
  return (key << bits) | (key >>> -bits);
}

/** The octets from the last to the first. */
export function swapOctets(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}
