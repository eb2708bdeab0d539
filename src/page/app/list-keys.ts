/**
 * What a key does in a list, as in all lists of the page: the place that is current afterwards.
 */

/** `page`: rows in sight; `current`: -1 where there is none. Undefined: the key moves nothing. */
export function placeAfter(key: string, current: number, count: number, page: number): number | undefined {
  if (count === 0) return undefined;
  const last = count - 1;
  const leap = Math.max(1, page - 1);
  switch (key) {
    case 'ArrowDown':
    case 'j':
      return Math.min(last, current + 1);
    case 'ArrowUp':
    case 'k':
      return Math.max(0, current === -1 ? last : current - 1);
    case 'PageDown':
      return Math.min(last, Math.max(0, current) + leap);
    case 'PageUp':
      return Math.max(0, current - leap);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}
