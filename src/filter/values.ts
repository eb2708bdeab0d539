/**
 * From what is written in a filter to tests of values: numbers, times, addresses, octets, texts.
 *
 * Strategy: what can be prepared is prepared when the filter is compiled; a test gets one value of the field's type.
 */

import { nearest } from '../bytes/nearest.js';
import {
  compareOctets,
  latin1OfOctets,
  OctetSearch,
  octetsOfHex,
  octetsOfText,
  textOfOctets,
} from '../bytes/octets.js';
import { parseAddress } from '../network/address.js';
import { FilterError } from './error.js';
import type { Domain, FieldType, Value } from './field.js';
import type { Token } from './lexer.js';
import { longInteger, parseDecimal, parseNumeral } from './numeral.js';
import type { Comparison } from './parser.js';
import { compilePattern, type Pattern } from './pattern.js';

export type Test = (value: Value) => boolean;

/** Values that an error lists. */
const MOST_LISTED = 8;

type Ordering = '==' | '>' | '<' | '>=' | '<=';

const ORDER: Readonly<Record<Ordering, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '>': (order) => order > 0,
  '<': (order) => order < 0,
  '>=': (order) => order >= 0,
  '<=': (order) => order <= 0,
};

/** What a field is called, and all that it can be. */
export interface Vocabulary extends Domain {
  readonly name: string;
  readonly values?: readonly string[] | undefined;
  /** Of a number of which these bits are left. */
  readonly mask?: number | undefined;
}

/** The greatest of a field that has any whole number from 0 on. */
export const WHOLE = Number.MAX_VALUE;
/** Numbers that tshark keeps a field with fewer bits in, and takes masks for. */
const STORED = [0xff, 0xffff, 0xffff_ffff, WHOLE];
/** Of a mask: -1 are all bits of 32. */
const LEAST_MASK = -0x8000_0000;

const ANYTHING: Vocabulary = { name: '' };

/**
 * The test of one value; `!=` and its like are made of `==`. Throws FilterError where a comparison makes no sense, and, as tshark
 * does, for a value that the field never has.
 */
export function makeTest(
  type: FieldType,
  operator: Exclude<Comparison, '!=' | '===' | '!=='>,
  literal: Token,
  vocabulary = ANYTHING,
): Test {
  if (operator === 'matches') return matchTest(type, literal);
  if (operator === 'contains') return containTest(type, literal);
  if (operator === '&') return bitTest(type, literal, vocabulary);
  switch (type) {
    case 'number':
    case 'time':
    case 'boolean': {
      const wanted = parseNumber(type, literal, vocabulary);
      if (operator === '==') refuseOtherBits(wanted, literal, vocabulary);
      return numberTest(operator, wanted);
    }
    case 'address':
      return addressTest(operator, literal, vocabulary);
    case 'string':
      return stringTest(operator, knownWord(literal, vocabulary));
    case 'text':
      return bytesTest(operator, octetsOfLiteral(literal));
    case 'bytes':
      return bytesTest(operator, parseBytes(literal), compareBlobs);
    case 'json':
      return jsonTest(operator, literal);
    default:
      throw new FilterError('this field has no value: it is there or not', literal.column, literal.length);
  }
}

function numberTest(operator: Ordering, wanted: number): Test {
  switch (operator) {
    case '==':
      return (value) => Number(value) === wanted;
    case '>':
      return (value) => Number(value) > wanted;
    case '<':
      return (value) => Number(value) < wanted;
    case '>=':
      return (value) => Number(value) >= wanted;
    default:
      return (value) => Number(value) <= wanted;
  }
}

function stringTest(operator: Ordering, wanted: string): Test {
  if (operator === '==') return (value) => value === wanted;
  const decide = ORDER[operator];
  return (value) => decide(value === wanted ? 0 : (value as string) < wanted ? -1 : 1);
}

/** As tshark orders octets that are no text: the longer is the greater. */
export function compareBlobs(a: Uint8Array, b: Uint8Array): number {
  return a.length - b.length || compareOctets(a, b);
}

function bytesTest(operator: Ordering, wanted: Uint8Array, compare = compareOctets): Test {
  const decide = ORDER[operator];
  if (operator === '==')
    return (value) =>
      (value as Uint8Array).length === wanted.length && compareOctets(value as Uint8Array, wanted) === 0;
  return (value) => decide(compare(value as Uint8Array, wanted));
}

function bitTest(type: FieldType, literal: Token, vocabulary: Vocabulary): Test {
  const mask = maskOf(type, literal, vocabulary);
  return (value) => bitsOf(value, mask) !== 0;
}

