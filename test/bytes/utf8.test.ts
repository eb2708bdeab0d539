/** UTF-8 validity: the platform's decoder is the oracle for valid or not, tables say where the fault is. */
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Utf8Validator } from '../../src/bytes/utf8.js';
import { embedded, splits } from '../support/splits.js';

function validate(pieces: Iterable<Uint8Array>): [badOffset: number | undefined, detectedAt: number] {
  const validator = new Utf8Validator();
  let good = true;
  for (const piece of pieces) good = validator.push(...embedded(piece)) && good;
  expect(validator.end()).toBe(validator.badOffset === undefined);
  return [validator.badOffset, validator.detectedAt];
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

describe('Utf8Validator', () => {
  it.each([
    ['', undefined, 0],
    ['48 65 6c 6c 6f', undefined, 0],
    ['ce ba e1 bd b9 cf 83 ce bc ce b5', undefined, 0],
    ['f0 90 80 80 f4 8f bf bf ef bf bf ed 9f bf ee 80 80', undefined, 0],
    ['80', 0, 1],
    ['61 bf 62', 1, 2],
    ['c0 af', 0, 1],
    ['c1 bf', 0, 1],
    ['e0 80 af', 0, 2],
    ['e0 9f bf', 0, 2],
    ['f0 80 80 af', 0, 2],
    ['f0 8f bf bf', 0, 2],
    ['ed a0 80', 0, 2],
    ['61 ed bf bf', 1, 3],
    ['f4 90 80 80', 0, 2],
    ['f5 80 80 80', 0, 1],
    ['f8 88 80 80 80', 0, 1],
    ['fe', 0, 1],
    ['ff', 0, 1],
    ['61 62 c3', 2, 3],
    ['61 e2 82', 1, 3],
    ['f0 9f 98', 0, 3],
    ['e2 82 61', 0, 3],
    ['c3 c3 a4', 0, 2],
    ['ce ba ed a0 80 65', 2, 4],
  ])('%s: fault at %s, known after %s', (bytes, badOffset, detectedAt) => {
    for (const pieces of splits(hex(bytes))) expect(validate(pieces)).toEqual([badOffset, detectedAt]);
  });

  it('agrees with the platform, however the bytes are cut', () => {
    const byte = fc.oneof(
      fc.constantFrom(0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80),
      fc.nat(255),
    );
    fc.assert(
      fc.property(fc.array(byte, { maxLength: 24 }), (list) => {
        const bytes = Uint8Array.from(list);
        const whole = validate([bytes]);
        expect(whole[0] === undefined).toBe(isUtf8(bytes));
        for (const pieces of splits(bytes)) expect(validate(pieces)).toEqual(whole);
      }),
    );
  });

  it('begins anew after reset()', () => {
    const validator = new Utf8Validator();
    validator.push(Uint8Array.of(0x61, 0xff), 0, 2);
    validator.reset();
    expect([validator.push(Uint8Array.of(0x61), 0, 1), validator.end(), validator.badOffset]).toEqual([
      true,
      true,
      undefined,
    ]);
  });
});
