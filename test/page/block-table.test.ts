import { describe, expect, it } from 'vitest';
import { BlockTable } from '../../src/page/block-table.js';

/** Rows are their own numbers; `loaded`: the blocks that were asked for. */
function makeTable(sizes: readonly number[]) {
  const loaded: number[] = [];
  const table = new BlockTable<number>(sizes, async (block) => {
    loaded.push(block);
    const from = sizes.slice(0, block).reduce((sum, size) => sum + size, 0);
    return Array.from({ length: sizes[block] }, (_, i) => from + i);
  });
  return { table, loaded };
}
const span = (from: number, end: number) =>
  Array.from({ length: Math.max(0, end - from) }, (_, i) => from + i);

describe('a table of blocks', () => {
  it('reads any span of rows, as far as there are any', async () => {
    const sizes = [3, 1, 4, 1, 5];
    const { table } = makeTable(sizes);
    expect(table.count).toBe(14);
    for (let from = -1; from < 16; from++)
      for (let count = 0; count < 16; count++)
        expect(await table.read(from, count), `${from} ${count}`).toEqual(
          from < 0 ? [] : span(from, Math.min(from + count, 14)),
        );
  });

  it('has none of none', async () => {
    const { table } = makeTable([]);
    expect([table.count, await table.read(0, 9)]).toEqual([0, []]);
    for await (const _ of table.all()) expect.unreachable();
  });

  it('reads only the blocks that it needs, once, and keeps the last ones', async () => {
    const { table, loaded } = makeTable(Array.from({ length: 40 }, () => 10));
    await Promise.all([table.read(15, 10), table.read(18, 5)]);
    expect(loaded).toEqual([1, 2]);
    for (let block = 0; block < 40; block++) await table.read(10 * block, 1);
    loaded.length = 0;
    await table.read(390, 10);
    expect(loaded).toEqual([]);
    await table.read(10, 1);
    expect(loaded).toEqual([1]);
  });

  it('goes through all of them without giving up what is at hand', async () => {
    const { table, loaded } = makeTable(Array.from({ length: 40 }, () => 2));
    await table.read(6, 1);
    const rows: number[] = [];
    for await (const { from, rows: some } of table.all()) {
      expect(some[0]).toBe(from);
      rows.push(...some);
    }
    expect(rows).toEqual(span(0, 80));
    expect(loaded.filter((block) => block === 3)).toEqual([3]);
    loaded.length = 0;
    await table.read(6, 1);
    expect(loaded).toEqual([]);
  });

  it('passes over blocks without a session, and keeps the one that it finds', async () => {
    // The second and the last block name session 7.
    const asked: string[] = [];
    const table = new BlockTable<number>([2, 2, 2, 2], async (block, only) => {
      asked.push(`${block} ${only}`);
      return only === undefined || (only === 7 && block % 2 === 1) ? [2 * block, 2 * block + 1] : [];
    });
    expect(await table.nextOf(7, 0)).toBe(2);
    expect(await table.nextOf(7, 3)).toBe(3);
    expect(await table.read(2, 2)).toEqual([2, 3]);
    expect(asked).toEqual(['0 7', '1 7']);
    expect(await table.nextOf(7, 4)).toBe(6);
    expect(await table.nextOf(8, 4)).toBe(6);
    expect(await table.nextOf(8, 0)).toBe(2);
    expect(await new BlockTable<number>([2], async () => []).nextOf(7, 1)).toBe(2);
    expect(await new BlockTable<number>([], async () => []).nextOf(7, 0)).toBe(0);
  });

  it('tries again what failed', async () => {
    let isDown = true;
    const table = new BlockTable<number>([2], async () => {
      if (isDown) throw new Error('down');
      return [1, 2];
    });
    await expect(table.read(0, 1)).rejects.toThrow('down');
    isDown = false;
    expect(await table.read(0, 2)).toEqual([1, 2]);
  });
});
