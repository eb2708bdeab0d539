import { expect, test } from 'vitest';
import { Place } from '../../src/stream/place.js';
import { Backlog, type WaitingSide } from '../../src/tls/backlog.js';

function setUp() {
  const place = new Place();
  const log: string[] = [];
  const account = {
    held: 0,
    add(bytes: number) {
      this.held += bytes;
    },
  };
  const backlog = new Backlog(place, account);
  const sink = (side: 0 | 1): WaitingSide => ({
    blocked: false,
    bytes(chunk, start, end) {
      const text = Buffer.from(chunk.subarray(start, end)).toString();
      log.push(`${side} ${text} of ${place.packet}, from ${start - place.origin}, ${place.sequence + start}`);
    },
    gap: (length) => log.push(`${side} gap ${length} of ${place.packet}`),
    end: (how) => log.push(`${side} ${how} of ${place.packet}`),
  });
  const at = (packet: number, origin = 0, sequence = 0) => Object.assign(place, { packet, origin, sequence });
  return { place, log, account, backlog, at, sinks: [sink(0), sink(1)] as const };
}

test('all comes back in order, each under its own place, and the place is as it was', () => {
  const { backlog, account, log, at, sinks, place } = setUp();
  // Also of a Buffer, whose slice() is no copy.
  for (const chunk of [Buffer.from('##one##'), new Uint8Array(Buffer.from('##one##'))]) {
    at(1, 2, 1000);
    backlog.bytes(0, chunk, 2, 5);
    chunk.fill(0);
  }
  at(2);
  backlog.gap(1, 9);
  at(3);
  backlog.bytes(1, Buffer.from('two'), 0, 3);
  backlog.end(1, 'fin');
  at(4);
  backlog.end(0, 'capture-end');
  expect(backlog.size).toBe(9 + 6 * 512 + 8192);
  expect(account.held).toBe(backlog.size);
  at(9, 5, 77);
  backlog.replay(sinks);
  expect(log).toEqual([
    '0 one of 1, from 0, 1002',
    '0 one of 1, from 0, 1002',
    '1 gap 9 of 2',
    '1 two of 3, from 0, 0',
    '1 fin of 3',
    '0 capture-end of 4',
  ]);
  expect([place.packet, place.origin, place.sequence]).toEqual([9, 5, 77]);
  expect([backlog.size, account.held]).toEqual([0, 0]);
});

test('what cannot be read even now is kept again', () => {
  const { backlog, account, log, at, sinks } = setUp();
  at(1);
  backlog.bytes(0, Buffer.from('early'), 0, 5);
  at(2);
  backlog.bytes(1, Buffer.from('late'), 0, 4);
  const refusing: WaitingSide = { ...sinks[1], bytes: (...piece) => backlog.bytes(1, ...piece) };
  backlog.replay([sinks[0], refusing]);
  expect([backlog.size, account.held]).toEqual([8708, 8708]);
  at(3);
  backlog.replay(sinks);
  expect(log).toEqual(['0 early of 1, from 0, 0', '1 late of 2, from 0, 0']);
});

test('clear lets all go', () => {
  const { backlog, account, log, sinks } = setUp();
  backlog.bytes(0, Buffer.alloc(1000), 0, 1000);
  backlog.clear();
  backlog.replay(sinks);
  expect([backlog.size, account.held, log]).toEqual([0, 0, []]);
});
