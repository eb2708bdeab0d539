/**
 * A display filter → a predicate over records of one kind.
 *
 * Strategy: closures, made once, of getters and tests; what a field, a function or a comparison cannot do is told then, with
 * its place. A comparison holds if it holds for any value that the field has; `!=` if the field is there and none is equal,
 * as in Wireshark 4.
 */
import type { Rule } from '../rules/rule.js';
import { FilterError } from './error.js';
import {
  type Field,
  type FieldType,
  type FilterContext,
  type Getter,
  RECORD_KINDS,
  type RecordKind,
  type Records,
  type Value,
} from './field.js';
import { fieldNamed, MISSING, nearestField } from './fields.js';
import type { Token } from './lexer.js';
import { longInteger } from './numeral.js';
import { type Comparison, type FilterNode, type Operand, parseFilter, type Quantifier } from './parser.js';
import { slice } from './slice.js';
import { applied, compare, listOf, mapped, octetsOf, type Source } from './source.js';
import { bitsOf, makeTest, maskOf, type Test, type Vocabulary, WHOLE } from './values.js';

type Predicate<K extends RecordKind> = (record: Records[K], context: FilterContext) => boolean;

/** A compiled filter, and what it has to be given beside the record. */
export interface Filter<K extends RecordKind> {
  /** Whether it holds for the record. Never throws. */
  readonly matches: (record: Records[K], context: FilterContext) => boolean;
  /** It looks into payloads. */
  readonly payload: boolean;
  /** It asks for findings. */
  readonly findings: boolean;
  /** It asks what messages say in their subprotocols: as Field.decoded. */
  readonly decoded: 'value' | 'units' | undefined;
  /** Of frames: it asks what the messages say that end with them (FilterContext.message). */
  readonly messages: boolean;
  /** It asks how long ago the record before it was (FilterContext.gap). */
  readonly gaps: boolean;
}

/**
 * Compiles a display filter (as `-Y` takes it) for records of one kind. Throws FilterError, with the column, for what is no
 * filter, for fields that such records do not have, and for values that a field never has. `rules`: those that `ws.finding` may
 * name; any by default.
 *
 * @example The long messages of servers
 * ```ts
 * import { compileFilter, dissect } from 'wsdissect';
 *
 * const { matches } = compileFilter('ws.sender == server && ws.message.length > 1000', 'message');
 * const context = { start: () => ({ seconds: 0, nanoseconds: 0 }), findings: () => [] };
 * for await (const message of dissect('capture.pcapng').messages())
 *   if (matches(message, context)) console.log(message.number, message.length);
 * ```
 */
export function compileFilter<K extends RecordKind>(
  filter: string,
  kind: K,
  { rules }: { readonly rules?: readonly Pick<Rule, 'id'>[] } = {},
): Filter<K> {
  const compiler = new Compiler(kind, rules);
  const matches = compiler.compile(parseFilter(filter));
  const { payload, findings, decoded, messages, gaps } = compiler;
  return { matches, payload, findings, decoded, messages, gaps };
}

class Compiler<K extends RecordKind> {
  payload = false;
  findings = false;
  decoded: 'value' | 'units' | undefined = undefined;
  messages = false;
  gaps = false;

  constructor(
    private readonly kind: K,
    private readonly rules: readonly Pick<Rule, 'id'>[] | undefined,
  ) {}

  compile(node: FilterNode): Predicate<K> {
    switch (node.kind) {
      case 'not': {
        const inner = this.compile(node.node);
        return (record, context) => !inner(record, context);
      }
      case 'present':
        return presence(this.source(node.operand).get);
      case 'compare':
        return this.comparison(node);
      case 'in':
        return this.membership(node);
      default:
        return joined(node.kind, this.compile(node.left), this.compile(node.right));
    }
  }

  private comparison(node: Extract<FilterNode, { kind: 'compare' }>): Predicate<K> {
    const { operand, operator, value, quantifier } = node;
    const source = this.source(operand);
    const other = value.kind === 'word' ? fieldNamed(value) : undefined;
    // A label has no value, so its name is one.
    const isField = other !== undefined && other.type !== 'label';
    if (isField && operator !== 'matches' && operator !== 'contains')
      return this.comparisonOfFields(node, source, other);
    const base = operator === '!=' || operator === '===' || operator === '!==' ? '==' : operator;
    return quantified(
      getterFor(source, [value]),
      operator,
      makeTest(source.type, base, value, source.vocabulary),
      quantifier,
    );
  }

  /** Both have one value, or several. */
  private comparisonOfFields(
    { operator, value, token, quantifier }: Extract<FilterNode, { kind: 'compare' }>,
    source: Source<K>,
    other: Field,
  ): Predicate<K> {
    const right = this.source({ kind: 'field', field: value, slice: undefined });
    if (right.type !== source.type || !(operator in FIELD_ORDER))
      throw new FilterError(`${other.name} is not to be compared so`, token.column, token.length);
    const decide = FIELD_ORDER[operator as keyof typeof FIELD_ORDER];
    const ofAll = quantifier === undefined ? operator === '!=' : quantifier === 'all';
    return (record, context) => {
      const wanted = listOf(right.get(record, context));
      const values = listOf(source.get(record, context));
      if (!ofAll) return values.some((a) => wanted.some((b) => decide(compare(a, b, source.type))));
      const isThere = values.length > 0 && wanted.length > 0;
      return isThere && values.every((a) => wanted.every((b) => decide(compare(a, b, source.type))));
    };
  }

