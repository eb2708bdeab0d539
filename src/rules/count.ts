/**
 * Numbers of things, in words.
 */

/** `1 byte`, `2 bytes`. */
export function count(number: number | bigint, noun: string): string {
  return `${number} ${noun}${Number(number) === 1 ? '' : 's'}`;
}
