/**
 * What a table that SQL asks is made of: columns with name, type, meaning, and where its value comes from.
 *
 * Strategy: values are plain data, and the type says what they become; so a table is a list of columns and knows nothing of
 * the database.
 */
import { nanosecondsOf } from '../stream/place.js';
import type { BySender } from '../websocket/session-record.js';

/** Undefined is NULL. What is a DECIMAL is given in units of its last digit. */
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

export interface ColumnType {
  /** As in JSON. */
  readonly name: string;
  /** In the words of DuckDB's SQL. */
  readonly type: string;
  readonly meaning: string;
}

export interface Column<T> extends ColumnType {
  readonly value: (record: T) => Plain;
}

/** Of a packet by its number: the capture that it came from. */
export type CaptureOf = (packet: number) => string | undefined;

/** Exact, and of any time that a capture can have: seconds since the epoch. */
export const TIME = 'DECIMAL(38,9)';

/** As a value of that type. */
export const exactTime = nanosecondsOf;

export function column<T>(
  name: string,
  type: string,
  meaning: string,
  value: (record: T) => Plain,
): Column<T> {
  return { name, type, meaning, value };
}

/** A value for each sender, each of the type. */
export function bySender(type: string): string {
  return `STRUCT(client ${type}, server ${type})`;
}

export function bySenderValue<T>(value: BySender<T>, plain: (value: T) => Plain): Plain {
  return { client: plain(value.client), server: plain(value.server) };
}

/** A copy of borrowed octets. */
export function copied(bytes: Uint8Array): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes);
}
