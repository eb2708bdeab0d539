import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonScan, OBJECT, type Scanned, UNSURE } from '../../src/filter/json-scan.js';
import { utf8 } from '../support/splits.js';

const scan = (text: string, ...names: string[]): Scanned => new JsonScan(names).scalarIn(utf8(text));

test.each<[text: string, names: string[], expected: Scanned]>([
  ['{"a":1}', ['a'], 1],
  ['{"a":-0.5e-3}', ['a'], -0.0005],
  ['{"a":12E+2}', ['a'], 1200],
  ['{"a":123456789012345}', ['a'], 123456789012345],
  ['{"a":9007199254740993}', ['a'], 9007199254740992],
  ['{"a":-7}', ['a'], -7],
  ['{"a":-0}', ['a'], -0],
  ['{"a":-0.0}', ['a'], -0],
  ['{"a":0.1}', ['a'], 0.1],
  ['{"a":-12.75}', ['a'], -12.75],
  ['{"a":0.0000000000003}', ['a'], 0.0000000000003],
  ['{"a":67.12345678901}', ['a'], 67.12345678901],
  ['{"a":67.123456789012}', ['a'], 67.123456789012],
  ['{"a":67.1234567890123}', ['a'], 67.1234567890123],
  ['{"a":1e999}', ['a'], Number.POSITIVE_INFINITY],
  ['{"a":"text"}', ['a'], 'text'],
  ['{"a":""}', ['a'], ''],
  ['{"a":"{}"}', ['a'], '{}'],
  ['{"a":"text"}', ['a', 'b'], undefined],
  [
    '{"a":"a text of more octets than are put together one by one"}',
    ['a'],
    'a text of more octets than are put together one by one',
  ],
  ['{"a":true,"b":false}', ['a'], true],
  ['{"a":true,"b":false}', ['b'], false],
  ['{"a":null}', ['a'], null],
  ['{"a":{}}', ['a'], OBJECT],
  ['{"a":{"b":{"c":3}}}', ['a', 'b', 'c'], 3],
  ['{"x":{"b":1},"a":{"b":2}}', ['a', 'b'], 2],
  [' \t\r\n{ "x" : [ 1 , [ ] , { "a" : 5 } ] , "a" : 1 }\n', ['a'], 1],
  ['{"x":"\\u00e4\\n\\"\\\\","a":1}', ['a'], 1],
  // Of several of one name the last counts.
  ['{"a":1,"a":2}', ['a'], 2],
  ['{"a":"x","a":2}', ['a'], 2],
  ['{"a":{"b":1},"a":{}}', ['a', 'b'], undefined],
  ['{"a":{"b":1},"a":3}', ['a', 'b'], undefined],
  // It is not there.
  ['{}', ['a'], undefined],
  ['{"a":1}', ['b'], undefined],
  ['{"a":1}', ['a', 'b'], undefined],
  ['{"b":{"a":1}}', ['a'], undefined],
  ['7', ['a'], undefined],
  ['"a"', ['a'], undefined],
  ['{"__proto__":{"a":4}}', ['__proto__', 'a'], 4],
  ['{}', ['__proto__'], undefined],
])('%s at %j', (text, names, expected) => {
  expect(scan(text, ...names)).toBe(expected);
});

