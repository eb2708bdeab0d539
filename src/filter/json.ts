/**
 * `ws.json.<path>`: values inside JSON payloads, and in what else a subprotocol says. A path names members, and numbers in
 * brackets elements of arrays; what is asked of an array is asked of any of its elements, of a text that is JSON of what that
 * says: brokers and envelopes carry it so. Strategy: what does not hold the last
 * name of the path is not parsed.
 */
import { jsonShape } from '../bytes/json-shape.js';
import { OctetSearch, octetsOfText } from '../bytes/octets.js';
import type { Unit } from '../subprotocol/decoder.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { BINARY, TEXT } from '../websocket/opcode.js';
import { FilterError } from './error.js';
import { parseExactly } from './exact-json.js';
import type { Field, FilterContext, Getter, Value } from './field.js';
import { JsonScan, OBJECT, UNSURE } from './json-scan.js';
import { type Token, unquoted } from './lexer.js';

export const JSON_PREFIX = 'ws.json';

/** Whether JSON has the name as it is. */
const USUAL_NAME = /^[\x20-\x7e]+$/;
const NO_UNITS: readonly Unit[] = [];
type Step = string | number;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The field that a path names. Throws FilterError for a path that is none. */
export function jsonField(token: Token): Field {
  const steps = stepsOf(token);
  const [plain, exact] = [getterOf(steps, JSON.parse, scanFor(steps)), getterOf(steps, parseExactly)];
  return {
    name: token.text,
    type: 'json',
    meaning: 'value in JSON, or in what a subprotocol says, such as ws.json.items[0].name',
    payload: true,
    decoded: 'value',
    of: { frame: plain, message: plain },
    exactly: { frame: exact, message: exact },
  };
}

/** Undefined where the path has what it does not know. */
function scanFor(steps: readonly Step[]): JsonScan | undefined {
  const isUsual = (step: Step) =>
    typeof step === 'string' && USUAL_NAME.test(step) && JSON.stringify(step) === `"${step}"`;
  return steps.length > 0 && steps.every(isUsual) ? new JsonScan(steps as readonly string[]) : undefined;
}

function getterOf(
  steps: readonly Step[],
  parseText: (text: string) => unknown,
  scan?: JsonScan,
): Getter<Frame | Message> {
  const json = new LastJson(parseText);
  const name = steps.filter((one) => typeof one === 'string').at(-1);
  // Without the first quote, which has too many like it.
  const written =
    name === undefined ? undefined : new OctetSearch(octetsOfText(JSON.stringify(name).slice(1)));
  const ownValue = (record: Frame | Message) => {
    if (!mayBeJson(record)) return undefined;
    const scanned = scan === undefined ? UNSURE : scan.scalarIn(octetsOf(record));
    if (scanned === UNSURE) return valueAt(json.of(record), steps);
    return scanned === OBJECT ? THERE : scanned;
  };
  return (record, context) => {
    const isOut = written !== undefined && isWithout(octetsOf(record), written);
    const own = isOut ? undefined : ownValue(record);
    if (own !== undefined || !('content' in record)) return own;
    const units = unitsOf(record, context);
    return units.length === 0 ? undefined : listOf(units, ({ value }) => valueAt(value, steps));
  };
}

const STEP =
  /\.(?<name>[^.[\]"]+)|\.(?<quoted>"(?:[^"\\]|\\.)*")|\[\s*(?:(?<index>-?\d+)|(?<key>"(?:[^"\\]|\\.)*"))\s*\]/suy;

function stepsOf({ text, column }: Token): Step[] {
  const steps: Step[] = [];
  const pattern = new RegExp(STEP);
  pattern.lastIndex = JSON_PREFIX.length;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined)
      throw new FilterError('a path looks like ws.json.items[0].name', column + at, text.length - at);
    const { name, quoted = groups.key, index } = groups;
    steps.push(index !== undefined ? Number(index) : (name ?? unquoted(quoted)));
  }
  return steps;
}

/** What a message says in its subprotocol: mostly one thing. */
export function unitsOf(message: Message, { decoded }: FilterContext): readonly Unit[] {
  const known = decoded?.(message);
  return known === undefined ? NO_UNITS : (known.parts ?? [known]);
}

/** Of the record that was asked for last. */
class LastJson {
  private record: Frame | Message | undefined = undefined;
  private json: unknown = undefined;

  constructor(private readonly parseText: (text: string) => unknown) {}

  of(record: Frame | Message): unknown {
    if (record === this.record) return this.json;
    this.record = record;
    this.json = parse(record, this.parseText);
    return this.json;
  }
}

/** A fragment, and a frame of a compressed message, are none. */
function mayBeJson(record: Frame | Message): boolean {
  if ((record.opcode !== TEXT && record.opcode !== BINARY) || !record.complete) return false;
  return !('payload' in record) || (record.fin && !record.compressed);
}

/** Undefined where it is no JSON. */
function parse(record: Frame | Message, parseText: (text: string) => unknown): unknown {
  const bytes = octetsOf(record);
  const shape = jsonShape(bytes);
  // Of binary messages strings and numbers are none.
  if (shape === undefined || (record.opcode === BINARY && shape !== 'object' && shape !== 'array'))
    return undefined;
  try {
    return parseText(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

function octetsOf(record: Frame | Message): Uint8Array {
  return 'payload' in record ? record.payload : record.content;
}

/** There is no member of that name: neither as it is usually written, nor, with a backslash, in another way. */
function isWithout(bytes: Uint8Array, written: OctetSearch): boolean {
  return !written.isIn(bytes) && !bytes.includes(BACKSLASH);
}

const BACKSLASH = 0x5c;

/** The scalar at a path, several where arrays are on its way or at its end; of an object that it is there. */
function valueAt(json: unknown, steps: readonly Step[], from = 0): Value | undefined | readonly Value[] {
  let value = json;
  for (let at = from; at < steps.length; at++) {
    const step = steps[at];
    if (typeof value === 'string') value = innerJson(value);
    if (Array.isArray(value)) {
      if (typeof step === 'string') return listOf(value, (one) => valueAt(one, steps, at));
      value = value.at(step);
    } else {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as Record<Step, unknown>)[step];
    }
  }
  if (!Array.isArray(value)) return value === undefined ? undefined : scalarOf(value);
  return value.length === 0 ? EMPTY_ARRAY : value.map(scalarOf);
}

/** An object or an array that was written as a text; undefined where it is none. */
function innerJson(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listOf<T>(
  items: readonly T[],
  valuesOf: (item: T) => Value | undefined | readonly Value[],
): Value[] {
  return items.flatMap((item) => {
    const value = valuesOf(item);
    return value === undefined ? [] : value;
  });
}

/** Stands for an object, or for an array in an array, and equals nothing. */
const THERE = new Uint8Array(0);
/** Stands for an array without elements: it is there, and none counts. */
export const EMPTY_ARRAY = new Uint8Array(0);

function scalarOf(value: unknown): Value {
  return value === null || typeof value !== 'object' ? (value as Value) : THERE;
}
