/**
 * Alignment: by hand, against the longest common subsequence of small lists, and quick for lists made to be slow.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { align } from '../../src/diff/align.js';

const of = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
/** The letters of `a`, those that are not in `b` as a point. */
const shown = (a: string, b: string) => [...align(of(a), of(b))].map((j, i) => (j < 0 ? '.' : a[i])).join('');

/** Length of the longest common subsequence, by the table. */
function longest(a: readonly number[], b: readonly number[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const one of a) {
    const next = [0];
    for (const [j, other] of b.entries())
      next.push(one === other ? row[j] + 1 : Math.max(row[j + 1], next[j]));
    row = next;
  }
  return row[b.length];
}

describe('align', () => {
  it.each([
    ['', '', ''],
    ['abc', '', '...'],
    ['', 'abc', ''],
    ['abc', 'abc', 'abc'],
    ['abcd', 'acd', 'a.cd'],
    ['abcd', 'bcd', '.bcd'],
    ['abcd', 'abxcd', 'abcd'],
    ['abcd', 'abc', 'abc.'],
    // Pings between messages that are there once: the one that is lost is found.
    ['xaxbxc', 'axbxc', '.axbxc'],
    ['xaxbxc', 'xabxc', 'xa.bxc'],
    ['ababab', 'babab', '.babab'],
    ['abcdef', 'abdcef', 'ab.def'],
    ['aaaa', 'aa', 'aa..'],
    ['abcabc', 'xyz', '......'],
  ])('%s and %s', (a, b, expected) => {
    expect(shown(a, b)).toBe(expected);
  });

  const list = (most: number) => fc.array(fc.integer({ min: 0, max: most }), { maxLength: 24 });

  it('pairs what is equal, in order, each once', () => {
    fc.assert(
      fc.property(list(6), list(6), (a, b) => {
        const pairs = [...align(a, b)].map((j, i) => [i, j]).filter(([, j]) => j >= 0);
        for (const [i, j] of pairs) expect(a[i]).toBe(b[j]);
        for (const [at, [, j]] of pairs.entries()) if (at > 0) expect(j).toBeGreaterThan(pairs[at - 1][1]);
        expect(pairs.length).toBeLessThanOrEqual(longest(a, b));
      }),
    );
  });

  it('loses nothing of what one list merely lacks, if all are there once', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { maxLength: 60 }), fc.array(fc.boolean()), (a, kept) => {
        const b = a.filter((_, i) => kept[i] ?? true);
        expect([...align(a, b)].filter((j) => j >= 0).length).toBe(b.length);
        expect([...align(b, a)].filter((j) => j >= 0).length).toBe(b.length);
      }),
    );
  });

  it('is as long as the longest common subsequence where all are there once', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 40 }), { maxLength: 30 }),
        fc.integer(),
        (a, seed) => {
          const b = [...a].sort((x, y) => ((x * 31 + seed) % 7) - ((y * 31 + seed) % 7));
          expect([...align(a, b)].filter((j) => j >= 0).length).toBe(longest(a, b));
        },
      ),
    );
  });

  it.each([
    ['reversed', (i: number, n: number) => n - i],
    ['two that alternate, shifted', (i: number) => (i + 1) % 2],
    ['shuffled', (i: number, n: number) => (i * 7919) % n],
    ['in nests', (i: number, n: number) => (i % 2 === 0 ? i : n - i)],
    ['other ones', (i: number) => -1 - i],
  ])('takes no long time: %s', (_name, other) => {
    const n = 200_000;
    const a = Array.from({ length: n }, (_, i) => (other(0, n) === 1 ? i % 2 : i));
    const b = Array.from({ length: n }, (_, i) => other(i, n));
    const begun = Date.now();
    align(a, b);
    expect(Date.now() - begun).toBeLessThan(10_000);
  });
});
