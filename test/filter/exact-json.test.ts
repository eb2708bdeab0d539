import { describe, expect, test } from 'vitest';
import { parseExactly } from '../../src/filter/exact-json.js';
import { compileFilter } from '../../src/filter/index.js';
import { context, makeMessage } from '../output/samples.js';

const holds = (filter: string, content: string): boolean =>
  compileFilter(filter, 'message').matches(makeMessage({ content }), {
    start: context().start,
    findings: () => [],
  });

describe('JSON, exactly', () => {
  test.each([
    ['{"a":1,"b":[1.5,"x"]}', { a: 1, b: [1.5, 'x'] }],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['1234567890123456', 1234567890123456],
    ['9007199254740991', 9007199254740991],
    ['[1234567890123456.5,1e300,10000000000000000000000e2]', [1234567890123456.5, 1e300, 1e24]],
    ['"12345678901234567890"', '12345678901234567890'],
    [
      '{"12345678901234567890":"\\"12345678901234567890\\\\","b":12345678901234567890}',
      { '12345678901234567890': '"12345678901234567890\\', b: 12345678901234567890n },
    ],
    ['9'.repeat(401), Number.POSITIVE_INFINITY],
  ])('%s', (text, value) => {
    expect(parseExactly(text)).toEqual(value);
  });

  test('what is none is none', () => {
    for (const text of ['{"a":12345678901234567890', '[01234567890123456789]', '"12345678901234567890'])
      expect(() => parseExactly(text)).toThrow(SyntaxError);
  });

  test('a string of 16 MiB with escapes', () => {
    const long = '\\n9'.repeat(1 << 22);
    expect(parseExactly(`["${long}",12345678901234567890]`)).toEqual([
      '\n9'.repeat(1 << 22),
      12345678901234567890n,
    ]);
  });
});

describe('filters with integers beyond 2^53', () => {
  const content =
    '{"id":9007199254740993,"ids":[1,18446744073709551615],"d":9007199254740992.0,"n":-9007199254740993}';
  test.each([
    ['ws.json.id == 9007199254740993', true],
    ['ws.json.id == 0x20000000000001', true],
    ['ws.json.id == 9007199254740992', false],
    ['ws.json.id != 9007199254740992', true],
    ['ws.json.id > 9007199254740992', true],
    ['ws.json.id >= 9007199254740994', false],
    ['ws.json.id < 9007199254740994', true],
    ['ws.json.id > 5', true],
    ['ws.json.id in {9007199254740992, 9007199254740994}', false],
    ['ws.json.id in {1..9007199254740992, 9007199254740993}', true],
    ['ws.json.id in {1..9007199254740992}', false],
    ['ws.json.n == -9007199254740993', true],
    ['ws.json.n == -9007199254740992', false],
    ['ws.json.d == 9007199254740992', true],
    ['ws.json.d == 9007199254740993', false],
    ['ws.json.ids == 18446744073709551615', true],
    ['ws.json.ids == 18446744073709551614', false],
    ['all ws.json.ids < 18446744073709551616', true],
    ['string(ws.json.id) == "9007199254740993"', true],
    ['string(ws.json.id) matches "992$"', false],
    ['ws.json == 9007199254740993', false],
  ])('%s: %s', (filter, expected) => {
    expect(holds(filter, content)).toBe(expected);
  });
});
