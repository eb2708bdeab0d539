/**
 * How records become JSON and octets and come back equal, with encoder and decoder in one: a codec.
 *
 * Strategy: a record becomes the list of its values, in the order in which its codec names them; its type asks for a
 * codec of each. What is undefined is null there. Octets go behind the JSON of a block, where they cost nothing
 * to decode, and only their length stands in it.
 */
import type { Rule } from '../rules/rule.js';
import type { Session } from '../websocket/session-record.js';

/** What the records of a block put elsewhere. */
export interface Outgoing {
  bytes(bytes: Uint8Array): void;
  session(number: number): void;
  /** Number of the rule, from 0. */
  rule(rule: Rule): number;
}

/** What the records of a block get from elsewhere. */
export interface Incoming {
  /** The next octets, in the order in which they were put there. */
  bytes(length: number): Uint8Array;
  session(number: number): Session;
  rule(number: number): Rule;
}

export interface Codec<T> {
  encode(value: T, outgoing: Outgoing): unknown;
  /** `json` is what encode() gave: blocks are our own. */
  decode(json: unknown, incoming: Incoming): T;
  /** Of a property that is left out where it is undefined. */
  readonly leavesOut?: boolean;
}

/** What JSON has itself. */
export function plain<T>(): Codec<T> {
  return { encode: (value) => value, decode: (json) => json as T };
}

export const number = plain<number>();
export const text = plain<string>();
export const boolean: Codec<boolean> = { encode: Number, decode: (json) => json === 1 };

/** Lists that are mostly empty share one. */
const NONE: readonly never[] = [];

export function list<T>(codec: Codec<T>): Codec<readonly T[]> {
  return {
    encode: (values, outgoing) => values.map((value) => codec.encode(value, outgoing)),
    decode(json, incoming) {
      const values = json as readonly unknown[];
      return values.length === 0 ? NONE : values.map((value) => codec.decode(value, incoming));
    },
  };
}

/** Of values that are never null. */
export function maybe<T>(codec: Codec<T>): Codec<T | undefined> {
  return {
    encode: (value, outgoing) => (value === undefined ? null : codec.encode(value, outgoing)),
    decode: (json, incoming) => (json === null ? undefined : codec.decode(json, incoming)),
  };
}

/** Of a property that is not there where it is undefined. */
export function optional<T>(codec: Codec<T>): Codec<T | undefined> {
  return { ...maybe(codec), leavesOut: true };
}

export const bigint: Codec<bigint> = {
  encode: (value) => (value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : String(value)),
  decode: (json) => BigInt(json as number | string),
};

/** At most `most` octets: the rest is left out. */
export function bytes(most: number): Codec<Uint8Array> {
  return {
    encode(value, outgoing) {
      const kept = value.length > most ? value.subarray(0, most) : value;
      outgoing.bytes(kept);
      return kept.length;
    },
    decode: (json, incoming) => incoming.bytes(json as number),
  };
}

export const session: Codec<Session> = {
  encode({ number }, outgoing) {
    outgoing.session(number);
    return number;
  },
  decode: (json, incoming) => incoming.session(json as number),
};

export const rule: Codec<Rule> = {
  encode: (value, outgoing) => outgoing.rule(value),
  decode: (json, incoming) => incoming.rule(json as number),
};

/** A codec for each property, in any order. */
export function record<T extends object>(
  codecs: {
    readonly [Key in keyof T]-?: Codec<T[Key]>;
  },
): Codec<T> {
  const members = Object.entries<Codec<unknown>>(codecs);
  return {
    encode: (value, outgoing) =>
      members.map(([name, codec]) => codec.encode(value[name as keyof T], outgoing)),
    decode(json, incoming) {
      const values = json as readonly unknown[];
      const record: Record<string, unknown> = {};
      for (let i = 0; i < members.length; i++) {
        const [name, codec] = members[i];
        const value = codec.decode(values[i], incoming);
        if (value !== undefined || codec.leavesOut !== true) record[name] = value;
      }
      return record as T;
    },
  };
}