  private membership({ operand, members, quantifier }: Extract<FilterNode, { kind: 'in' }>): Predicate<K> {
    const source = this.source(operand);
    const { type, vocabulary } = source;
    const tests = members.map(({ low, high }): Test => {
      if (high === undefined) return makeTest(type, '==', low, vocabulary);
      const [from, to] = [makeTest(type, '>=', low, vocabulary), makeTest(type, '<=', high, vocabulary)];
      return (value) => from(value) && to(value);
    });
    const get = getterFor(
      source,
      members.flatMap(({ low, high = low }) => [low, high]),
    );
    return quantified(get, '==', (value) => tests.some((test) => test(value)), quantifier);
  }

  private source(operand: Operand): Source<K> {
    if (operand.kind === 'call')
      return applied(
        operand.name,
        operand.operands.map((one) => this.source(one)),
      );
    if (operand.kind === 'bits') return this.bits(operand);
    const { field: token, slice: ranges } = operand;
    const field = fieldNamed(token) ?? unknown(token);
    const get = field.of[this.kind] as Getter<Records[K]> | undefined;
    if (get === undefined) throw ofOthers(field, this.kind, token);
    this.payload ||= field.payload === true;
    this.findings ||= field.findings === true;
    if (this.decoded !== 'units') this.decoded = field.decoded ?? this.decoded;
    this.gaps ||= field.gap === true;
    this.messages ||= this.kind === 'frame' && field.message === true;
    const source: Source<K> = {
      type: field.type,
      get,
      getExactly: field.exactly?.[this.kind] as typeof get,
      vocabulary: this.vocabularyOf(field),
    };
    if (ranges === undefined) return source;
    if (!SLICED.includes(source.type))
      throw new FilterError(
        `${field.name} is no text and no octets: it has no slices`,
        token.column,
        token.length,
      );
    return mapped(source, 'bytes', (value) =>
      typeof value === 'string' || value instanceof Uint8Array ? slice(octetsOf(value), ranges) : undefined,
    );
  }

  private bits({ operand, mask }: Extract<Operand, { kind: 'bits' }>): Source<K> {
    const source = this.source(operand);
    const wanted = maskOf(source.type, mask, source.vocabulary);
    const name = `${source.vocabulary?.name ?? 'that'} & ${mask.text}`;
    const bits = mapped(source, 'number', (value) => bitsOf(value, wanted));
    return { ...bits, vocabulary: { name, max: WHOLE, mask: wanted } };
  }

  private vocabularyOf({ name, type, names, max, octets, decimal, values }: Field): Vocabulary {
    const isWhole = type === 'number' && decimal !== true;
    return {
      name,
      names,
      max: max ?? (isWhole ? WHOLE : undefined),
      octets,
      decimal,
      values: values === 'rules' ? this.rules?.map(({ id }) => id) : values,
    };
  }
}

const SLICED: readonly FieldType[] = ['bytes', 'text', 'string', 'address', 'json'];

const FIELD_ORDER = {
  '==': (order: number) => order === 0,
  '!=': (order: number) => order !== 0,
  '>': (order: number) => order > 0,
  '<': (order: number) => order < 0,
  '>=': (order: number) => order >= 0,
  '<=': (order: number) => order <= 0,
};

function joined<K extends RecordKind>(
  kind: 'and' | 'or' | 'xor',
  left: Predicate<K>,
  right: Predicate<K>,
): Predicate<K> {
  if (kind === 'and') return (record, context) => left(record, context) && right(record, context);
  if (kind === 'or') return (record, context) => left(record, context) || right(record, context);
  return (record, context) => left(record, context) !== right(record, context);
}

/** Integers of JSON are read digit by digit only where the literal is one that a double cannot hold. */
function getterFor<K extends RecordKind>(
  { get, getExactly = get }: Source<K>,
  literals: readonly Token[],
): Getter<Records[K]> {
  return literals.some((literal) => longInteger(literal) !== undefined) ? getExactly : get;
}

function presence<K extends RecordKind>(get: Getter<Records[K]>): Predicate<K> {
  return (record, context) => {
    const value = get(record, context);
    return value !== undefined && !(Array.isArray(value) && value.length === 0);
  };
}

/** For any value or for all: what the quantifier says, or else the operator. */
function quantified<K extends RecordKind>(
  get: Getter<Records[K]>,
  operator: Comparison,
  test: Test,
  quantifier: Quantifier | undefined,
): Predicate<K> {
  const wanted = operator !== '!=' && operator !== '!==';
  if (quantifier === undefined ? operator === '!=' || operator === '===' : quantifier === 'all')
    return (record, context) => {
      const values = listOf(get(record, context));
      return values.length > 0 && values.every((value) => test(value) === wanted);
    };
  return (record, context) => {
    const value = get(record, context);
    if (value === undefined) return false;
    if (Array.isArray(value)) return value.some((one) => test(one) === wanted);
    return test(value as Value) === wanted;
  };
}

function unknown({ text, column, length }: Token): never {
  const missing = MISSING.get(text);
  const near = missing?.instead ?? nearestField(text);
  const why = missing?.why ?? (near === undefined ? ' (wsdissect fields lists them)' : '');
  throw new FilterError(`there is no field ${JSON.stringify(text)}${why}`, column, length, near);
}

function ofOthers(field: Field, kind: RecordKind, { column, length }: Token): FilterError {
  const kinds = RECORD_KINDS.filter((one) => field.of[one] !== undefined).map((one) => `${one}s`);
  return new FilterError(`${kind}s have no ${field.name}: it is of ${kinds.join(' and ')}`, column, length);
}
