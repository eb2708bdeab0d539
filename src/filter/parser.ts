/**
 * Tokens → the tree of a filter: what is compared with what, joined by and, xor, or.
 *
 * Strategy: recursive descent, one function for each rank of operators; which fields there are, and what their values may
 * be compared with, is not known here.
 */
import { FilterError } from './error.js';
import { type Token, tokenise } from './lexer.js';
import { parseSlice, type SliceRange } from './slice.js';

export type Comparison = '==' | '!=' | '===' | '!==' | '>' | '<' | '>=' | '<=' | 'contains' | 'matches' | '&';

/** What is compared: a field, or a part of it, or some bits of it, or what a function makes of some. */
export type Operand =
  | { readonly kind: 'field'; readonly field: Token; readonly slice: readonly SliceRange[] | undefined }
  | { readonly kind: 'bits'; readonly operand: Operand; readonly mask: Literal }
  | { readonly kind: 'call'; readonly name: Token; readonly operands: readonly Operand[] };

/** A value, or a field by its name. */
export type Literal = Token;

export type FilterNode =
  | { readonly kind: 'or' | 'and' | 'xor'; readonly left: FilterNode; readonly right: FilterNode }
  | { readonly kind: 'not'; readonly node: FilterNode }
  | { readonly kind: 'present'; readonly operand: Operand }
  | {
      readonly kind: 'compare';
      readonly operator: Comparison;
      readonly token: Token;
      readonly operand: Operand;
      readonly value: Literal;
      readonly quantifier: Quantifier | undefined;
    }
  | {
      readonly kind: 'in';
      readonly operand: Operand;
      readonly members: readonly SetMember[];
      readonly quantifier: Quantifier | undefined;
    };

/** Of how many of a field's values something has to hold; undefined: as the operator has it. */
export type Quantifier = 'any' | 'all';

/** One value, or all from `low` to `high`. */
export interface SetMember {
  readonly low: Literal;
  readonly high: Literal | undefined;
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': '==',
  eq: '==',
  any_eq: '==',
  '!=': '!=',
  ne: '!=',
  all_ne: '!=',
  '===': '===',
  all_eq: '===',
  '!==': '!==',
  '~=': '!==',
  any_ne: '!==',
  '>': '>',
  gt: '>',
  '<': '<',
  lt: '<',
  '>=': '>=',
  ge: '>=',
  '<=': '<=',
  le: '<=',
  contains: 'contains',
  matches: 'matches',
  '~': 'matches',
  '&': '&',
  bitwise_and: '&',
};
const JOINS = { or: ['or', '||'], xor: ['xor', '^^'], and: ['and', '&&'] } as const;
const NOT = ['not', '!'];
/** Words that stand between tests, or within one, and name no field. */
const JOINING = new Set(['and', 'or', 'xor', 'in', 'contains', 'matches']);
/** Brackets and negations in each other. */
const MAX_DEPTH = 200;

