/**
 * The fields that somebody may mean who writes a filter, as far as it is written.
 *
 * Strategy: the program's own tokens tell which word is being written, and whether a field may stand there; of its own list
 * come those of which a part begins so.
 */
import { FilterError } from '../../filter/error.js';
import type { Field } from '../../filter/field.js';
import { fields } from '../../filter/fields.js';
import { type Token, tokenise } from '../../filter/lexer.js';

/** What may be put in place of a word. */
export interface Proposals {
  /** The word, in characters of the filter. */
  readonly from: number;
  readonly to: number;
  /** At least one. */
  readonly fields: readonly Field[];
}

/** Behind these a test begins, of a field. */
const BEFORE_FIELD = ['&&', '||', '^^', '!', '(', ',', 'and', 'or', 'xor', 'not', 'any', 'all'];
const REST_OF_WORD = /^[\p{L}\p{N}_.]*/u;

/** Stands for a path that is yet to be written. */
const PATH = '<path>';

const ofFrames = fields.filter(({ of }) => of.frame !== undefined);

/** `caret`: where one writes. `isAsked`: all fields are, where no word has begun. Undefined: none may be meant there. */
export function proposalsFor(filter: string, caret: number, isAsked: boolean): Proposals | undefined {
  const tokens = tokensOf(filter.slice(0, caret));
  if (tokens === undefined) return undefined;
  const last = tokens.at(-1);
  const word = last?.kind === 'word' && last.column + last.length === caret ? tokens.pop()! : undefined;
  if ((word === undefined && !isAsked) || !mayBeField(tokens)) return undefined;
  const found = matching(word?.text.toLowerCase() ?? '');
  const from = word?.column ?? caret;
  const to = caret + REST_OF_WORD.exec(filter.slice(caret))![0].length;
  const isWritten = found.length === 1 && found[0].name === filter.slice(from, to);
  return found.length === 0 || isWritten ? undefined : { from, to, fields: found };
}

/** The filter with a field in place of the word, and where to write on. */
export function withField(filter: string, { from, to }: Proposals, { name }: Field): [string, number] {
  const text = name.replace(PATH, '');
  return [filter.slice(0, from) + text + filter.slice(to), from + text.length];
}

/** Undefined where a string is open, or what stands there is nothing. */
function tokensOf(filter: string): Token[] | undefined {
  try {
    return tokenise(filter).slice(0, -1);
  } catch (error) {
    if (error instanceof FilterError) return undefined;
    throw error;
  }
}

/** The members of a set stand between braces, and what a field is compared with behind an operator. */
function mayBeField(before: readonly Token[]): boolean {
  const last = before.at(-1);
  if (last === undefined) return true;
  const isInSet = before.findLastIndex(isOperator('{')) > before.findLastIndex(isOperator('}'));
  return !isInSet && last.kind !== 'string' && BEFORE_FIELD.includes(last.text.toLowerCase());
}

const isOperator =
  (wanted: string) =>
  ({ kind, text }: Token): boolean =>
    kind === 'operator' && text === wanted;

/** Those that begin so first, then those of which a later part does. */
function matching(word: string): readonly Field[] {
  const beginning = ofFrames.filter(({ name }) => name.startsWith(word));
  const within = ofFrames.filter(
    ({ name }) => !name.startsWith(word) && (name.includes(`.${word}`) || name.includes(`_${word}`)),
  );
  return [...beginning, ...within];
}
