import fc from 'fast-check';
import { expect, it } from 'vitest';
import { InOrder } from '../../src/cli/in-order.js';

it('writes lines as soon as all before them are there', () => {
  const written: string[] = [];
  const list = new InOrder<string>((line) => written.push(line));
  list.add(2, 'b');
  list.add(4, 'd');
  expect(written).toEqual([]);
  list.add(1, 'a');
  expect(written).toEqual(['a', 'b']);
  list.add(3, 'c');
  expect(written).toEqual(['a', 'b', 'c', 'd']);
});

it('writes what waits for one that never comes at the end, whatever the order', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 30 })), (numbers) => {
      const written: number[] = [];
      const list = new InOrder((line) => written.push(Number(line)));
      for (const number of numbers) list.add(number, String(number));
      list.end();
      expect(written).toEqual([...numbers].sort((a, b) => a - b));
    }),
  );
});
