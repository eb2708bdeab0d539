/**
 * The two notions of RFC 9110 §5.6 that every parser of header text needs: the token and optional
 * whitespace.
 */

/** A token (RFC 9110 §5.6.2). */
export const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Is text[at] SP or HTAB? */
export function isWhitespace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 0x20 || code === 0x09;
}

/** Without SP and HTAB at both ends. (String.trim would also take U+00A0, which is a byte of obs-text.) */
export function trimWhitespace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isWhitespace(text, start)) start++;
  while (end > start && isWhitespace(text, end - 1)) end--;
  return text.slice(start, end);
}
