/**
 * JSON text that is safe on a terminal: JSON.stringify leaves DEL, the C1 controls and the bidirectional
 * overrides as they are; here they are escaped too, which every JSON parser reads back.
 */

const UNSAFE = /[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
const ALL_UNSAFE = new RegExp(UNSAFE.source, 'g');

export function jsonString(text: string): string {
  const quoted = JSON.stringify(text);
  return UNSAFE.test(quoted) ? quoted.replace(ALL_UNSAFE, escapeCharacter) : quoted;
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
