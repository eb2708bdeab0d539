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

const text = JSON.stringify({
  items: [3, 5, 'hello', null],
  deep: { y: [{ z: [1, 2, [7]] }] },
  none: [],
  hidden: { none: [] },
  s: 'hello',
  n: 12,
  'with space': { x: 1 },
  'a.b': { c: 2 },
  'c]d': 3,
  'quo"te': 4,
  'back\\slash': 5,
  ünï: 6,
});

test.each([
  ['ws.json.items[0] == 3', true],
  ['ws.json.items[0] == 5', false],
  ['ws.json.items[1]==5', true],
  ['ws.json.items[ 1 ] == 5', true],
  ['ws.json.items[-2] == "hello"', true],
  ['ws.json.items[4]', false],
  ['ws.json.items[-5]', false],
  ['ws.json.items[3] == null', true],
  ['ws.json.deep.y[0].z[1] == 2', true],
  ['ws.json.deep.y[0].z[2][0] == 7', true],
  ['ws.json.deep.y.z[2]', true],
  ['ws.json.items == 5', true],
  ['ws.json.items == 4', false],
  ['ws.json.items != 5', false],
  ['ws.json.items != 4', true],
  ['ws.json.items === 5', false],
  ['ws.json.items == null', true],
  ['ws.json.items contains "ell"', true],
  ['ws.json.items > 4', true],
  ['ws.json.items > 5', false],
  ['ws.json.items in {4, 5}', true],
  ['ws.json.deep.y.z == 2', true],
  ['ws.json.deep.y.z == 7', false],
  ['count(ws.json.items) == 4', true],
  ['count(ws.json.deep.y.z) == 3', true],
  ['count(ws.json.none) == 0', true],
  ['count(ws.json.nothing) == 0', true],
  ['count(ws.json.hidden) == 1', true],
  ['ws.json.none', true],
  ['ws.json.none == ""', false],
  ['ws.json.s[0:2] == "he"', true],
  ['ws.json.s[1-2] == "el"', true],
  ['ws.json.s[-2:] == "lo"', true],
  ['ws.json.s[0,4] == "ho"', true],
  ['ws.json.s[0:6]', false],
  ['ws.json.s[0]', false],
  ['ws.json.items[2][0:2] == "he"', true],
  ['ws.json.items[0:2] == "he"', true],
  ['ws.json.n[0:1]', false],
  ['ws.json["with space"].x == 1', true],
  ['ws.json."with space".x == 1', true],
  ['ws.json["a.b"].c == 2', true],
  ['ws.json."a.b".c==2', true],
  ['ws.json.a.b.c', false],
  ['ws.json["c]d"] == 3', true],
  ['ws.json["quo\\"te"] == 4', true],
  ['ws.json["back\\\\slash"] == 5', true],
  ['ws.json["ünï"] == 6 && ws.json.ünï == 6', true],
  ['count(ws.json["items"]) == 4', true],
])('%s: %s', (filter, expected) => {
  expect(holds(filter, text)).toBe(expected);
});

test('an array is the whole text', () => {
  expect(holds('ws.json[0] == 1 && ws.json == 2 && ws.json[-1] == 3', '[1,2,3]')).toBe(true);
  expect(holds('ws.json', '[]')).toBe(true);
  expect(holds('ws.json[0]', '[]')).toBe(false);
});

test.each([
  ['ws.json["a" == 1', 7],
  ['ws.json.a. == 1', 9],
  ['ws.json.a[x] == 1', 9],
  ['ws.json.a[] == 1', 9],
  ['ws.json.a"b" == 1', 9],
])('%s is no path', (filter, column) => {
  expect(() => compileFilter(filter, 'frame')).toThrow(
    expect.objectContaining({ name: 'FilterError', column }),
  );
});
