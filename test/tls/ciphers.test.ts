/** The ciphers for records: what is sealed opens, and nothing else does. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AeadCipher } from '../../src/tls/aead-cipher.js';
import { CbcCipher } from '../../src/tls/cbc-cipher.js';
import { cipherSuite } from '../../src/tls/cipher-suites.js';
import { keyBlock, TLS10, TLS11, TLS12, TLS13, trafficKeys } from '../../src/tls/key-schedule.js';
import { NullCipher } from '../../src/tls/null-cipher.js';
import { recordCipher } from '../../src/tls/record-cipher.js';
import { type CipherOptions, type OpenedRecord, writeSequence } from '../../src/tls/sealed-record.js';

const SUITES = Array.from({ length: 0x10000 }, (_, number) => cipherSuite(number)).filter(
  (suite) => suite !== undefined,
);

/** Each suite with each version it is for; of many that differ in their key exchange only one. */
const KINDS: [name: string, options: () => CipherOptions][] = [];
const seen = new Set<string>();
for (const suite of SUITES) {
  const isNew = suite.number >> 8 === 0x13;
  const isOld = suite.mode === 'cbc' || suite.mode === 'null';
  const versions = isNew ? [TLS13] : isOld ? [TLS10, TLS11, TLS12] : [TLS12];
  for (const version of versions)
    for (const encryptThenMac of suite.mode === 'cbc' ? [false, true] : [false]) {
      const { mode, cipher, blockOrTag, mac } = suite;
      const what = [mode, cipher, blockOrTag, isOld ? mac : '', version, encryptThenMac].join(' ');
      if (seen.has(what)) continue;
      seen.add(what);
      const { client } = keyBlock(
        suite,
        version,
        Buffer.alloc(48, 1),
        Buffer.alloc(32, 2),
        Buffer.alloc(32, 3),
      );
      const keys = isNew ? trafficKeys(suite, Buffer.alloc(48, 7)) : client;
      KINDS.push([
        `${suite.name}, ${version.toString(16)}${encryptThenMac ? ', encrypt-then-MAC' : ''}`,
        () => ({ suite, version, keys, encryptThenMac }),
      ]);
    }
}

const into: OpenedRecord = { content: new Uint8Array(0), type: 0, padding: 0 };

test('which class', () => {
  const of = (number: number, version: number) =>
    recordCipher({ ...KINDS[0][1](), ...optionsOf(number, version) });
  expect(of(0x1301, TLS13)).toBeInstanceOf(AeadCipher);
  expect(of(0xcca8, TLS12)).toBeInstanceOf(AeadCipher);
  expect(of(0xc013, TLS12)).toBeInstanceOf(CbcCipher);
  expect(of(0x0002, TLS12)).toBeInstanceOf(NullCipher);
});

function optionsOf(number: number, version: number): Partial<CipherOptions> {
  const suite = cipherSuite(number)!;
  const { client } = keyBlock(suite, version, Buffer.alloc(48), Buffer.alloc(32), Buffer.alloc(32));
  return { suite, version, keys: version === TLS13 ? trafficKeys(suite, Buffer.alloc(32)) : client };
}

