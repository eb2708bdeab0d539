/** Which rule is broken? */
import type { Draw } from '../../../sample/draw.js';
import { VIOLATION } from '../../../sample/violations.js';
import { seeScenario } from '../../seen.js';
import { choiceAnswer } from '../answer.js';
import { type Asked, framesShown } from '../question.js';

/** That can be seen of the frames alone. */
const RULES = [
  'unmasked-client-frame',
  'masked-server-frame',
  'rsv-without-extension',
  'reserved-opcode',
  'non-minimal-length',
  'fragmented-control',
  'oversized-control',
  'continuation-without-start',
  'interleaved-message',
  'invalid-utf8',
  'close-one-byte',
  'close-code-invalid',
  'close-reason-utf8',
  'frame-after-close',
] as const;
const CHOICES = 4;

export async function askViolation(draw: Draw): Promise<Asked> {
  const choices = draw.shuffled(RULES).slice(0, CHOICES);
  const seen = await seeScenario(`${VIOLATION}${draw.one(choices)}`);
  const { rule, message, frame } = seen.finding;
  return {
    question: 'No extension was agreed on in the handshake. Which rule do these frames break?',
    shown: framesShown(seen.frames),
    choices,
    answer: choiceAnswer(rule.id, choices),
    why: `Frame ${frame}: ${message} (${rule.section}). ${rule.asks}`,
    helps: frame === undefined ? undefined : { frame, sections: ['figure'] },
    seen,
  };
}
