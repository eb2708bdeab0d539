import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Place } from '../../src/stream/place.js';
import { endOf, type Held, insertHeld } from '../../src/tcp/held.js';

/** Octet i of segment n is n, so that it shows which copy counted. */
const insert = (held: Held[], [start, length]: readonly [number, number], n: number, base: number) =>
  insertHeld(held, (base + start) | 0, (base + start + length) | 0, (from, to) => ({
    sequence: from,
    bytes: new Uint8Array((to - from) | 0).fill(n),
    cut: 0,
    place: new Place(),
  }));

it.each([0, 0x7fff_fff0, -10])('of each octet the first copy is held, in order (from %i on)', (base) => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 20 })), { maxLength: 30 }),
      (segments) => {
        let held: Held[] = [];
        const model = new Map<number, number>();
        segments.forEach((segment, n) => {
          held = insert(held, segment, n, base);
          for (let i = segment[0]; i < segment[0] + segment[1]; i++) if (!model.has(i)) model.set(i, n);
        });
        const octets = held.flatMap(({ sequence, bytes }) =>
          Array.from(bytes, (n, i): [number, number] => [(sequence - base + i) | 0, n]),
        );
        expect(octets).toEqual([...model].sort(([a], [b]) => a - b));
      },
    ),
  );
});

it('ends behind what a snap length cut off', () => {
  const bytes = new Uint8Array(5);
  expect(endOf({ sequence: 0x7fff_fffe, bytes, cut: 3, place: new Place() })).toBe(-0x7fff_fffa);
});
