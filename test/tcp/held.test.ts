import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Place } from '../../src/stream/place.js';
import { Held, HeldSegments } from '../../src/tcp/held.js';
import { Counter } from '../support/counted.js';

/** Octet i of segment n is n, so that it shows which copy counted. */
const insert = (held: HeldSegments, [start, length]: readonly [number, number], n: number, base: number) =>
  held.insert(
    (base + start) | 0,
    (base + start + length) | 0,
    (from, to) => new Held(from, new Uint8Array((to - from) | 0).fill(n), 0, new Place()),
  );

/** All that is held, taken out. */
function taken(held: HeldSegments): Held[] {
  const all: Held[] = [];
  for (let entry = held.first; entry !== undefined; entry = held.first) {
    all.push(entry);
    held.shift();
  }
  return all;
}

it.each([0, 0x7fff_fff0, -10])('of each octet the first copy is held, in order (from %i on)', (base) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 20 })), { maxLength: 30 }),
      fc.nat(10),
      (segments, early) => {
        const held = new HeldSegments();
        const model = new Map<number, number>();
        const put = (from: number) => {
          segments.slice(from, from + 15).forEach((segment, i) => {
            insert(held, segment, from + i, base);
            for (let octet = segment[0]; octet < segment[0] + segment[1]; octet++)
              if (!model.has(octet)) model.set(octet, from + i);
          });
          expect(model.size === 0 || held.end).toBe(
            model.size === 0 || (base + Math.max(...model.keys()) + 1) | 0,
          );
        };
        const octetsOf = ({ sequence, bytes }: Held) =>
          Array.from(bytes, (n, i): [number, number] => [(sequence - base + i) | 0, n]);
        put(0);
        // Some are taken out before the others come; what comes then in their place is new.
        for (let i = 0; i < early && held.first !== undefined; i++) {
          for (const [octet, n] of octetsOf(held.first)) {
            expect(model.get(octet)).toBe(n);
            model.delete(octet);
          }
          held.shift();
        }
        if (held.first !== undefined) put(15);
        expect(taken(held).flatMap(octetsOf)).toEqual([...model].sort(([a], [b]) => a - b));
      },
    ),
  );
});

it('ends behind what a snap length cut off', () => {
  const entry = new Held(0x7fff_fffe, new Uint8Array(5), 3, new Place());
  expect(entry.end).toBe(-0x7fff_fffa);
  const held = new HeldSegments();
  held.insert(0x7fff_fffe, -0x7fff_fffa, () => entry);
  expect(held.end).toBe(-0x7fff_fffa);
});

describe('work for each segment of thousands', () => {
  const COUNT = 10_000;
  const shuffled = (i: number) => (i * 7919) % COUNT;
  const orders: [string, (i: number) => [start: number, length: number]][] = [
    ['ascending', (i) => [2 * i, 1]],
    ['descending', (i) => [2 * (COUNT - i), 1]],
    ['descending without holes', (i) => [COUNT - i, 1]],
    ['from both ends', (i) => [i % 2 === 0 ? i : 2 * COUNT - i, 1]],
    ['every other, then those between', (i) => [i < COUNT / 2 ? 2 * i : 2 * i - COUNT + 1, 1]],
    ['in no order', (i) => [shuffled(i), 1]],
    ['in no order, overlapping', (i) => [2 * shuffled(i), 5]],
    ['over all that came before', (i) => [0, i + 1]],
    ['over all that comes, of single octets', (i) => (i < COUNT / 2 ? [2 * i, 1] : [0, COUNT])],
  ];

  it.each(orders)('%s: in proportion to the logarithm', (_name, order) => {
    const counter = new Counter();
    const held = new HeldSegments();
    const place = new Place();
    for (let i = 0; i < COUNT; i++) {
      const [start, length] = order(i);
      held.insert(start, start + length, (from, to) => {
        return new Held(counter.of(Number(from)), new Uint8Array(to - from), 0, place);
      });
    }
    // A binary search asks each time for one of some fourteen; what is put in, and what it meets, a few times more.
    expect(counter.count).toBeLessThan(25 * COUNT);
  });
});
