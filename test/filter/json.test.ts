import { expect, test } from 'vitest';
import { compileFilter } from '../../src/filter/index.js';
import { makeFrame } from '../output/samples.js';
import { utf8 } from '../support/splits.js';

const nothing = { start: () => ({ seconds: 0, nanoseconds: 0 }), findings: () => [] };
const frameOf = (text: string) => makeFrame({ payload: utf8(text), length: utf8(text).length });
const holds = (filter: string, text: string) =>
  compileFilter(filter, 'frame').matches(frameOf(text), nothing);

test.each([
  ['{"a":1}', true],
  [' \t\r\n{"a":1}\n ', true],
  ['[{"a":1}]', true],
  ['"text"', true],
  ['12', true],
  ['-1.5e3', true],
  ['true', true],
  ['false', true],
  ['null', true],
  ['', false],
  ['  ', false],
  ['{"a":1}.', false],
  ['{"a":1]', false],
  ['{"a"', false],
  ['"', false],
  ['nil', false],
  ['yes', false],
  ['Hello 1', false],
  ['1 2', false],
])('%j is JSON: %s', (text, expected) => {
  let isJson = true;
  try {
    JSON.parse(text);
  } catch {
    isJson = false;
  }
  expect(isJson).toBe(expected);
  expect(holds('ws.json', text)).toBe(expected);
});

test('values in it', () => {
  expect(holds('ws.json.a == 1', ' {"a":1} ')).toBe(true);
  expect(holds('ws.json[1].a == 2', '[{"a":1},{"a":2}]')).toBe(true);
});
