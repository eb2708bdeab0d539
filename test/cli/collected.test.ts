import { describe, expect, it } from 'vitest';
import { Collected } from '../../src/cli/collected.js';
import type { Finding } from '../../src/rules/finding.js';
import { makeFinding, makeSession } from '../output/samples.js';

const collect = (most: number, findings: readonly Finding[]) => {
  const collected = new Collected(most);
  for (const finding of findings) collected.add(finding);
  return collected;
};
const second = makeSession({ number: 2 });

describe('Collected', () => {
  it('counts all, and keeps so many per session and rule', () => {
    const findings = [1, 2, 3, 4, 5].flatMap((packet) => [
      makeFinding({ packet }),
      makeFinding({ packet, session: second }),
      makeFinding({ packet, rule: 'masking-key-zero' }),
    ]);
    const collected = collect(2, findings);
    expect(collected.counts).toEqual({ error: 10, warning: 5, note: 0 });
    expect(collected.omitted).toBe(9);
    expect(collected.ordered().map(({ session, rule, packet }) => [session.number, rule.id, packet])).toEqual(
      [
        [1, 'unmasked-client-frame', 1],
        [1, 'unmasked-client-frame', 2],
        [1, 'masking-key-zero', 1],
        [1, 'masking-key-zero', 2],
        [2, 'unmasked-client-frame', 1],
        [2, 'unmasked-client-frame', 2],
      ],
    );
    expect(collected.groups().map(({ findings: own }) => own.length)).toEqual([4, 2]);
  });

  it('does not let notes crowd out an error of the same rule', () => {
    const guessed = makeFinding({ severity: 'note' });
    const collected = collect(1, [guessed, guessed, makeFinding({ packet: 99 })]);
    expect(collected.omitted).toBe(1);
    expect(collected.ordered().map(({ severity }) => severity)).toEqual(['error', 'note']);
  });

  it('of nothing is empty', () => {
    const collected = collect(1, []);
    expect([collected.ordered(), collected.omitted]).toEqual([[], 0]);
  });
});
