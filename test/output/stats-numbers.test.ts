import { describe, expect, it } from 'vitest';
import {
  barOf,
  durationText,
  fewDigits,
  percentText,
  ratioText,
  sparkline,
} from '../../src/output/stats-numbers.js';

describe('numbers of the statistics', () => {
  it.each([
    [undefined, '-'],
    [0, '0 ns'],
    [999, '999 ns'],
    [1000, '1 µs'],
    [12_345, '12.35 µs'],
    [1_500_000, '1.5 ms'],
    [90_061_000_000_000, '90061 s'],
  ])('%s ns: %s', (nanoseconds, text) => expect(durationText(nanoseconds)).toBe(text));

  it.each([
    [0, '0'],
    [0.012345, '0.01235'],
    [1.23456, '1.235'],
    [12345.6, '12346'],
    [100, '100'],
  ])('%s: %s', (value, text) => expect(fewDigits(value)).toBe(text));

  it.each([
    [10, 4, '2.50x'],
    [0, 4, '0.00x'],
    [3, 0, '-'],
  ])('%d over %d: %s', (content, wire, text) => expect(ratioText(content, wire)).toBe(text));

  it.each([
    [1, 3, '33.3 %'],
    [0, 0, '-'],
  ])('%d of %d: %s', (part, whole, text) => expect(percentText(part, whole)).toBe(text));

  it.each([
    [4, 4, 8, 8, '████▒▒▒▒'],
    [0, 0, 8, 8, ''],
    [1, 0, 1000, 8, '█'],
    [1, 1000, 1001, 8, '█▒▒▒▒▒▒▒'],
    [1000, 1, 1001, 8, '███████▒'],
    [0, 8, 8, 3, '▒▒▒'],
  ])('a bar of %d and %d of %d in %d: %s', (first, second, most, columns, bar) =>
    expect(barOf(first, second, most, columns)).toBe(bar),
  );

  it.each([
    [[], ''],
    [[0, 0], '  '],
    [[1, 2, 3, 4, 5, 6, 7, 8, 0], '▁▂▃▄▅▆▇█ '],
    [[1, 1000], '▁█'],
    [[5, 5], '██'],
  ])('%j: %s', (values, line) => expect(sparkline(values)).toBe(line));
});
