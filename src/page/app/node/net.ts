/**
 * As much of node:net as filters of addresses need: whether a text is an address, and of which kind.
 */

export function isIP(text: string): 0 | 4 | 6 {
  if (isIPv4(text)) return 4;
  return isIPv6(text) ? 6 : 0;
}

function isIPv4(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
}

/** RFC 4291 §2.2, with a zone behind `%`. */
function isIPv6(text: string): boolean {
  const [address, zone] = text.split('%', 2);
  if (zone === '') return false;
  const halves = address.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const endsInV4 = last.includes('.') && isIPv4(last);
  const plain = endsInV4 ? groups.slice(0, -1) : groups;
  const count = plain.length + (endsInV4 ? 2 : 0);
  return plain.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) && (halves.length === 2 ? count < 8 : count === 8);
}
