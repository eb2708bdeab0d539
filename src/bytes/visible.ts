/**
 * Untrusted text made safe to print: file names, comments, reasons and header values may hold terminal
 * escapes, line breaks that forge output lines, or bidirectional overrides that reorder what is read.
 *
 * Strategy: one regular expression finds what must not reach a terminal; everything else passes unchanged.
 * A backslash passes too: the result is for people, not for parsing back.
 */

// C0, DEL, C1 · LRM, RLM, line and paragraph separators, bidi embeddings, overrides and isolates
// (Unicode UAX #9 §2) · lone surrogates.
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** `text` with each character that could deceive a reader or a terminal written as \n, \t, \r, \xNN or \u{…}. */
export function visible(text: string): string {
  return text.replace(HIDDEN, write);
}

function write(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  if (character === '\r') return '\\r';
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
