import { describe, expect, it } from 'vitest';
import { Collected } from '../../src/cli/collected.js';
import type { Finding } from '../../src/rules/finding.js';
import { collect, makeFinding, makeSession, makeSummary } from '../output/samples.js';

const second = makeSession({ number: 2 });
const unmasked = makeFinding();
const warning = makeFinding({ rule: 'masking-key-zero', packet: 9 });
const note = makeFinding({ rule: 'close-code-changed', session: second, message: 'the code is another' });
const handshake = makeFinding({ rule: 'accept', session: second, packet: 5 });

describe('Collected', () => {
  it('counts all, and keeps so many per session and rule', () => {
    const findings = [1, 2, 3, 4, 5].flatMap((packet) => [
      makeFinding({ packet }),
      makeFinding({ packet, session: second }),
      makeFinding({ packet, rule: 'masking-key-zero' }),
    ]);
    const collected = collect(findings, [], 2);
    expect(collected.counts).toEqual({ error: 10, warning: 5, note: 0 });
    expect(collected.omitted).toBe(9);
    expect(collected.hurt).toBe(2);
    expect(
      [...collected.ordered()].map(({ session, rule, packet }) => [session.number, rule.id, packet]),
    ).toEqual([
      [1, 'unmasked-client-frame', 1],
      [1, 'unmasked-client-frame', 2],
      [1, 'masking-key-zero', 1],
      [1, 'masking-key-zero', 2],
      [2, 'unmasked-client-frame', 1],
      [2, 'unmasked-client-frame', 2],
    ]);
    expect([...collected.groups()].map(({ findings: own }) => own.length)).toEqual([4, 2]);
  });

  it('does not let notes crowd out an error of the same rule', () => {
    const guessed = makeFinding({ severity: 'note' });
    const collected = collect([guessed, guessed, makeFinding({ packet: 99 })], [], 1);
    expect(collected.omitted).toBe(1);
    expect([...collected.ordered()].map(({ severity }) => severity)).toEqual(['error', 'note']);
  });

  it('of nothing is empty', () => {
    const collected = collect([], [], 1);
    expect([[...collected.ordered()], collected.omitted, collected.hurt]).toEqual([[], 0, 0]);
  });

  it('gives each finding back as it was, as often as it is asked', () => {
    const odd: Partial<Omit<Finding, 'rule'>>[] = [
      { breaker: 'server', severity: 'warning' },
      { frame: undefined, streamOffset: undefined },
      { frame: 0, streamOffset: 0, packet: 0, message: '' },
      { frame: 2 ** 32, streamOffset: 2 ** 53 - 2, packet: 2 ** 40 },
      { timestamp: { seconds: -5, nanoseconds: 999_999_999 }, message: 'caf\u00e9 \u2192 \ud800 \u{1f600}' },
      { timestamp: { seconds: 2 ** 52, nanoseconds: 0 }, message: 'x'.repeat(600_000) },
    ];
    const findings = odd.map((overrides, i) =>
      makeFinding({
        ...overrides,
        session: makeSession({ number: i + 1, request: i === 0 ? undefined : {} }),
      }),
    );
    const collected = collect(findings);
    const expected = findings.map((finding) => {
      const { number, client, server, path } = finding.session;
      return { ...finding, session: { number, client, server, path } };
    });
    const byNumber = () => [...collected.ordered()].sort((a, b) => a.session.number - b.session.number);
    expect(byNumber()).toEqual(expected);
    expect(byNumber()).toEqual(expected);
  });

  it('has sessions without findings where they are asked for, by number', () => {
    const sessions = [3, 1, 2].map((number) => makeSummary({}, { number }));
    const collected = collect([note], sessions);
    expect(
      [...collected.sessions()].map(({ session, seconds, findings }) => [
        session.number,
        seconds,
        findings.length,
      ]),
    ).toEqual([
      [1, 2.5, 0],
      [2, 2.5, 1],
      [3, 2.5, 0],
    ]);
    expect([...collected.groups()].map(({ session }) => session.number)).toEqual([2]);
  });

  it('keeps a session that is over in some forty octets', () => {
    const collected = new Collected(10);
    const round = (from: number, to: number) => {
      for (let number = from; number < to; number++) {
        const summary = makeSummary({}, { number });
        collected.add(makeFinding({ session: summary.session }));
        collected.closed(summary);
      }
    };
    round(1, 1000);
    const before = collected.bytes;
    round(1000, 21_000);
    expect((collected.bytes - before) / 20_000).toBeLessThan(80);
    expect(collected.hurt).toBe(20_999);
  });
});

describe('the order', () => {
  const places = (findings: readonly Finding[]) =>
    [...collect(findings).groups()].map(({ session, findings: own }) => [
      session.number,
      ...own.map(({ rule, packet }) => `${rule.id} ${packet}`),
    ]);

  it('has the worst session first, and in it the worst finding', () => {
    const third = makeSession({ number: 3 });
    expect(
      places([
        note,
        makeFinding({ rule: 'masking-key-zero', session: third, packet: 2 }),
        warning,
        makeFinding({ packet: 30 }),
        makeFinding({ packet: 20 }),
      ]),
    ).toEqual([
      [1, 'unmasked-client-frame 20', 'unmasked-client-frame 30', 'masking-key-zero 9'],
      [3, 'masking-key-zero 2'],
      [2, 'close-code-changed 12'],
    ]);
  });

  it('goes by the severity of the finding, which a guess lowers', () => {
    expect(places([makeFinding({ severity: 'note', packet: 1 }), warning])).toEqual([
      [1, 'masking-key-zero 9', 'unmasked-client-frame 1'],
    ]);
  });

  it('has equals by their number', () => {
    expect(places([handshake, unmasked])).toEqual([
      [1, 'unmasked-client-frame 12'],
      [2, 'accept 5'],
    ]);
  });
});
