import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeColors } from '../../src/output/colors.js';
import { writeFrameHex } from '../../src/output/frame-hex.js';
import { detailRenderer, tableRenderer } from '../../src/output/frame-render.js';
import { frameTree } from '../../src/output/frame-tree.js';
import { objectRenderer, type RowRenderer } from '../../src/output/rows.js';
import type { TimeFormat } from '../../src/output/time.js';
import { width } from '../../src/output/width.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import {
  context,
  frameJson,
  frameLine,
  hostileTexts,
  MemoryWriter,
  makeFrame,
  makeSession,
  UNSAFE,
} from './samples.js';

const plain = makeColors(false);
const frames = [makeFrame(), makeFrame({ number: 2, sender: 'server', masked: false, payload: 'two' })];

function output(make: (writer: MemoryWriter) => RowRenderer<Frame>, list: readonly Frame[] = frames): string {
  const writer = new MemoryWriter();
  const renderer = make(writer);
  for (const frame of list) renderer.row(frame);
  renderer.flush();
  renderer.end();
  return writer.text;
}

const table = (
  list: readonly Frame[],
  { size = 80, time = 'relative' as TimeFormat, colors = plain } = {},
): string[] =>
  output((writer) => tableRenderer(writer, context(time), colors, size), list)
    .split('\n')
    .slice(0, -1);

describe('objectRenderer, a line each', () => {
  it('writes a line per frame', () => {
    expect(
      output((writer) => objectRenderer('ndjson', writer, ({ number }) => writer.write(`#${number}`))),
    ).toBe('#1\n#2\n');
    expect(output((writer) => objectRenderer('ndjson', writer, () => {}), [])).toBe('');
  });
});

describe('objectRenderer, one document', () => {
  it.each([0, 1, 2])('writes one JSON document of %i frames', (count) => {
    const text = output(
      (writer) => objectRenderer('json', writer, (frame) => writer.write(frameJson(frame))),
      frames.slice(0, count),
    );
    expect(JSON.parse(text).map(({ frame }: { frame: number }) => frame)).toEqual([1, 2].slice(0, count));
    expect(text.endsWith(']\n')).toBe(true);
  });

  it('writes a frame per line', () => {
    expect(
      output((writer) => objectRenderer('json', writer, (frame) => writer.write(frameJson(frame)))),
    ).toBe(`[\n${frames.map(frameJson).join(',\n')}\n]\n`);
  });
});

describe('detailRenderer', () => {
  const hexWriter = new MemoryWriter();
  writeFrameHex(hexWriter, frames[0], plain);
  const [tree, hex, line] = [
    frameTree(frames[0], context(), plain),
    hexWriter.text,
    `${frameLine(frames[0], context(), plain)}\n`,
  ];
  it.each([
    [true, true, `${tree}${hex}\n`],
    [true, false, `${tree}\n`],
    [false, true, `${line}${hex}\n`],
  ])('tree: %s, bytes: %s', (showTree, showHex, expected) => {
    const make = (writer: MemoryWriter) =>
      detailRenderer(writer, context(), plain, { tree: showTree, hex: showHex });
    expect(output(make, frames.slice(0, 1))).toBe(expected);
  });
});