/** The bits that are asked for. Throws FilterError for what is no number. */
export function maskOf(type: FieldType, literal: Token, vocabulary: Vocabulary = ANYTHING): number {
  const { column, length } = literal;
  const { name, max = WHOLE, decimal } = vocabulary;
  if (type !== 'number' || decimal === true)
    throw new FilterError('only whole numbers have bits', column, length);
  const mask = parseNumeral(literal);
  const greatest = STORED.find((one) => one >= max)!;
  if (!Number.isSafeInteger(mask) || mask === 0 || mask < LEAST_MASK)
    throw new FilterError('expected bits, as a whole number such as 0x8', column, length);
  if (mask > greatest)
    throw new FilterError(`${name} has no such bits: it is at most ${greatest}`, column, length);
  return mask;
}

function refuseOtherBits(wanted: number, { text, column, length }: Token, { name, mask }: Vocabulary): void {
  if (mask !== undefined && bitsOf(wanted, mask) !== wanted)
    throw new FilterError(`${name} is never ${text}`, column, length);
}

/** Those bits of the whole number that the value is, or begins with. */
export function bitsOf(value: Value, mask: number): number {
  if (mask <= 0xffff_ffff) return ((value as number) & mask) >>> 0;
  return Number(BigInt(Math.trunc(value as number)) & BigInt(mask));
}

function containTest(type: FieldType, literal: Token): Test {
  const { text } = literal;
  if (type === 'string') return (value) => (value as string).includes(text);
  if (type === 'json') return (value) => typeof value === 'string' && value.includes(text);
  if (type !== 'text' && type !== 'bytes')
    throw new FilterError(
      'contains is for texts and octets, such as websocket.payload',
      literal.column,
      literal.length,
    );
  const wanted = type === 'text' ? octetsOfLiteral(literal) : parseBytes(literal);
  const search = new OctetSearch(wanted);
  return (value) => search.isIn(value as Uint8Array);
}

function matchTest(type: FieldType, literal: Token): Test {
  const holds = patternOf(literal);
  if (type === 'string') return (value) => holds(value as string);
  if (type === 'text') return (value) => holds(textOfOctets(value as Uint8Array));
  if (type === 'bytes') return (value) => holds(latin1OfOctets(value as Uint8Array));
  if (type === 'json') return (value) => typeof value === 'string' && holds(value);
  throw new FilterError('matches is for texts and octets', literal.column, literal.length);
}

function patternOf({ text, column, length }: Token): Pattern {
  try {
    return compilePattern(text);
  } catch (error) {
    throw new FilterError(`no regular expression: ${(error as Error).message}`, column, length);
  }
}

function jsonTest(operator: Ordering, literal: Token): Test {
  const long = longInteger(literal);
  if (long !== undefined) return exactTest(operator, long);
  const isWord = literal.kind === 'word';
  const number = isWord ? parseNumeral(literal) : Number.NaN;
  if (!Number.isNaN(number)) {
    const test = numberTest(operator, number);
    return (value) => isNumber(value) && test(value);
  }
  const constants: Record<string, boolean | null> = { true: true, false: false, null: null };
  if (isWord && Object.hasOwn(constants, literal.text) && operator === '==')
    return (value) => value === constants[literal.text];
  const test = stringTest(operator, literal.text);
  return (value) => typeof value === 'string' && test(value);
}

const isNumber = (value: Value): value is number | bigint =>
  typeof value === 'number' || typeof value === 'bigint';

/** Numbers and bigints compare exactly with each other. */
function exactTest(operator: Ordering, wanted: bigint): Test {
  const decide = ORDER[operator];
  return (value) => isNumber(value) && decide(value < wanted ? -1 : value > wanted ? 1 : 0);
}

function addressTest(operator: Ordering, literal: Token, { name, octets }: Vocabulary): Test {
  const { text, column, length } = literal;
  const [, written, bits] = /^(.*?)(?:\/(\d+))?$/.exec(text)!;
  let address: Uint8Array;
  try {
    address = parseAddress(written);
  } catch {
    throw new FilterError(
      'no address: give one such as 192.0.2.1, 10.0.0.0/8 or 2001:db8::/32',
      column,
      length,
    );
  }
  if (octets !== undefined && address.length !== octets) throw otherFamily(literal, name);
  const prefix = bits === undefined ? 8 * address.length : Number(bits);
  if (prefix > 8 * address.length)
    throw new FilterError(
      `an address has ${8 * address.length} bits`,
      column + written.length + 1,
      bits!.length,
    );
  if (operator !== '==') return bytesTest(operator, address);
  return (value) => hasPrefix(value as Uint8Array, address, prefix);
}

