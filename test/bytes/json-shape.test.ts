import { expect, test } from 'vitest';
import { jsonShape } from '../../src/bytes/json-shape.js';
import { utf8 } from '../support/splits.js';

test.each([
  ['{}', 'object'],
  [' \t\r\n{"a":1}\n ', 'object'],
  ['[1]', 'array'],
  ['[', undefined],
  ['{]', undefined],
  ['"a"', 'string'],
  ['"a', undefined],
  ['12', 'scalar'],
  ['-1.5e3', 'scalar'],
  [' true ', 'scalar'],
  ['null', 'scalar'],
  ['hi', undefined],
  ['hello', undefined],
  ['', undefined],
  ['  ', undefined],
  ['1'.repeat(400), 'scalar'],
  ['1'.repeat(401), undefined],
])('%s', (text, shape) => {
  expect(jsonShape(utf8(text))).toBe(shape);
});