describe.each(KINDS)('%s', (_, options) => {
  const isChained = options().suite.mode === 'cbc' && options().version === TLS10;

  test('what is sealed opens, anywhere in a chunk, and its overhead is as it says', () => {
    const record = fc.tuple(fc.integer({ min: 20, max: 23 }), fc.uint8Array({ maxLength: 300 }));
    fc.assert(
      fc.property(fc.array(record, { maxLength: 5 }), fc.nat(9), (records, before) => {
        const sealer = recordCipher(options());
        const opener = recordCipher(options());
        records.forEach(([type, content], sequence) => {
          const sealed = sealer.seal(sequence, type, content);
          const chunk = Buffer.concat([Buffer.alloc(before, 0xee), sealed, Buffer.alloc(3, 0xee)]);
          expect(opener.isReady).toBe(true);
          expect(opener.open(sequence, chunk, before, before + sealed.length, into)).toBe(true);
          expect([into.type, Buffer.from(into.content)]).toEqual([type, Buffer.from(content)]);
          const overhead = sealed.length - content.length;
          if (sealer.isExact) expect(overhead).toBe(sealer.overhead);
          else
            expect(Math.abs(overhead - sealer.overhead)).toBeLessThanOrEqual(options().suite.blockOrTag / 2);
          expect(sealed.readUInt16BE(3)).toBe(sealed.length - 5);
          // It was borrowed.
          chunk.fill(0);
        });
      }),
      { numRuns: 20 },
    );
  });

  test('a bit that is flipped anywhere in it, a wrong sequence number, a cut: it does not open', () => {
    const sealed = recordCipher(options()).seal(5, 23, Buffer.from('some content'));
    const opens = (bytes: Uint8Array, sequence = 5) =>
      recordCipher(options()).open(sequence, bytes, 0, bytes.length, into);
    expect(opens(sealed)).toBe(true);
    for (let bit = 0; bit < 8 * sealed.length; bit++) {
      // What the header says of version and length is not authenticated: keys say the one, the bytes the other.
      if (bit >> 3 > 0 && bit >> 3 < 5) continue;
      // In TLS 1.3 the type outside is always the same.
      if (bit >> 3 === 0 && options().version === TLS13) continue;
      const flipped = Buffer.from(sealed);
      flipped[bit >> 3] ^= 1 << (bit & 7);
      // RFC 5246 §6.2.3.2: padding is not authenticated in itself, but each octet of it is checked.
      expect([bit, opens(flipped)]).toEqual([bit, false]);
    }
    for (const sequence of [0, 4, 6, 5 + 2 ** 32]) expect(opens(sealed, sequence)).toBe(false);
    for (let length = 5; length < sealed.length; length++)
      expect([length, opens(sealed.subarray(0, length))]).toEqual([length, false]);
  });

  test('bytes that nobody sealed do not open, and throw nothing', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 5, maxLength: 120 }), (bytes) => {
        expect(recordCipher(options()).open(0, bytes, 0, bytes.length, into)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  test('behind a record that was not opened', () => {
    const sealer = recordCipher(options());
    const [a, b, c] = [0, 1, 2].map((sequence) =>
      sealer.seal(sequence, 23, Buffer.from(`content ${sequence}`)),
    );
    const seen = recordCipher(options());
    seen.skipped(a, a.length);
    a.fill(0);
    expect(seen.isReady).toBe(true);
    expect(seen.open(1, b, 0, b.length, into)).toBe(true);
    const unseen = recordCipher(options());
    unseen.skipped(undefined, 0);
    expect(unseen.isReady).toBe(!isChained);
    expect(unseen.open(1, b, 0, b.length, into)).toBe(!isChained);
    unseen.skipped(b, b.length);
    expect(unseen.open(2, c, 0, c.length, into)).toBe(true);
  });
});

describe('TLS 1.3', () => {
  const cipher = recordCipher({ ...KINDS[0][1](), ...optionsOf(0x1301, TLS13) });

  test('padding is taken off (RFC 8446 §5.4)', () => {
    for (const zeros of [1, 2, 100]) {
      const inner = Buffer.concat([Buffer.from('abc'), Buffer.of(23), Buffer.alloc(zeros - 1)]);
      const sealed = cipher.seal(0, 0, inner);
      expect(cipher.open(0, sealed, 0, sealed.length, into)).toBe(true);
      expect([into.type, Buffer.from(into.content).toString()]).toEqual([23, 'abc']);
    }
  });

  test('a record of zeros only is none', () => {
    const sealed = cipher.seal(0, 0, Buffer.alloc(9));
    expect(cipher.open(0, sealed, 0, sealed.length, into)).toBe(false);
  });
});

test.each([
  [0, '0000000000000000'],
  [1, '0000000000000001'],
  [0x0102_0304, '0000000001020304'],
  [0xffff_ffff, '00000000ffffffff'],
  [2 ** 32, '0000000100000000'],
  [Number.MAX_SAFE_INTEGER, '001fffffffffffff'],
])('the sequence number %i', (sequence, hex) => {
  const bytes = new Uint8Array(10);
  writeSequence(bytes, 1, sequence);
  expect(Buffer.from(bytes).toString('hex')).toBe(`00${hex}00`);
});
