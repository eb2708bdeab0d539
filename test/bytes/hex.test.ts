/**
 * Bytes as hexadecimal: in a line, and as a dump.
 */
import { expect, it } from 'vitest';
import { formatHex, hexLines } from '../../src/bytes/hex.js';

const octets = (text: string) => new TextEncoder().encode(text);

it.each([
  ['', undefined, ''],
  ['Hel', undefined, '48 65 6c'],
  ['Hel', 3, '48 65 6c'],
  ['Hello', 3, '48 65 6c …'],
])('%j, at most %j', (text, most, hex) => expect(formatHex(octets(text), most)).toBe(hex));

it.each([
  ['', []],
  ['Hello', ['0000  48 65 6c 6c 6f                                    Hello']],
  [
    '0123456789abcdef\n',
    [
      '0000  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66  0123456789abcdef',
      '0010  0a                                                .',
    ],
  ],
])('%j as lines', (text, lines) => expect(hexLines(octets(text))).toEqual(lines));
