import { describe, expect, test } from 'vitest';
import { uncounted } from '../../src/http/holding.js';
import { plainRecord } from '../../src/tls/handshake-encode.js';
import { RecordSearch } from '../../src/tls/record-search.js';
import { embedded, splits } from '../support/splits.js';

const A = plainRecord(23, Buffer.from('first'));
const B = plainRecord(21, Buffer.from('second'));
const GARBAGE = Buffer.from('no record');

/** Every candidate as offset in all bytes: `offset+length`, and `c` where it is chained. */
function candidates(pieces: readonly Uint8Array[]): string[] {
  const search = new RecordSearch(uncounted);
  const found: string[] = [];
  let base = 0;
  for (const piece of pieces) {
    search.push(...embedded(piece));
    for (let at = search.next(); at >= 0; at = search.next())
      found.push(`${base + at}+${search.recordEnd - at}${search.isChained ? 'c' : ''}`);
    base += search.drop();
  }
  return found;
}

test('each record is a candidate, however the bytes are cut', () => {
  const bytes = Buffer.concat([GARBAGE, A, B, GARBAGE]);
  expect(candidates([bytes])).toEqual(['9+10c', '19+11']);
  for (const pieces of splits(bytes))
    expect(candidates(pieces).map((one) => one.replace('c', ''))).toEqual(['9+10', '19+11']);
});

test('a candidate that is not whole is waited for; at the end it is passed over', () => {
  const long = Buffer.of(23, 3, 3, 1, 0);
  const search = new RecordSearch(uncounted);
  const bytes = Buffer.concat([GARBAGE, long, A]);
  search.push(bytes, 0, bytes.length);
  expect(search.next()).toBe(-1);
  expect(search.drop()).toBe(9);
  expect(search.next()).toBe(-1);
  expect(search.next(true)).toBe(5);
  expect(search.recordEnd).toBe(15);
  expect(search.next(true)).toBe(-1);
});

describe('octets that were passed', () => {
  test('are told once, with those of gaps and what was let go for them', () => {
    const search = new RecordSearch(uncounted);
    search.push(...embedded(GARBAGE));
    expect(search.next()).toBe(-1);
    expect(search.drop()).toBe(9);
    search.push(A, 0, 4);
    search.gap(100);
    search.push(Buffer.concat([GARBAGE, A]), 0, 19);
    const at = search.next();
    expect(at).toBe(9);
    expect(search.passed(at)).toBe(4 + 100 + 9);
    expect(search.passed(at)).toBe(0);
  });

  test('a candidate that is none is passed with what comes before the next one', () => {
    const search = new RecordSearch(uncounted);
    search.push(Buffer.concat([A, GARBAGE, B]), 0, 30);
    expect(search.passed(search.next())).toBe(0);
    expect(search.passed(search.next())).toBe(A.length + GARBAGE.length);
  });
});

test('what is kept of bytes that are none stays small', () => {
  const search = new RecordSearch(uncounted);
  for (let i = 0; i < 200; i++) {
    search.push(Buffer.alloc(10_000, 0x41), 0, 10_000);
    expect(search.next()).toBe(-1);
    search.drop();
  }
  expect(search.end).toBe(0);
  expect(search.bytes.length).toBeLessThanOrEqual(20_000);
});
