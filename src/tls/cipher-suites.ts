/**
 * The cipher suites whose records can be opened: number → name, and what the name says of ciphers and hashes.
 *
 * Strategy: IANA's names tell it all (https://www.iana.org/assignments/tls-parameters), so the table holds only numbers
 * and names, and a name is taken apart when a connection uses it.
 */

/** AEAD ciphers (RFC 5246 §6.2.3.3, RFC 8446 §5.2), `cbc` (RFC 5246 §6.2.3.2), and `null` (§6.2.3.1): not encrypted. */
export type CipherMode = 'gcm' | 'ccm' | 'chacha' | 'cbc' | 'null';

export interface CipherSuite {
  readonly number: number;
  /** As IANA writes it, such as `TLS_AES_128_GCM_SHA256`. */
  readonly name: string;
  readonly mode: CipherMode;
  /** The cipher as node:crypto calls it. */
  readonly cipher: string;
  /** Octets. */
  readonly keyLength: number;
  /** Of an AEAD cipher's tag; of a cbc cipher's block. */
  readonly blockOrTag: number;
  /** Of HKDF or of the PRF; TLS 1.0 and 1.1 have their own. */
  readonly hash: 'sha256' | 'sha384';
  /** cbc and null only: of the record's MAC. */
  readonly mac: 'md5' | 'sha1' | 'sha256' | 'sha384';
  /** The premaster secret is encrypted for the server's RSA key. */
  readonly rsaKeyExchange: boolean;
}

