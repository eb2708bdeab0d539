/**
 * What a filter takes values from, fields and what functions and slices make of them, and how values compare.
 *
 * Strategy: a function is a getter around a getter, chosen when the filter is compiled; what it cannot be applied to is told
 * then, with its place.
 */
import { nearest } from '../bytes/nearest.js';
import { compareOctets, octetsOfText, textOfOctets } from '../bytes/octets.js';
import { formatAddress } from '../network/address.js';
import { FilterError } from './error.js';
import type { FieldType, Getter, RecordKind, Records, Value } from './field.js';
import { EMPTY_ARRAY } from './json.js';
import type { Token } from './lexer.js';
import { compareBlobs, type Vocabulary } from './values.js';

export interface Source<K extends RecordKind> {
  readonly type: FieldType;
  readonly get: Getter<Records[K]>;
  /** With integers that a double cannot hold. */
  readonly getExactly?: Getter<Records[K]> | undefined;
  /** Undefined where something was made of the field's values. */
  readonly vocabulary: Vocabulary | undefined;
}

export function compare(a: Value, b: Value, type: FieldType): number {
  if (!isOctets(a) || !isOctets(b)) return a === b ? 0 : a! < b! ? -1 : 1;
  return type === 'bytes' ? compareBlobs(a, b) : compareOctets(a, b);
}

export function listOf(value: Value | undefined | readonly Value[]): readonly Value[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as Value];
}

export function octetsOf(value: Value): Uint8Array {
  return value instanceof Uint8Array ? value : octetsOfText(String(value));
}

export function mapped<K extends RecordKind>(
  { get }: Source<K>,
  type: FieldType,
  change: (value: Value) => Value | undefined,
): Source<K> {
  return {
    type,
    vocabulary: undefined,
    get: (record, context) =>
      listOf(get(record, context))
        .map(change)
        .filter((value) => value !== undefined),
  };
}

const FUNCTIONS = ['len', 'count', 'lower', 'upper', 'max', 'min', 'string'];

/** Throws FilterError for what the function is not for. Only max() and min() take several. */
export function applied<K extends RecordKind>(name: Token, sources: readonly Source<K>[]): Source<K> {
  const [source] = sources;
  const { type, get } = source;
  const takesOne = ['len', 'count', 'lower', 'upper', 'string'].includes(name.text.toLowerCase());
  if (sources.length > 1 && takesOne)
    throw new FilterError(`${name.text}() takes one field`, name.column, name.length);
  if (sources.some((one) => one.type !== type))
    throw new FilterError(`${name.text}() takes fields of one type`, name.column, name.length);
  const isText = type === 'string' || type === 'text' || type === 'json';
  switch (name.text.toLowerCase()) {
    case 'count':
      return {
        type: 'number',
        vocabulary: undefined,
        get: (record, context) =>
          listOf(get(record, context)).filter((value) => value !== EMPTY_ARRAY).length,
      };
    case 'len':
      if (isText || type === 'bytes') return mapped(source, 'number', (value) => octetsOf(value).length);
      break;
    case 'max':
    case 'min':
      if (type !== 'label' && type !== 'json')
        return extreme(name.text.toLowerCase() === 'max' ? 1 : -1, sources);
      throw new FilterError(`${name.text}() is for what has an order`, name.column, name.length);
    case 'string':
      if (type === 'number' || type === 'address') return mapped(source, 'string', stringOf);
      if (type === 'json')
        return mapped({ ...source, get: source.getExactly ?? get }, 'string', (value) =>
          isOctets(value) ? undefined : String(value),
        );
      throw new FilterError('string() is for numbers, addresses and JSON', name.column, name.length);
    case 'lower':
      if (isText) return mapped(source, 'string', (value) => textOf(value).toLowerCase());
      break;
    case 'upper':
      if (isText) return mapped(source, 'string', (value) => textOf(value).toUpperCase());
      break;
    default:
      throw new FilterError(
        `there is no function ${name.text}: there are ${FUNCTIONS.join(', ')}`,
        name.column,
        name.length,
        nearest(name.text, FUNCTIONS),
      );
  }
  throw new FilterError(
    `${name.text}() is for texts${name.text === 'len' ? ' and octets' : ''}`,
    name.column,
    name.length,
  );
}

/** `sign`: 1 for the greatest, -1 for the least of all values. */
function extreme<K extends RecordKind>(sign: number, sources: readonly Source<K>[]): Source<K> {
  const [{ type }] = sources;
  const beyond = (a: Value, b: Value) => (sign * compare(a, b, type) >= 0 ? a : b);
  return {
    type,
    vocabulary: undefined,
    get: (record, context) => {
      const values = sources.flatMap(({ get }) => listOf(get(record, context)));
      return values.length === 0 ? undefined : values.reduce(beyond);
    },
  };
}

const isOctets = (value: Value): value is Uint8Array => value instanceof Uint8Array;

function stringOf(value: Value): string {
  return isOctets(value) ? formatAddress(value, 0, value.length) : String(value);
}

function textOf(value: Value): string {
  return value instanceof Uint8Array ? textOfOctets(value) : String(value);
}