describe('tableRenderer', () => {
  const odd = makeFrame({
    number: 3,
    fin: false,
    rsv2: true,
    opcode: 0,
    messageOpcode: 1,
    payload: 'x'.repeat(50),
  });
  const bad = makeFrame({ number: 4, opcode: 3, payload: 'zz' });

  it('on a narrow terminal', () => {
    expect(table([...frames, odd, bad])).toEqual([
      '┌───────┬────────────┬─────────┬───────┬────────┬────────┬─────────────────────┐',
      '│   No. │       Time │ Session │ Flags │ Opcode │ Length │ Payload             │',
      '├───────┼────────────┼─────────┼───────┼────────┼────────┼─────────────────────┤',
      '│     1 │   1.000203 │  1 C→S  │ F---M │ text   │      5 │ Hello               │',
      '│     2 │   1.000203 │  1 S→C  │ F---- │ text   │      3 │ two                 │',
      '│     3 │   1.000203 │  1 C→S  │ --2-M │ cont   │     50 │ xxxxxxxxxxxxxxxxxx… │',
      '│     4 │   1.000203 │  1 C→S  │ F---M │ 3      │      2 │ [reserved opcode] … │',
      '└───────┴────────────┴─────────┴───────┴────────┴────────┴─────────────────────┘',
    ]);
  });

  it('on a wide terminal', () => {
    expect(table([...frames, odd, bad], { size: 120 })).toEqual([
      '┌────────┬─────────────┬──────┬─────┬─────┬─────┬──────────────┬──────────┬─────────┬────────┬─────────────────────────┐',
      '│    No. │        Time │ Sess │ Dir │ FIN │ RSV │ Opcode       │ Mask key │  Length │ Form   │ Payload                 │',
      '├────────┼─────────────┼──────┼─────┼─────┼─────┼──────────────┼──────────┼─────────┼────────┼─────────────────────────┤',
      '│      1 │    1.000203 │    1 │ C→S │ FIN │ --- │ text         │ 37fa213d │       5 │ 7-bit  │ Hello                   │',
      '│      2 │    1.000203 │    1 │ S→C │ FIN │ --- │ text         │ -        │       3 │ 7-bit  │ two                     │',
      '│      3 │    1.000203 │    1 │ C→S │ --- │ -2- │ continuation │ 37fa213d │      50 │ 7-bit  │ xxxxxxxxxxxxxxxxxxxxxx… │',
      '│      4 │    1.000203 │    1 │ C→S │ FIN │ --- │ 3            │ 37fa213d │       2 │ 7-bit  │ [reserved opcode] 7a 7a │',
      '└────────┴─────────────┴──────┴─────┴─────┴─────┴──────────────┴──────────┴─────────┴────────┴─────────────────────────┘',
    ]);
  });

  it.each([
    [80, false],
    [111, false],
    [112, true],
    [500, true],
  ])('fills %i columns, with all facts: %s', (size, all) => {
    const lines = table(frames, { size });
    for (const line of lines) expect(width(line)).toBe(size);
    expect(lines[1].includes('Mask key')).toBe(all);
  });

  it.each([
    [76, 'No.,Time,Session,Flags,Opcode,Length,Payload'],
    [75, 'No.,Time,Session,Opcode,Length,Payload'],
    [68, 'No.,Time,Session,Opcode,Length,Payload'],
    [67, 'No.,Time,Session,Opcode,Payload'],
    [59, 'No.,Time,Session,Opcode,Payload'],
    [58, 'No.,Session,Opcode,Payload'],
    [40, 'No.,Opcode,Payload'],
  ])('leaves columns out to fit %i', (size, titles) => {
    const lines = table([...frames, odd, bad], { size });
    expect(lines[1].match(/[\w.]+/g)?.join(',')).toBe(titles);
    for (const line of lines) expect(width(line)).toBe(size);
  });

  it.each([40, 60, 80, 112, 140])('cuts no number, and keeps its form on %i columns', (size) => {
    const large = makeFrame({
      number: 123_456_789,
      session: makeSession({ number: 1_234_567 }),
      timestamp: { seconds: 1_709_999_999, nanoseconds: 123_456_789 },
      length: 67_108_864,
    });
    const lines = table([...frames, large], { size });
    for (const line of lines) expect(width(line)).toBe(size);
    expect(lines[5]).toMatch(/^│ 123456789 │/);
    for (const cell of lines[5].split('│').slice(1, -2)) expect(cell).not.toContain('…');
    if (size >= 80) expect(lines[5]).toMatch(/ 9999999\.123456789 │ +1234567 /);
    if (size >= 112) expect(lines[5]).toContain(' 67108864 │');
  });

  it.each<[TimeFormat, number, string]>([
    ['epoch', 80, '1700000001.000203'],
    ['epoch', 120, '1700000001.000203'],
    ['epoch', 200, '1700000001.000203'],
    ['utc', 80, '2023-11-14 22:13:21.000203Z'],
    ['utc', 130, '2023-11-14 22:13:21.000203Z'],
    ['utc', 131, '2023-11-14 22:13:21.000203Z'],
  ])('tells times in full: %s on %i columns', (time, size, expected) => {
    const lines = table(frames, { size, time });
    expect(lines[3]).toContain(` ${expected} │`);
    for (const line of lines) expect(width(line)).toBe(size);
  });

  it('tells nanoseconds in full', () => {
    const timestamp = { seconds: 1_700_000_001, nanoseconds: 123_456_789 };
    const list = [makeFrame({ timestamp })];
    expect(table(list, { time: 'utc' })[3]).toContain('│ 2023-11-14 22:13:21.123456789Z │');
    expect(table(list, { time: 'epoch' })[3]).toContain('│ 1700000001.123456789 │');
  });

  it.each([40, 80, 111, 112, 200])('looks the same with and without colours on %i columns', (size) => {
    const list = [
      ...frames,
      odd,
      bad,
      makeFrame({ opcode: 8, payload: 'x' }),
      makeFrame({ payload: '漢'.repeat(99) }),
    ];
    const colored = table(list, { size, colors: makeColors(true) });
    expect(colored.map((line) => line.replace(/\x1b\[\d+m/g, ''))).toEqual(table(list, { size }));
    expect(colored[6]).toContain(
      size < 120 ? '\x1b[31m3\x1b[39m ' : '\x1b[31m[reserved opcode]\x1b[39m 7a 7a',
    );
  });

  it.each(hostileTexts)('keeps its form: %s', (_name, payload) => {
    const lines = table([1, 2, 8, 9].map((opcode) => makeFrame({ opcode, payload })));
    expect(lines.length).toBe(8);
    for (const line of lines) {
      expect(line).not.toMatch(UNSAFE);
      expect(width(line)).toBe(80);
    }
  });

  it('keeps its form whatever the payload', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 60 }),
        fc.nat(15),
        fc.boolean(),
        (payload, opcode, color) => {
          const colors = makeColors(color);
          const lines = table([makeFrame({ payload, opcode })], { size: 112, colors });
          expect(lines.length).toBe(5);
          for (const line of lines) expect(width(line)).toBe(112);
        },
      ),
    );
  });
});
