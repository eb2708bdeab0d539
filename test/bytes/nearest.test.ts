/**
 * What is proposed to somebody who mistyped a name.
 */
import { expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/bytes/nearest.js';

const NAMES = ['opcode', 'length', 'unmask', 'violation'];

it.each([
  ['opcod', 'opcode'],
  ['OPCODE', 'opcode'],
  ['mask', 'unmask'],
  ['lenght', 'length'],
  ['violatoin', 'violation'],
  ['op', undefined],
  ['close', undefined],
  ['', undefined],
])('%j: %s', (word, name) => {
  expect(nearest(word, NAMES)).toBe(name);
  expect(didYouMean(word, NAMES)).toBe(name === undefined ? '' : `; did you mean ${name}?`);
});
