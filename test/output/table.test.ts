import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, StreamingTable } from '../../src/output/table.js';
import { width } from '../../src/output/width.js';
import { MemoryWriter } from './samples.js';

const columns: Column[] = [{ title: 'No.', width: 4, align: 'right' }, { title: 'Text' }];

function render(rows: readonly string[][], options: { columns?: Column[]; width?: number } = {}): string[] {
  const writer = new MemoryWriter();
  const table = new StreamingTable(options.columns ?? columns, writer, options.width ?? 30, (title) => title);
  for (const row of rows) table.add(row);
  table.end();
  return writer.lines;
}

const frame = (...rows: string[]) => [
  '┌──────┬─────────────────────┐',
  '│  No. │ Text                │',
  '├──────┼─────────────────────┤',
  ...rows,
  '└──────┴─────────────────────┘',
];

describe('StreamingTable', () => {
  it('without rows is its heading', () => {
    expect(render([])).toEqual(frame());
  });

  it('fills the width, aligns, and clips', () => {
    expect(
      render([
        ['1', 'Hello'],
        ['12345', 'more than nineteen columns'],
        ['', ''],
      ]),
    ).toEqual(
      frame(
        '│    1 │ Hello               │',
        '│ 123… │ more than nineteen… │',
        '│      │                     │',
      ),
    );
  });

  it.each([
    ['漢字 and kanji', '│    1 │ 漢字 and kanji      │'],
    ['grüße →', '│    1 │ grüße →             │'],
    ['an old emoji 😀', '│    1 │ an old emoji 😀     │'],
    ['a new emoji 🩷🫠', '│    1 │ a new emoji 🩷🫠    │'],
    ['👨‍👩‍👧‍👦🇩🇪👍🏽', '│    1 │ 👨‍👩‍👧‍👦🇩🇪👍🏽              │'],
    ['e\u0301 and \u200bnothing', '│    1 │ e\u0301 and \u200bnothing       │'],
    ['\u200b', '│    1 │                     │'],
    ['\ue000\ue000 private', '│    1 │ \ue000\ue000 private          │'],
    ['漢'.repeat(10), `│    1 │ ${'漢'.repeat(9)}… │`],
    ['\x1b[31mred\x1b[39m 🩷', '│    1 │ \x1b[31mred\x1b[39m 🩷              │'],
  ])('keeps its borders in line beside %j', (text, row) => {
    expect(
      render([
        ['1', text],
        ['2', 'x'],
      ]),
    ).toEqual(frame(row, '│    2 │ x                   │'));
  });

  it('wraps where a column asks for it, and keeps the other cells of the row', () => {
    const wrapping: Column[] = [
      { title: 'A', width: 3 },
      { title: 'B', width: 9, wrap: true },
      { title: 'C', width: 4 },
    ];
    expect(
      render(
        [
          ['é1', 'some words \ue000 here', '🩷'],
          ['ü2', 'x', '漢'],
        ],
        { columns: wrapping },
      ),
    ).toEqual([
      '┌─────┬───────────┬──────┐',
      '│ A   │ B         │ C    │',
      '├─────┼───────────┼──────┤',
      '│ é1  │ some      │ 🩷   │',
      '│     │ words \ufffd   │      │',
      '│     │ here      │      │',
      '│ ü2  │ x         │ 漢   │',
      '└─────┴───────────┴──────┘',
    ]);
  });

  it('leaves the last column at least fifteen columns', () => {
    expect(render([['1', 'x'.repeat(20)]], { width: 5 })[3]).toBe(`│    1 │ ${'x'.repeat(14)}… │`);
    const table = new StreamingTable(columns, new MemoryWriter(), 5, (title) => title);
    expect([table.widthOf(0), table.widthOf(1)]).toEqual([4, 15]);
  });

  it('paints the titles', () => {
    const writer = new MemoryWriter();
    new StreamingTable(columns, writer, 30, (title) => `\x1b[1m${title}\x1b[22m`).end();
    expect(writer.lines[1]).toBe('│  \x1b[1mNo.\x1b[22m │ \x1b[1mText\x1b[22m                │');
  });
});

describe('sheets', () => {
  const rows = (count: number) => Array.from({ length: count }, (_, i) => [String(i), `row ${i} 漢`]);

  it.each([1, 99, 100, 101, 200, 250])('join without a seam: %i rows', (count) => {
    const lines = render(rows(count));
    expect(lines.length).toBe(count + 4);
    for (const [i, line] of lines.slice(3, -1).entries())
      expect(line).toBe(`│ ${String(i).padStart(4)} │ ${`row ${i} 漢`.padEnd(18)} │`);
  });

  it('come out the same wherever they are flushed', () => {
    const expected = render(rows(12)).join('\n');
    for (let at = 0; at <= 12; at++) {
      const writer = new MemoryWriter();
      const table = new StreamingTable(columns, writer, 30, (title) => title);
      for (const [i, row] of rows(12).entries()) {
        if (i === at) table.flush();
        table.add(row);
        if (at === 12) table.flush();
      }
      table.end();
      expect(writer.lines.join('\n')).toBe(expected);
    }
  });

  it('appear as they come: a hundred rows at a time, or with flush', () => {
    const writer = new MemoryWriter();
    const table = new StreamingTable(columns, writer, 30, (title) => title);
    for (const row of rows(99)) table.add(row);
    expect(writer.text).toBe('');
    table.add(['99', 'x']);
    expect(writer.lines.length).toBe(103);
    table.add(['100', 'y']);
    table.flush();
    expect(writer.lines.length).toBe(104);
  });

  it('take linear time', () => {
    const start = performance.now();
    expect(render(rows(5_000)).length).toBe(5_004);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

it('every line is as wide as the table, whatever the cells hold', () => {
  const cell = fc.array(
    fc.oneof(
      fc.constantFrom(
        'a',
        'bc ',
        '漢',
        '😀',
        '🩷',
        '🫠',
        '👨‍👩‍👧‍👦',
        '🇩🇪',
        'e\u0301',
        '\u200b',
        '❤️',
        '1️⃣',
        '→',
        '…',
        '\ue000',
        '\\',
        '$&',
        '$1',
      ),
      fc.string({ unit: 'grapheme-ascii', maxLength: 3 }),
    ),
    { maxLength: 30 },
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell), { maxLength: 6 }),
      fc.integer({ min: 30, max: 60 }),
      (table, size) => {
        const lines = render(
          table.map((row) => row.map((parts) => parts.join(''))),
          { width: size },
        );
        expect(lines.length).toBe(table.length + 4);
        for (const line of lines) expect(width(line)).toBe(size);
      },
    ),
  );
});
