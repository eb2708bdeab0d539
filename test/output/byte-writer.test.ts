/**
 * What is written without a string is what strings would have given.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encoded } from '../../src/output/byte-writer.js';
import { written } from './samples.js';

describe('numbers', () => {
  const odd = [0, 7, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 53, 1e21, -1, 0.5, Number.NaN, Infinity];

  it.each(odd)('%d, as String() writes it', (value) => {
    for (const width of [0, 1, 5, 12])
      expect(written((writer) => writer.number(value, width))).toBe(String(value).padStart(width));
  });

  it('any, in a column and in a list', () => {
    fc.assert(
      fc.property(fc.array(fc.maxSafeNat()), fc.nat(20), (values, width) => {
        expect(written((writer) => writer.numbers(values))).toBe(values.join(','));
        for (const value of values)
          expect(written((writer) => writer.number(value, width))).toBe(String(value).padStart(width));
      }),
    );
  });

  it.each([
    [203, 6, '000203'],
    [0, 6, '000000'],
    [123_456_789, 9, '123456789'],
  ])('the digits of %i in %i', (value, count, expected) => {
    expect(written((writer) => writer.digits(value, count))).toBe(expected);
  });

  it.each([0, 1, 0x37fa213d, -1, 0x80000000 | 0])('%i in hexadecimal', (value) => {
    expect(written((writer) => writer.hex32(value))).toBe((value >>> 0).toString(16).padStart(8, '0'));
  });
});

it('octets in hexadecimal and base64', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (octets) => {
      const hex = Buffer.from(octets).toString('hex').match(/../g) ?? [];
      expect(written((writer) => writer.hex(octets))).toBe(hex.join(' '));
      const inner = new Uint8Array(octets.length + 7).subarray(5, 5 + octets.length);
      inner.set(octets);
      expect(written((writer) => writer.base64(inner))).toBe(Buffer.from(octets).toString('base64'));
    }),
  );
});

it.each([12_287, 12_288, 12_289, 200_000])('base64 of %i octets, in pieces', (length) => {
  const octets = new Uint8Array(length).map((_, i) => i * 7);
  const text = written((writer) => writer.base64(octets));
  expect(text === Buffer.from(octets).toString('base64')).toBe(true);
});

it.each([10, 65_535, 65_536, 65_537, 300_000])(
  'a text of %i octets that was encoded beforehand',
  (length) => {
    const text = written((writer) => {
      writer.write('before ');
      writer.bytes(encoded('x'.repeat(length)));
      writer.write(' behind');
    });
    expect(text === `before ${'x'.repeat(length)} behind`).toBe(true);
  },
);

it('all that is written, however it falls into the buffer', () => {
  for (let before = 65_500; before < 65_560; before++) {
    const text = written((writer) => {
      writer.write('-'.repeat(before - 21_000));
      writer.write('-'.repeat(21_000));
      writer.octet(0x3e);
      writer.number(1234567, 9);
      writer.hex32(0x1234abcd);
      writer.spaces(3);
      writer.bytes(encoded('€'));
      writer.numbers([1, 22, 333]);
    });
    expect(text === `${'-'.repeat(before)}>  12345671234abcd   €1,22,333`).toBe(true);
  }
});

describe('trimEnd', () => {
  it.each([
    'text',
    'text ',
    'text   ',
    'é \u00a0',
    '漢\u3000 \u3000',
    'x\u1680\u2000\u200a\u202f\u205f',
    '\u200b ',
    '😀 ',
    ' ',
    '',
    'a\nb ',
  ])('takes from %j what String.trimEnd() takes', (text) => {
    const trimmed = written((writer) => {
      writer.write(text);
      writer.trimEnd();
    });
    expect(trimmed).toBe(text.trimEnd());
  });

  it('stops at the line end before', () => {
    const text = written((writer) => {
      writer.write('line \n  ');
      writer.trimEnd();
    });
    expect(text).toBe('line \n');
  });
});
