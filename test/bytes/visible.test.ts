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
    ['\xad\u061c\u200b\u200c\u200d', '\\xad\\u{61c}\\u{200b}\\u{200c}\\u{200d}'],
    ['\u2060\u2061\u206f\ufff9\u180e', '\\u{2060}\\u{2061}\\u{206f}\\u{fff9}\\u{180e}'],
    ['a\u{e0001}\u{e0041}\u{e007f}', 'a\\u{e0001}\\u{e0041}\\u{e007f}'],
    ['\u3164\uffa0\u115f\u034f\u{e0100}', '\\u{3164}\\u{ffa0}\\u{115f}\\u{34f}\\u{e0100}'],
    ['\u2764\ufe0f \u2764\ufe0e e\u0301', '\u2764\ufe0f \u2764\ufe0e e\u0301'],
  ])('%j becomes %j', (text, expected) => {
    expect(visible(text)).toBe(expected);
  });
});
