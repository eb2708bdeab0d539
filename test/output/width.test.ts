import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clip, isAscii, pad, width, wrap } from '../../src/output/width.js';

/** Characters with the columns that a terminal gives them. */
const known: [text: string, columns: number][] = [
  ['a', 1],
  ['~', 1],
  ['ü', 1],
  ['→', 1],
  ['…', 1],
  ['漢', 2],
  ['한', 2],
  ['ｗ', 2],
  ['😀', 2],
  ['🩷', 2],
  ['❤️', 2],
  ['👍🏽', 2],
  ['🇩🇪', 2],
  ['👨‍👩‍👧‍👦', 2],
  ['e\u0301', 1],
  ['\u200b', 0],
  ['\u0301', 0],
];
const characters = fc.array(fc.constantFrom(...known), { maxLength: 20 });

describe('width', () => {
  it.each(known)('of %s is %i', (text, columns) => {
    expect(width(text)).toBe(columns);
    expect(isAscii(text)).toBe(/^[ -~]$/.test(text));
  });

  it.each([
    ['', 0],
    ['Hello', 5],
    [`${'漢'.repeat(10)}x`, 21],
  ])('of %j is %i', (text, columns) => {
    expect(width(text)).toBe(columns);
  });
});

describe('clip', () => {
  it.each([
    ['Hello', 6, 'Hello'],
    ['Hello', 5, 'Hello'],
    ['Hello', 4, 'Hel…'],
    ['Hello', 1, '…'],
    ['', 1, ''],
    ['漢字漢字', 8, '漢字漢字'],
    ['漢字漢字', 7, '漢字漢…'],
    ['漢字漢字', 6, '漢字…'],
    ['漢字漢字', 2, '…'],
    ['a漢字', 3, 'a…'],
    ['a漢字', 4, 'a漢…'],
    ['😀😀', 3, '😀…'],
    ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 3, '👨‍👩‍👧‍👦…'],
    ['👨‍👩‍👧‍👦👨‍👩‍👧‍👦', 4, '👨‍👩‍👧‍👦👨‍👩‍👧‍👦'],
    ['e\u0301e\u0301e\u0301', 2, 'e\u0301…'],
    ['ab\u200bcd', 4, 'ab\u200bcd'],
  ])('%j to %i columns: %j', (text, columns, expected) => {
    expect(clip(text, columns)).toBe(expected);
  });

  it('fits, keeps what fits as it is, and cuts between characters only', () => {
    fc.assert(
      fc.property(characters, fc.integer({ min: 1, max: 50 }), (list, columns) => {
        const text = list.map(([character]) => character).join('');
        const clipped = clip(text, columns);
        expect(width(clipped)).toBeLessThanOrEqual(columns);
        if (width(text) <= columns) expect(clipped).toBe(text);
        else {
          expect(clipped.endsWith('…')).toBe(true);
          expect(text.startsWith(clipped.slice(0, -1))).toBe(true);
          expect(clipped).not.toMatch(/\p{Surrogate}/u);
          expect(width(clipped)).toBeGreaterThanOrEqual(columns - 1);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('reads no further than it shows', () => {
    const start = performance.now();
    expect(clip('漢'.repeat(5_000_000), 11)).toBe(`${'漢'.repeat(5)}…`);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe('pad', () => {
  it.each([
    ['a', 3, 'a  '],
    ['漢', 3, '漢 '],
    ['🩷', 4, '🩷  '],
    ['abc', 3, 'abc'],
    ['abcd', 3, 'abcd'],
    ['', 2, '  '],
    ['', 0, ''],
    ['C→S…', 6, 'C→S…  '],
    ['\x1b[31m漢\x1b[39m', 4, '\x1b[31m漢\x1b[39m  '],
  ])('%j to %i columns: %j', (text, columns, expected) => {
    expect(pad(text, columns)).toBe(expected);
    expect(pad(text, columns, 'right')).toBe(expected.slice(text.length) + text);
  });
});

describe('wrap', () => {
  it.each([
    ['', 5, ['']],
    ['one', 5, ['one']],
    ['one two three', 7, ['one two', 'three']],
    ['one two three', 8, ['one two', 'three']],
    ['one two three', 6, ['one', 'two', 'three']],
    ['one two three', 80, ['one two three']],
    ['a longer word', 4, ['a', 'long', 'er', 'word']],
    ['1234567890', 4, ['1234', '5678', '90']],
    ['Sec-WebSocket-Key', 15, ['Sec-WebSocket-', 'Key']],
    ['a-b-longer-word', 6, ['a-b-', 'longer', '-word']],
    ['-aaaa漢', 5, ['-', 'aaaa', '漢']],
    ['on-going', 8, ['on-going']],
    ['漢字 漢字漢', 5, ['漢字', '漢字', '漢']],
    ['🩷🩷🩷', 4, ['🩷🩷', '🩷']],
    ['👨‍👩‍👧‍👦🇩🇪', 2, ['👨‍👩‍👧‍👦', '🇩🇪']],
    ['abc \u200b de', 4, ['abc \u200b', 'de']],
    ['漢', 1, ['漢']],
  ])('%j in %i columns', (text, columns, expected) => {
    expect(wrap(text, columns)).toEqual(expected);
  });

  it('loses nothing, and fits', () => {
    const text = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), { maxLength: 8 });
    fc.assert(
      fc.property(text, fc.integer({ min: 6, max: 30 }), (words, columns) => {
        const lines = wrap(words.join(' '), columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.join('').replaceAll(' ', ''));
        for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns);
      }),
    );
  });
});
