import { expect, it } from 'vitest';
import { Place } from '../../src/stream/place.js';
import { PacketNumbers } from '../../src/websocket/packet-numbers.js';
import { Provenance } from '../../src/websocket/provenance.js';
import { Counter } from '../support/counted.js';

function take(numbers: Iterable<number>): number[] {
  const list = new PacketNumbers();
  for (const number of numbers) list.add(number);
  return list.take();
}

it.each([
  [[], []],
  [[7], [7]],
  [
    [3, 3, 4, 9, 9],
    [3, 4, 9],
  ],
  [
    [9, 4, 3],
    [3, 4, 9],
  ],
  [
    [2, 10, 1, 10, 2, 1],
    [1, 2, 10],
  ],
])('%j are each told once, ascending', (numbers, expected) => {
  expect(take(numbers)).toEqual(expected);
});

it('starts anew, and knows the last one', () => {
  const list = new PacketNumbers();
  for (const number of [5, 4, 4]) list.add(number);
  expect([list.count, list.endsWith(4), list.endsWith(5)]).toEqual([2, true, false]);
  list.take();
  expect([list.count, list.endsWith(4)]).toEqual([0, false]);
  list.add(1);
  list.add(2);
  expect(list.take()).toEqual([1, 2]);
});

const COUNT = 10_000;

it.each<[string, (i: number) => number]>([
  ['ascending', (i) => i],
  ['descending', (i) => COUNT - i],
  ['in no order', (i) => (i * 7919) % COUNT],
  ['late by turns', (i) => i ^ 1],
])('%s: work in proportion', (_name, order) => {
  const counter = new Counter();
  const numbers = Array.from({ length: COUNT }, (_, i) => counter.of(order(i)));
  expect(take(numbers)).toHaveLength(COUNT);
  // To put n in order takes n log2 n comparisons, of two each.
  expect(counter.count).toBeLessThan(2 * 15 * COUNT);

  const [provenance, place] = [new Provenance(), new Place()];
  counter.count = 0;
  for (const [i, number] of numbers.entries()) {
    place.packet = number;
    provenance.add(i, 1, 0, place);
  }
  expect(provenance.packetNumbers(0, COUNT)).toHaveLength(COUNT);
  expect(counter.count).toBeLessThan(2 * 15 * COUNT);
});
