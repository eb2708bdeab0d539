/**
 * Escaping octets gives what the ways over strings give, to the letter.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visible } from '../../src/bytes/visible.js';
import { type EscapeStyle, JSON_TEXT, PIECE, VISIBLE } from '../../src/output/escape.js';
import { jsonString } from '../../src/output/json.js';
import { utf8 } from '../support/splits.js';
import { hostileTexts, written } from './samples.js';

const styles: [name: string, style: EscapeStyle, expected: (text: string) => string][] = [
  ['for people', VISIBLE, visible],
  ['in JSON', JSON_TEXT, (text) => jsonString(text).slice(1, -1)],
];

const escaped = (octets: Uint8Array, style: EscapeStyle, before?: Uint8Array): string | false => {
  let isText = false;
  const text = written((writer) => {
    isText = writer.escaped(octets, style, before);
  });
  return isText ? text : false;
};

describe.each(styles)('%s', (_name, style, expected) => {
  it('each character of the first plane, at each place in a word', () => {
    for (let page = 0; page < 0x10000; page += 0x100) {
      if (page >= 0xd800 && page < 0xe000) continue;
      const text = Array.from(
        { length: 256 },
        (_, i) => `${'a'.repeat(i % 4)}${String.fromCharCode(page + i)}`,
      );
      const joined = text.join('');
      expect(escaped(utf8(joined), style)).toBe(expected(joined));
    }
  });

  it.each(hostileTexts)('%s', (_what, text) => {
    const known = Buffer.from(utf8(text)).toString();
    expect(escaped(utf8(text), style)).toBe(expected(known));
  });

  it('whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escaped(utf8(text), style)).toBe(expected(text));
      }),
    );
  });

  it.each(['x', '"', '\0', 'é', '漢', '😀', '\u{e0001}'])(
    'long texts of %j, cut between characters',
    (unit) => {
      for (const length of [PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 2]) {
        const text = `a${unit.repeat(length)}`;
        expect(escaped(utf8(text), style) === expected(text)).toBe(true);
      }
    },
  );

  it.each([[0xff], [0x61, 0xc3], [0xed, 0xa0, 0x80], [0xf0, 0x9f, 0x98], [0xc0, 0x80]])(
    'writes nothing of what is not UTF-8: %i %i',
    (...octets) => {
      const before = utf8('before');
      for (const padding of [0, 1, 3, 9000]) {
        const text = Uint8Array.of(...utf8('x'.repeat(padding)), ...octets);
        expect(escaped(text, style, before)).toBe(false);
        expect(written((writer) => writer.escaped(text, style, before))).toBe('');
      }
    },
  );

  it('writes what comes before, also before nothing', () => {
    expect(escaped(utf8('a"b'), style, utf8('<'))).toBe(`<${expected('a"b')}`);
    expect(escaped(utf8(''), style, utf8('<'))).toBe('<');
  });
});
