import { describe, expect, it } from 'vitest';
import { visible } from '../../src/bytes/visible.js';

describe('visible', () => {
  it.each([
    ['plain text, ünïcödé and 😀 stay', 'plain text, ünïcödé and 😀 stay'],
    ['a\nb\tc\rd', 'a\\nb\\tc\\rd'],
    ['\x1b[31mred\x07', '\\x1b[31mred\\x07'],
    ['\x00\x7f\x80\x9b\x9f\xa0', '\\x00\\x7f\\x80\\x9b\\x9f\xa0'],
    ['\u200e\u200f\u2028\u2029', '\\u{200e}\\u{200f}\\u{2028}\\u{2029}'],
    ['\u202agpj\u202e.exe', '\\u{202a}gpj\\u{202e}.exe'],
    ['\u2066\u2067\u2068\u2069', '\\u{2066}\\u{2067}\\u{2068}\\u{2069}'],
    ['\ud800x\udc00', '\\u{d800}x\\u{dc00}'],
    ['\ud83d\ude00\ude00', '😀\\u{de00}'],
    ['', ''],
  ])('%j becomes %j', (text, expected) => {
    expect(visible(text)).toBe(expected);
  });
});
