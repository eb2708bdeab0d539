/**
 * Fits text into columns of a terminal, where a character may be two columns wide or none.
 *
 * Strategy: what is ASCII is measured by its length. The tables of all other characters take 100 ms to load,
 * more than the rest of the program: only tables need them, and whoever makes one awaits loadWidths() first.
 */

let stringWidth: (text: string) => number;
let graphemes: Intl.Segmenter;

/** To be awaited before anything else here is called. */
export async function loadWidths(): Promise<void> {
  if (stringWidth !== undefined) return;
  graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  stringWidth = (await import('string-width')).default;
}

/** Whether the text is ASCII, one column a character: nearly always, and a hundred times cheaper. */
export function isAscii(text: string): boolean {
  return ASCII.test(text);
}

export function width(text: string): number {
  return isNarrow(text) ? text.length : stringWidth(text);
}

/** Whether each UTF-16 unit is one column. */
function isNarrow(text: string): boolean {
  return NARROW.test(text);
}

/** Cuts text to `columns`, the last of them an ellipsis where something was cut. */
export function clip(text: string, columns: number): string {
  if (isNarrow(text)) return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
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

/** Breaks text into lines of at most `columns`, between words; a word that is longer is broken after a hyphen, or anywhere. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const word of text.split(' ').flatMap((long) => breakWord(long, columns))) {
    const wide = width(word);
    if (line !== '' && used + 1 + wide > columns) {
      if (wide === 0) {
        line += word;
        continue;
      }
      lines.push(line);
      line = '';
    }
    used = line === '' ? wide : used + 1 + wide;
    line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}

function breakWord(word: string, columns: number): string[] {
  if (word.length <= columns && isAscii(word)) return [word];
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const { segment } of graphemes.segment(word)) {
    const wide = width(segment);
    while (piece !== '' && used + wide > columns) {
      const hyphenated = piece.slice(0, piece.lastIndexOf('-') + 1) || piece;
      pieces.push(hyphenated);
      piece = piece.slice(hyphenated.length);
      used = width(piece);
    }
    piece += segment;
    used += wide;
  }
  return [...pieces, piece];
}

/** Pads to `columns`; `right` aligns it there. Colours take no room; what takes none at all is left out. */
export function pad(text: string, columns: number, align?: 'right'): string {
  const shown = text.includes('\x1b') ? text.replace(COLORS, '') : text;
  const used = width(shown);
  const space = ' '.repeat(Math.max(0, columns - used));
  if (used === 0) return space;
  return align === 'right' ? space + text : text + space;
}

const ASCII = /^[\x20-\x7e]*$/;
/** With the few more that our own columns hold. */
const NARROW = /^[\x20-\x7e→←…]*$/;
const COLORS = /\x1b\[\d+m/g;