/** Addresses of IPv4 and IPv6 have fields of their own. */
function otherFamily({ text, column, length }: Token, name: string): FilterError {
  const [is, prefix] = name.startsWith('ipv6.') ? ['IPv4', 'ip'] : ['IPv6', 'ipv6'];
  const field = `${prefix}.${name.slice(name.indexOf('.') + 1)}`;
  return new FilterError(
    `${name} is never ${text}: it is an ${is} address, which ${field} asks for`,
    column,
    length,
  );
}

function hasPrefix(value: Uint8Array, address: Uint8Array, bits: number): boolean {
  if (value.length !== address.length) return false;
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (value[i] !== address[i]) return false;
  const rest = 8 - (bits & 7);
  return rest === 8 || value[whole] >> rest === address[whole] >> rest;
}

function parseNumber(type: FieldType, literal: Token, vocabulary: Vocabulary): number {
  const { text, column, length } = literal;
  const { name, names = {}, max, decimal } = vocabulary;
  const word = text.toLowerCase();
  if (type === 'boolean' && (word === 'true' || word === 'false')) return Number(word === 'true');
  if (Object.hasOwn(names, word)) return names[word];
  if (type === 'time') {
    const time = Date.parse(text) / 1000 + fraction(text);
    if (!Number.isNaN(time)) return time;
    throw noNumber(type, literal, vocabulary);
  }
  const number = decimal === true ? parseDecimal(text) : parseNumeral(literal);
  if (type === 'boolean') {
    // As to tshark, whatever is not 0 is true.
    if (Number.isInteger(number) && number >= 0) return Math.min(number, 1);
  } else if (max !== undefined && !Number.isNaN(number)) {
    if (Number.isInteger(number) && number >= 0 && number <= max) return number;
    const upwards = max === WHOLE ? ', 0 or more' : ` from 0 to ${max}`;
    throw new FilterError(`${name} is never ${text}: it is a whole number${upwards}`, column, length);
  } else if (!Number.isNaN(number)) return number;
  throw noNumber(type, literal, vocabulary);
}

/** What the literal says. Throws FilterError for what the field never is. */
function knownWord({ text, column, length }: Token, { name, values }: Vocabulary): string {
  if (values === undefined || values.includes(text)) return text;
  const near = nearest(text, values);
  const hint = near === undefined ? `; it is one of ${listed(values)}` : '';
  throw new FilterError(`${name} is never ${JSON.stringify(text)}${hint}`, column, length, near);
}

function listed(values: readonly string[]): string {
  const some = values.slice(0, MOST_LISTED);
  return some.length < values.length ? `${some.join(', ')} and others` : some.join(', ');
}

/** Of a second, behind the milliseconds that Date.parse() knows. */
function fraction(text: string): number {
  const digits = /\.\d{3}(\d+)/.exec(text)?.[1];
  return digits === undefined ? 0 : Number(`0.000${digits}`);
}

function noNumber(type: FieldType, { text, column, length }: Token, { names = {} }: Vocabulary): FilterError {
  // Of names that mean the same the short one is proposed.
  const known = Object.keys(names).filter((name) => !name.includes(' '));
  return new FilterError(`expected ${wanted(type, known)}`, column, length, nearest(text, known));
}

function wanted(type: FieldType, names: readonly string[]): string {
  if (type === 'boolean') return '0, 1, true or false';
  if (type === 'time') return 'a time such as "2026-11-20 09:30:00.25Z"';
  return names.length === 0 ? 'a number' : `a number, or ${names.join(', ')}`;
}

function octetsOfLiteral({ kind, text }: Token): Uint8Array {
  return kind === 'character' ? Uint8Array.of(text.charCodeAt(0)) : octetsOfText(text);
}

/**
 * A string or a character stands for its octets; else two hex digits each, with colons, dots or hyphens, or nothing, between
 * them; of an octet before these or at the end one digit will do, as in tshark.
 */
function parseBytes(literal: Token): Uint8Array {
  const { kind, text, column, length } = literal;
  if (kind !== 'word') return octetsOfLiteral(literal);
  const parts = text.replace(/^0x(?=(?:..)+$)/, '').split(/[:.-]/);
  if (!parts.every((part) => /^[0-9a-fA-F]+$/.test(part)))
    throw new FilterError('expected octets such as 37:fa:21:3d, or a string', column, length);
  return octetsOfHex(
    parts.map((part) => (part.length % 2 === 0 ? part : part.replace(/.$/, '0$&'))).join(''),
  );
}
