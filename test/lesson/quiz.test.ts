/**
 * The questions of a quiz are true to the bytes that they show, and answers are compared as people mean them.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { framesOfBytes } from '../../src/explain/of-bytes.js';
import { wireBytes } from '../../src/explain/part.js';
import {
  choiceAnswer,
  codeAnswer,
  numberAnswer,
  opcodeAnswer,
  textAnswer,
} from '../../src/lesson/quiz/answer.js';
import type { Question } from '../../src/lesson/quiz/question.js';
import { quizQuestions } from '../../src/lesson/quiz/quiz.js';
import { keyText, questionText } from '../../src/lesson/quiz/text.js';
import { TOPICS, type Topic } from '../../src/lesson/quiz/topic.js';
import { loadShown } from '../../src/lesson/shown.js';
import { makeColors } from '../../src/output/colors.js';
import { rules } from '../../src/rules/index.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import { bytesOf } from '../explain/help.js';

const plain = makeColors(false);
beforeAll(loadShown);

async function questionsOf(topic: Topic | undefined, count: number, seed = 1): Promise<Question[]> {
  const questions: Question[] = [];
  for await (const question of quizQuestions({ seed, count, topic })) questions.push(question);
  return questions;
}

const bytesIn = (lines: readonly string[]) =>
  lines.flatMap((line) =>
    [...line.replace(/^.*: /, '').matchAll(/\b[0-9a-f]{2}\b/g)].map(([hex]) => Number.parseInt(hex, 16)),
  );

/** Answers worked out of the shown bytes alone, another way than the program's. */
const WORKED: Record<Exclude<Topic, 'violation'>, (shown: readonly string[]) => string> = {
  opcode: (shown) => String(bytesIn(shown)[0] % 16),
  length: (shown) => {
    const bytes = Buffer.from(bytesIn(shown));
    const short = bytes[1] % 128;
    return String(short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : bytes.readBigUInt64BE(2));
  },
  unmask: (shown) => {
    const [, , a, b, c, d, ...payload] = bytesIn(shown);
    return String.fromCharCode(...payload.map((byte, i) => byte ^ [a, b, c, d][i % 4]));
  },
  close: (shown) => {
    const bytes = bytesIn(shown);
    const [high, low] = bytes[1] < 128 ? bytes.slice(2) : [bytes[6] ^ bytes[2], bytes[7] ^ bytes[3]];
    return String(high * 256 + low);
  },
  fragment: (shown) => {
    const frames = shown.map((line) => ({
      sender: /, (\w+)/.exec(line)![1],
      opcode: bytesIn([line])[0] % 16,
    }));
    const { sender } = frames.at(-1)!;
    return String(
      frames.findLastIndex((one) => one.sender === sender && (one.opcode === 1 || one.opcode === 2)) + 1,
    );
  },
};

describe.each(Object.entries(WORKED))('%s', (topic, work) => {
  it('has the answer that the bytes give', async () => {
    const questions = await questionsOf(topic as Topic, 40);
    for (const { shown, answer } of questions)
      expect(answer.judge(work(shown)), shown.join('\n')).toEqual({ right: true });
    expect(new Set(questions.map(({ answer }) => answer.told)).size).toBeGreaterThan(2);
  });
});