/** Throws FilterError. */
export function parseFilter(filter: string): FilterNode {
  return new Parser(tokenise(filter)).whole();
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  whole(): FilterNode {
    if (this.isAtEnd) throw new FilterError('the filter is empty', 0);
    const node = this.joined('or');
    if (this.isAtEnd) return node;
    if (this.is(')')) throw new FilterError('this bracket was never opened', this.token.column);
    throw this.unexpected('expected and, or, or the end');
  }

  private get token(): Token {
    return this.tokens[this.at];
  }

  private get isAtEnd(): boolean {
    return this.token.kind === 'end';
  }

  private joined(rank: keyof typeof JOINS): FilterNode {
    const next = () =>
      rank === 'or' ? this.joined('xor') : rank === 'xor' ? this.joined('and') : this.test();
    let left = next();
    while (this.takes(JOINS[rank])) left = { kind: rank, left, right: next() };
    return left;
  }

  private test(): FilterNode {
    this.deepen(this.token.column);
    const node = this.deeper();
    this.depth--;
    return node;
  }

  private deepen(column: number): void {
    if (++this.depth > MAX_DEPTH) throw new FilterError('there are too many brackets in each other', column);
  }

  private deeper(): FilterNode {
    const { column } = this.token;
    if (this.takes(NOT)) return { kind: 'not', node: this.test() };
    if (!this.takes(['('])) return this.comparison();
    const node = this.joined('or');
    if (!this.takes([')'])) throw new FilterError('this bracket is never closed', column);
    return node;
  }

  private comparison(): FilterNode {
    const { token: first } = this;
    const quantifier = this.takes(['any']) ? 'any' : this.takes(['all']) ? 'all' : undefined;
    const operand = this.operand();
    const { token } = this;
    if (this.takes(['in'])) return { kind: 'in', operand, members: this.members(), quantifier };
    if (this.takes(NOT)) return { kind: 'not', node: this.notIn(operand, quantifier) };
    const operator = comparisonAt(token);
    if (operator === undefined && quantifier !== undefined)
      throw new FilterError(`${quantifier} is for comparisons`, first.column, first.length);
    if (operator === undefined) return { kind: 'present', operand };
    return this.compared(operand, operator, quantifier);
  }

  /** `a & 8` is whether a bit is set, `a & 8 == 8` compares the bits. */
  private compared(operand: Operand, operator: Comparison, quantifier: Quantifier | undefined): FilterNode {
    const { token } = this;
    this.at++;
    const value = this.literal();
    const next = operator === '&' ? comparisonAt(this.token) : undefined;
    if (next === undefined) return { kind: 'compare', operator, token, operand, value, quantifier };
    this.deepen(token.column);
    const node = this.compared({ kind: 'bits', operand, mask: value }, next, quantifier);
    this.depth--;
    return node;
  }

  /** `a not in {…}`: none of them, also where there is no value. */
  private notIn(operand: Operand, quantifier: Quantifier | undefined): FilterNode {
    if (!this.takes(['in'])) throw this.unexpected('expected in');
    return { kind: 'in', operand, members: this.members(), quantifier };
  }

  private operand(): Operand {
    const { token } = this;
    if (token.kind !== 'word' || JOINING.has(token.text.toLowerCase()))
      throw this.unexpected('expected a field');
    this.at++;
    if (this.takes(['('])) return { kind: 'call', name: token, operands: this.operands(token) };
    const { token: behind } = this;
    if (behind.kind !== 'slice') return { kind: 'field', field: token, slice: undefined };
    this.at++;
    return { kind: 'field', field: token, slice: parseSlice(behind) };
  }

  private operands({ column }: Token): Operand[] {
    this.deepen(column);
    const operands = [this.operand()];
    while (this.takes([','])) operands.push(this.operand());
    if (!this.takes([')'])) throw this.unexpected('expected )');
    this.depth--;
    return operands;
  }

  private literal(): Literal {
    const { token } = this;
    if (!['word', 'string', 'character'].includes(token.kind)) throw this.unexpected('expected a value');
    this.at++;
    return token;
  }

  private members(): SetMember[] {
    if (!this.takes(['{'])) throw this.unexpected('expected a set such as {1, 2, 8..10}');
    const members: SetMember[] = [];
    while (!this.takes(['}'])) {
      const member = memberOf(this.literal());
      // `8 .. 10` is as good as `8..10`.
      members.push(this.takes(['..']) ? { low: member.low, high: this.literal() } : member);
      this.takes([',']);
    }
    if (members.length === 0) throw new FilterError('the set is empty', this.tokens[this.at - 1].column);
    return members;
  }

  private is(text: string): boolean {
    return this.token.kind === 'operator' && this.token.text === text;
  }

  /** Goes on behind the token if it is one of `texts`. */
  private takes(texts: readonly string[]): boolean {
    const { kind, text } = this.token;
    const taken = (kind === 'operator' || kind === 'word') && texts.includes(text.toLowerCase());
    if (taken) this.at++;
    return taken;
  }

  private unexpected(wanted: string): FilterError {
    const { kind, text, column, length } = this.token;
    const found = kind === 'end' ? 'the end' : JSON.stringify(text);
    return new FilterError(`${wanted}, found ${found}`, column, length);
  }
}

function comparisonAt({ kind, text }: Token): Comparison | undefined {
  const name = kind === 'operator' || kind === 'word' ? text.toLowerCase() : '';
  return Object.hasOwn(COMPARISONS, name) ? COMPARISONS[name] : undefined;
}

/** `8..10` is one word. */
function memberOf(token: Token): SetMember {
  const [, low, high] = token.kind === 'word' ? (/^(.+?)\.\.(.+)$/.exec(token.text) ?? []) : [];
  if (low === undefined) return { low: token, high: undefined };
  const part = (text: string, offset: number): Token => ({
    ...token,
    text,
    column: token.column + offset,
    length: text.length,
  });
  return { low: part(low, 0), high: part(high, low.length + 2) };
}
