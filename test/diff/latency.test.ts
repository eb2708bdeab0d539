import { describe, expect, it } from 'vitest';
import { clocksOf, latencyOf } from '../../src/diff/latency.js';

describe('what two captures tell of the clocks', () => {
  it.each([
    ['A near the client', [3, 5, 4], [-2, -4], { nearA: 'client', least: -2, most: 3, estimate: 1 }],
    ['A near the server', [-4, -3], [2, 5], { nearA: 'server', least: -3, most: 2, estimate: -0 }],
    ['the same file', [0, 0], [0, 0], { nearA: undefined, least: 0, most: 0, estimate: 0 }],
    ['the same times, shifted', [7, 7], [7], { nearA: undefined, least: 7, most: 7, estimate: 7 }],
    ['a clock that was set', [3, -9], [2, -8], undefined],
  ] as const)('%s', (_, client, server, expected) => {
    expect(clocksOf(latencyOf(client), latencyOf(server))).toEqual(expected);
  });

  it('of one direction only is nothing', () => {
    expect(clocksOf(latencyOf([1]), undefined)).toBeUndefined();
  });

  it('has the lower of two medians', () => {
    expect(latencyOf([4, 1, 3, 2])).toEqual({ count: 4, min: 1, median: 2, max: 4 });
    expect(latencyOf([])).toBeUndefined();
  });
});
