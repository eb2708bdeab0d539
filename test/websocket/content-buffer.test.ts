import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { ContentBuffer } from '../../src/websocket/content-buffer.js';
import { PayloadBudget } from '../../src/websocket/payload-budget.js';

const MAX_ZEROS = DEFAULT_LIMITS.maxZeros;

const add = (buffer: ContentBuffer, size: number, { limit = 1e9, whole = false } = {}) =>
  buffer.add(new Uint8Array(size).fill(1), 0, size, 0, 0, limit, whole);

const contentOf = (buffer: ContentBuffer) => buffer.bytes.subarray(0, buffer.kept);

describe('a gap', () => {
  it('is zeros once something comes behind it', () => {
    const buffer = new ContentBuffer();
    add(buffer, 2);
    buffer.skip(3);
    expect(buffer.kept).toBe(2);
    add(buffer, 1);
    expect([...contentOf(buffer)]).toEqual([1, 1, 0, 0, 0, 1]);
    expect(buffer.cut).toBe(false);
  });

  it.each([0, 1, 70_000])('behind %i octets may be as long, and 64 KiB longer', (before) => {
    for (const more of [0, 1]) {
      const buffer = new ContentBuffer();
      if (before > 0) add(buffer, before);
      buffer.skip(before + MAX_ZEROS + more);
      add(buffer, 3);
      add(buffer, 3);
      expect([buffer.kept, buffer.cut]).toEqual(
        more === 0 ? [2 * before + MAX_ZEROS + 6, false] : [before, true],
      );
    }
  });

  it('counts with those before it', () => {
    const buffer = new ContentBuffer();
    for (let i = 0; i < 100; i++) {
      buffer.skip(MAX_ZEROS / 2);
      add(buffer, 1);
    }
    expect([buffer.kept, buffer.cut]).toEqual([MAX_ZEROS / 2 + 1 + MAX_ZEROS / 2 + 1, true]);
  });

  it('leaves nothing behind for the next message', () => {
    const buffer = new ContentBuffer();
    buffer.skip(1 << 26);
    add(buffer, 1);
    expect([buffer.kept, buffer.cut, buffer.bytes.length]).toEqual([0, true, 0]);
    buffer.trim();
    add(buffer, 1);
    expect([buffer.kept, buffer.cut]).toEqual([1, false]);
  });
});

describe('the limit', () => {
  it.each([
    [2, 5, 5, 2, true],
    [5, 5, 0, 5, false],
    [7, 5, 2, 7, false],
    [6, 5, 2, 6, true],
  ])('%i keeps so many of %i and %i octets: %i, cut: %s', (limit, first, second, kept, cut) => {
    const buffer = new ContentBuffer();
    add(buffer, first, { limit });
    if (second > 0) add(buffer, second, { limit });
    expect([buffer.kept, buffer.cut, buffer.limited]).toEqual([kept, cut, false]);
  });
});

describe('the budget', () => {
  it('ends what is kept where it is spent, and says so', () => {
    const budget = new PayloadBudget(10_000);
    const [first, second] = [new ContentBuffer(budget), new ContentBuffer(budget)];
    add(first, 6000);
    add(second, 4000);
    add(second, 1);
    add(second, 1);
    expect([second.kept, second.cut, second.limited]).toEqual([4000, true, true]);
    first.release();
    second.release();
    expect([budget.held, second.limited]).toEqual([0, false]);
  });

  it('keeps no message out that comes whole', () => {
    const budget = new PayloadBudget(10_000);
    const [first, second] = [new ContentBuffer(budget), new ContentBuffer(budget)];
    add(first, 10_000);
    add(second, 300, { whole: true });
    expect([second.kept, second.limited]).toEqual([300, false]);
  });

  it('is given back by who is idle, all of it where it is tight', () => {
    const budget = new PayloadBudget(10_000);
    const [first, second] = [new ContentBuffer(budget), new ContentBuffer(budget)];
    add(first, 1000);
    first.trim();
    expect(budget.held).toBe(1000);
    add(second, 6000);
    add(first, 10);
    first.trim();
    expect(budget.held).toBe(6000);
    second.trim();
    expect(budget.held).toBe(0);
  });
});
