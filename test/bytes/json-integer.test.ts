import { expect, it } from 'vitest';
import { jsonInteger } from '../../src/bytes/json-integer.js';

it.each<[integer: bigint, expected: number | string]>([
  [0n, 0],
  [-5n, -5],
  [9007199254740991n, 9007199254740991],
  [9007199254740992n, '9007199254740992'],
  [-9007199254740993n, '-9007199254740993'],
  [18446744073709551615n, '18446744073709551615'],
])('%s', (integer, expected) => {
  expect(jsonInteger(integer)).toBe(expected);
});
