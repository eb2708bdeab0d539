/**
 * What a table is made of: columns with name, type, meaning, and where its value comes from.
 *
 * Strategy: values are plain data, and the type says what they become; so a table is a list of columns and knows nothing of
 * the database or the files that it goes to.
 */
import { nanosecondsOf } from '../stream/place.js';
import type { BySender } from '../websocket/session-record.js';

/** Undefined is NULL. A TIME is nanoseconds since the epoch. */
export type Plain =
  | string
  | number
  | bigint
  | boolean
  | Uint8Array
  | readonly Plain[]
  | { readonly [name: string]: Plain }
  | null
  | undefined;

/** In the words of SQL; TIME is seconds since the epoch, exact to the nanosecond, of any time that a capture can have. */
export type Scalar =
  | 'VARCHAR'
  | 'JSON'
  | 'BLOB'
  | 'BOOLEAN'
  | 'INTEGER'
  | 'BIGINT'
  | 'UBIGINT'
  | 'DOUBLE'
  | 'TIME';
export interface ListType {
  readonly list: ValueType;
}
export interface StructType {
  readonly struct: Readonly<Record<string, ValueType>>;
}
export type ValueType = Scalar | ListType | StructType;

/** Digits of a TIME, and those of them behind the point. */
export const TIME_DIGITS = { precision: 38, scale: 9 } as const;

export interface ColumnType {
  /** As in JSON. */
  readonly name: string;
  readonly type: ValueType;
  readonly meaning: string;
}

export interface Column<T> extends ColumnType {
  readonly value: (record: T) => Plain;
}

/** Of a packet by its number: the capture that it came from. */
export type CaptureOf = (packet: number) => string | undefined;

/** As a value of a TIME. */
export const exactTime = nanosecondsOf;

export const RANGES: ValueType = { list: { struct: { offset: 'BIGINT', length: 'BIGINT' } } };

export function column<T>(
  name: string,
  type: ValueType,
  meaning: string,
  value: (record: T) => Plain,
): Column<T> {
  return { name, type, meaning, value };
}

/** A value for each sender, each of the type. */
export function bySender(type: ValueType): StructType {
  return { struct: { client: type, server: type } };
}

export function bySenderValue<T>(value: BySender<T>, plain: (value: T) => Plain): Plain {
  return { client: plain(value.client), server: plain(value.server) };
}

/** A copy of borrowed octets. */
export function copied(bytes: Uint8Array): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes);
}
