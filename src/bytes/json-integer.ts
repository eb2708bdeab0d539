/**
 * Integers in JSON that programs read: beyond what a double holds as a text, since a number would be rounded by most of them.
 */
export function jsonInteger(integer: bigint): number | string {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : String(integer);
}
