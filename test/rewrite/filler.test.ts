import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { fillerAt } from '../../src/rewrite/filler.js';

/** A compressed message in frames of these lengths. */
function message(lengths: readonly number[]): Buffer {
  const octets: number[] = [];
  for (const [i, length] of lengths.entries()) {
    const sum = (some: readonly number[]) =>
      Math.min(
        2,
        some.reduce((total, one) => total + one, 0),
      );
    const filled = {
      kind: 'deflate',
      length,
      before: sum(lengths.slice(0, i)),
      after: sum(lengths.slice(i + 1)),
    } as const;
    for (let at = 0; at < length; at++) octets.push(fillerAt(filled, at)!);
  }
  return Buffer.from(octets);
}

/** RFC 7692 §7.2.2. */
const inflated = (payload: Buffer) =>
  inflateRawSync(Buffer.concat([payload, Buffer.from([0, 0, 0xff, 0xff])]), { finishFlush: 2 }).toString();

describe('a compressed message', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 100, 65_536, 200_000])('of %i octets inflates to x', (length) => {
    expect(inflated(message([length]))).toBe('x'.repeat(Math.max(0, length - 2)));
  });

  it.each([
    [[1, 1, 1, 1]],
    [[0, 5, 0]],
    [[3, 0, 1, 0]],
    [[1, 0, 0, 1]],
    [[0, 1, 0]],
    [[100, 1, 1]],
    [[10, 10, 0]],
  ])('in frames of %j is the same as in one', (lengths) => {
    const total = lengths.reduce((sum, one) => sum + one, 0);
    expect(message(lengths)).toEqual(message([total]));
  });
});

it('keeps the code of a Close', () => {
  const close = { kind: 'close', length: 5, before: 0, after: 0 } as const;
  expect([0, 1, 2, 4].map((at) => fillerAt(close, at))).toEqual([undefined, undefined, 0x78, 0x78]);
});