test.each([
  // What it leaves to JSON.parse().
  ['{"a":[1]}', ['a']],
  ['[{"a":1}]', ['a']],
  ['{"a":[{"b":1}]}', ['a', 'b']],
  ['{"\\u0061":1}', ['a']],
  ['{"a":"\\n"}', ['a']],
  ['{"a":"{\\"b\\":1}"}', ['a', 'b']],
  ['{"a":" [{\\"b\\":1}]"}', ['a', 'b']],
  ['{"a":"\\n{\\"b\\":1}"}', ['a', 'b']],
  ['{"a":"ä"}', ['a']],
  ['{"a":1,"b":"ä"}', ['a']],
  [`${'{"x":'.repeat(65)}1${'}'.repeat(65)}`, ['a']],
  [`{"x":${'['.repeat(64)}${']'.repeat(64)}}`, ['a']],
  // What is no JSON.
  ['', ['a']],
  ['{', ['a']],
  ['{"a"', ['a']],
  ['{"a":', ['a']],
  ['{"a":}', ['a']],
  ['{"a":1', ['a']],
  ['{"a":1,', ['a']],
  ['{"a":1,}', ['a']],
  ['{"a":1}}', ['a']],
  ['{"a":1} {', ['a']],
  ['{"a" 1}', ['a']],
  ['{a:1}', ['a']],
  ['{"a":01}', ['a']],
  ['{"a":-}', ['a']],
  ['{"a":1.}', ['a']],
  ['{"a":.5}', ['a']],
  ['{"a":1e}', ['a']],
  ['{"a":1e+}', ['a']],
  ['{"a":tru}', ['a']],
  ['{"a":nulll}', ['a']],
  ['{"b":[1,],"a":1}', ['a']],
  ['{"b":[1 2],"a":1}', ['a']],
  ['{"b":"\t","a":1}', ['a']],
  ['{"b":"\\x","a":1}', ['a']],
  ['{"b":"\\u00g0","a":1}', ['a']],
  ['{"b":"\\u00","a":1}', ['a']],
  ['{"b":"\\', ['a']],
])('not sure of %s', (text, names) => {
  expect(scan(text, ...names)).toBe(UNSURE);
});

/** What JSON.parse() makes of it; UNSURE for arrays, and for what is no JSON. */
function parsed(text: string, names: readonly string[]): Scanned {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return UNSURE;
  }
  for (const name of names) {
    if (Array.isArray(value)) return UNSURE;
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  if (Array.isArray(value)) return UNSURE;
  return typeof value === 'object' && value !== null ? OBJECT : (value as Scanned);
}

const name = fc.constantFrom('a', 'b', 'ab', 'c"d', 'ä');
const document = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(0, -1, 1.5, 1e21, true, false, null, '', 'text', 'a\\b', 'q"', 'ü', '\n'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(name, tie('any'), { maxKeys: 4 }),
  ),
})).any;
const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 3 });

test('where it is sure it has what JSON.parse() has', () => {
  let sure = 0;
  fc.assert(
    fc.property(document, path, fc.constantFrom(undefined, 1, '\t'), (value, names, indent) => {
      const text = JSON.stringify(value, undefined, indent);
      const scanned = scan(text, ...names);
      if (scanned === UNSURE) return;
      sure++;
      expect(scanned).toBe(parsed(text, names));
    }),
    { numRuns: 3000 },
  );
  expect(sure).toBeGreaterThan(300);
});

test('also where octets are changed, left out, or put twice', () => {
  fc.assert(
    fc.property(
      document,
      path,
      fc.nat(),
      fc.constantFrom(...'{}[]",:\\0-.eE tn\u0001'),
      fc.nat(2),
      (value, names, at, other, what) => {
        const text = JSON.stringify(value);
        const from = at % (text.length + 1);
        const changed =
          text.slice(0, from) + (what === 2 ? '' : other) + text.slice(what === 0 ? from : from + 1);
        const scanned = scan(changed, ...names);
        if (scanned !== UNSURE) expect(scanned).toBe(parsed(changed, names));
      },
    ),
    { numRuns: 5000 },
  );
});

test('one scan reads many, and keeps nothing of the last', () => {
  const scanner = new JsonScan(['a']);
  expect(
    ['{"a":"x"}', '{"b":1}', '{"a":2}', '{"a":', '{"a":{}}', '{}'].map((text) =>
      scanner.scalarIn(utf8(text)),
    ),
  ).toEqual(['x', undefined, 2, UNSURE, OBJECT, undefined]);
});
