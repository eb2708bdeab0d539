/**
 * `wsdissect quiz` as a user runs it: sheets, graded answers, and questions on a terminal.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { shell, wsdissect } from '../support/cli.js';
import { root } from '../support/fixtures.js';
import { hasProgram } from '../support/tshark.js';
import { typing } from './helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const quiz = (...args: string[]) => wsdissect(['quiz', ...args]);
const SEED = ['--seed', '7'];
/** As read of the bytes by hand. */
const RIGHT = ['binary', '94', 'socket43', '3', '1002', 'rsv-without-extension'];

function graded(answers: readonly string[], ...args: string[]) {
  const file = join(folder, 'answers.txt');
  writeFileSync(file, answers.map((line) => `${line}\n`).join(''));
  return quiz(...SEED, '--answers', file, ...args);
}

describe('sheets', () => {
  it('are what is printed without a terminal', () => {
    const sheet = quiz(...SEED, '--print', 'sheet');
    expect(sheet).toMatchObject({ status: 0, stderr: '' });
    expect(quiz(...SEED)).toEqual(sheet);
    expect(sheet.stdout.match(/^Question \d \(\w+\)$/gm)).toHaveLength(6);
    expect(sheet.stdout).not.toMatch(/binary|socket43|1002/);
  });

  it('have a key with the answers and why', () => {
    const { stdout } = quiz(...SEED, '--print', 'key');
    expect(stdout.match(/^Question.*/gm)).toEqual([
      'Question 1 (opcode): 2 (binary)',
      'Question 2 (length): 94',
      'Question 3 (unmask): "socket43"',
      'Question 4 (fragment): 3',
      'Question 5 (close): 1002 (Protocol error)',
      'Question 6 (violation): d) rsv-without-extension',
    ]);
    expect(stdout).toContain('82 & 0f');
  });

  it('as JSON, and of one topic', () => {
    const sheet = JSON.parse(quiz('unmask', ...SEED, '-c', '2', '-T', 'json').stdout);
    expect(sheet).toMatchObject({
      seed: 7,
      questions: [
        { number: 1, topic: 'unmask' },
        { number: 2, topic: 'unmask' },
      ],
    });
    expect(Object.keys(sheet.questions[0])).toEqual(['number', 'topic', 'question', 'shown', 'choices']);
    const key = JSON.parse(quiz(...SEED, '--print', 'key', '-T', 'json').stdout);
    expect(key.questions[1]).toMatchObject({ answer: '94', why: expect.stringContaining('RFC 6455 §5.2') });
  });
});

describe('answers', () => {
  it('that are right: code 0', () => {
    const { status, stdout, stderr } = graded(RIGHT);
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout.match(/^Right: /gm)).toHaveLength(6);
    expect(stdout).toMatch(/\n6 of 6 right\n$/);
  });

  it('that are wrong, not understood or missing: code 3, and why', () => {
    const { status, stdout, stderr } = graded(['text', '0x5e', 'Socket43', '', 'bye']);
    expect([status, stderr]).toEqual([3, '']);
    expect(stdout).toContain('\nAnswer: text\nWrong; it is: 2 (binary).\n');
    expect(stdout).toContain('\nAnswer: 0x5e\nRight: 94.\n');
    expect(stdout).toContain('\nAnswer: Socket43\nWrong; it is: "socket43".\n');
    expect(stdout).toContain('\nNot answered; it is: 3.\n');
    expect(stdout.replace(/\s+/g, ' ')).toContain(
      'Wrong (the number of a code is asked for, such as 1000); it is: 1002',
    );
    expect(stdout).toMatch(/\n1 of 6 right\n$/);
  });

  it('as JSON, for grading', () => {
    const { status, stdout } = graded([...RIGHT.slice(0, 5), 'rsv-without-extensions'], '-T', 'json');
    const { seed, right, count, questions } = JSON.parse(stdout);
    expect([status, seed, right, count]).toEqual([3, 7, 5, 6]);
    expect(questions.map((one: { right: boolean }) => one.right)).toEqual([
      true,
      true,
      true,
      true,
      true,
      false,
    ]);
    expect(questions[5]).toMatchObject({
      given: 'rsv-without-extensions',
      answer: 'd) rsv-without-extension',
      unclear: 'did you mean rsv-without-extension?',
    });
  });

  it('of standard input, with Windows line ends and too many of them', () => {
    const { status, stdout, stderr } = wsdissect(
      ['quiz', ...SEED, '--answers', '-'],
      Buffer.from(`${RIGHT.join('\r\n')}\r\nmore\r\n`),
    );
    expect([status, stderr]).toEqual([
      0,
      'wsdissect: 7 answers for 6 questions: the last ones were left out\n',
    ]);
    expect(stdout).toMatch(/6 of 6 right\n$/);
  });

  it('are shown harmless', () => {
    const { stdout } = graded(['\x1b[2Jbinary']);
    expect(stdout).toContain('Answer: \\x1b[2Jbinary\n');
    expect(stdout).not.toContain('\x1b');
  });

  it('as the README shows', () => {
    const [, command, shown] = /```console\n\$ (.* wsdissect quiz [^\n]*)\n([\s\S]*?)```/.exec(
      readFileSync(`${root}README.md`, 'utf8'),
    )!;
    expect(shell(command).stdout).toBe(shown);
  });
});

it.each([
  [
    ['opcod'],
    'there is no topic "opcod"; did you mean opcode? (there are opcode, length, unmask, fragment, close, violation)',
  ],
  [['--answers', '/nowhere'], "/nowhere: ENOENT: no such file or directory, open '/nowhere'"],
  [['--answers', '-', '--print', 'key'], '--answers grades and --print prints: only one of them'],
])('%j: one line', (args, message) => {
  expect(quiz(...args)).toEqual({ status: 1, stdout: '', stderr: `wsdissect: ${message}\n` });
});

it.each([
  ['--seed', '-1', 'It must be a whole number.'],
  ['--count', '0', 'It must be a whole number greater than 0.'],
  ['--count', '1001', 'There are 1000 at most.'],
])('%s %s', (option, value, message) => {
  const { status, stderr } = quiz(option, value);
  expect([status, stderr.includes(message)]).toEqual([1, true]);
});

describe.runIf(hasProgram('script'))('on a terminal', () => {
  const PROMPT = /Your answer: /;

  it('asks, explains, asks again what it cannot read, and tells the score', async () => {
    const typed = ['pnig\n', 'binary\n', '95\n', '\n'];
    const { status, stdout } = await typing(['quiz', ...SEED, '-c', '3'], PROMPT, typed);
    const text = stdout.replace(/\x1b\[\d+m/g, '');
    expect(status).toBe(0);
    expect(text).toContain(
      'Your answer: pnig\nNot understood: did you mean ping?\nYour answer: binary\nRight: 2 (binary).\n',
    );
    expect(text).toContain('Your answer: 95\nWrong; it is: 94.\n');
    expect(text).toContain('Not answered; it is: "socket43".\n');
    expect(text).toMatch(/\n1 of 3 right\nOthers: wsdissect quiz --seed 8\n$/);
  });

  it.each([
    ['Ctrl-D', '\x04'],
    ['Ctrl-C', '\x03'],
  ])('%s ends with the score', async (_, key) => {
    const { status, stdout } = await typing(['quiz', ...SEED], PROMPT, ['2\n', key]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/\n1 of 1 right\n$/);
  });
});
