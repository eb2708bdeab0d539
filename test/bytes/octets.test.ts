import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareOctets,
  latin1OfOctets,
  OctetSearch,
  octetsOfHex,
  octetsOfText,
  textOfOctets,
} from '../../src/bytes/octets.js';

const octets = fc.uint8Array({ maxLength: 40 });
/** So few values that parts of one are found in the other. */
const fewOctets = fc.array(fc.nat(1), { maxLength: 12 }).map((values) => Uint8Array.from(values));

describe('octets', () => {
  it('are what Buffer makes of texts and digits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), octets, (text, bytes) => {
        expect([...octetsOfText(text)]).toEqual([...Buffer.from(text)]);
        expect([...octetsOfHex(Buffer.from(bytes).toString('hex'))]).toEqual([...bytes]);
        expect(textOfOctets(bytes)).toBe(Buffer.from(bytes).toString('utf8'));
        expect(latin1OfOctets(bytes)).toBe(Buffer.from(bytes).toString('latin1'));
      }),
    );
    expect([...octetsOfText('\ud800')]).toEqual([0xef, 0xbf, 0xbd]);
    expect(textOfOctets(Uint8Array.of(0xef, 0xbb, 0xbf, 0x41))).toBe('\ufeffA');
    const long = new Uint8Array(100_000).fill(0xe9);
    expect(latin1OfOctets(long)).toBe('é'.repeat(100_000));
  });

  it('are ordered as Buffer does', () => {
    fc.assert(
      fc.property(fewOctets, fewOctets, (a, b) => {
        expect(Math.sign(compareOctets(a, b))).toBe(Buffer.compare(a, b));
      }),
      { numRuns: 2000 },
    );
  });

  it('are found as Buffer does, wherever they were last', () => {
    fc.assert(
      fc.property(fewOctets, fc.array(fewOctets, { minLength: 1, maxLength: 5 }), (wanted, places) => {
        const search = new OctetSearch(wanted);
        for (const place of places)
          expect(search.isIn(place)).toBe(Buffer.from(place).includes(Buffer.from(wanted)));
      }),
      { numRuns: 2000 },
    );
  });
});
