/**
 * Plain JSON, by its content: what a message is that no subprotocol has taken. Its content says all; what is told
 * besides is the shape.
 */
import type { Message } from '../websocket/message-record.js';
import { bounded, quoted } from './bounded.js';
import { isRecord, mayBeJson, parseJson, textOf } from './content.js';
import { makeUnit, type Unit } from './decoder.js';

const NAMES_SHOWN = 6;

/** Undefined where it is no object and no array of JSON (RFC 8259 §4, §5). */
export function decodeJson(message: Message): Unit | undefined {
  if (!mayBeJson(message, true)) return undefined;
  const value = parseJson(textOf(message));
  if (Array.isArray(value)) return makeUnit('json', 'array', `array of ${value.length}`, bounded(value));
  if (!isRecord(value)) return undefined;
  const names = Object.keys(value);
  const more = names.length > NAMES_SHOWN ? ', …' : '';
  const shown = names.slice(0, NAMES_SHOWN).map(quoted).join(', ');
  return makeUnit('json', 'object', `object of ${shown === '' ? 'nothing' : shown}${more}`, bounded(value));
}
