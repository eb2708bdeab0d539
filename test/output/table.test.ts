import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cell, type Column, fittingColumns, StreamingTable } from '../../src/output/table.js';
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
        ['1234', 'more than nineteen columns'],
        ['', ''],
      ]),
    ).toEqual(
      frame(
        '│    1 │ Hello               │',
        '│ 1234 │ more than nineteen… │',
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
      '│     │ words \ue000   │      │',
      '│     │ here      │      │',
      '│ ü2  │ x         │ 漢   │',
      '└─────┴───────────┴──────┘',
    ]);
  });

  it('wraps several columns of a row, each line in its place', () => {
    const wrapping: Column[] = [
      { title: 'A', width: 6, wrap: true },
      { title: 'B', width: 6, wrap: true },
    ];
    expect(render([['🩷 é 漢字漢 ü', '→ longword… 🫠']], { columns: wrapping }).slice(3, -1)).toEqual([
      '│ 🩷 é   │ →      │',
      '│ 漢字漢 │ longwo │',
      '│ ü      │ rd… 🫠 │',
    ]);
  });

  it('leaves the last column at least fifteen columns', () => {
    expect(render([['1', 'x'.repeat(20)]], { width: 5 })[3]).toBe(`│    1 │ ${'x'.repeat(14)}… │`);
  });

  it('paints the titles', () => {
    const writer = new MemoryWriter();
    new StreamingTable(columns, writer, 30, (title) => `\x1b[1m${title}\x1b[22m`).end();
    expect(writer.lines[1]).toBe('│  \x1b[1mNo.\x1b[22m │ \x1b[1mText\x1b[22m                │');
  });
});

it.each([
  [60, 'a,b,c,d'],
  [50, 'a,b,c,d'],
  [49, 'a,c,d'],
  [37, 'a,c,d'],
  [36, 'a'],
  [5, 'a'],
])('on %i columns there is room for the columns %s', (size, expected) => {
  const list: Column[] = [
    { title: 'a', width: 10 },
    { title: 'b', width: 10, dispensable: 2 },
    { title: 'c', width: 5, dispensable: 1 },
    { title: 'd', width: 2, dispensable: 1 },
  ];
  const shown = fittingColumns(list, size, 7);
  expect(shown.map(({ title }) => title).join(',')).toBe(expected);
});

describe('a number that is too long for its column', () => {
  it('widens it, before anything is written', () => {
    expect(
      render([
        ['1', 'Hello'],
        ['123456', 'x'],
      ]),
    ).toEqual([
      '┌────────┬───────────────────┐',
      '│    No. │ Text              │',
      '├────────┼───────────────────┤',
      '│      1 │ Hello             │',
      '│ 123456 │ x                 │',
      '└────────┴───────────────────┘',
    ]);
  });

  it.each([0, 200])('begins a wider table where rows were written; laid out by cli-table3: %i', (laidOut) => {
    const writer = new MemoryWriter();
    const table = new StreamingTable(columns, writer, 30, (title) => title, laidOut);
    table.add(['9999', 'one']);
    table.flush();
    table.add(['1', 'two']);
    table.add(['10000', (width) => `of ${width}`]);
    table.add(['2', 'three']);
    table.end();
    expect(writer.lines).toEqual([
      ...frame('│ 9999 │ one                 │', '│    1 │ two                 │'),
      '┌───────┬────────────────────┐',
      '│   No. │ Text               │',
      '├───────┼────────────────────┤',
      '│ 10000 │ of 18              │',
      '│     2 │ three              │',
      '└───────┴────────────────────┘',
    ]);
  });

  it('takes its room from columns that are dispensable, the highest first', () => {
    const list: Column[] = [
      { title: 'A', width: 3, grows: true, dispensable: 1 },
      { title: 'B', width: 3, dispensable: 2 },
      { title: 'N', width: 1, align: 'right' },
      { title: 'Rest' },
    ];
    const row = (number: string): string[] => ['a', 'b', number, 'rest'];
    const titlesOf = (number: string) =>
      render([row(number)], { columns: list, width: 35 })[1]
        .match(/\w+/g)
        ?.join(',');
    expect(titlesOf('1')).toBe('A,B,N,Rest');
    expect(titlesOf('1'.repeat(7))).toBe('A,N,Rest');
    expect(titlesOf('1'.repeat(13))).toBe('N,Rest');
    expect(render([['1000 C', 'b', '1', 'x']], { columns: list, width: 60 })[3]).toContain(
      '│ 1000 C │ b   │',
    );
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
  const clipping: Column[] = [{ title: 'No.', width: 4 }, { title: 'Text' }];
  const wrapping: Column[] = [
    { title: 'No.', width: 6, wrap: true },
    { title: 'Text', wrap: true },
  ];
  fc.assert(
    fc.property(
      fc.array(fc.tuple(cell, cell), { maxLength: 6 }),
      fc.integer({ min: 30, max: 60 }),
      (table, size) => {
        const rows = table.map((row) => row.map((parts) => parts.join('')));
        const lines = render(rows, { width: size, columns: clipping });
        expect(lines.length).toBe(table.length + 4);
        for (const line of lines) expect(width(line)).toBe(size);
        for (const line of render(rows, { width: size, columns: wrapping })) expect(width(line)).toBe(size);
      },
    ),
  );
});

describe('rows of our own', () => {
  const list: Column[] = [
    { title: 'No.', width: 4, align: 'right' },
    { title: 'Wrapped', width: 9, wrap: true },
    { title: 'Red', width: 7 },
    { title: 'Text' },
  ];
  const write = (rows: readonly (readonly Cell[])[], laidOut: number): string => {
    const writer = new MemoryWriter();
    const table = new StreamingTable(list, writer, 50, (title) => `\x1b[1m${title}\x1b[22m`, laidOut);
    for (const row of rows) table.add(row);
    table.end();
    return writer.text;
  };

  it('are the same text as those of cli-table3, whatever the cells hold', () => {
    const part = fc.oneof(
      fc.constantFrom('漢', '😀', '🩷', '👨‍👩‍👧‍👦', 'e\u0301', '→', '…', ' ', '  ', '\ue000', '$&', '\\'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 6 }),
    );
    const text = fc.array(part, { maxLength: 10 }).map((parts) => parts.join(''));
    const row = fc.tuple(
      fc.nat(99_999).map(String),
      text,
      fc.string({ unit: 'grapheme-ascii', maxLength: 7 }).map((red) => `\x1b[31m${red}\x1b[39m`),
      text.map(
        (cell): Cell =>
          (width) =>
            `${width} ${cell}`,
      ),
    );
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
        expect(write(rows, 0)).toBe(write(rows, Number.POSITIVE_INFINITY));
      }),
      { numRuns: 300 },
    );
  });

  it('take over in the middle of a list without a seam', () => {
    const rows = Array.from({ length: 450 }, (_, i) => [String(i), 'some wrapped words', 'red', `漢 ${i}`]);
    expect(write(rows, 200)).toBe(write(rows, 1000));
  });

  it('cost about what a line of text costs', () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => [String(i % 9999), 'word', 'red', `text → ${i}`]);
    const start = performance.now();
    write(rows, 200);
    expect(performance.now() - start).toBeLessThan(3_000);
  });
});
