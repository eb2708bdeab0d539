/**
 * Plain data of bounded size from values that a payload made: at most so deep, so many, so long. What is cut is marked
 * by `…`.
 *
 * Strategy: one walk that copies and counts. Names such as `__proto__` stay names (Object.fromEntries defines them).
 */
import type { JsonLike } from './decoder.js';

const MAX_DEPTH = 16;
const MAX_ITEMS = 256;
const MAX_VALUES = 4096;
/** UTF-16 units of one string, and of all. */
const MAX_STRING = 4096;
const MAX_STRINGS = 64 * 1024;
const MAX_NAME = 256;
const MAX_SUMMARY_TEXT = 80;

const CUT = '…';

interface Left {
  values: number;
  characters: number;
}

/** What JSON.parse gives, or the like; anything else is told as text. */
export function bounded(value: unknown): JsonLike {
  return copy(value, 0, { values: MAX_VALUES, characters: MAX_STRINGS });
}

/** An object of these fields, those that are undefined left out. */
export function facts(fields: Readonly<Record<string, unknown>>): { readonly [name: string]: JsonLike } {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return bounded(Object.fromEntries(known)) as { readonly [name: string]: JsonLike };
}

/** At most `most` UTF-16 units, and no half of a character. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = (text.charCodeAt(most - 1) & 0xfc00) === 0xd800;
  return `${text.slice(0, half ? most - 1 : most)}${CUT}`;
}

/** `"chat"`: a name within a summary. */
export const quoted = (text: string): string => `"${clip(text, MAX_SUMMARY_TEXT)}"`;

/** Any scalar within a summary: an id, a code. */
export const brief = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || value === null
    ? clip(String(value), MAX_SUMMARY_TEXT)
    : CUT;

function copy(value: unknown, depth: number, left: Left): JsonLike {
  left.values--;
  if (typeof value === 'string') return copyString(value, left);
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object') return copyString(String(value), left);
  if (depth >= MAX_DEPTH) return CUT;
  return Array.isArray(value) ? copyList(value, depth, left) : copyFields(value, depth, left);
}

function copyString(text: string, left: Left): string {
  const shown = clip(text, Math.max(0, Math.min(MAX_STRING, left.characters)));
  left.characters -= shown.length;
  return shown;
}

function copyList(list: readonly unknown[], depth: number, left: Left): JsonLike[] {
  const shown: JsonLike[] = [];
  for (const item of list) {
    if (shown.length >= MAX_ITEMS || left.values <= 0 || left.characters <= 0) {
      shown.push(`${CUT} ${list.length - shown.length} more`);
      break;
    }
    shown.push(copy(item, depth + 1, left));
  }
  return shown;
}

function copyFields(object: object, depth: number, left: Left): { readonly [name: string]: JsonLike } {
  const shown: [string, JsonLike][] = [];
  let all = 0;
  for (const name in object) {
    if (!Object.hasOwn(object, name)) continue;
    all++;
    if (shown.length >= MAX_ITEMS || left.values <= 0 || left.characters <= 0) continue;
    left.characters -= Math.min(name.length, MAX_NAME);
    shown.push([clip(name, MAX_NAME), copy((object as Record<string, unknown>)[name], depth + 1, left)]);
  }
  if (all > shown.length) shown.push([CUT, `${all - shown.length} more`]);
  return Object.fromEntries(shown);
}
