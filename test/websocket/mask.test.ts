import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatKey, keyBytes, mask, maskInto, parseKey } from '../../src/websocket/mask.js';
import { utf8 } from '../support/splits.js';

const KEY = 0x37fa213d;

/** RFC 6455 §5.3, octet by octet. */
function reference(bytes: Uint8Array, key: Uint8Array, offset: number): Uint8Array {
  return bytes.map((byte, i) => byte ^ key[(offset + i) % 4]);
}

const anyKey = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe('maskInto', () => {
  it.each([0x37fa213d, 0xff000080 | 0, -1, 1])(
    'with key %i masks every length at every rotation and alignment, and touches nothing else',
    (key) => {
      const octets = keyBytes(key);
      for (let length = 0; length <= 70; length++) {
        const plain = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 0xff);
        for (let offset = 0; offset < 8; offset++) {
          const shift = (length + offset) % 5;
          const source = new Uint8Array(length + 10).fill(0xaa);
          source.set(plain, 3);
          const target = new Uint8Array(length + 12).fill(0x55);
          maskInto(target, shift, source, 3, 3 + length, key, offset);
          const expected = new Uint8Array(length + 12).fill(0x55);
          expected.set(reference(plain, octets, offset), shift);
          expect(target).toEqual(expected);
        }
      }
    },
  );

  it.each([0, 0x37fa213d, 0xff000080 | 0])(
    'with key %i masks long payloads at every rotation, and touches nothing else',
    (key) => {
      const octets = keyBytes(key);
      for (const length of [47, 48, 191, 192, 193, 194, 195, 4095, 4096, 4097, 8191, 8192, 10_001]) {
        const source = Uint8Array.from({ length: length + 10 }, (_, i) => (i * 37 + length) & 0xff);
        for (let offset = 0; offset < 4; offset++) {
          const target = new Uint8Array(length + 12).fill(0x55);
          maskInto(target, 5, source, 3, 3 + length, key, offset);
          const expected = new Uint8Array(length + 12).fill(0x55);
          expected.set(reference(source.subarray(3, 3 + length), octets, offset), 5);
          expect(Buffer.compare(target, expected), `${length} from ${offset}`).toBe(0);
        }
      }
    },
  );

  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 32 + 2, 2 ** 40 + 3, Number.MAX_SAFE_INTEGER])(
    'knows the rotation at offset %i',
    (offset) => {
      const target = new Uint8Array(3);
      maskInto(target, 0, new Uint8Array(3), 0, 3, KEY, offset);
      const octets = keyBytes(KEY);
      expect([...target]).toEqual([0, 1, 2].map((i) => octets[((offset % 4) + i) % 4]));
    },
  );

  it('masks in place', () => {
    const bytes = utf8('Hello');
    maskInto(bytes, 0, bytes, 0, 5, KEY, 0);
    expect([...bytes]).toEqual([0x7f, 0x9f, 0x4d, 0x51, 0x58]);
  });
});

describe('mask', () => {
  it('gives the example of RFC 6455 §5.7', () => {
    expect([...mask(utf8('Hello'), KEY)]).toEqual([0x7f, 0x9f, 0x4d, 0x51, 0x58]);
  });

  it('is its own inverse, and leaves its argument alone', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), anyKey, (bytes, key) => {
        const before = bytes.slice();
        expect(mask(mask(bytes, key), key)).toEqual(before);
        expect(bytes).toEqual(before);
      }),
    );
  });

  it('is the identity with a key of zero', () => {
    expect([...mask(Uint8Array.of(1, 2, 3, 4, 5), 0)]).toEqual([1, 2, 3, 4, 5]);
  });

  it('gives the same in pieces, cut anywhere', () => {
    const plain = Uint8Array.from({ length: 23 }, (_, i) => i * 11);
    const whole = mask(plain, KEY);
    for (let cut = 0; cut <= plain.length; cut++) {
      const pieces = new Uint8Array(plain.length);
      maskInto(pieces, 0, plain, 0, cut, KEY, 0);
      maskInto(pieces, cut, plain, cut, plain.length, KEY, cut);
      expect(pieces).toEqual(whole);
    }
  });
});

describe('keys', () => {
  it.each([
    [0x37fa213d, [0x37, 0xfa, 0x21, 0x3d], '37fa213d'],
    [0, [0, 0, 0, 0], '00000000'],
    [-1, [255, 255, 255, 255], 'ffffffff'],
    [1, [0, 0, 0, 1], '00000001'],
    [-(2 ** 31), [0x80, 0, 0, 0], '80000000'],
  ])('%i is %j, written %s', (key, octets, text) => {
    expect([...keyBytes(key)]).toEqual(octets);
    expect(formatKey(key)).toBe(text);
    expect(parseKey(Uint8Array.from(octets))).toBe(key);
  });

  it('come back from their octets and from their digits', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        expect(parseKey(keyBytes(key))).toBe(key);
        expect(Number.parseInt(formatKey(key), 16) | 0).toBe(key);
        expect(formatKey(key)).toMatch(/^[0-9a-f]{8}$/);
      }),
    );
  });
});