describe('violation', () => {
  /** What the rules say of bytes that come behind a whole message, so that nothing is left to assume. */
  const brokenBy = (frames: readonly Frame[], deflate: boolean, clear: number) => {
    const [{ sender }] = frames;
    const before = sender === 'client' ? '81 80 01 02 03 04' : '81 00';
    const bytes = frames.flatMap((frame) => {
      const [first, ...rest] = wireBytes(frame, frame.length);
      return [first & ~clear, ...rest];
    });
    return framesOfBytes(Buffer.concat([bytesOf(before), Uint8Array.from(bytes)]), rules, {
      sender,
      deflate,
    }).findings.map(({ rule }) => rule.id);
  };
  const told = ({ answer }: Question) => answer.told.slice(3);
  const hasBits = (frames: readonly Frame[]) => frames.some(({ rsv1, rsv2, rsv3 }) => rsv1 || rsv2 || rsv3);

  it('is the one finding of its frames, and no other choice is broken by them, however they are read', async () => {
    const questions = await questionsOf('violation', 500);
    for (const question of questions) {
      const { seen, answer, choices, shown } = question;
      const rule = told(question);
      expect(seen.findings.map((finding) => finding.rule.id)).toEqual([rule]);
      expect(brokenBy(seen.frames, false, 0)).toEqual([rule]);
      expect(new Set(choices).size).toBe(4);
      expect(choices.filter((choice) => answer.judge(choice).right)).toEqual([rule]);
      const others = choices.filter((choice) => choice !== rule);
      for (const from of seen.frames.keys())
        for (const deflate of [false, true])
          for (const clear of hasBits(seen.frames) ? [0, 0x40, 0x70] : [0])
            for (const broken of brokenBy(seen.frames.slice(from), deflate, clear))
              expect(others, shown.join('\n')).not.toContain(broken);
    }
    const keyed = questions.filter((question) => told(question) === 'rsv-without-extension');
    expect(new Set(keyed.map(({ seen }) => seen.frames[0].rsv1)).size).toBe(2);
  }, 60_000);

  it('asks about each rule before it asks about one again', async () => {
    for (const seed of [1, 2]) {
      const rulesOf = (await questionsOf('violation', 28, seed)).map(told);
      expect(new Set(rulesOf.slice(0, 14)).size).toBe(14);
      expect(rulesOf.slice(14).sort()).toEqual(rulesOf.slice(0, 14).sort());
    }
  });

  it('differs in its bytes by seed', async () => {
    const bytes = new Map<string, Set<string>>();
    for (let seed = 1; seed <= 10; seed++)
      for (const question of await questionsOf('violation', 14, seed))
        bytes.set(
          told(question),
          (bytes.get(told(question)) ?? new Set()).add(question.shown.join().slice(17)),
        );
    for (const [rule, shown] of bytes) expect([rule, shown.size >= 6]).toEqual([rule, true]);
  });

  it.each([
    ['close-one-byte', 'close-code-invalid'],
    ['close-reason-utf8', 'invalid-utf8'],
  ])('%s is not asked beside %s', async (rule, alike) => {
    const questions = (await questionsOf('violation', 280, 3)).filter((question) => told(question) === rule);
    expect(questions).toHaveLength(20);
    for (const { choices } of questions) expect(choices).not.toContain(alike);
  });
});

describe('a quiz', () => {
  it('asks about all topics in turn, the same for the same seed, whatever the count', async () => {
    const sheet = async (count: number, seed: number) =>
      (await questionsOf(undefined, count, seed)).map((question) => questionText(question, plain));
    const questions = await questionsOf(undefined, 7);
    expect(questions.map(({ topic }) => topic)).toEqual([...TOPICS, 'opcode']);
    expect((await sheet(7, 3)).slice(0, 4)).toEqual(await sheet(4, 3));
    expect(await sheet(7, 4)).not.toEqual(await sheet(7, 3));
  });

  it.each([...TOPICS, undefined])('about %s shows nothing twice', async (topic) => {
    const sheet = (await questionsOf(topic, 100)).map(({ question, shown }) => [question, ...shown].join());
    expect(new Set(sheet).size).toBe(100);
  });

  it('fits into 80 columns, and says no answer before it is asked for', async () => {
    for (const question of await questionsOf(undefined, 60)) {
      const text = questionText(question, plain);
      for (const line of (text + keyText(question, plain)).split('\n'))
        expect(line.length, line).toBeLessThanOrEqual(80);
      if (question.choices.length === 0) expect(text).not.toContain(`: ${question.answer.told}`);
      expect(question.why).toMatch(/RFC \d+ §\d/);
    }
  });
});

