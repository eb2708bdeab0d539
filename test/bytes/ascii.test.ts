import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAscii } from '../../src/bytes/ascii.js';
import { mask } from '../../src/websocket/mask.js';

const isPlainAscii = (bytes: Uint8Array) => bytes.every((octet) => octet < 0x80);

describe('isAscii', () => {
  it.each([0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 64])(
    'sees any octet of %i that is not, wherever it lies',
    (length) => {
      const memory = new Uint8Array(80);
      for (const key of [0, 0x37fa213d, -1, 0x80, 0x00008000, 0x00800000, 0x80000000 | 0])
        for (let start = 0; start < 5; start++) {
          const bytes = memory.subarray(1);
          bytes.fill(0xff);
          const text = new Uint8Array(length).fill(0x61);
          bytes.set(mask(text, key), start);
          expect(isAscii(bytes, start, start + length, key)).toBe(true);
          for (let bad = 0; bad < length; bad++) {
            bytes[start + bad] ^= 0x80;
            expect(isAscii(bytes, start, start + length, key)).toBe(false);
            bytes[start + bad] ^= 0x80;
          }
        }
    },
  );

  it('says what a look at each octet says, of buffers that take turns', () => {
    const buffers = [new Uint8Array(64), new Uint8Array(70).subarray(3), new Uint8Array(66).subarray(2, 65)];
    const range = fc.tuple(fc.nat(63), fc.nat(63)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
    fc.assert(
      fc.property(
        fc.nat(2),
        range,
        fc.integer(),
        fc.array(fc.nat(0x81), { minLength: 63, maxLength: 63 }),
        (which, [start, end], key, octets) => {
          const buffer = buffers[which];
          const content = Uint8Array.from(octets).subarray(start, end);
          buffer.set(mask(content, key), start);
          expect(isAscii(buffer, start, end, key)).toBe(isPlainAscii(content));
        },
      ),
      { numRuns: 2000 },
    );
  });
});
