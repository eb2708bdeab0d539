/**
 * JSON text that is safe on a terminal: JSON.stringify leaves DEL, the C1 controls, bidirectional overrides
 * and characters that nobody sees as they are; here they are escaped too, which every JSON parser reads back.
 */

/** The same characters that `visible` writes out, without the C0 controls: of these JSON has only its own. */
const UNSAFE = /(?![\ufe0e\ufe0f])[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const ALL_UNSAFE = new RegExp(UNSAFE.source, 'gu');

/** Nearly all text is this, and to compile the other expressions takes milliseconds. */
const PLAIN = /^[\x20-\x7e]*$/;

export function jsonString(text: string): string {
  return escapeUnsafe(JSON.stringify(text));
}

/** Plain data, in one line. */
export function jsonValue(value: unknown): string {
  return escapeUnsafe(JSON.stringify(value));
}

/** A whole document, indented for people. */
export function jsonDocument(value: unknown): string {
  return escapeUnsafe(JSON.stringify(value, null, 2));
}

/** Only strings can hold such characters, so they can be escaped wherever they are. */
export function escapeUnsafe(json: string): string {
  return PLAIN.test(json) || !UNSAFE.test(json) ? json : json.replace(ALL_UNSAFE, escapeCharacter);
}

/** A character as `\u200b`; one beyond U+FFFF takes two escapes. */
export function escapeCharacter(character: string): string {
  let text = '';
  for (let i = 0; i < character.length; i++)
    text += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  return text;
}

export function jsonOrNull(text: string | undefined): string {
  return text === undefined ? 'null' : jsonString(text);
}

export function rangeJson({ offset, length }: { readonly offset: number; readonly length: number }): string {
  return `{"offset":${offset},"length":${length}}`;
}
