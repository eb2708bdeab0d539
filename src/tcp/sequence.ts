/**
 * Arithmetic in TCP sequence space (RFC 9293 §3.4): numbers modulo 2^32, kept as int32 so that the
 * difference of two of them is right across the wrap-around as long as they are less than 2^31 apart.
 */

/** How far `a` lies ahead of `b`: negative when it lies behind. */
export function distance(a: number, b: number): number {
  return (a - b) | 0;
}

/** The sequence number `count` octets behind `sequence`; `count` may exceed 2^32, but not 2^52. */
export function advance(sequence: number, count: number): number {
  return (sequence + count) | 0;
}
