/**
 * Numbers of things, in words.
 */

/** `1 byte`, `2 bytes`; of a number that is rounded, `about 9.2e+18 bytes`. */
export function count(number: number | bigint, noun: string): string {
  const isRounded = typeof number === 'number' && number > Number.MAX_SAFE_INTEGER;
  return `${isRounded ? `about ${number.toPrecision(2)}` : number} ${noun}${Number(number) === 1 ? '' : 's'}`;
}
