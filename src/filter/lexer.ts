/**
 * A display filter as tokens: words (fields, operators and unquoted values look alike), strings, characters, operators, brackets.
 *
 * Strategy: one regular expression with a group for each kind, tried at each place; what stands between square brackets is
 * one token, since only there a colon separates numbers.
 */
import { FilterError } from './error.js';

export type TokenKind = 'word' | 'string' | 'character' | 'operator' | 'slice' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Of a string what it stands for, of a character (`'h'`) the one of its octet, of a slice what is between the brackets. */
  readonly text: string;
  /** From 0. */
  readonly column: number;
  /** In characters of the filter. */
  readonly length: number;
}

/** A JSON path is one word, with what it has in brackets or as strings. */
const PATH = String.raw`ws\.json(?![\p{L}\p{N}_])(?:[\p{L}\p{N}_.:/+*%@$-]+|(?<=\.)STRING|\[\s*(?:-?\d+|STRING)\s*\])*`;
const STRING = String.raw`"(?:[^"\\]|\\.)*"`;
const TOKEN = new RegExp(
  [
    String.raw`(?<space>\s+)`,
    `(?<string>r?${STRING})`,
    String.raw`(?<character>'(?:[\x00-\x26\x28-\x5b\x5d-\x7f]|\\(?:x[0-9a-fA-F]{2}|[nrt0"'\\]))')`,
    String.raw`(?<operator>&&|\|\||\^\^|===|!==|==|!=|~=|<=|>=|[<>!~&(){},])`,
    String.raw`\[(?<slice>[^\]]*)\]`,
    String.raw`(?<word>${PATH.replaceAll('STRING', STRING)}|[\p{L}\p{N}_.:/+*%@$-]+)`,
  ].join('|'),
  'suy',
);

/** Throws FilterError for a character that begins nothing. */
export function tokenise(filter: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  let column = 0;
  while (column < filter.length) {
    pattern.lastIndex = column;
    const match = pattern.exec(filter);
    if (match === null) throw unexpected(filter, column);
    const { string, character, operator, slice, word } = match.groups!;
    const length = match[0].length;
    if (string !== undefined) tokens.push({ kind: 'string', text: unquoted(string), column, length });
    else if (character !== undefined)
      tokens.push({ kind: 'character', text: unquoted(character), column, length });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator, column, length });
    else if (slice !== undefined) tokens.push({ kind: 'slice', text: slice, column, length });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, column, length });
    column += length;
  }
  tokens.push({ kind: 'end', text: '', column, length: 1 });
  return tokens;
}

function unexpected(filter: string, column: number): FilterError {
  const character = String.fromCodePoint(filter.codePointAt(column)!);
  if (character === '"') return new FilterError('this string has no end: close it with "', column);
  if (character === '[') return new FilterError('this slice has no end: close it with ]', column);
  if (character === "'") return new FilterError('strings are written with "', column);
  if (character === '=') return new FilterError('to compare is written ==', column);
  return new FilterError(`${JSON.stringify(character)} begins nothing here`, column);
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '0': '\0',
  '"': '"',
  "'": "'",
  '\\': '\\',
};
const ESCAPED = new Map(Object.entries(ESCAPES).map(([code, character]) => [character, code]));

/** A string of a filter that stands for this text: `unquoted` the other way round. */
export function quoted(text: string): string {
  return `"${text.replace(/[\n\r\t\0"\\]/g, (character) => `\\${ESCAPED.get(character)}`)}"`;
}

/** `r"…"` as it stands; else escapes as in C, and one that is unknown keeps its backslash, as patterns need it. */
export function unquoted(quoted: string): string {
  if (quoted.startsWith('r')) return quoted.slice(2, -1);
  return quoted
    .slice(1, -1)
    .replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/gs, (whole, code: string) =>
      code.length > 1 ? String.fromCharCode(Number.parseInt(code.slice(1), 16)) : (ESCAPES[code] ?? whole),
    );
}
