import { describe, expect, it } from 'vitest';
import { makeColors } from '../../src/output/colors.js';
import { objectRenderer, remarkAndText, timeColumn } from '../../src/output/rows.js';
import { width } from '../../src/output/width.js';
import { context, MemoryWriter } from './samples.js';

const plain = makeColors(false);
const painted = makeColors(true);

describe('objectRenderer, a line each', () => {
  it('writes each item as it comes, and nothing at the end', () => {
    const writer = new MemoryWriter();
    const renderer = objectRenderer<number>('ndjson', writer, (item) => writer.write(`item ${item}`));
    renderer.row(1);
    expect(writer.text).toBe('item 1\n');
    renderer.flush();
    renderer.row(2);
    renderer.end();
    expect(writer.text).toBe('item 1\nitem 2\n');
  });
});

describe('objectRenderer, one document', () => {
  it.each([
    [[], '[]\n'],
    [[1], '[\n1\n]\n'],
    [[1, 2, 3], '[\n1,\n2,\n3\n]\n'],
  ])('of %j is a document', (items, expected) => {
    const writer = new MemoryWriter();
    const renderer = objectRenderer<number>('json', writer, (item) => writer.write(String(item)));
    for (const item of items) {
      renderer.row(item);
      renderer.flush();
    }
    renderer.end();
    expect(writer.text).toBe(expected);
    expect(JSON.parse(writer.text)).toEqual(items);
  });
});

it.each([
  ['relative', 7],
  ['epoch', 20],
  ['utc', 30],
] as const)('the column of %s times is %i wide', (format, expected) => {
  const column = { title: 'Time', width: 7, align: 'right' } as const;
  expect(timeColumn(column, context(format))).toEqual({ ...column, width: expected });
});

describe('remarkAndText', () => {
  it.each([
    ['', 'Hello', 10, 'Hello'],
    ['', 'Hello, world', 10, 'Hello, wo…'],
    ['[odd]', 'Hello', 20, '[odd] Hello'],
    ['[odd]', 'Hello, world', 10, '[odd] Hel…'],
    ['[odd]', 'Hello', 7, '[odd] …'],
    ['[odd]', 'Hello', 6, '[odd]'],
    ['[odd]', 'Hello', 5, '[odd]'],
    ['[odd]', 'Hello', 4, '[od…'],
    ['[odd]', '', 20, '[odd]'],
    ['', '', 20, ''],
    ['[odd]', '漢字漢字', 10, '[odd] 漢…'],
  ])('%j and %j in %i columns', (remark, text, columns, expected) => {
    expect(remarkAndText(remark, text, columns, plain)).toBe(expected);
    const colored = remarkAndText(remark, text, columns, painted);
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(expected);
    expect(width(expected)).toBeLessThanOrEqual(columns);
    expect(colored.includes('\x1b')).toBe(remark !== '');
  });
});
