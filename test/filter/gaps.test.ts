import { describe, expect, test } from 'vitest';
import { Gaps } from '../../src/filter/gaps.js';
import { compileFilter } from '../../src/filter/index.js';
import { context, makeFrame, makeMessage, session } from '../output/samples.js';

const at = (number: number, seconds: number, nanoseconds = 0) => ({
  session: { ...session, number },
  timestamp: { seconds, nanoseconds },
});

describe('time since the record before', () => {
  test('is told of each session by itself, to the nanosecond', () => {
    const gaps = new Gaps();
    expect(gaps.since(at(1, 10))).toBeUndefined();
    expect(gaps.since(at(2, 11))).toBeUndefined();
    expect(gaps.since(at(1, 12, 500))).toBe(2.0000005);
    expect(gaps.since(at(1, 12, 500))).toBe(0);
    expect(gaps.since(at(2, 12))).toBe(1);
  });

  test('of a session that is over nothing is kept', () => {
    const gaps = new Gaps();
    gaps.since(at(1, 10));
    gaps.forget(1);
    expect(gaps.since(at(1, 12))).toBeUndefined();
  });

  test('is a field of frames and messages', () => {
    for (const [kind, record] of [
      ['frame', makeFrame()],
      ['message', makeMessage()],
    ] as const) {
      const filter = compileFilter('ws.gap > 0.5 && ws.gap < 01.6', kind);
      const holds = (gap: number | undefined) =>
        filter.matches(record as never, { start: context().start, findings: () => [], gap: () => gap });
      expect(filter.gaps).toBe(true);
      expect([undefined, 0.5, 1.5, 1.6].map(holds)).toEqual([false, false, true, false]);
    }
    expect(compileFilter('ws.length > 1', 'frame').gaps).toBe(false);
    expect(() => compileFilter('ws.gap > 1', 'session')).toThrow('it is of frames and messages');
  });
});
