/**
 * `--keylog` and `--rsa-key`: where the secrets of TLS connections come from.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { visible } from '../bytes/visible.js';
import { UsageError } from './exit.js';
import { beginningOf } from './read-small.js';

/** Names the file of the environment, as browsers, curl and Python take it. */
const VARIABLE = 'SSLKEYLOGFILE';
/** Octets of an RSA key of 16,384 bits in PEM, with all that may stand around it, and more: what has more is none. */
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
export async function rsaKeys(files: readonly string[]): Promise<KeyObject[]> {
  const keys: KeyObject[] = [];
  for (const file of files) keys.push(await rsaKey(file));
  return keys;
}

async function rsaKey(file: string): Promise<KeyObject> {
  const name = `--rsa-key ${visible(file)}`;
  let content: Buffer;
  try {
    content = await beginningOf(createReadStream(file), MAX_KEY);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UsageError(`${name}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}`);
  }
  const key = parseKey(content);
  if (key?.asymmetricKeyType !== 'rsa')
    throw new UsageError(`${name}: not a private RSA key in PEM or DER without a passphrase`);
  return key;
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
