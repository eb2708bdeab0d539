/**
 * Untrusted text from its octets to escaped ones, without a string in between: as people are shown it
 * (`visible`), or as JSON has it (`jsonString`), to the very same letter.
 *
 * Strategy: nearly all text is ASCII that needs no escape. It is looked through and copied four octets at a
 * time, which takes half as long as one by one; whatever else there is goes character by character.
 */
import { isUtf8 } from 'node:buffer';
import { isHidden, visible } from '../bytes/visible.js';
import { jsonString } from './json.js';

/** How a text is written. */
export interface EscapeStyle {
  /** What is written for each character of ASCII; undefined: the character itself. */
  readonly ascii: readonly (string | undefined)[];
  /** What is written for a character beyond ASCII that must not be written as it is. */
  readonly write: (character: string) => string;
  /** Two octets beside the controls that `ascii` has an escape for, each four times. */
  readonly quote: number;
  readonly backslash: number;
}

/** For people. */
export const VISIBLE = makeStyle(visible, 0, 0);
/** Within the quotes of a JSON string. */
export const JSON_TEXT = makeStyle((text) => jsonString(text).slice(1, -1), 0x22222222, 0x5c5c5c5c);

/** Octets that are escaped at a time, and how many may come of each: six of a control character in JSON. */
export const PIECE = 4096;
export const MOST_PER_OCTET = 6;

/** The octets to escape: copied here, which is quick, they can be read by the word wherever they lay. */
const source = new Uint8Array(PIECE + 4);
const sourceWords = new DataView(source.buffer);

/**
 * Escapes `text`, at most PIECE octets, into `target` from `at` on; `words` are the same octets. Returns where it
 * ends, or -1 if the text is not UTF-8; `valid`: it is known to be.
 */
export function escapeInto(
  target: Uint8Array,
  words: DataView,
  at: number,
  text: Uint8Array,
  style: EscapeStyle,
  valid: boolean,
): number {
  const { ascii, quote, backslash } = style;
  const { length } = text;
  source.set(text);
  let checked = valid;
  let to = at;
  for (let from = 0; from < length; ) {
    const word = sourceWords.getInt32(from, true);
    const stop = from + 4;
    if (stop <= length && isPlain(word, quote, backslash)) {
      words.setInt32(to, word, true);
      to += 4;
      from = stop;
    } else
      while (from < stop && from < length) {
        const octet = source[from];
        if (octet < 0x80) {
          const written = ascii[octet];
          if (written === undefined) target[to++] = octet;
          else to = put(target, to, written);
          from++;
        } else {
          if (!checked && !isUtf8(source.subarray(from, length))) return -1;
          checked = true;
          const size = octet < 0xe0 ? 2 : octet < 0xf0 ? 3 : 4;
          to = putCharacter(target, to, from, size, style);
          from += size;
        }
      }
  }
  return to;
}

const ONES = 0x01010101;
const SPACES = 0x20202020;
const HIGH_BITS = 0x80808080 | 0;

/** Whether all four octets are 0x20 … 0x7e, and neither of the two: what is not gets its high bit set. */
function isPlain(word: number, quote: number, backslash: number): boolean {
  const isQuote = (word ^ quote) - ONES;
  const isBackslash = (word ^ backslash) - ONES;
  return ((word | (word + ONES) | (word - SPACES) | isQuote | isBackslash) & HIGH_BITS) === 0;
}

/** The character of `size` octets at source[from …]. */
function putCharacter(
  target: Uint8Array,
  at: number,
  from: number,
  size: number,
  style: EscapeStyle,
): number {
  let codePoint = source[from] & (0x7f >> size);
  for (let i = 1; i < size; i++) codePoint = (codePoint << 6) | (source[from + i] & 0x3f);
  if (isHidden(codePoint)) return put(target, at, style.write(String.fromCodePoint(codePoint)));
  for (let i = 0; i < size; i++) target[at + i] = source[from + i];
  return at + size;
}

/** ASCII. */
function put(target: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
  return at + text.length;
}

function makeStyle(write: (character: string) => string, quote: number, backslash: number): EscapeStyle {
  const ascii = Array.from({ length: 128 }, (_, code) => {
    const character = String.fromCharCode(code);
    const written = write(character);
    return written === character ? undefined : written;
  });
  return { ascii, write, quote, backslash };
}
