/**
 * `wsdissect quiz`: questions on real bytes.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { TOPICS, type Topic } from '../../lesson/quiz/topic.js';
import type { Terminal } from '../terminal.js';
import { parseCount, parseSeed } from './options.js';

export interface QuizCommandOptions {
  readonly seed: number;
  readonly count: number;
  readonly answers?: string;
  readonly print?: 'sheet' | 'key';
  readonly format: 'text' | 'json';
}

/** As many as are asked at once. */
const MAX_COUNT = 1000;

export function addQuizCommand(program: Command, terminal: Terminal): void {
  program
    .command('quiz')
    .argument('[topic]', `the only one to be asked about: ${TOPICS.join(', ')}`)
    .summary('be asked about real bytes, or make a sheet of questions')
    .description(ABOUT)
    .option('--seed <n>', 'the same questions for the same number (default 1)', parseSeed, 1)
    .option('-c, --count <n>', 'so many questions (default 6)', parseQuestions, 6)
    .option('--answers <file>', 'grade these answers, one a line; - is standard input')
    .addOption(
      new Option(
        '--print <what>',
        'the sheet of questions, or the key with the answers, for hand-outs',
      ).choices(['sheet', 'key']),
    )
    .addOption(
      new Option('-T, --format <format>', 'text (default) or json').choices(['text', 'json']).default('text'),
    )
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .action(async (topic: string | undefined, options: QuizCommandOptions) =>
      (await import('../quiz.js')).quiz(topic as Topic | undefined, options, terminal),
    );
}

function parseQuestions(text: string): number {
  const count = parseCount(text);
  if (count > MAX_COUNT) throw new InvalidArgumentError(`There are ${MAX_COUNT} at most.`);
  return count;
}

const ABOUT = `\
Asks about frames of samples that are made for it: the opcode, the length, the
unmasked text, the message of a fragment, the code of a Close, the rule that is
broken; and explains each answer. On a terminal it asks; elsewhere it prints
the sheet of questions. With --answers it grades, and ends with exit code 3
unless all are right.`;

const EXAMPLES = `
Examples:
  wsdissect quiz
  wsdissect quiz unmask -c 3 --seed 42
  wsdissect quiz --seed 7 --print sheet
  wsdissect quiz --seed 7 --print key
  wsdissect quiz --seed 7 --answers answers.txt
  wsdissect quiz --seed 7 --answers answers.txt -T json`;
