import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram, RELATIVE_ERROR } from '../../src/stats/histogram.js';

function histogramOf(numbers: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const number of numbers) histogram.add(number);
  return histogram;
}

/** Nearest rank. */
const exact = (sorted: readonly number[], share: number) =>
  sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1];

/** Of all sizes, not nearly all of the greatest. */
const number = fc.oneof(
  fc.nat(300),
  fc.nat(1_000_000),
  fc.maxSafeNat(),
  fc.tuple(fc.integer({ min: 0, max: 52 }), fc.constantFrom(-1, 0, 1)).map(([e, d]) => 2 ** e + d),
);

describe('a histogram', () => {
  it('has percentiles within the stated error, and exact minimum, maximum and count', () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0, 0.01, 0.5, 0.9, 0.95, 0.99, 1),
        (numbers, share) => {
          const histogram = histogramOf(numbers);
          const sorted = numbers.toSorted((a, b) => a - b);
          expect([histogram.count, histogram.min, histogram.max]).toEqual([
            numbers.length,
            sorted[0],
            sorted.at(-1),
          ]);
          const wanted = exact(sorted, share);
          const got = histogram.percentile(share)!;
          if (wanted < 256) expect(got).toBe(wanted);
          else expect(Math.abs(got - wanted) / wanted).toBeLessThanOrEqual(RELATIVE_ERROR);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('counts powers of two as a count of each would', () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 100 }), (numbers) => {
        const powers = histogramOf(numbers).powersOfTwo();
        for (const { from, to, count } of powers)
          expect(count).toBe(numbers.filter((one) => one >= from && one <= to).length);
        expect(powers.reduce((sum, { count }) => sum + count, 0)).toBe(numbers.length);
        if (powers.length > 0) expect(powers[0].count).toBeGreaterThan(0);
      }),
    );
  });

  it.each([
    [[], 0.5, undefined],
    [[7], 0.5, 7],
    [[0, 0, 0], 0.99, 0],
    [[1, 2, 3, 4], 0.5, 2],
    [[1, 2, 3, 4, 5], 0.5, 3],
    [[1, 2, 3, 4], 0, 1],
    [[-5, 3], 0.5, 0],
    [[255, 255, 256, 256], 0.5, 255],
    [[1000, 1000, 1001, 5000], 0.5, 1002],
    [[0, 65536, 65536, 131071], 0.5, 65792],
  ])('%j at %d: %s', (numbers, share, expected) => {
    expect(histogramOf(numbers).percentile(share)).toBe(expected);
  });

  it('begins and ends its powers where numbers are', () => {
    expect(histogramOf([5, 40]).powersOfTwo()).toEqual([
      { from: 4, to: 7, count: 1 },
      { from: 8, to: 15, count: 0 },
      { from: 16, to: 31, count: 0 },
      { from: 32, to: 63, count: 1 },
    ]);
    expect(histogramOf([0, 1]).powersOfTwo()).toEqual([
      { from: 0, to: 0, count: 1 },
      { from: 1, to: 1, count: 1 },
    ]);
    expect(histogramOf([]).powersOfTwo()).toEqual([]);
  });
});
