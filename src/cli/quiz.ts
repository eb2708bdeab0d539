/**
 * `wsdissect quiz`: asks on a terminal, prints sheets and keys, or grades a file of answers.
 */
import { didYouMean } from '../bytes/nearest.js';
import { visible } from '../bytes/visible.js';
import type { Question } from '../lesson/quiz/question.js';
import { quizQuestions } from '../lesson/quiz/quiz.js';
import {
  type Answered,
  answeredObject,
  givenText,
  keyText,
  questionObject,
  questionText,
  scoreText,
  verdictText,
} from '../lesson/quiz/text.js';
import { TOPICS, type Topic } from '../lesson/quiz/topic.js';
import { loadShown } from '../lesson/shown.js';
import type { QuizCommandOptions } from './commands/quiz.js';
import { EXIT, UsageError } from './exit.js';
import { readSmall } from './read-small.js';
import type { Terminal } from './terminal.js';
import { canAsk, TypedLines } from './typed-lines.js';

/** Of a file of answers, in bytes. */
const MAX_ANSWERS = 1 << 20;
const NOT_ANSWERED = { right: false };

export async function quiz(
  topic: Topic | undefined,
  options: QuizCommandOptions,
  terminal: Terminal,
): Promise<void> {
  checkTopic(topic);
  const { answers, print, format, seed, count } = options;
  if (answers !== undefined && print !== undefined)
    throw new UsageError('--answers grades and --print prints: only one of them');
  const typed = answers === undefined ? undefined : await answersOf(answers);
  await loadShown();
  const questions = quizQuestions({ seed, count, topic });
  if (typed !== undefined) await grade(questions, typed, options, terminal);
  else if (print === undefined && format === 'text' && canAsk(terminal))
    await ask(questions, options, terminal);
  else await printSheet(questions, options, terminal);
}

function checkTopic(topic: string | undefined): void {
  if (topic === undefined || (TOPICS as readonly string[]).includes(topic)) return;
  const hint = didYouMean(topic, TOPICS);
  throw new UsageError(`there is no topic "${topic}"${hint} (there are ${TOPICS.join(', ')})`);
}

async function printSheet(
  questions: AsyncIterable<Question>,
  { print, format, seed }: QuizCommandOptions,
  { stdout, colors }: Terminal,
): Promise<void> {
  const isKey = print === 'key';
  if (format === 'json') {
    const all: object[] = [];
    for await (const question of questions) all.push(questionObject(question, isKey));
    stdout.write(`${JSON.stringify({ seed, questions: all })}\n`);
  } else
    for await (const question of questions) {
      if (question.number > 1) stdout.write('\n');
      stdout.write(isKey ? keyText(question, colors) : questionText(question, colors));
    }
  stdout.flush();
}

async function grade(
  questions: AsyncIterable<Question>,
  typed: readonly string[],
  { format, seed, count }: QuizCommandOptions,
  { stdout, stderr, colors }: Terminal,
): Promise<void> {
  const all: object[] = [];
  let right = 0;
  for await (const question of questions) {
    const given = typed[question.number - 1]?.trim() || undefined;
    const answered: Answered = {
      question,
      typed: given,
      verdict: given === undefined ? NOT_ANSWERED : question.answer.judge(given),
    };
    if (answered.verdict.right) right++;
    if (format === 'json') all.push(answeredObject(answered));
    else
      stdout.write(
        `${questionText(question, colors)}\n${givenText(given)}${verdictText(answered, colors)}\n`,
      );
  }
  if (format === 'json') stdout.write(`${JSON.stringify({ seed, questions: all, right, count })}\n`);
  else stdout.write(scoreText(right, count));
  stdout.flush();
  if (typed.length > count) {
    stderr.write(`wsdissect: ${typed.length} answers for ${count} questions: the last ones were left out\n`);
    stderr.flush();
  }
  if (right < count) process.exitCode = EXIT.findings;
}

/** Until all are answered, or somebody has had enough. */
async function ask(
  questions: AsyncIterable<Question>,
  { seed, count }: QuizCommandOptions,
  { stdout, colors }: Terminal,
): Promise<void> {
  const lines = new TypedLines(stdout);
  let [right, asked] = [0, 0];
  try {
    for await (const question of questions) {
      stdout.write(`${question.number > 1 ? '\n' : ''}${questionText(question, colors)}\n`);
      const answered = await answerTo(question, lines, stdout);
      if (answered === undefined) break;
      asked++;
      if (answered.verdict.right) right++;
      stdout.write(verdictText(answered, colors));
    }
    stdout.write(`\n${scoreText(right, asked)}`);
    if (asked === count) stdout.write(`Others: wsdissect quiz --seed ${seed + 1}\n`);
    stdout.flush();
  } finally {
    lines.close();
  }
}

/** Asks again where the answer cannot be read; an empty line is none. Undefined: nothing more is typed. */
async function answerTo(
  question: Question,
  lines: TypedLines,
  writer: Terminal['stdout'],
): Promise<Answered | undefined> {
  for (;;) {
    const line = await lines.ask('Your answer: ');
    if (line === undefined) return undefined;
    const typed = line.trim();
    if (typed === '') return { question, typed: undefined, verdict: NOT_ANSWERED };
    const verdict = question.answer.judge(typed);
    if (verdict.unclear === undefined) return { question, typed, verdict };
    writer.write(`Not understood: ${visible(verdict.unclear)}\n`);
  }
}

/** Lines; the last one may be without an end. Throws UsageError for what cannot be read. */
async function answersOf(file: string): Promise<readonly string[]> {
  const lines = (await readSmall(file, MAX_ANSWERS)).split(/\r?\n/);
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