describe('answers', () => {
  it('as the key tells them are right', async () => {
    for (const seed of [1, 7])
      for (const { answer, topic } of await questionsOf(undefined, 12, seed))
        expect([topic, answer.told, answer.judge(answer.told)]).toEqual([
          topic,
          answer.told,
          { right: true },
        ]);
  });

  const RIGHT = { right: true };
  const WRONG = { right: false };
  it.each([
    [numberAnswer(126, '125'), '126', RIGHT],
    [numberAnswer(126, '125'), '0x7E', RIGHT],
    [numberAnswer(126, '125'), ' 126 bytes', RIGHT],
    [numberAnswer(65_536, '125'), '65,536', RIGHT],
    [numberAnswer(3, '1'), 'frame 3', RIGHT],
    [numberAnswer(58, '125'), '58 octets', RIGHT],
    [numberAnswer(79_291, '125'), '79 291', RIGHT],
    [
      numberAnswer(79_291, '125'),
      '79 29',
      { right: false, unclear: 'a number is asked for, such as 125, in decimal or as 0x…' },
    ],
    [numberAnswer(126, '125'), '127', WRONG],
    [
      numberAnswer(126, '125'),
      'many',
      { right: false, unclear: 'a number is asked for, such as 125, in decimal or as 0x…' },
    ],
    [opcodeAnswer(9), 'ping', RIGHT],
    [opcodeAnswer(9), 'Ping', RIGHT],
    [opcodeAnswer(9), '0x9', RIGHT],
    [opcodeAnswer(10), 'A', RIGHT],
    [opcodeAnswer(10), '10', RIGHT],
    [opcodeAnswer(9), 'opcode 9', RIGHT],
    [opcodeAnswer(9), '0b1001', RIGHT],
    [opcodeAnswer(9), '1001', RIGHT],
    [opcodeAnswer(2), '0010', RIGHT],
    [opcodeAnswer(10), '0010', WRONG],
    [opcodeAnswer(9), 'ping.', RIGHT],
    [opcodeAnswer(9), '9 ping', RIGHT],
    [opcodeAnswer(9), 'pong', WRONG],
    [opcodeAnswer(9), 'pnig', { right: false, unclear: 'did you mean ping?' }],
    [opcodeAnswer(0), 'cont', { right: false, unclear: 'did you mean continuation?' }],
    [codeAnswer(1000), '1000', RIGHT],
    [codeAnswer(1000), 'normal closure', RIGHT],
    [codeAnswer(1000), '0x3e8', RIGHT],
    [codeAnswer(1007), '1007 Invalid frame payload data', RIGHT],
    [codeAnswer(1007), 'code 1007', RIGHT],
    [codeAnswer(1007), '1008 Invalid frame payload data', WRONG],
    [codeAnswer(1000), '1001', WRONG],
    [codeAnswer(1000), 'bye', { right: false, unclear: 'the number of a code is asked for, such as 1000' }],
    [textAnswer('Hello7'), 'Hello7', RIGHT],
    [textAnswer('Hello7'), '"Hello7"', RIGHT],
    [textAnswer('Hello7'), 'hello7', WRONG],
    [choiceAnswer('invalid-utf8', ['no-close', 'invalid-utf8']), 'invalid-utf8', RIGHT],
    [choiceAnswer('invalid-utf8', ['no-close', 'invalid-utf8']), 'b', RIGHT],
    [choiceAnswer('invalid-utf8', ['no-close', 'invalid-utf8']), 'B)', RIGHT],
    [choiceAnswer('invalid-utf8', ['no-close', 'invalid-utf8']), '(b)', RIGHT],
    [choiceAnswer('invalid-utf8', ['no-close', 'invalid-utf8']), 'b.', RIGHT],
    [choiceAnswer('invalid-utf8', ['no-close', 'invalid-utf8']), '(b) invalid-utf8', RIGHT],
    [choiceAnswer('invalid-utf8', ['no-close', 'invalid-utf8']), '(a)', WRONG],
    [choiceAnswer('invalid-utf8', ['no-close', 'invalid-utf8']), 'a', WRONG],
    [
      choiceAnswer('invalid-utf8', ['no-close', 'invalid-utf8']),
      'invalid-utf',
      { right: false, unclear: 'did you mean invalid-utf8?' },
    ],
    [
      choiceAnswer('invalid-utf8', ['no-close', 'invalid-utf8']),
      'z',
      { right: false, unclear: 'one of these is asked for: no-close, invalid-utf8' },
    ],
  ])('%j: %s', (answer, typed, verdict) => {
    expect(answer.judge(typed)).toEqual(verdict);
  });
});
