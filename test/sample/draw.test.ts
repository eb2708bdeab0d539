/**
 * What is drawn: within its bounds, and the same for the same seed.
 */
import { expect, it } from 'vitest';
import { Draw } from '../../src/sample/draw.js';

it('what is drawn is within its bounds, and each of it comes', () => {
  const draw = new Draw('x');
  const drawn = Array.from({ length: 200 }, () => draw.between(3, 6));
  expect(new Set(drawn)).toEqual(new Set([3, 4, 5, 6]));
  expect(draw.shuffled([1, 2, 3, 4]).sort()).toEqual([1, 2, 3, 4]);
});

it('is the same for the same seed, and another each time', () => {
  const [a, b, other] = ['1', '1', '2'].map((seed) => new Draw(seed));
  const first = a.bytes(4);
  expect(first).toEqual(b.bytes(4));
  expect(first).not.toEqual(other.bytes(4));
  expect(a.bytes(4)).not.toEqual(first);
});
