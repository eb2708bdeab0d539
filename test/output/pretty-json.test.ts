import fc from 'fast-check';
import { expect, test } from 'vitest';
import { prettyJson, prettyText } from '../../src/output/pretty-json.js';

test.each([
  ['{}', 80, ['{}']],
  ['[ ]', 80, ['[]']],
  [' {"a":1,"b":[1,2]}', 80, ['{"a": 1, "b": [1, 2]}']],
  ['{"a":1,"b":[1,2]}', 12, ['{', '  "a": 1,', '  "b": [', '    1,', '    2', '  ]', '}']],
  ['{"a":1,"b":[1,2]}', 14, ['{', '  "a": 1,', '  "b": [1, 2]', '}']],
  ['{"a":1e400,"a":12345678901234567890.10}', 80, ['{"a": 1e400, "a": 12345678901234567890.10}']],
  [String.raw`{"a":"\"{[,:\\","b":"\u0041 x"}`, 80, [String.raw`{"a": "\"{[,:\\", "b": "\u0041 x"}`]],
  ['[[[[1]]]]', 3, ['[', '  [', '    [', '      [', '        1', '      ]', '    ]', '  ]', ']']],
])('%s in %i columns', (text, columns, lines) => {
  expect(prettyJson(text, columns)).toEqual(lines);
});

test.each(['', '1', '"a"', 'null', '{', '{"a"}', '[1,]', '{"a":1} x', 'hello'])(
  '%s is left alone',
  (text) => {
    expect(prettyJson(text)).toBeUndefined();
  },
);

test('says the same, and keeps to its columns where it can', () => {
  const json = fc.json().filter((text) => /^\s*[{[]/.test(text));
  fc.assert(
    fc.property(json, fc.integer({ min: 1, max: 60 }), (text, columns) => {
      const lines = prettyJson(text, columns)!;
      expect(JSON.parse(lines.join('\n'))).toEqual(JSON.parse(text));
      const flat = (one: string) => one.match(/"(?:[^"\\]|\\.)*"|[^\s]/gs)?.join('');
      expect(flat(lines.join(''))).toBe(flat(text));
      for (const line of lines)
        if (/[{[].+[}\]]/.test(line.replace(/"(?:[^"\\]|\\.)*"/g, 'x')))
          expect(line.length).toBeLessThanOrEqual(columns + 1);
    }),
  );
});

test('of brackets there are no more octets than the depth that is shown allows', () => {
  const depth = 20_000;
  const lines = prettyJson(`${'['.repeat(depth)}${']'.repeat(depth)}`) ?? [];
  expect(lines.join('\n').length).toBeLessThan(depth * 2 * (2 * 32 + 2));
  expect(lines[40]).toBe(`${' '.repeat(64)}[`);
});

test('a deeply nested array takes no time', () => {
  const deep = `${'['.repeat(2000)}${']'.repeat(2000)}`;
  expect(prettyJson(deep)?.length).toBeGreaterThan(3000);
});

test.each([
  ['{"a":1}', ['{"a": 1}']],
  ['42["a",{"b":1}]', ['42["a", {"b": 1}]']],
  ['42/admin,1["a",[10,20]]', ['42/admin,1[', '  "a",', '  [10, 20]', ']']],
  ['451-["a",{"b":1}]', ['451-["a", {"b": 1}]']],
  ['{"a":1}\x1e', ['{"a": 1}\x1e']],
  ['{"a":1}\x1e{}\x1e', ['{"a": 1}\x1e', '{}\x1e']],
])('%j with its head and separators', (text, lines) => {
  expect(prettyText(text, 24)).toEqual(lines);
});

test.each([
  '',
  'hello',
  '42',
  '[info] started',
  'a\n{"b":1}',
  '{"a":1}\x1ehello',
  '{"a":1}\x1e\x1e',
  `${'x'.repeat(97)}[]`,
])('%j is no JSON behind a head', (text) => {
  expect(prettyText(text)).toBeUndefined();
});
