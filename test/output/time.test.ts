import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEpoch, formatRelative, formatTime, formatUtc } from '../../src/output/time.js';
import { secondsBetween } from '../../src/stream/place.js';

const at = (seconds: number, nanoseconds: number) => ({ seconds, nanoseconds });
const anyTime = fc.record({
  seconds: fc.integer({ min: -(2 ** 33), max: 2 ** 33 }),
  nanoseconds: fc.oneof(
    fc.nat(999_999_999),
    fc.nat(999_999).map((micro) => micro * 1000),
  ),
});

/** The nanoseconds that a decimal number of seconds stands for, exact. */
function parse(text: string): bigint {
  const [, sign, whole, fraction] = /^(-?)(\d+)\.(\d{6}|\d{9})$/.exec(text)!;
  const value = BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
  return sign === '-' ? -value : value;
}

const exact = (time: { seconds: number; nanoseconds: number }) =>
  BigInt(time.seconds) * 1_000_000_000n + BigInt(time.nanoseconds);

describe('formatEpoch', () => {
  it.each([
    [0, 0, '0.000000'],
    [1_700_000_000, 123_456_000, '1700000000.123456'],
    [1_700_000_000, 123_456_789, '1700000000.123456789'],
    [1_700_000_000, 1, '1700000000.000000001'],
    [5, 1000, '5.000001'],
    [5, 999_999_999, '5.999999999'],
    [-1, 0, '-1.000000'],
    [-1, 500_000_000, '-0.500000'],
    [-1, 999_999_999, '-0.000000001'],
    [-2, 250_000_000, '-1.750000'],
    [2 ** 40, 0, '1099511627776.000000'],
  ])('%i s and %i ns: %s', (seconds, nanoseconds, text) => {
    expect(formatEpoch(at(seconds, nanoseconds))).toBe(text);
  });

  it('is exact, and a JSON number', () => {
    fc.assert(
      fc.property(anyTime, (time) => {
        const text = formatEpoch(time);
        expect(parse(text)).toBe(exact(time));
        expect(JSON.parse(text)).toBe(Number(text));
      }),
    );
  });
});

describe('formatRelative', () => {
  it.each([
    [at(100, 0), at(100, 0), '0.000000'],
    [at(100, 500_000_000), at(99, 600_000_000), '0.900000'],
    [at(101, 0), at(99, 999_999_999), '1.000000001'],
    [at(99, 0), at(100, 0), '-1.000000'],
    [at(99, 999_999_000), at(100, 0), '-0.000001'],
    [at(99, 1), at(100, 0), '-0.999999999'],
  ])('%j from %j on: %s', (time, start, text) => {
    expect(formatRelative(time, start)).toBe(text);
  });

  it('is the exact difference', () => {
    fc.assert(
      fc.property(anyTime, anyTime, (time, start) => {
        expect(parse(formatRelative(time, start))).toBe(exact(time) - exact(start));
        expect(secondsBetween(start, time)).toBeCloseTo(Number(exact(time) - exact(start)) / 1e9, 5);
      }),
    );
  });
});

describe('formatUtc', () => {
  it.each([
    [0, 0, '1970-01-01 00:00:00.000000Z'],
    [1_700_000_000, 123_456_000, '2023-11-14 22:13:20.123456Z'],
    [1_700_000_000, 123_456_789, '2023-11-14 22:13:20.123456789Z'],
    [1_709_164_800, 0, '2024-02-29 00:00:00.000000Z'],
    [-1, 1000, '1969-12-31 23:59:59.000001Z'],
    [2 ** 32 - 1, 0, '2106-02-07 06:28:15.000000Z'],
    [253_402_300_800, 0, '+010000-01-01 00:00:00.000000Z'],
    [8.64e12, 0, '+275760-09-13 00:00:00.000000Z'],
    [8.64e12 + 1, 5000, '8640000000001.000005'],
  ])('%i s and %i ns: %s', (seconds, nanoseconds, text) => {
    expect(formatUtc(at(seconds, nanoseconds))).toBe(text);
  });
});

it.each([
  ['relative', '1.500000'],
  ['epoch', '1700000001.500000'],
  ['utc', '2023-11-14 22:13:21.500000Z'],
] as const)('formatTime shows %s', (format, text) => {
  expect(formatTime(at(1_700_000_001, 500_000_000), format, at(1_700_000_000, 0))).toBe(text);
});
