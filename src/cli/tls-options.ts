/**
 * `--keylog` and `--rsa-key`: where the secrets of TLS connections come from.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { visible } from '../bytes/visible.js';
import { UsageError } from './exit.js';

/** Names the file of the environment, as browsers, curl and Python take it. */
const VARIABLE = 'SSLKEYLOGFILE';
/** Octets of an RSA key of 16,384 bits in PEM, with all that may stand around it, and more. */
const MAX_KEY = 1 << 20;

/** The files; `env` is what SSLKEYLOGFILE names. Throws UsageError where that names nothing. */
export function keyLogFiles(given: readonly string[]): string[] {
  return given.map((file) => {
    if (file !== 'env') return file;
    const named = process.env[VARIABLE];
    if (named === undefined || named === '')
      throw new UsageError(`--keylog env: ${VARIABLE} is not set; give the file instead`);
    return named;
  });
}

/** Throws UsageError for what is no private RSA key. */
export function rsaKeys(files: readonly string[]): KeyObject[] {
  return files.map((file) => {
    const name = `--rsa-key ${visible(file)}`;
    let content: Buffer;
    try {
      content = beginningOf(file);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
      throw new UsageError(`${name}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}`);
    }
    const key = parseKey(content);
    if (key?.asymmetricKeyType !== 'rsa')
      throw new UsageError(`${name}: not a private RSA key in PEM or DER without a passphrase`);
    return key;
  });
}

/** No key has more; what has, is none. Throws what openSync() and readSync() do. */
function beginningOf(file: string): Buffer {
  const bytes = Buffer.alloc(MAX_KEY);
  const descriptor = openSync(file, 'r');
  try {
    let length = 0;
    for (let read = -1; read !== 0 && length < MAX_KEY; length += read)
      read = readSync(descriptor, bytes, length, MAX_KEY - length, null);
    return bytes.subarray(0, length);
  } finally {
    closeSync(descriptor);
  }
}

function parseKey(key: Buffer): KeyObject | undefined {
  const attempts = [
    () => createPrivateKey(key),
    () => createPrivateKey({ key, format: 'der', type: 'pkcs8' }),
    () => createPrivateKey({ key, format: 'der', type: 'pkcs1' }),
  ];
  for (const attempt of attempts) {
    try {
      return attempt();
    } catch {
      // Another form.
    }
  }
  return undefined;
}
