import { describe, expect, it } from 'vitest';
import { RoundTrips } from '../../src/stats/round-trips.js';

/** `a` is a Ping, `A` its Pong, `-` a Ping that is not asked for; each comes 10 behind the one before. */
const CASES: [talk: string, took: (number | undefined)[], unanswered: number, forgotten?: number][] = [
  ['aA', [10], 0],
  ['abAB', [20, 20], 0],
  ['abBA', [10, 30], 0],
  ['aaAA', [20, 20], 0],
  ['aaA', [20], 1],
  ['abB', [10], 1],
  ['A', [undefined], 0],
  ['aAA', [10, undefined], 0],
  ['aB', [undefined], 1],
  ['-_', [undefined], 0],
  ['-', [], 0],
  ['abcdD', [10], 2, 1],
  ['abcdA', [undefined], 3, 1],
  ['aaaaA', [30], 2, 1],
];

describe('round trips, of three Pings at most', () => {
  it.each(CASES)('%s: %j, %d unanswered', (talk, took, unanswered, forgotten = 0) => {
    let lost = 0;
    const trips = new RoundTrips(3, () => lost++);
    const pongs: (number | undefined)[] = [];
    for (const [i, letter] of [...talk].entries()) {
      if (letter === '_') pongs.push(trips.pong('-', 10 * i));
      else if (letter === '-' || letter !== letter.toUpperCase()) trips.ping(letter, 10 * i, letter !== '-');
      else pongs.push(trips.pong(letter.toLowerCase(), 10 * i));
    }
    expect(pongs).toEqual(took);
    expect([trips.unanswered, lost]).toEqual([unanswered, forgotten]);
  });
});