/** First number of a run of suites, and their names without `TLS_`; RSA, DHE … stand for `…_WITH_`. */
const RUNS: readonly [number, string][] = [
  [0x1301, 'AES_128_GCM_SHA256 AES_256_GCM_SHA384 CHACHA20_POLY1305_SHA256 AES_128_CCM_SHA256'],
  [0x1305, 'AES_128_CCM_8_SHA256'],
  [0x0001, 'RSA+NULL_MD5 RSA+NULL_SHA'],
  [0x000a, 'RSA+3DES_EDE_CBC_SHA'],
  [0x0013, 'DHE_DSS+3DES_EDE_CBC_SHA'],
  [0x0016, 'DHE_RSA+3DES_EDE_CBC_SHA'],
  [0x002f, 'RSA+AES_128_CBC_SHA DH_DSS+AES_128_CBC_SHA DH_RSA+AES_128_CBC_SHA DHE_DSS+AES_128_CBC_SHA'],
  [0x0033, 'DHE_RSA+AES_128_CBC_SHA DH_anon+AES_128_CBC_SHA RSA+AES_256_CBC_SHA DH_DSS+AES_256_CBC_SHA'],
  [0x0037, 'DH_RSA+AES_256_CBC_SHA DHE_DSS+AES_256_CBC_SHA DHE_RSA+AES_256_CBC_SHA DH_anon+AES_256_CBC_SHA'],
  [0x003b, 'RSA+NULL_SHA256 RSA+AES_128_CBC_SHA256 RSA+AES_256_CBC_SHA256 DH_DSS+AES_128_CBC_SHA256'],
  [0x003f, 'DH_RSA+AES_128_CBC_SHA256 DHE_DSS+AES_128_CBC_SHA256 RSA+CAMELLIA_128_CBC_SHA'],
  [0x0045, 'DHE_RSA+CAMELLIA_128_CBC_SHA'],
  [0x0067, 'DHE_RSA+AES_128_CBC_SHA256 DH_DSS+AES_256_CBC_SHA256 DH_RSA+AES_256_CBC_SHA256'],
  [0x006a, 'DHE_DSS+AES_256_CBC_SHA256 DHE_RSA+AES_256_CBC_SHA256'],
  [0x0084, 'RSA+CAMELLIA_256_CBC_SHA'],
  [0x0088, 'DHE_RSA+CAMELLIA_256_CBC_SHA'],
  [0x008b, 'PSK+3DES_EDE_CBC_SHA PSK+AES_128_CBC_SHA PSK+AES_256_CBC_SHA'],
  [0x009c, 'RSA+AES_128_GCM_SHA256 RSA+AES_256_GCM_SHA384 DHE_RSA+AES_128_GCM_SHA256'],
  [0x009f, 'DHE_RSA+AES_256_GCM_SHA384 DH_RSA+AES_128_GCM_SHA256 DH_RSA+AES_256_GCM_SHA384'],
  [0x00a2, 'DHE_DSS+AES_128_GCM_SHA256 DHE_DSS+AES_256_GCM_SHA384'],
  [0x00a8, 'PSK+AES_128_GCM_SHA256 PSK+AES_256_GCM_SHA384'],
  [0x00ba, 'RSA+CAMELLIA_128_CBC_SHA256'],
  [0x00be, 'DHE_RSA+CAMELLIA_128_CBC_SHA256'],
  [0x00c0, 'RSA+CAMELLIA_256_CBC_SHA256'],
  [0x00c4, 'DHE_RSA+CAMELLIA_256_CBC_SHA256'],
  [0xc003, 'ECDH_ECDSA+3DES_EDE_CBC_SHA ECDH_ECDSA+AES_128_CBC_SHA ECDH_ECDSA+AES_256_CBC_SHA'],
  [0xc006, 'ECDHE_ECDSA+NULL_SHA'],
  [0xc008, 'ECDHE_ECDSA+3DES_EDE_CBC_SHA ECDHE_ECDSA+AES_128_CBC_SHA ECDHE_ECDSA+AES_256_CBC_SHA'],
  [0xc00d, 'ECDH_RSA+3DES_EDE_CBC_SHA ECDH_RSA+AES_128_CBC_SHA ECDH_RSA+AES_256_CBC_SHA'],
  [0xc010, 'ECDHE_RSA+NULL_SHA'],
  [0xc012, 'ECDHE_RSA+3DES_EDE_CBC_SHA ECDHE_RSA+AES_128_CBC_SHA ECDHE_RSA+AES_256_CBC_SHA'],
  [0xc023, 'ECDHE_ECDSA+AES_128_CBC_SHA256 ECDHE_ECDSA+AES_256_CBC_SHA384'],
  [0xc025, 'ECDH_ECDSA+AES_128_CBC_SHA256 ECDH_ECDSA+AES_256_CBC_SHA384'],
  [0xc027, 'ECDHE_RSA+AES_128_CBC_SHA256 ECDHE_RSA+AES_256_CBC_SHA384'],
  [0xc029, 'ECDH_RSA+AES_128_CBC_SHA256 ECDH_RSA+AES_256_CBC_SHA384'],
  [0xc02b, 'ECDHE_ECDSA+AES_128_GCM_SHA256 ECDHE_ECDSA+AES_256_GCM_SHA384'],
  [0xc02d, 'ECDH_ECDSA+AES_128_GCM_SHA256 ECDH_ECDSA+AES_256_GCM_SHA384'],
  [0xc02f, 'ECDHE_RSA+AES_128_GCM_SHA256 ECDHE_RSA+AES_256_GCM_SHA384'],
  [0xc031, 'ECDH_RSA+AES_128_GCM_SHA256 ECDH_RSA+AES_256_GCM_SHA384'],
  [0xc035, 'ECDHE_PSK+AES_128_CBC_SHA ECDHE_PSK+AES_256_CBC_SHA ECDHE_PSK+AES_128_CBC_SHA256'],
  [0xc038, 'ECDHE_PSK+AES_256_CBC_SHA384'],
  [0xc050, 'RSA+ARIA_128_GCM_SHA256 RSA+ARIA_256_GCM_SHA384 DHE_RSA+ARIA_128_GCM_SHA256'],
  [0xc053, 'DHE_RSA+ARIA_256_GCM_SHA384'],
  [0xc05c, 'ECDHE_ECDSA+ARIA_128_GCM_SHA256 ECDHE_ECDSA+ARIA_256_GCM_SHA384'],
  [0xc060, 'ECDHE_RSA+ARIA_128_GCM_SHA256 ECDHE_RSA+ARIA_256_GCM_SHA384'],
  [0xc072, 'ECDHE_ECDSA+CAMELLIA_128_CBC_SHA256 ECDHE_ECDSA+CAMELLIA_256_CBC_SHA384'],
  [0xc076, 'ECDHE_RSA+CAMELLIA_128_CBC_SHA256 ECDHE_RSA+CAMELLIA_256_CBC_SHA384'],
  [0xc09c, 'RSA+AES_128_CCM RSA+AES_256_CCM DHE_RSA+AES_128_CCM DHE_RSA+AES_256_CCM'],
  [0xc0a0, 'RSA+AES_128_CCM_8 RSA+AES_256_CCM_8 DHE_RSA+AES_128_CCM_8 DHE_RSA+AES_256_CCM_8'],
  [0xc0a4, 'PSK+AES_128_CCM PSK+AES_256_CCM DHE_PSK+AES_128_CCM DHE_PSK+AES_256_CCM'],
  [0xc0a8, 'PSK+AES_128_CCM_8 PSK+AES_256_CCM_8'],
  [0xc0ac, 'ECDHE_ECDSA+AES_128_CCM ECDHE_ECDSA+AES_256_CCM'],
  [0xc0ae, 'ECDHE_ECDSA+AES_128_CCM_8 ECDHE_ECDSA+AES_256_CCM_8'],
  [0xcca8, 'ECDHE_RSA+CHACHA20_POLY1305_SHA256 ECDHE_ECDSA+CHACHA20_POLY1305_SHA256'],
  [0xccaa, 'DHE_RSA+CHACHA20_POLY1305_SHA256 PSK+CHACHA20_POLY1305_SHA256'],
  [0xccac, 'ECDHE_PSK+CHACHA20_POLY1305_SHA256 DHE_PSK+CHACHA20_POLY1305_SHA256'],
];

