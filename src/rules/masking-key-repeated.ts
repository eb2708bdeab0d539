/**
 * RFC 6455 §5.3: each frame has a fresh key.
 */
import { KeyWatch } from './key-watch.js';
import { spacedKey } from './masking-keys.js';
import type { Rule } from './rule.js';

export const maskingKeyRepeated: Rule = {
  id: 'masking-key-repeated',
  section: 'RFC 6455 §5.3',
  severity: 'warning',
  title: 'Masking keys repeat',
  asks: 'When preparing a masked frame, the client MUST pick a fresh key from all that are possible.',
  why:
    'Who knows the key can choose a payload that looks on the wire as they like, a request to a proxy for ' +
    'example. That is the attack which masks are there for (§10.3).',
  causes:
    'A constant in the source, such as 37 fa 21 3d from the example of RFC 6455 §5.7; a key that is drawn once per ' +
    'connection, or once per message for all of its fragments.',
  client: 'Draw a new key from a cryptographic source for each frame.',
  server: 'Nothing: the frames are valid, and each is unmasked with its own key.',
  example: {
    bytes: '81 82 37 fa 21 3d 7f 93 81 82 37 fa 21 3d 55 83',
    explanation: 'Two frames, "Hi" and "by", have the key 37 fa 21 3d.',
  },
  watch: (session, report) => {
    session.share(KeyWatch).on({
      repeated: ({ header }, earlier) =>
        report('client', `the masking key ${spacedKey(header.maskingKey)} is that of frame ${earlier}, too`),
    });
    return {};
  },
};
