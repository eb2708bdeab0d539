import { getCipherInfo } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type CipherSuite, cipherSuite, suiteName } from '../../src/tls/cipher-suites.js';

const ALL = Array.from({ length: 0x10000 }, (_, number) => cipherSuite(number)).filter(
  (suite) => suite !== undefined,
);

test('how many there are', () => {
  expect(ALL.length).toBeGreaterThan(100);
  expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length);
});

test.each(ALL.filter(({ mode }) => mode !== 'null'))('$name: node:crypto knows its cipher', (suite) => {
  const info = getCipherInfo(suite.cipher)!;
  expect(info).toBeDefined();
  expect(info.keyLength).toBe(suite.keyLength);
  expect(info.mode).toBe(
    { gcm: 'gcm', ccm: 'ccm', cbc: 'cbc', chacha: undefined, null: '' }[suite.mode] ?? info.mode,
  );
  if (suite.mode === 'cbc') expect(info.blockSize).toBe(suite.blockOrTag);
});

test.each(ALL)('$name: what it is made of is in its name', (suite) => {
  const { name, hash, mac, keyLength, mode } = suite;
  expect(suiteName(suite.number)).toBe(name);
  expect(hash).toBe(name.endsWith('SHA384') ? 'sha384' : 'sha256');
  if (mode === 'cbc' || mode === 'null')
    expect(mac).toBe(name.endsWith('_SHA') ? 'sha1' : name.endsWith('_MD5') ? 'md5' : hash);
  expect(suite.rsaKeyExchange).toBe(name.startsWith('TLS_RSA_WITH'));
  if (/_(128|256)_/.test(name)) expect(keyLength).toBe(name.includes('_128_') ? 16 : 32);
});

/** Of IANA's registry. */
const KNOWN: [number, string, Partial<CipherSuite>][] = [
  [0x0002, 'TLS_RSA_WITH_NULL_SHA', { mode: 'null', mac: 'sha1', keyLength: 0 }],
  [0x000a, 'TLS_RSA_WITH_3DES_EDE_CBC_SHA', { cipher: 'des-ede3-cbc', keyLength: 24, blockOrTag: 8 }],
  [0x0016, 'TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA', { mac: 'sha1' }],
  [0x002f, 'TLS_RSA_WITH_AES_128_CBC_SHA', { mac: 'sha1', hash: 'sha256' }],
  [0x0033, 'TLS_DHE_RSA_WITH_AES_128_CBC_SHA', {}],
  [0x0035, 'TLS_RSA_WITH_AES_256_CBC_SHA', { keyLength: 32 }],
  [0x0039, 'TLS_DHE_RSA_WITH_AES_256_CBC_SHA', {}],
  [0x003b, 'TLS_RSA_WITH_NULL_SHA256', { mac: 'sha256' }],
  [0x003c, 'TLS_RSA_WITH_AES_128_CBC_SHA256', { mac: 'sha256' }],
  [0x003d, 'TLS_RSA_WITH_AES_256_CBC_SHA256', {}],
  [0x0041, 'TLS_RSA_WITH_CAMELLIA_128_CBC_SHA', { cipher: 'camellia-128-cbc' }],
  [0x0067, 'TLS_DHE_RSA_WITH_AES_128_CBC_SHA256', {}],
  [0x006b, 'TLS_DHE_RSA_WITH_AES_256_CBC_SHA256', {}],
  [0x008c, 'TLS_PSK_WITH_AES_128_CBC_SHA', {}],
  [0x009c, 'TLS_RSA_WITH_AES_128_GCM_SHA256', { mode: 'gcm' }],
  [0x009d, 'TLS_RSA_WITH_AES_256_GCM_SHA384', { hash: 'sha384' }],
  [0x009e, 'TLS_DHE_RSA_WITH_AES_128_GCM_SHA256', {}],
  [0x009f, 'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384', {}],
  [0x1301, 'TLS_AES_128_GCM_SHA256', { blockOrTag: 16, hash: 'sha256' }],
  [0x1302, 'TLS_AES_256_GCM_SHA384', { hash: 'sha384', keyLength: 32 }],
  [0x1303, 'TLS_CHACHA20_POLY1305_SHA256', { cipher: 'chacha20-poly1305', keyLength: 32 }],
  [0x1304, 'TLS_AES_128_CCM_SHA256', { mode: 'ccm', blockOrTag: 16 }],
  [0x1305, 'TLS_AES_128_CCM_8_SHA256', { mode: 'ccm', blockOrTag: 8 }],
  [0xc009, 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', {}],
  [0xc00a, 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA', {}],
  [0xc013, 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', {}],
  [0xc014, 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', {}],
  [0xc024, 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384', { mac: 'sha384', hash: 'sha384' }],
  [0xc027, 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256', {}],
  [0xc028, 'TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384', {}],
  [0xc02b, 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', {}],
  [0xc02c, 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', {}],
  [0xc02f, 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', {}],
  [0xc030, 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', {}],
  [0xc09c, 'TLS_RSA_WITH_AES_128_CCM', { mode: 'ccm', hash: 'sha256' }],
  [0xc0ac, 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM', {}],
  [0xc0ae, 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8', { blockOrTag: 8 }],
  [0xcca8, 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', { mode: 'chacha' }],
  [0xcca9, 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', {}],
  [0xccaa, 'TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256', {}],
];

describe('as IANA numbers them', () => {
  test.each(KNOWN)('%i is %s', (number, name, parts) => {
    expect(cipherSuite(number)).toMatchObject({ number, name, ...parts });
  });

  test.each([0x0000, 0x0005, 0x00ff, 0x1306, 0x5600, 0xfafa])('%i is none', (number) => {
    expect(cipherSuite(number)).toBeUndefined();
    expect(suiteName(number)).toBe(`0x${number.toString(16).padStart(4, '0')}`);
  });
});