const NAMES = new Map<number, string>(
  RUNS.flatMap(([first, names]) =>
    names.split(' ').map((name, index) => [first + index, `TLS_${name.replace('+', '_WITH_')}`] as const),
  ),
);

const SUITE =
  /^TLS_(?:(.+)_WITH_)?(AES_(128|256)|ARIA_(?:128|256)|CAMELLIA_(?:128|256)|3DES_EDE|CHACHA20|NULL)(?:_(GCM|CCM_8|CCM|CBC|POLY1305))?(?:_(MD5|SHA|SHA256|SHA384))?$/;

const MODES: Readonly<Record<string, CipherMode | undefined>> = {
  GCM: 'gcm',
  CCM: 'ccm',
  CCM_8: 'ccm',
  CBC: 'cbc',
  POLY1305: 'chacha',
};

/** Undefined for a suite that is not known. */
export function cipherSuite(number: number): CipherSuite | undefined {
  const name = NAMES.get(number);
  const parts = name === undefined ? null : SUITE.exec(name);
  if (name === undefined || parts === null) return undefined;
  const [, keyExchange, family, , how = '', hash = 'SHA256'] = parts;
  const bits = /128|256/.exec(family)?.[0];
  const mode = MODES[how] ?? 'null';
  return {
    number,
    name,
    mode,
    cipher: cipherName(family, mode, bits),
    keyLength: mode === 'null' ? 0 : family === '3DES_EDE' ? 24 : bits === '128' ? 16 : 32,
    blockOrTag: how === 'CCM_8' || family === '3DES_EDE' ? 8 : 16,
    hash: hash === 'SHA384' ? 'sha384' : 'sha256',
    mac: hash === 'MD5' ? 'md5' : hash === 'SHA' ? 'sha1' : hash === 'SHA384' ? 'sha384' : 'sha256',
    rsaKeyExchange: keyExchange === 'RSA',
  };
}

/** RFC 8446 §B.4: their numbers begin with 13. */
export function isOfTls13({ number }: CipherSuite): boolean {
  return number >> 8 === 0x13;
}

/** Octets of its hash, and so of the secrets of TLS 1.3 (RFC 8446 §7.1). */
export function hashLength({ hash }: CipherSuite): number {
  return hash === 'sha384' ? 48 : 32;
}

/** For people: the name, or the number of a suite that is not known. */
export function suiteName(number: number): string {
  return NAMES.get(number) ?? `0x${number.toString(16).padStart(4, '0')}`;
}

function cipherName(family: string, mode: CipherMode, bits: string | undefined): string {
  if (mode === 'null') return '';
  if (mode === 'chacha') return 'chacha20-poly1305';
  if (family === '3DES_EDE') return 'des-ede3-cbc';
  return `${family.split('_')[0].toLowerCase()}-${bits}-${mode}`;
}
