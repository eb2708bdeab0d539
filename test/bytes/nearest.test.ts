/**
 * What is proposed to somebody who mistyped a name.
 */
import { expect, it } from 'vitest';
import { didYouMean, nearest } from '../../src/bytes/nearest.js';

const NAMES = ['opcode', 'length', 'unmask', 'violation', 'http.request.method', 'http.request.uri'];

it.each([
  ['opcod', 'opcode'],
  ['OPCODE', 'opcode'],
  ['mask', 'unmask'],
  ['lenght', 'length'],
  ['violatoin', 'violation'],
  ['uri', 'http.request.uri'],
  ['request', 'http.request.method'],
  ['http.request.metod', 'http.request.method'],
  ['http.request.rui', 'http.request.uri'],
  ['http.request.foo', undefined],
  ['eth', undefined],
  ['op', undefined],
  ['close', undefined],
  ['', undefined],
])('%j: %s', (word, name) => {
  expect(nearest(word, NAMES)).toBe(name);
  expect(didYouMean(word, NAMES)).toBe(name === undefined ? '' : `; did you mean ${name}?`);
});
