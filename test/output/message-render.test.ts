import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeColors } from '../../src/output/colors.js';
import { messageTable } from '../../src/output/message-render.js';
import type { TimeFormat } from '../../src/output/time.js';
import { width } from '../../src/output/width.js';
import type { Message } from '../../src/websocket/message-record.js';
import { context, hostileTexts, MemoryWriter, makeMessage, messageLine, UNSAFE } from './samples.js';

const plain = makeColors(false);
const ansi = /\x1b\[\d+m/g;

const hello = makeMessage();
const large = makeMessage({
  number: 2,
  sender: 'server',
  content: 'x'.repeat(3000),
  compressed: true,
  wireLength: 68,
  frames: [2, 3, 5],
});
const hurt = makeMessage({
  number: 3,
  opcode: 0,
  complete: false,
  unknownRanges: [{ offset: 0, length: 2 }],
  content: Uint8Array.of(0, 0, 0x6c, 0x6c, 0x6f),
  validText: false,
});
const list = [hello, large, hurt];

function table(
  messages: readonly Message[],
  { size = 80, time = 'relative' as TimeFormat, colors = plain } = {},
): string[] {
  const writer = new MemoryWriter();
  const renderer = messageTable(writer, context(time), colors, size);
  for (const message of messages) renderer.row(message);
  renderer.flush();
  renderer.end();
  return writer.lines;
}

describe('messageLine', () => {
  it.each([
    [hello, '    1    1.000203   1 client→server  text              5               1 frame    Hello'],
    [
      large,
      `    2    1.000203   1 server→client  text           3000 deflate 68    3 frames   ${'x'.repeat(512)}`,
    ],
    [
      hurt,
      '    3    1.000203   1 client→server  continuation      5               1 frame    [beginning missing] [2 of 5 bytes unknown] 00 00 6c 6c 6f',
    ],
    [
      makeMessage({ content: '' }),
      '    1    1.000203   1 client→server  text              0               1 frame',
    ],
  ])('case %#', (message, expected) => {
    expect(messageLine(message, context(), plain)).toBe(expected);
  });

  it('colours opcode and remarks, and nothing else changes', () => {
    for (const message of list) {
      const line = messageLine(message, context(), makeColors(true));
      expect(line).toMatch(ansi);
      expect(line.replace(ansi, '')).toBe(messageLine(message, context(), plain));
    }
  });

  it.each(hostileTexts)('is one safe line: %s', (_name, text) => {
    expect(messageLine(makeMessage({ content: text }), context(), plain)).not.toMatch(UNSAFE);
  });
});

describe('messageTable', () => {
  it('on a narrow terminal', () => {
    expect(table(list)).toEqual([
      '┌───────┬────────────┬─────────┬────────┬────────┬─────────────────────────────┐',
      '│   No. │       Time │ Session │ Opcode │ Length │ Content                     │',
      '├───────┼────────────┼─────────┼────────┼────────┼─────────────────────────────┤',
      '│     1 │   1.000203 │  1 C→S  │ text   │      5 │ Hello                       │',
      '│     2 │   1.000203 │  1 S→C  │ text   │   3000 │ xxxxxxxxxxxxxxxxxxxxxxxxxx… │',
      '│     3 │   1.000203 │  1 C→S  │ cont   │      5 │ [beginning missing] [2 of … │',
      '└───────┴────────────┴─────────┴────────┴────────┴─────────────────────────────┘',
    ]);
  });

  it('on a wide terminal', () => {
    expect(table(list, { size: 120 })).toEqual([
      '┌────────┬─────────────┬──────┬────────┬──────────────┬─────────┬─────────┬────────┬───────────────────────────────────┐',
      '│    No. │        Time │ Sess │ From   │ Opcode       │  Length │ Deflate │ Frames │ Content                           │',
      '├────────┼─────────────┼──────┼────────┼──────────────┼─────────┼─────────┼────────┼───────────────────────────────────┤',
      '│      1 │    1.000203 │    1 │ client │ text         │       5 │         │      1 │ Hello                             │',
      '│      2 │    1.000203 │    1 │ server │ text         │    3000 │      68 │      3 │ xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… │',
      '│      3 │    1.000203 │    1 │ client │ continuation │       5 │         │      1 │ [beginning missing] [2 of 5 byte… │',
      '└────────┴─────────────┴──────┴────────┴──────────────┴─────────┴─────────┴────────┴───────────────────────────────────┘',
    ]);
  });

  it('cuts no number', () => {
    const length = 1_234_567_890;
    const huge = makeMessage({ number: 12_345_678, length, compressed: true, wireLength: length });
    for (const size of [40, 60, 80, 108, 140])
      for (const line of table([...list, huge], { size })) expect(width(line)).toBe(size);
    expect(table([huge], { size: 108 })[3]).toMatch(/^│ 12345678 │ .* │ 1234567890 │ 1234567890 │/);
    expect(table([huge], { size: 80 })[3]).toMatch(/^│ 12345678 │ .* │ 1234567890 │/);
  });

  it.each([40, 60, 80, 100, 107, 108, 120, 160, 200])('fills %i columns, whatever the times', (size) => {
    for (const time of ['relative', 'epoch', 'utc'] as const)
      for (const line of table(list, { size, time })) expect(width(line), line).toBe(size);
  });

  it('shows times in full', () => {
    expect(table([hello], { time: 'utc' })[3]).toContain(' 2023-11-14 22:13:21.000203Z │');
    expect(table([hello], { time: 'epoch' })[3]).toContain(' 1700000001.000203 │');
    expect(table([hello], { time: 'utc', size: 140 })[3]).toContain('Z │    1 │ client │');
  });

  it('in colour has the same text', () => {
    const painted = table(list, { colors: makeColors(true) });
    expect(painted.join('')).toMatch(ansi);
    expect(painted.map((line) => line.replace(ansi, ''))).toEqual(table(list));
  });

  it.each(hostileTexts)('keeps its form: %s', (_name, text) => {
    for (const line of table([makeMessage({ content: text }), hello])) {
      expect(line).not.toMatch(UNSAFE);
      expect(width(line)).toBe(80);
    }
  });

  it('keeps its form, whatever the content', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 80, max: 140 }),
        (text, size) => {
          for (const line of table([makeMessage({ content: text })], { size }))
            expect(width(line)).toBe(size);
        },
      ),
    );
  });
});
