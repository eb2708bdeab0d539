/**
 * Untrusted text from its octets to escaped ones, without a string in between: as people are shown it
 * (`visible`), or as JSON has it (`jsonString`), to the very same letter.
 *
 * Strategy: nearly all text is ASCII that needs no escape. It is looked through and copied four octets at a
 * time, which takes a third as long as one by one; whatever else there is goes character by character.
 */
import { isUtf8 } from 'node:buffer';
import { isHidden, writeOut } from '../bytes/visible.js';
import { escapeCharacter } from './json.js';

/** How a text is written. */
export interface EscapeStyle {
  /** What is written for each character of ASCII, as two words of eight octets, and how many of them count. */
  readonly escapes: Int32Array;
  readonly lengths: Uint8Array;
  /** What is written for a character that is hidden. */
  readonly escape: (character: string) => string;
  /** Two octets beside the controls that need an escape, each four times. */
  readonly quote: number;
  readonly backslash: number;
}

/** For people. */
export const VISIBLE = makeStyle(writeOut, writeOut, 0, 0);
/** Within the quotes of a JSON string, which has escapes of its own for what is hidden of ASCII, but for DEL. */
export const JSON_TEXT = makeStyle(jsonEscape, escapeCharacter, 0x22222222, 0x5c5c5c5c);

/** Octets that are escaped at a time. */
export const PIECE = 4096;

/** Octets of room that a text of `length` octets needs: six for a control character in JSON, and two words more. */
export function roomFor(length: number): number {
  return length * 6 + 8;
}

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
  const { escapes, lengths, quote, backslash } = style;
  const { length } = text;
  source.set(text);
  source[length] = 0;
  let checked = valid;
  let to = at;
  for (let from = 0; ; ) {
    const word = sourceWords.getInt32(from, true);
    const special = findSpecial(word, quote, backslash);
    // Of a word with a special octet too: what is behind that is overwritten by what comes next.
    words.setInt32(to, word, true);
    from += special;
    to += special;
    if (special === 4) continue;
    if (from === length) return to;
    const octet = source[from];
    if (octet < 0x80) {
      words.setInt32(to, escapes[octet * 2], true);
      words.setInt32(to + 4, escapes[octet * 2 + 1], true);
      to += lengths[octet];
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

const ONES = 0x01010101;
const SPACES = 0x20202020;
const HIGH_BITS = 0x80808080 | 0;

/** Which of the four octets is the first that is not 0x20 … 0x7e, or one of the two; 4: none. */
function findSpecial(word: number, quote: number, backslash: number): number {
  // What is special gets its high bit set; a carry or borrow spoils only octets behind the first such one.
  const isQuote = (word ^ quote) - ONES;
  const isBackslash = (word ^ backslash) - ONES;
  const marks = (word | (word + ONES) | (word - SPACES) | isQuote | isBackslash) & HIGH_BITS;
  return marks === 0 ? 4 : (31 - Math.clz32(marks & -marks)) >> 3;
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
  if (isHidden(codePoint)) return put(target, at, style.escape(String.fromCodePoint(codePoint)));
  for (let i = 0; i < size; i++) target[at + i] = source[from + i];
  return at + size;
}

/** ASCII. */
function put(target: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
  return at + text.length;
}

function jsonEscape(character: string): string {
  return character === '\x7f' ? escapeCharacter(character) : JSON.stringify(character).slice(1, -1);
}

function makeStyle(
  escapeAscii: (character: string) => string,
  escapeHidden: (character: string) => string,
  quote: number,
  backslash: number,
): EscapeStyle {
  const ascii = Array.from({ length: 128 }, (_, code) => escapeAscii(String.fromCharCode(code)));
  const octets = Buffer.from(ascii.map((text) => text.padEnd(8)).join(''));
  return {
    escapes: Int32Array.from({ length: 256 }, (_, i) => octets.readInt32LE(i * 4)),
    lengths: Uint8Array.from(ascii, ({ length }) => length),
    escape: escapeHidden,
    quote,
    backslash,
  };
}
