import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonString } from '../../src/output/json.js';
import { hostileTexts, UNSAFE } from './samples.js';

describe('jsonString', () => {
  it.each([
    ['', '""'],
    ['plain ünïcödé 😀', '"plain ünïcödé 😀"'],
    ['a"b\\c/d', '"a\\"b\\\\c/d"'],
    ['\b\f\n\r\t', '"\\b\\f\\n\\r\\t"'],
    ['\0\x1b[0m', '"\\u0000\\u001b[0m"'],
    ['\x7f\x80\x85\x9b\x9f\xa0', '"\\u007f\\u0080\\u0085\\u009b\\u009f\xa0"'],
    ['\u061c\u200d\u200e\u200f', '"\\u061c\\u200d\\u200e\\u200f"'],
    ['\xad\u200b\u2060\u3164', '"\\u00ad\\u200b\\u2060\\u3164"'],
    ['\u{e0041}\u{1d173}x', '"\\udb40\\udc41\\ud834\\udd73x"'],
    ['\u2764\ufe0f', '"\u2764\ufe0f"'],
    ['\u2028\u2029\u202a\u202b\u202c\u202d\u202e', '"\\u2028\\u2029\\u202a\\u202b\\u202c\\u202d\\u202e"'],
    ['\u2066\u2067\u2068\u2069\ufeff', '"\\u2066\\u2067\\u2068\\u2069\\ufeff"'],
    ['\ud800 \udfff', '"\\ud800 \\udfff"'],
    ['\\\x9b', '"\\\\\\u009b"'],
    ['\\u202e\u202e', '"\\\\u202e\\u202e"'],
  ])('%j', (text, expected) => {
    expect(jsonString(text)).toBe(expected);
  });

  it.each(hostileTexts)('is safe to print and true: %s', (_name, text) => {
    expect(jsonString(text)).not.toMatch(UNSAFE);
    expect(JSON.parse(jsonString(text))).toBe(text);
  });

  it('parses back to the same text, whatever its UTF-16, and never holds what is unsafe', () => {
    const unit = fc.oneof(
      fc.nat(0xffff),
      fc.nat(0xff),
      fc.integer({ min: 0x2000, max: 0x2070 }),
      fc.constantFrom(0x22, 0x5c, 0x75, 0xfeff, 0xd83d, 0xde00, 0xdb40, 0xdc41),
    );
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        const text = String.fromCharCode(...units);
        const json = jsonString(text);
        expect(json).not.toMatch(UNSAFE);
        expect(JSON.parse(json)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });
});
