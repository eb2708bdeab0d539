/**
 * Fits text into columns of a terminal, where a character may be two columns wide or none.
 */
import stringWidth from 'string-width';

/** Whether the text is ASCII, one column a character: nearly always, and a hundred times cheaper. */
export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

export function width(text: string): number {
  return isAscii(text) ? text.length : stringWidth(text);
}

/** Cuts text to `columns`, the last of them an ellipsis where something was cut. */
export function clip(text: string, columns: number): string {
  if (text.length <= columns && isAscii(text)) return text;
  if (isAscii(text)) return `${text.slice(0, Math.max(0, columns - 1))}…`;
  if (text.length <= columns * 8 && stringWidth(text) <= columns) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    const wide = stringWidth(segment);
    if (used + wide > columns - 1) break;
    kept += segment;
    used += wide;
  }
  return `${kept}…`;
}

/** Pads on the right to `columns`. */
export function pad(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)));
}

const ASCII = /^[\x20-\x7e]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
