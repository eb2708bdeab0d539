/**
 * What is searched for, and which session is looked at, as display filters: there is one language for all that is listed.
 */
import { quoted, unquoted } from '../../filter/lexer.js';

/**
 * The text is in the payload, or in that which a frame ends; upper and lower case are the same, as people expect of a search.
 * Octets have no case beyond ASCII: there other texts are searched for as they are.
 */
export function textFilter(text: string): string {
  const pattern = quoted(text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'));
  const isAscii = /^[\0-\x7f]*$/.test(text);
  const ofOctets = isAscii ? `matches ${pattern}` : `contains ${quoted(text)}`;
  return `websocket.payload ${ofOctets} || websocket.payload.text matches ${pattern}`;
}

const PATTERN = /("(?:[^"\\]|\\["\\nrt0])*")$/;

/** The text that a filter of textFilter() searches for; undefined for any other filter. */
export function searchedText(filter: string): string | undefined {
  const [, string] = PATTERN.exec(filter) ?? [];
  const text = string === undefined ? undefined : unquoted(string).replace(/\\(.)/gs, '$1');
  return text !== undefined && textFilter(text) === filter ? text : undefined;
}

/** What holds where both do; either may be empty. */
export function both(a: string, b: string): string {
  if (a === '' || b === '') return a + b;
  return `(${a}) && (${b})`;
}

export function sessionFilter(session: number | undefined): string {
  return session === undefined ? '' : `ws.session == ${session}`;
}
