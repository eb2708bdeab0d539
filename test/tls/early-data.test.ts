import { expect, test } from 'vitest';
import { Place } from '../../src/stream/place.js';
import type { StreamSink } from '../../src/stream/stream-sink.js';
import { EarlyData } from '../../src/tls/early-data.js';

function setUp() {
  const place = new Place();
  const log: string[] = [];
  const account = {
    held: 0,
    add(bytes: number) {
      this.held += bytes;
    },
  };
  const sink = (): StreamSink => ({
    bytes: (chunk, start, end) => log.push(`${Buffer.from(chunk.subarray(start, end))} of ${place.packet}`),
    gap: (length) => log.push(`gap ${length} of ${place.packet}`),
    end: () => log.push('end'),
  });
  return { place, log, account, sink, early: new EarlyData(place, account) };
}

test('is handed on once, each piece under its place, or dropped', () => {
  for (const taken of [true, false]) {
    const { place, log, account, sink, early } = setUp();
    const borrowed = Buffer.from('one');
    place.packet = 3;
    early.hold(borrowed);
    borrowed.fill(0);
    place.packet = 4;
    early.gap(7);
    place.packet = 5;
    early.hold(Buffer.from('two'));
    expect(account.held).toBe(6);
    place.packet = 9;
    early.settle(taken, sink);
    early.settle(true, sink);
    expect(log).toEqual(taken ? ['one of 3', 'gap 7 of 4', 'two of 5'] : []);
    expect([account.held, place.packet]).toEqual([0, 9]);
  }
});

test('what is too much is told as missing', () => {
  const { log, account, sink, early } = setUp();
  for (let i = 0; i < 5; i++) early.hold(Buffer.alloc(60_000, 'x'));
  expect(account.held).toBe(240_000);
  early.settle(true, sink);
  expect(log.map((line) => line.slice(0, 9))).toEqual([...Array(4).fill('xxxxxxxxx'), 'gap 60000']);
});
