import { createHmac, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AeadCipher } from '../../src/tls/aead-cipher.js';
import { cipherSuite } from '../../src/tls/cipher-suites.js';
import {
  expandLabel,
  keyBlock,
  masterSecret,
  nextSecret,
  prf,
  TLS10,
  TLS11,
  TLS12,
  TLS13,
  trafficKeys,
} from '../../src/tls/key-schedule.js';
import type { OpenedRecord } from '../../src/tls/sealed-record.js';
import type { SecretLabel } from '../../src/tls/secrets.js';
import { compatible, resumed, retried, simple, type Trace } from './rfc8448.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const AES_128_GCM = cipherSuite(0x1301)!;

describe('HKDF-Expand-Label', () => {
  const VECTORS: [label: SecretLabel, key: string, iv: string][] = [
    ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'dbfaa693d1762c5b666af5d950258d01', '5bd3c71b836e0b76bb73265f'],
    ['SERVER_HANDSHAKE_TRAFFIC_SECRET', '3fce516009c21727d0f2e4e86ee403bc', '5d313eb2671276ee13000b30'],
    ['CLIENT_TRAFFIC_SECRET_0', '17422dda596ed5d9acd890e3c63f5051', '5b78923dee08579033e523d9'],
    ['SERVER_TRAFFIC_SECRET_0', '9f02283b6c9c07efc26bb9f2ac92e356', 'cf782b88dd83549aadf1e984'],
  ];

  test.each(VECTORS)('RFC 8448 §3: key and IV of %s', (label, key, iv) => {
    const keys = trafficKeys(AES_128_GCM, hex(simple.secrets[label]!));
    expect([keys.key.toString('hex'), keys.iv.toString('hex'), keys.mac.length]).toEqual([key, iv, 0]);
  });

  test.each(['sha256', 'sha384'] as const)('%s: as an HKDF with an extraction gives it', (hash) => {
    const length = hash === 'sha256' ? 32 : 48;
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 64 }),
        fc.constantFrom('key', 'iv', 'traffic upd', 'derived', 'c hs traffic'),
        fc.uint8Array({ maxLength: 48 }),
        fc.integer({ min: 1, max: length }),
        (input, label, context, wanted) => {
          const extracted = hkdfExtract(hash, length, input);
          const name = Buffer.from(`tls13 ${label}`);
          const info = Buffer.concat([
            Buffer.of(wanted >> 8, wanted & 255, name.length),
            name,
            Buffer.of(context.length),
            context,
          ]);
          const oracle = Buffer.from(hkdfSync(hash, input, new Uint8Array(length), info, wanted));
          expect(expandLabel(hash, extracted, label, wanted, context)).toEqual(oracle);
        },
      ),
    );
  });

  test('behind a KeyUpdate: RFC 8446 §7.2', () => {
    const secret = hex(simple.secrets.CLIENT_TRAFFIC_SECRET_0!);
    const next = nextSecret(AES_128_GCM, secret);
    expect(next).toEqual(expandLabel('sha256', secret, 'traffic upd', 32));
    expect(next).toHaveLength(32);
    expect(nextSecret(cipherSuite(0x1302)!, Buffer.alloc(48, 1))).toEqual(
      expandLabel('sha384', Buffer.alloc(48, 1), 'traffic upd', 48),
    );
  });
});

/** RFC 5869 §2.2, with a salt of zeros. */
function hkdfExtract(hash: string, length: number, input: Uint8Array): Uint8Array {
  return createHmac(hash, new Uint8Array(length)).update(input).digest();
}

describe('the records of RFC 8448', () => {
  /** All of a side that is encrypted, in order: under which secret, and what is in it. */
  const CASES: [name: string, trace: Trace, side: 0 | 1, secrets: [SecretLabel, number][], types: string][] =
    [
      ['§3 client', simple, 0, runs('CLIENT', 1, 2), '22:36 23:50 21:2'],
      ['§3 server', simple, 1, runs('SERVER', 1, 3), '22:657 22:205 23:50 21:2'],
      [
        '§4 client',
        resumed,
        0,
        [['CLIENT_EARLY_TRAFFIC_SECRET', 2], ...runs('CLIENT', 1, 2)],
        '23:6 22:4 22:36 23:50 21:2',
      ],
      ['§4 server', resumed, 1, runs('SERVER', 1, 2), '22:76 23:50 21:2'],
      ['§5 client', retried, 0, runs('CLIENT', 1, 1), '22:36 21:2'],
      ['§5 server', retried, 1, runs('SERVER', 1, 1), '22:645 21:2'],
      ['§7 client', compatible, 0, runs('CLIENT', 1, 1), '22:36 21:2'],
      ['§7 server', compatible, 1, runs('SERVER', 1, 1), '22:657 21:2'],
    ];

  test.each(CASES)('%s', (_, trace, side, secrets, types) => {
    const records = trace.records
      .filter(([sender, record]) => sender === side && record.startsWith('17'))
      .map(([, record]) => hex(record));
    const opened: OpenedRecord = { content: new Uint8Array(0), type: 0, padding: 0 };
    const found: string[] = [];
    for (const [label, count] of secrets) {
      const keys = trafficKeys(AES_128_GCM, hex(trace.secrets[label]!));
      const cipher = new AeadCipher({ suite: AES_128_GCM, version: TLS13, keys, encryptThenMac: false });
      for (let sequence = 0; sequence < count; sequence++) {
        const record = records.shift()!;
        expect(cipher.open(sequence, record, 0, record.length, opened)).toBe(true);
        found.push(`${opened.type}:${opened.content.length}`);
        // And sealed again it is the same: RFC 8448 has no padding.
        expect(cipher.seal(sequence, opened.type, opened.content)).toEqual(record);
      }
    }
    expect(found.join(' ')).toBe(types);
    expect(records).toEqual([]);
  });
});

