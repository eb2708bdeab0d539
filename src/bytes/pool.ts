/**
 * Memory for short pieces that are kept. Strategy: many come of one buffer, as Node's own do: an ArrayBuffer for each
 * would cost ten times as much. Whoever keeps one keeps its neighbours' 8 KiB.
 */
const SIZE = 8192;

let pool = new ArrayBuffer(SIZE);
let used = 0;

/** `length` zeros. */
export function newBytes(length: number): Uint8Array {
  if (length > SIZE >>> 3) return new Uint8Array(length);
  if (used + length > SIZE) {
    pool = new ArrayBuffer(SIZE);
    used = 0;
  }
  const bytes = new Uint8Array(pool, used, length);
  used += length;
  return bytes;
}
