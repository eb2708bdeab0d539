/**
 * A quiz: questions on frames of samples that are made for it, the same for the same seed.
 */
import { Draw } from '../../sample/draw.js';
import type { Asked, Question } from './question.js';
import { Sheet } from './sheet.js';
import { TOPICS, type Topic } from './topic.js';
import { askClose } from './topics/close.js';
import { askFragment } from './topics/fragment.js';
import { askLength } from './topics/length.js';
import { askOpcode } from './topics/opcode.js';
import { askUnmasked } from './topics/unmask.js';
import { askViolation } from './topics/violation.js';

const ASK: Readonly<Record<Topic, (draw: Draw, sheet: Sheet) => Promise<Asked>>> = {
  opcode: askOpcode,
  length: askLength,
  unmask: askUnmasked,
  fragment: askFragment,
  close: askClose,
  violation: askViolation,
};

export interface QuizOptions {
  readonly seed: number;
  readonly count: number;
  /** The only one; undefined: all, in turn. */
  readonly topic: Topic | undefined;
}

/** Draws for one question, until it shows what no question before it did. */
const MOST_DRAWS = 100;

/** A question depends on those before it alone: question 3 is the same in a quiz of 3 and of 10. */
export async function* quizQuestions({ seed, count, topic }: QuizOptions): AsyncGenerator<Question> {
  const sheet = new Sheet();
  for (let number = 1; number <= count; number++) {
    const its = topic ?? TOPICS[(number - 1) % TOPICS.length];
    yield { ...(await askNew(its, `quiz ${seed} ${number}`, sheet)), number, topic: its };
  }
}

async function askNew(topic: Topic, seed: string, sheet: Sheet): Promise<Asked> {
  for (let draws = 1; ; draws++) {
    const asked = await ASK[topic](new Draw(draws === 1 ? seed : `${seed} ${draws}`), sheet);
    if (sheet.takes(asked) || draws === MOST_DRAWS) return asked;
  }
}