function runs(sender: 'CLIENT' | 'SERVER', handshake: number, application: number): [SecretLabel, number][] {
  return [
    [`${sender}_HANDSHAKE_TRAFFIC_SECRET`, handshake],
    [`${sender}_TRAFFIC_SECRET_0`, application],
  ];
}

describe('the PRF of TLS 1.0 to 1.2', () => {
  test('TLS 1.2, SHA-256: the known vector', () => {
    const output = prf(
      TLS12,
      'sha256',
      hex('9b be 43 6b a9 40 f0 17 b1 76 52 84 9a 71 db 35'),
      'test label',
      hex('a0 ba 9f 93 6c da 31 18 27 a6 f7 96 ff d5 19 8c'),
      100,
    );
    expect(output).toEqual(
      hex(
        'e3 f2 29 ba 72 7b e1 7b 8d 12 26 20 55 7c d4 53 c2 aa b2 1d 07 c3 d4 95 32 9b 52 d4 e6 1e db 5a' +
          '6b 30 17 91 e9 0d 35 c9 c9 a4 6b 4e 14 ba f9 af 0f a0 22 f7 07 7d ef 17 ab fd 37 97 c0 56 4b ab' +
          '4f bc 91 66 6e 9d ef 9b 97 fc e3 4f 79 67 89 ba a4 80 82 d1 22 ee 42 c5 a7 2e 5a 51 10 ff f7 01' +
          '87 34 7b 66',
      ),
    );
  });

  test('TLS 1.0 and 1.1: two hashes, whose halves share the middle octet of an odd secret', () => {
    const seed = Buffer.from('seed');
    const odd = Buffer.from('abcdefg');
    const output = prf(TLS10, 'sha256', odd, 'label', seed, 70);
    // P_MD5 and P_SHA1 are what TLS 1.2 makes of their hashes.
    const md5 = prf(TLS12, 'md5', Buffer.from('abcd'), 'label', seed, 70);
    const sha1 = prf(TLS12, 'sha1', Buffer.from('defg'), 'label', seed, 70);
    expect(output).toEqual(Buffer.from(md5.map((octet, i) => octet ^ sha1[i])));
    expect(prf(TLS11, 'sha384', odd, 'label', seed, 70)).toEqual(output);
  });

  test('a shorter output is the beginning of a longer one', () => {
    const at = (length: number) => prf(TLS12, 'sha384', Buffer.alloc(48, 1), 'x', Buffer.alloc(3), length);
    for (const length of [0, 1, 47, 48, 49, 96, 200]) expect(at(length)).toEqual(at(300).subarray(0, length));
  });

  test('master secret, and the extended one', () => {
    const premaster = Buffer.alloc(48, 1);
    const randoms = { client: Buffer.alloc(32, 2), server: Buffer.alloc(32, 3) };
    const suite = cipherSuite(0x009d)!;
    const seed = Buffer.concat([randoms.client, randoms.server]);
    expect(masterSecret(suite, TLS12, premaster, randoms, undefined)).toEqual(
      prf(TLS12, 'sha384', premaster, 'master secret', seed, 48),
    );
    expect(masterSecret(suite, TLS12, premaster, randoms, Buffer.alloc(48, 4))).toEqual(
      prf(TLS12, 'sha384', premaster, 'extended master secret', Buffer.alloc(48, 4), 48),
    );
  });
});

describe('the key block (RFC 5246 §6.3)', () => {
  const CASES: [suite: number, mac: number, key: number, iv: number][] = [
    [0xc02f, 0, 16, 4],
    [0xc030, 0, 32, 4],
    [0xcca8, 0, 32, 12],
    [0xc0ac, 0, 16, 4],
    [0xc013, 20, 16, 16],
    [0xc028, 48, 32, 16],
    [0x000a, 20, 24, 8],
    [0x003b, 32, 0, 0],
    [0x0001, 16, 0, 0],
  ];

  test.each(CASES)('%i: MAC keys, keys and IVs, the client first', (number, mac, key, iv) => {
    const suite = cipherSuite(number)!;
    const [client, server] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const master = Buffer.alloc(48, 9);
    const block = keyBlock(suite, TLS12, master, client, server);
    const { client: a, server: b } = block;
    expect([a.mac, a.key, a.iv].map(({ length }) => length)).toEqual([mac, key, iv]);
    const seed = Buffer.concat([server, client]);
    expect(Buffer.concat([a.mac, b.mac, a.key, b.key, a.iv, b.iv])).toEqual(
      prf(TLS12, suite.hash, master, 'key expansion', seed, 2 * (mac + key + iv)),
    );
  });
});
