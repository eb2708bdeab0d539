/**
 * Bytes within bytes.
 */

/** Whether `wanted` stands somewhere in `bytes`. */
export function holds(bytes: Uint8Array, wanted: Uint8Array): boolean {
  // By the function itself: a Buffer made for it would cost as much as the search.
  return Buffer.prototype.indexOf.call(bytes, wanted) >= 0;
}
