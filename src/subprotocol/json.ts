/**
 * Plain JSON, by its content: what a message is that no subprotocol has taken. Its content says all; what is told
 * besides is the shape.
 */
import type { Message } from '../websocket/message-record.js';
import { bounded, quoted } from './bounded.js';
import { isRecord, jsonText, mayBeJson, parseJson, textOf } from './content.js';
import { makeUnit, type Unit } from './decoder.js';

const NAMES_SHOWN = 6;
/** Longest content that is looked at as JSON. */
const MAX_JSON = 1024 * 1024;

export interface JsonOutline {
  readonly type: 'object' | 'array';
  /** One line. */
  readonly summary: string;
  /** All of it, as JSON.parse() has it. */
  readonly value: object;
}

/** Undefined where it is no object and no array of JSON (RFC 8259 §4, §5). */
export function outlineJson(message: Message): JsonOutline | undefined {
  if (!mayBeJson(message, true)) return undefined;
  const value = parseJson(textOf(message));
  if (Array.isArray(value)) return { type: 'array', summary: `array of ${value.length}`, value };
  if (!isRecord(value)) return undefined;
  const names = Object.keys(value);
  const more = names.length > NAMES_SHOWN ? ', …' : '';
  const shown = names.slice(0, NAMES_SHOWN).map(quoted).join(', ');
  return { type: 'object', summary: `object of ${shown === '' ? 'nothing' : shown}${more}`, value };
}

/** As outlineJson(). */
export function decodeJson(message: Message): Unit | undefined {
  const outline = outlineJson(message);
  return outline && makeUnit('json', outline.type, outline.summary, bounded(outline.value));
}

/** As decodeJson(), of a message that no subprotocol has taken: what is not all there is none. */
export function decodePlainJson(message: Message): Unit | undefined {
  const text = asJsonText(message);
  return text && decodeJson(text);
}

/** The message as a text that may be JSON; undefined where it is none, not all there, or too long to be looked at. */
export function asJsonText(message: Message): Message | undefined {
  const { complete, content, unknownRanges } = message;
  if (!complete || unknownRanges.length > 0 || content.length > MAX_JSON) return undefined;
  const text = jsonText(message) ?? message;
  return mayBeJson(text, true) ? text : undefined;
}
