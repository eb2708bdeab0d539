/**
 * RFC 6455 §5.3: each frame has a fresh key.
 */
import type { FrameFacts } from '../websocket/observer.js';
import { formatKey, hasKey } from './masking-keys.js';
import type { Rule } from './rule.js';

/** Keys that are remembered; a power of two. One of those before them is, too: it meets those that go round. */
const RECENT = 8;

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
  watch: (_session, report) => {
    const keys: number[] = [];
    const frames: number[] = [];
    let anchor = 0;
    let anchorFrame = 0;
    let count = 0;
    let repeats = 0;
    const look = (facts: FrameFacts): void => {
      if (repeats > 1 || !hasKey(facts) || facts.header.maskingKey === 0) return;
      const { maskingKey } = facts.header;
      const distance = distanceTo(keys, count, maskingKey);
      const earlier = distance > 0 ? frames[(count - distance) & (RECENT - 1)] : anchorFrame;
      const isRepeated = distance > 0 || (count > RECENT && maskingKey === anchor);
      // The first, second, fourth… key: sooner or later one lies as far back as the keys take to go round.
      if ((count & (count - 1)) === 0) {
        anchor = maskingKey;
        anchorFrame = facts.number;
      }
      keys[count & (RECENT - 1)] = maskingKey;
      frames[count++ & (RECENT - 1)] = facts.number;
      if (!isRepeated) return;
      // One key that comes again a few frames later can be chance: in one of 600 million frames it is.
      repeats += distance === 1 ? 2 : 1;
      if (repeats < 2) return;
      report('client', `the masking key ${formatKey(maskingKey)} is that of frame ${earlier}, too`);
    };
    return {
      plain: look,
      plainOf: 'client',
      frame: look,
      lost(sender) {
        if (sender === 'client') count = 0;
      },
    };
  },
};

/** How many frames ago the key was used; 0: not among the recent ones. */
function distanceTo(keys: readonly number[], count: number, key: number): number {
  const farthest = count < RECENT ? count : RECENT - 1;
  for (let distance = 1; distance <= farthest; distance++)
    if (keys[(count - distance) & (RECENT - 1)] === key) return distance;
  return 0;
}
