/**
 * Untrusted text made safe to print: file names, comments, reasons and header values may hold terminal
 * escapes, line breaks that forge output lines, bidirectional overrides that reorder what is read, or
 * characters that nobody sees.
 *
 * Strategy: one regular expression finds what must not reach a terminal; everything else passes unchanged.
 * A backslash passes too: the result is for people, not for parsing back.
 */

/**
 * What is no text to look at (Unicode general categories): controls (Cc), format characters (Cf: bidirectional
 * controls of UAX #9 §2, zero width, tags), line and paragraph separators (Zl, Zp), lone surrogates (Cs); and
 * all else that is by default not shown, but for the two selectors of how an emoji looks.
 */
const HIDDEN = /(?![\ufe0e\ufe0f])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;
/** Nearly all text is this, and ten times faster to look through. */
const PLAIN = /^[\x20-\x7e]*$/;

/** `text` with each character that could deceive a reader or a terminal written as \n, \t, \r, \xNN or \u{…}. */
export function visible(text: string): string {
  return PLAIN.test(text) ? text : text.replace(HIDDEN, writeOut);
}

/** By 256 code points: which of them are hidden. Made when the first of them is asked for. */
const pages: (readonly boolean[] | undefined)[] = [];

/** Whether `visible` writes the character of this code point out. */
export function isHidden(codePoint: number): boolean {
  const page = codePoint >> 8;
  pages[page] ??= Array.from({ length: 256 }, (_, i) => {
    const character = String.fromCodePoint((page << 8) | i);
    return visible(character) !== character;
  });
  return pages[page][codePoint & 0xff];
}

/** A character that is hidden, as `visible` writes it out. */
export function writeOut(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  if (character === '\r') return '\\r';
  const code = character.codePointAt(0)!;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}
