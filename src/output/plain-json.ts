/**
 * What plain JSON, which no subprotocol has taken, says, as `decoded` has it.
 *
 * Strategy: the value is the content's own octets, so that numbers keep all their digits.
 */
import { textOfOctets } from '../bytes/octets.js';
import { asJsonText, outlineJson } from '../subprotocol/json.js';
import type { Message } from '../websocket/message-record.js';
import { escapeUnsafe, jsonString } from './json.js';

/** Between values JSON may have a space as well (RFC 8259 §2); within them it has none of these. */
const LINE_SPACE = /[\n\r\t]/g;

/** In one line, and nothing for terminals; undefined for what is no object and no array. */
export function plainJson(message: Message): string | undefined {
  const text = asJsonText(message);
  const outline = text && outlineJson(text);
  if (outline === undefined) return undefined;
  const value = escapeUnsafe(textOfOctets(message.content).replace(LINE_SPACE, ' '));
  return `{"protocol":"json","type":"${outline.type}","summary":${jsonString(outline.summary)},"value":${value},"answers":null}`;
}
