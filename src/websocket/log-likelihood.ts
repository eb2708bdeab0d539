/**
 * Likelihoods as binary logarithms, in bits: sums and powers that spare themselves what makes no difference.
 */

/** Bits that make no difference. */
const NEGLIGIBLE = -40;

/** log2(2^a + 2^b). */
export function addLogs(a: number, b: number): number {
  if (a - b > -NEGLIGIBLE) return a;
  const high = Math.max(a, b);
  const less = Math.min(a, b) - high;
  return less > NEGLIGIBLE ? high + Math.log2(1 + 2 ** less) : high;
}

/** 2^bits, 0 where that makes no difference. */
export function power(bits: number): number {
  return bits > NEGLIGIBLE ? 2 ** bits : 0;
}
