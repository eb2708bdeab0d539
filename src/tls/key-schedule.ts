/**
 * From secrets to keys: HKDF of TLS 1.3 (RFC 8446 §7.1) and the PRF of TLS 1.0 to 1.2 (RFC 2246 §5, RFC 5246 §5).
 */
import { createHmac } from 'node:crypto';
import type { CipherSuite } from './cipher-suites.js';

/** RFC 8446 §4.1.2, RFC 5246 §7.4.1.2. */
export const RANDOM_LENGTH = 32;
/** RFC 5246 §8.1. */
export const MASTER_LENGTH = 48;

/** Versions as on the wire. */
export const TLS10 = 0x0301;
export const TLS11 = 0x0302;
export const TLS12 = 0x0303;
export const TLS13 = 0x0304;

/** What opens the records of one direction. */
export interface DirectionKeys {
  readonly key: Buffer;
  /** The whole nonce in TLS 1.3 and for ChaCha20; its fixed part for GCM and CCM of TLS 1.2; of cbc the first IV. */
  readonly iv: Buffer;
  /** cbc only. */
  readonly mac: Buffer;
}

/** HKDF-Expand-Label (RFC 8446 §7.1). `length` octets, at most the length of the hash: all that TLS asks for. */
export function expandLabel(
  hash: string,
  secret: Uint8Array,
  label: string,
  length: number,
  context: Uint8Array = EMPTY,
): Buffer {
  const full = Buffer.from(`tls13 ${label}`, 'latin1');
  const info = Buffer.alloc(4 + full.length + context.length + 1);
  info.writeUInt16BE(length);
  info[2] = full.length;
  full.copy(info, 3);
  info[3 + full.length] = context.length;
  info.set(context, 4 + full.length);
  // RFC 5869 §2.3: the one block T(1), whose counter is the last octet.
  info[info.length - 1] = 1;
  return createHmac(hash, secret).update(info).digest().subarray(0, length);
}

const EMPTY = new Uint8Array(0);
const NO_MAC = Buffer.alloc(0);
/** RFC 8446 §5.3, RFC 7905 §2. */
const NONCE_LENGTH = 12;
/** RFC 5288 §3, RFC 6655 §3: the part of the nonce that is not sent. */
const FIXED_IV_LENGTH = 4;

/** RFC 8446 §7.3. */
export function trafficKeys({ hash, keyLength }: CipherSuite, secret: Uint8Array): DirectionKeys {
  return {
    key: expandLabel(hash, secret, 'key', keyLength),
    iv: expandLabel(hash, secret, 'iv', NONCE_LENGTH),
    mac: NO_MAC,
  };
}

/** The traffic secret behind a KeyUpdate (RFC 8446 §7.2). */
export function nextSecret({ hash }: CipherSuite, secret: Uint8Array): Buffer {
  return expandLabel(hash, secret, 'traffic upd', secret.length);
}

/** What both directions of TLS 1.0 to 1.2 use (RFC 5246 §6.3). */
export function keyBlock(
  suite: CipherSuite,
  version: number,
  master: Uint8Array,
  clientRandom: Uint8Array,
  serverRandom: Uint8Array,
): { readonly client: DirectionKeys; readonly server: DirectionKeys } {
  const { mode, keyLength, blockOrTag } = suite;
  const macLength = mode === 'cbc' || mode === 'null' ? MAC_LENGTH[suite.mac] : 0;
  const ivLength = {
    cbc: blockOrTag,
    null: 0,
    chacha: NONCE_LENGTH,
    gcm: FIXED_IV_LENGTH,
    ccm: FIXED_IV_LENGTH,
  }[mode];
  const block = prf(
    version,
    suite.hash,
    master,
    'key expansion',
    Buffer.concat([serverRandom, clientRandom]),
    2 * (macLength + keyLength + ivLength),
  );
  let at = 0;
  const take = (length: number) => block.subarray(at, (at += length));
  const macs = [take(macLength), take(macLength)];
  const keys = [take(keyLength), take(keyLength)];
  const ivs = [take(ivLength), take(ivLength)];
  const of = (index: 0 | 1) => ({ mac: macs[index], key: keys[index], iv: ivs[index] });
  return { client: of(0), server: of(1) };
}

export const MAC_LENGTH = { md5: 16, sha1: 20, sha256: 32, sha384: 48 } as const;

/** RFC 5246 §8.1; with `sessionHash` the extended one (RFC 7627 §4). */
export function masterSecret(
  suite: CipherSuite,
  version: number,
  premaster: Uint8Array,
  randoms: { readonly client: Uint8Array; readonly server: Uint8Array },
  sessionHash: Uint8Array | undefined,
): Buffer {
  return sessionHash === undefined
    ? prf(
        version,
        suite.hash,
        premaster,
        'master secret',
        Buffer.concat([randoms.client, randoms.server]),
        MASTER_LENGTH,
      )
    : prf(version, suite.hash, premaster, 'extended master secret', sessionHash, MASTER_LENGTH);
}

/** RFC 5246 §5; before TLS 1.2 MD5 and SHA-1 combined, each over one half of the secret (RFC 2246 §5). */
export function prf(
  version: number,
  hash: string,
  secret: Uint8Array,
  label: string,
  seed: Uint8Array,
  length: number,
): Buffer {
  const full = Buffer.concat([Buffer.from(label, 'latin1'), seed]);
  if (version >= TLS12) return pHash(hash, secret, full, length);
  const half = Math.ceil(secret.length / 2);
  const output = pHash('md5', secret.subarray(0, half), full, length);
  const sha1 = pHash('sha1', secret.subarray(secret.length - half), full, length);
  for (let i = 0; i < length; i++) output[i] ^= sha1[i];
  return output;
}

function pHash(hash: string, secret: Uint8Array, seed: Buffer, length: number): Buffer {
  const pieces: Buffer[] = [];
  let a = seed;
  for (let made = 0; made < length; made += pieces.at(-1)!.length) {
    a = createHmac(hash, secret).update(a).digest();
    pieces.push(createHmac(hash, secret).update(a).update(seed).digest());
  }
  return Buffer.from(Buffer.concat(pieces).subarray(0, length));
}
