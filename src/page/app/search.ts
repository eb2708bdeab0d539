/**
 * What is searched for, and which session is looked at, as display filters: there is one language for all that is listed.
 */
import { quoted, unquoted } from '../../filter/lexer.js';

/** `websocket.payload contains "…"`: octets of the payload that are this text, or these octets of hexadecimal. */
export function textFilter(text: string): string {
  return `websocket.payload contains ${quoted(text)}`;
}

/** The text that a filter of textFilter() searches for; undefined for any other filter. */
export function searchedText(filter: string): string | undefined {
  const [, string] = /^websocket\.payload contains ("(?:[^"\\]|\\["\\nrt0])*")$/.exec(filter) ?? [];
  return string === undefined ? undefined : unquoted(string);
}

/** What holds where both do; either may be empty. */
export function both(a: string, b: string): string {
  if (a === '' || b === '') return a + b;
  return `(${a}) && (${b})`;
}

export function sessionFilter(session: number | undefined): string {
  return session === undefined ? '' : `ws.session == ${session}`;
}
