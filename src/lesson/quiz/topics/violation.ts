/**
 * Which rule is broken?
 *
 * Strategy: one of four rules is right. No other one is offered that the frames break, too, or that they would break for who
 * reads them otherwise: with the extension, without regard to its bits, or from a later frame on.
 */
import type { Draw } from '../../../sample/draw.js';
import type { Script } from '../../../sample/script.js';
import type { FrameFields } from '../../../websocket/frame-encode.js';
import type { Frame } from '../../../websocket/frame-record.js';
import { type Seen, seeScript } from '../../seen.js';
import { choiceAnswer } from '../answer.js';
import { type Asked, framesShown, saidAs } from '../question.js';
import type { Sheet } from '../sheet.js';
import { BREAKING, type BreakingRule } from './breaking.js';

const RULES = Object.keys(BREAKING) as readonly BreakingRule[];
const CHOICES = 4;

/** Whose names could be said of the same bytes: half a code is no code, a reason is a text. */
const ALIKE: Readonly<Partial<Record<BreakingRule, BreakingRule>>> = {
  'close-one-byte': 'close-code-invalid',
  'close-reason-utf8': 'invalid-utf8',
};

export async function askViolation(draw: Draw, sheet: Sheet): Promise<Asked> {
  const broken = sheet.rarest(draw, RULES);
  const seen = await seeScript({ steps: BREAKING[broken](draw) });
  const doubtful = new Set<string>([broken, ALIKE[broken] ?? broken, ...(await brokenOtherwise(seen))]);
  const others = draw.shuffled(RULES.filter((id) => !doubtful.has(id))).slice(0, CHOICES - 1);
  const choices = draw.shuffled([broken, ...others]);
  const { rule, message, frame } = seen.finding;
  return {
    question: 'These are the first frames of a connection without extensions. Which rule do they break?',
    shown: framesShown(seen.frames),
    choices,
    answer: choiceAnswer(rule.id, choices),
    why: `Frame ${frame}: ${message} (${rule.section}). ${rule.asks}`,
    helps: frame === undefined ? undefined : { frame, sections: ['figure'] },
    seen,
    subject: broken,
  };
}

/** The rules that the frames break in other readings. */
async function brokenOtherwise({ frames }: Seen): Promise<readonly string[]> {
  const readings: Script[] = [...frames.keys()].slice(1).map((from) => asRead(frames.slice(from)));
  if (frames.some(({ rsv1, rsv2, rsv3 }) => rsv1 || rsv2 || rsv3))
    readings.push(
      { ...asRead(frames), deflate: true },
      asRead(frames, { rsv1: false, rsv2: false, rsv3: false }),
    );
  const seen = await Promise.all(readings.map(seeScript));
  return seen.flatMap(({ findings }) => findings.map(({ rule }) => rule.id));
}

function asRead(frames: readonly Frame[], bits: Pick<FrameFields, 'rsv1' | 'rsv2' | 'rsv3'> = {}): Script {
  const steps = frames.map((frame) => {
    const maskingKey = frame.masked ? frame.maskingKey : undefined;
    return saidAs(frame.sender, { ...frame, ...bits, maskingKey });
  });
  return { steps };
}
