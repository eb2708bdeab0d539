/**
 * Records by what they are numbered with, in tables of which only a few rows are at hand.
 */
import type { Frame } from '../../websocket/frame-record.js';
import type { PageMessage, Table } from '../source.js';
import { readRows } from '../spans.js';
import type { Rows } from './rows.js';

export interface Found<Row> {
  readonly row: number;
  readonly record: Row;
}

/** The record with this number; numbers ascend, nearly always by 1 from 1. */
export async function rowOfNumber<Row extends { readonly number: number }>(
  table: Table<Row>,
  number: number,
): Promise<Found<Row> | undefined> {
  let [low, high] = [0, table.count - 1];
  for (let guess = Math.min(number - 1, high); low <= high; guess = (low + high) >> 1) {
    const [record] = await table.read(guess, 1);
    if (record === undefined) return undefined;
    if (record.number === number) return { row: guess, record };
    if (record.number < number) low = guess + 1;
    else high = guess - 1;
  }
  return undefined;
}

/** What is at places of a list that ascend. */
export async function readPlaces<Row>(
  table: Table<Row>,
  rows: Rows,
  places: readonly number[],
): Promise<readonly (Row | undefined)[]> {
  const wanted = places.map((place) => rows.at(place));
  const known = await readRows(table, wanted);
  return wanted.map((row) => known.get(row));
}

/** Rows that are looked through around where the message is expected: others may have ended in between. */
const AROUND = 512;

/** The message that a frame belongs to: one of those that end with it or later. */
export async function messageOf(
  table: Table<PageMessage>,
  frame: Frame,
): Promise<Found<PageMessage> | undefined> {
  let [low, high] = [0, table.count];
  while (low < high) {
    const middle = (low + high) >> 1;
    const [message] = await table.read(middle, 1);
    if ((message?.frames.at(-1) ?? 0) < frame.number) low = middle + 1;
    else high = middle;
  }
  for (const from of [low, Math.max(0, low - AROUND)]) {
    const rows = await table.read(from, AROUND);
    const at = rows.findIndex(({ frames }) => frames.includes(frame.number));
    if (at >= 0) return { row: from + at, record: rows[at] };
  }
  return undefined;
}

/** The first frame that was captured at this time (seconds since the epoch) or later; the last one if none was. */
export async function rowAtTime(table: Table<Frame>, time: number): Promise<number> {
  let [low, high] = [0, Math.max(0, table.count - 1)];
  while (low < high) {
    const middle = (low + high) >> 1;
    const [frame] = await table.read(middle, 1);
    if (frame !== undefined && frame.time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
