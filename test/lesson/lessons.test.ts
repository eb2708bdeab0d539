/**
 * The lessons: what they say of their samples is so, and they fit on a terminal of 80 columns.
 */
import { inflateRawSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { LESSONS } from '../../src/lesson/lessons/index.js';
import { type Seen, seeScenario } from '../../src/lesson/seen.js';
import { loadShown } from '../../src/lesson/shown.js';
import { lessonHead, lessonSteps } from '../../src/lesson/text.js';
import { makeColors } from '../../src/output/colors.js';

const plain = makeColors(false);

beforeAll(loadShown);

/** The steps of a lesson, as lines and as one text. */
async function stepsOf(name: string): Promise<string[]> {
  const steps: string[] = [];
  for await (const step of lessonSteps(LESSONS.find((one) => one.name === name)!, plain)) steps.push(step);
  return steps;
}

const flat = (text: string) => text.replace(/\s+/g, ' ');

describe('all lessons', () => {
  it('are these, in this order', () => {
    expect(LESSONS.map(({ name }) => name)).toEqual([
      'handshake',
      'frame-header',
      'masking',
      'fragments',
      'ping-pong',
      'closing',
      'deflate',
      'loss',
      'violation',
      'close-faults',
    ]);
  });

  it.each(LESSONS)(
    '$name fits into 80 columns, shows something at each step, and is the same again',
    async (lesson) => {
      const steps = await stepsOf(lesson.name);
      expect(steps).toHaveLength(lesson.steps.length);
      expect(await stepsOf(lesson.name)).toEqual(steps);
      for (const line of [lessonHead(lesson, plain), ...steps].join('').split('\n')) {
        expect(line.length, line).toBeLessThanOrEqual(80);
        expect(line).not.toMatch(/undefined|NaN|\[object|\s$/);
      }
      for (const [i, { shows }] of lesson.steps.entries()) {
        expect(shows.length, `step ${i + 1}`).toBeGreaterThan(0);
        expect(steps[i]).toMatch(new RegExp(`^${i + 1} of ${steps.length}[\\s\\S]+\\n\\n[\\s\\S]+\\n$`));
      }
    },
  );

  it.each(LESSONS)('$name cites the RFC', async ({ name }) => {
    expect((await stepsOf(name)).join('')).toMatch(/RFC (6455|7692)\s§\d/);
  });

  it('are coloured where colours are wanted, and lose nothing without', async () => {
    const [lesson] = LESSONS;
    const coloured: string[] = [];
    for await (const step of lessonSteps(lesson, makeColors(true))) coloured.push(step);
    expect(coloured[0]).toContain('\x1b[1m');
    expect(coloured.map((step) => step.replace(/\x1b\[\d+m/g, ''))).toEqual(await stepsOf(lesson.name));
  });
});

/** What a step says, number by number, and what the records of its sample are: each checked by itself. */
const CLAIMS: [lesson: string, step: number, says: string, holds: (seen: Seen) => unknown, is: unknown][] = [
  ['handshake', 2, 'The key is 16 random bytes', ({ handshake }) => handshake.keyBytes, 16],
  [
    'handshake',
    3,
    '(the same)',
    ({ handshake: { accept, expectedAccept } }) => accept === expectedAccept,
    true,
  ],
  ['handshake', 4, 'The answer is 101 Switching Protocols', ({ handshake }) => handshake.status, 101],
  ['handshake', 5, 'Here the client speaks first', ({ frames }) => frames[0].sender, 'client'],
  [
    'frame-header',
    2,
    'This frame has 125 bytes, the most that fits; with the masking key its header takes 6 bytes',
    (seen) => [seen.frame(1).lengthForm, seen.frame(1).length, seen.frame(1).headerLength],
    [7, 125, 6],
  ],
  [
    'frame-header',
    3,
    'do not do: 126 bytes',
    (seen) => [seen.frame(2).lengthForm, seen.frame(2).length],
    [16, 126],
  ],
  [
    'frame-header',
    4,
    'up to 65,535. The server does not mask, so that its header has 4 bytes',
    (seen) => [
      seen.frame(3).lengthForm,
      seen.frame(3).length,
      seen.frame(3).sender,
      seen.frame(3).headerLength,
    ],
    [16, 65_535, 'server', 4],
  ],
  [
    'frame-header',
    5,
    'For 65,536 bytes and more',
    (seen) => [seen.frame(4).lengthForm, seen.frame(4).length],
    [64, 65_536],
  ],
  [
    'frame-header',
    6,
    'here from 2 to 10',
    ({ frames }) => frames.map(({ headerLength }) => headerLength),
    [6, 8, 4, 10, 6, 2],
  ],
  [
    'masking',
    1,
    'the same 13 bytes 3 times',
    ({ frames }) => frames.slice(0, 3).map(({ payload }) => String(Buffer.from(payload))),
    ['the same text', 'the same text', 'the same text'],
  ],
  ['masking', 2, 'the masking key: f71998fe', (seen) => seen.frame(1).maskingKey >>> 0, 0xf71998fe],
  [
    'masking',
    3,
    'draws a new key for each frame',
    ({ frames }) => new Set(frames.filter(({ masked }) => masked).map(({ maskingKey }) => maskingKey)).size,
    4,
  ],
  [
    'masking',
    5,
    'Its Close, frame 5, has mask bit 0',
    (seen) => [seen.frame(5).opcode, seen.frame(5).masked, seen.frame(5).sender],
    [8, false, 'server'],
  ],
  [
    'fragments',
    1,
    'Of the 7 frames here, 3 are one message',
    (seen) => [seen.frames.length, seen.message(3).frames],
    [7, [1, 4, 5]],
  ],
  [
    'fragments',
    2,
    'what the message is: text. FIN is 0',
    (seen) => [seen.frame(1).opcode, seen.frame(1).fin],
    [1, false],
  ],
  [
    'fragments',
    3,
    'with a Ping (frame 2) and the client answers with a pong (frame 3)',
    (seen) => [seen.frame(2).opcode, seen.frame(3).opcode],
    [9, 10],
  ],
  [
    'fragments',
    4,
    'opcode 0, continuation, FIN still 0',
    (seen) => [seen.frame(4).opcode, seen.frame(4).fin],
    [0, false],
  ],
  [
    'fragments',
    5,
    'Frame 5 is a continuation, too, but with FIN 1',
    (seen) => [seen.frame(5).opcode, seen.frame(5).fin],
    [0, true],
  ],
  [
    'fragments',
    6,
    'the frames 1, 4, 5 are "Hello"',
    (seen) => String(Buffer.from(seen.message(3).content)),
    'Hello',
  ],
  ['ping-pong', 2, 'opcode 9', (seen) => seen.frame(1).opcode, 9],
  [
    'ping-pong',
    3,
    'ping, frame 1: 31 pong, frame 2: 31',
    (seen) => [seen.frame(1).payload, seen.frame(2).payload].map((one) => String(Buffer.from(one))),
    ['1', '1'],
  ],
  [
    'ping-pong',
    4,
    'Frame 5, "unsolicited", answers no Ping',
    (seen) => [seen.frame(5).opcode, seen.frames.filter(({ opcode }) => opcode === 9).length],
    [10, 2],
  ],
  ['closing', 1, 'one sends a Close, here the server', ({ sessions: [{ closedBy }] }) => closedBy, 'server'],
  [
    'closing',
    2,
    '03 e9 is 3 × 256 + 233 = 1001, Going Away',
    (seen) => seen.message(2).close,
    { code: 1001, reason: 'going away' },
  ],
  [
    'closing',
    4,
    'The client answers with the code that it got, 1001',
    (seen) => [seen.frame(3).sender, seen.message(3).close?.code],
    ['client', 1001],
  ],
  ['closing', 5, 'here it was the server', ({ sessions: [{ endedFirst }] }) => endedFirst, 'server'],
  [
    'deflate',
    1,
    'response permessage-deflate',
    ({ handshake }) => handshake.extensions.extensions.map(({ name }) => name),
    ['permessage-deflate'],
  ],
  [
    'deflate',
    2,
    '90 bytes of text became 50',
    (seen) => [seen.frame(1).rsv1, seen.message(1).length, seen.message(1).wireLength],
    [true, 90, 50],
  ],
  [
    'deflate',
    3,
    'inflated "The quick brown fox',
    (seen) => String(Buffer.from(seen.message(1).content)).slice(0, 19),
    'The quick brown fox',
  ],
  ['deflate', 4, 'now 5 bytes do', (seen) => seen.message(2).wireLength, 5],
  [
    'deflate',
    4,
    'message 2 alone: an error: invalid distance too far back',
    (seen) => inflates(seen.frame(2).payload),
    false,
  ],
  [
    'deflate',
    6,
    'Frame 3 has RSV1 0: "short"',
    (seen) => [seen.frame(3).rsv1, seen.message(3).compressed],
    [false, false],
  ],
  [
    'loss',
    5,
    'Frame 3 was found again so, with a confidence of 99.95 %',
    (seen) => [seen.frame(2).confidence, seen.frame(3).confidence.toFixed(4)],
    [1, '0.9995'],
  ],
  ['loss', 5, '22 bytes are missing', ({ summary }) => summary.dropped.missingBytes, 22],
  [
    'loss',
    6,
    '3 of the 6 messages are as certain as ever',
    ({ messages }) => messages.map(({ confidence }) => confidence === 1),
    [true, true, false, false, true, false],
  ],
  [
    'violation',
    2,
    'error, RFC 6455 §5.1: unmasked-client-frame, by the client',
    ({ findings }) => findings.map(({ rule }) => rule.id),
    ['unmasked-client-frame'],
  ],
  [
    'violation',
    3,
    'the sender is the client, and its mask bit is 0',
    (seen) => [seen.frame(1).sender, seen.frame(1).masked],
    ['client', false],
  ],
  [
    'close-faults',
    1,
    'the server ends TCP and says nothing before',
    ({ sessions: [{ endedFirst, closedBy }] }) => [endedFirst, closedBy],
    ['server', undefined],
  ],
  [
    'deflate',
    5,
    'message 1: 90 bytes, 50 on the wire message 2: 90 bytes, 50 on the wire',
    ({ messages }) => messages.slice(0, 2).map(({ wireLength }) => wireLength),
    [50, 50],
  ],
  ['deflate', 5, 'message 2 alone: "The quick brown fox', (seen) => inflates(seen.frame(2).payload), true],
  ['loss', 1, 'Frame 1 came in 5 packets', (seen) => seen.frame(1).pieces.length, 5],
  [
    'loss',
    2,
    'its packets are 16, 14, 15',
    (seen) => seen.frame(2).pieces.map(({ packet }) => packet),
    [16, 14, 15],
  ],
  [
    'loss',
    3,
    'twice, here 10 bytes',
    ({ summary, frames }) => [summary.dropped.duplicateBytes, frames[0].headerLength + frames[0].length],
    [10, 10],
  ],
  [
    'loss',
    4,
    'of the 27 bytes of frame 2, 14 are missing, from offset 8',
    (seen) => [seen.frame(2).length, seen.frame(2).missing, seen.frame(3).confidence],
    [27, [{ offset: 8, length: 14 }], 1],
  ],
  [
    'violation',
    5,
    'RSV1 would be right',
    (seen) => [seen.frame(1).rsv1, seen.handshake.extensions.extensions],
    [true, []],
  ],
  ['close-faults', 2, 'body is 1 byte, 03', (seen) => [...seen.frame(1).payload], [3]],
  ['close-faults', 3, 'Code 1006 on the wire', (seen) => seen.message(1).close?.code, 1006],
  [
    'close-faults',
    4,
    'The server ends TCP at once',
    ({ sessions: [{ endedFirst, close }] }) => [endedFirst, close.server],
    ['server', undefined],
  ],
  [
    'close-faults',
    5,
    'Frame 2 comes behind a Close of its own sender',
    (seen) => [seen.frame(1).opcode, seen.frame(1).sender, seen.frame(2).sender],
    [8, 'server', 'server'],
  ],
  [
    'close-faults',
    6,
    'the client ended TCP first',
    ({ sessions: [{ endedFirst, close }] }) => [
      endedFirst,
      close.client?.body?.code,
      close.server?.body?.code,
    ],
    ['client', 1000, 1000],
  ],
];

it.each(CLAIMS)('%s, step %i: %s', async (name, step, says, holds, is) => {
  const lesson = LESSONS.find((one) => one.name === name)!;
  expect(flat((await stepsOf(name))[step - 1])).toContain(says);
  expect(holds(await seeScenario(lesson.steps[step - 1].sample ?? lesson.sample))).toEqual(is);
});

/** With the tail put back (RFC 7692 §7.2.2). */
function inflates(payload: Uint8Array): boolean {
  try {
    inflateRawSync(Buffer.concat([payload, Buffer.of(0, 0, 0xff, 0xff)]), { finishFlush: 2 });
    return true;
  } catch {
    return false;
  }
}
