/**
 * The cipher for the records of a suite.
 */
import { AeadCipher } from './aead-cipher.js';
import { CbcCipher } from './cbc-cipher.js';
import { NullCipher } from './null-cipher.js';
import type { CipherOptions, RecordCipher } from './sealed-record.js';

export function recordCipher(options: CipherOptions): RecordCipher {
  const { mode } = options.suite;
  if (mode === 'null') return new NullCipher(options);
  return mode === 'cbc' ? new CbcCipher(options) : new AeadCipher(options);
}
