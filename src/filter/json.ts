/**
 * `ws.json.<path>`: values inside JSON payloads, and in what else a subprotocol says. A path names members, and numbers in brackets elements of arrays; a member
 * of an array is that of any of its elements.
 */
import type { Unit } from '../subprotocol/decoder.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { BINARY, TEXT } from '../websocket/opcode.js';
import { FilterError } from './error.js';
import type { Field, FilterContext, Value } from './field.js';
import type { Token } from './lexer.js';

export const JSON_PREFIX = 'ws.json';

type Step = string | number;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** The field that a path names. Throws FilterError for a path that is none. */
export function jsonField({ text, column }: Token): Field {
  const steps: Step[] = [];
  const rest = text.slice(JSON_PREFIX.length);
  const step = /\.([^.[\]]+)|\[(\d+)\]/y;
  while (step.lastIndex < rest.length) {
    const at = step.lastIndex;
    const match = step.exec(rest);
    if (match === null)
      throw new FilterError(
        'a path looks like ws.json.items[0].name',
        column + JSON_PREFIX.length + at,
        rest.length - at,
      );
    steps.push(match[1] ?? Number(match[2]));
  }
  const json = new LastJson();
  const get = (record: Frame | Message, context: FilterContext) => {
    const units = 'content' in record ? unitsOf(record, context) : [];
    if (units.length === 0) return valuesAt(json.of(record), steps);
    return units.flatMap(({ value }) => valuesAt(value, steps));
  };
  return {
    name: text,
    type: 'json',
    meaning: 'value in JSON, or in what a subprotocol says, such as ws.json.items[0].name',
    payload: true,
    decoded: true,
    of: { frame: get, message: get },
  };
}

/** What a message says in its subprotocol: mostly one thing. */
export function unitsOf(message: Message, { decoded }: FilterContext): readonly Unit[] {
  const known = decoded?.(message);
  return known === undefined ? [] : (known.parts ?? [known]);
}

/** Of the record that was asked for last. */
class LastJson {
  private record: Frame | Message | undefined = undefined;
  private json: unknown = undefined;

  of(record: Frame | Message): unknown {
    if (record === this.record) return this.json;
    this.record = record;
    this.json = parse(record);
    return this.json;
  }
}

/** Undefined where it is no JSON; a fragment, and a frame of a compressed message, are none. */
function parse(record: Frame | Message): unknown {
  if ((record.opcode !== TEXT && record.opcode !== BINARY) || !record.complete) return undefined;
  if ('payload' in record && (!record.fin || record.compressed)) return undefined;
  const bytes = 'payload' in record ? record.payload : record.content;
  if (!mayBeJson(bytes, record.opcode === TEXT)) return undefined;
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
}

/** By its first and last octets (RFC 8259 §2): to find out by an error takes ten times as long. `scalars`: strings and so on. */
function mayBeJson(bytes: Uint8Array, scalars: boolean): boolean {
  let [first, last] = [0, bytes.length - 1];
  while (first < last && isBlank(bytes[first])) first++;
  while (last > first && isBlank(bytes[last])) last--;
  const begin = bytes[first];
  const end = bytes[last];
  if (begin === OBJECT[0]) return end === OBJECT[1];
  if (begin === ARRAY[0]) return end === ARRAY[1];
  if (!scalars) return false;
  if (begin === QUOTE) return end === QUOTE;
  // A number, or true, false or null.
  return last - first < MAX_NUMBER && ((end >= 0x30 && end <= 0x39) || end === 0x65 || end === 0x6c);
}

/** `{}`, `[]`, `"`. */
const OBJECT = [0x7b, 0x7d];
const ARRAY = [0x5b, 0x5d];
const QUOTE = 0x22;
/** Longer ones say no more than shorter ones. */
const MAX_NUMBER = 400;

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** Scalars at a path; of an object or an array that it is there. */
function valuesAt(json: unknown, steps: readonly Step[]): Value[] {
  let values = [json];
  for (const step of steps) values = values.flatMap((value) => member(value, step));
  return values.filter((value) => value !== undefined).map((value) => (isScalar(value) ? value : THERE));
}

/** Stands for an object or an array, and equals nothing. */
const THERE = new Uint8Array(0);

function isScalar(value: unknown): value is number | boolean | string | null {
  return value === null || typeof value !== 'object';
}

function member(value: unknown, step: Step): unknown[] {
  if (Array.isArray(value))
    return typeof step === 'number' ? [value[step]] : value.flatMap((one) => member(one, step));
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return [];
  return [(value as Record<Step, unknown>)[step]];
}
