import { describe, expect, test } from 'vitest';
import type { Epoch } from '../../src/tls/keys.js';
import { Loss } from '../../src/tls/loss.js';
import type { OpenedRecord, RecordCipher } from '../../src/tls/sealed-record.js';

const OVERHEAD = 22;
const into: OpenedRecord = { content: new Uint8Array(0), type: 0, padding: 0 };
const BYTES = new Uint8Array(1000);

/** Only `right` authenticates; all numbers that are tried are written down. */
function epochOf(sequence: number, right: number): { epoch: Epoch; tried: number[] } {
  const tried: number[] = [];
  const cipher = {
    overhead: OVERHEAD,
    open: (number: number) => {
      tried.push(number);
      return number === right;
    },
  } as unknown as RecordCipher;
  return {
    epoch: { stage: 'application', cipher, sequence, proven: true, generation: 1, secret: undefined },
    tried,
  };
}

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('which numbers are tried', () => {
  test('of records whose header was seen the number is known', () => {
    const loss = new Loss(1 << 27, () => {});
    for (let i = 0; i < 3; i++) loss.addRecord(100);
    const { epoch, tried } = epochOf(10, 13);
    expect(loss.find(epoch, BYTES, 0, 50, into)).toBe(true);
    expect([tried, epoch.sequence]).toEqual([[13], 13]);
  });

  test('in other bytes there are at most as many as their overhead allows', () => {
    const loss = new Loss(1 << 27, () => {});
    loss.addLoose(100);
    loss.addRecord(50);
    const { epoch, tried } = epochOf(10, -1);
    expect(loss.find(epoch, BYTES, 0, 50, into)).toBe(false);
    expect(tried).toEqual(range(11, 11 + 5));
    expect(epoch.sequence).toBe(10);
  });

  test('with keys that were not used yet they begin at 0', () => {
    const loss = new Loss(1 << 27, () => {});
    loss.addRecord(50);
    loss.addRecord(50);
    loss.addLoose(30);
    const { epoch, tried } = epochOf(0, 3);
    expect(loss.findFirst(epoch, BYTES, 0, 50, into)).toBe(true);
    expect([tried, epoch.sequence]).toEqual([range(0, 3), 3]);
  });

  test('a thousand lost records', () => {
    const loss = new Loss(1 << 27, () => {});
    loss.addLoose(1000 * 40);
    const { epoch } = epochOf(5, 1005);
    expect(loss.find(epoch, BYTES, 0, 50, into)).toBe(true);
    expect(epoch.sequence).toBe(1005);
    expect(loss.plaintext(1000, OVERHEAD)).toBe(1000 * 18);
  });
});

test('a long run of what is none costs a bounded number of trials, until something authenticates', () => {
  let exhausted = 0;
  const loss = new Loss(1 << 23, () => exhausted++);
  loss.addLoose(1 << 30);
  const { epoch, tried } = epochOf(0, -1);
  for (let i = 0; i < 10_000; i++) loss.find(epoch, BYTES, 0, 1000, into);
  // 8 MiB, of which each trial takes its octets and 2048 more.
  expect(tried.length).toBe(Math.ceil((1 << 23) / 3048));
  expect(exhausted).toBe(1);
  loss.clear();
  expect(loss.isNothing).toBe(true);
  loss.addRecord(10);
  const next = epochOf(0, 1);
  expect(loss.find(next.epoch, BYTES, 0, 1000, into)).toBe(true);
  expect(next.tried).toEqual([1]);
});

test('how much plaintext that was', () => {
  const loss = new Loss(1 << 27, () => {});
  expect(loss.isNothing).toBe(true);
  loss.addLoose(30);
  loss.addRecord(70);
  expect([loss.bytes, loss.records, loss.isNothing]).toEqual([100, 1, false]);
  expect(loss.plaintext(1, OVERHEAD)).toBe(78);
  expect(loss.plaintext(3, OVERHEAD)).toBe(34);
  expect(loss.plaintext(9, OVERHEAD)).toBe(0);
  expect(loss.plaintext(2)).toBe(90);
  loss.clear();
  expect([loss.bytes, loss.records, loss.plaintext(0)]).toEqual([0, 0, 0]);
});
