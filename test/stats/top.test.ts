import { describe, expect, it } from 'vitest';
import { Top } from '../../src/stats/top.js';

const amounts = (bytes: number, messages = 1) => ({
  sessions: 1,
  messages: { client: messages, server: 0 },
  bytes: { client: 0, server: bytes },
});

describe('the greatest', () => {
  it.each([
    [
      'by bytes',
      [
        ['a', 1],
        ['b', 3],
        ['c', 2],
      ],
      2,
      ['b', 'c'],
      1,
    ],
    [
      'summed',
      [
        ['a', 2],
        ['b', 3],
        ['a', 2],
      ],
      1,
      ['a'],
      3,
    ],
    [
      'as many by name',
      [
        ['b', 1],
        ['a', 1],
      ],
      2,
      ['a', 'b'],
      undefined,
    ],
    ['none', [], 2, [], undefined],
  ] as [string, [string, number][], number, string[], number | undefined][])(
    '%s',
    (_, entries, most, names, others) => {
      const top = new Top<string>(100, () => expect.fail());
      for (const [name, bytes] of entries) top.add(name, name, amounts(bytes));
      const ranked = top.ranked(most);
      expect(ranked.first.map(({ name }) => name)).toEqual(names);
      expect(ranked.others?.bytes.server).toBe(others);
    },
  );

  it('with no place for more sum the rest, and say so once', () => {
    let told = 0;
    const top = new Top<string>(2, () => told++);
    for (const [i, name] of ['a', 'b', 'c', 'a', 'd', 'c'].entries())
      top.add(name, name, amounts(10 ** i, i));
    expect(told).toBe(1);
    const { first, others } = top.ranked(10);
    expect(first).toEqual([
      { name: 'a', sessions: 2, messages: { client: 3, server: 0 }, bytes: { client: 0, server: 1001 } },
      { name: 'b', sessions: 1, messages: { client: 1, server: 0 }, bytes: { client: 0, server: 10 } },
    ]);
    expect(others).toEqual({
      sessions: 3,
      messages: { client: 11, server: 0 },
      bytes: { client: 0, server: 110_100 },
    });
  });
});
