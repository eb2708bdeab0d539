/**
 * Masking keys of a client (RFC 6455 §5.3) in the words of the rules about them.
 */

/** The four octets as they are sent. */
export function formatKey(key: number): string {
  const digits = (key >>> 0).toString(16).padStart(8, '0');
  return digits.replace(/..(?!$)/g, '$& ');
}
