/**
 * RFC 6455 §5.3: keys cannot be predicted. Keys that do not change at all have rules of their own.
 */
import { KeyWatch } from './key-watch.js';
import { spacedKey } from './masking-keys.js';
import type { Rule } from './rule.js';

export const maskingKeyPredictable: Rule = {
  id: 'masking-key-predictable',
  section: 'RFC 6455 §5.3',
  severity: 'warning',
  title: 'Masking keys can be predicted',
  asks:
    'Keys MUST come from a strong source of entropy, and those seen so far MUST NOT make it simple to predict ' +
    'the next one.',
  why:
    'Who can tell the next key can choose a payload that looks on the wire as they like, a request to a proxy for ' +
    'example. That is the attack which masks are there for (§10.3).',
  causes:
    'A counter or a clock in place of random numbers; rand() of C, where it gives 15 bits only, so that part of ' +
    'the key stays zero. One random octet for all four; a string of random letters or hexadecimal digits.',
  client: 'Draw all four octets from a cryptographic source, such as crypto.getRandomValues or getrandom().',
  server: 'Nothing: the frames are valid.',
  example: {
    bytes: '81 81 00 00 00 07 61 81 81 00 00 00 08 62 81 81 00 00 00 09 63 81 81 00 00 00 0a 64',
    explanation: 'Four frames of one character with the keys 7, 8, 9 and 10.',
  },
  watch: (session, report) => {
    session.share(KeyWatch).on({
      predictable: ({ header }, sign) =>
        report('client', `${sign}; the last one is ${spacedKey(header.maskingKey)}`),
    });
    return {};
  },
};
