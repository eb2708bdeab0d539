import { expect, it } from 'vitest';
import { RuleEngine } from '../../src/rules/engine.js';
import { rules } from '../../src/rules/index.js';
import type { Rule } from '../../src/rules/rule.js';
import { Place } from '../../src/stream/place.js';
import { makeSession } from '../websocket/recorder.js';

/** A rule as it is, and how often what it asks for was made. */
function counted(rule: Rule, made: Map<string, number>): Rule {
  const count = <T>(thing: T): T => {
    made.set(rule.id, (made.get(rule.id) ?? 0) + 1);
    return thing;
  };
  const { judge, watch } = rule;
  return {
    ...rule,
    ...(judge && { judge: (report) => count(judge(report)) }),
    ...(watch && { watch: (session, report) => count(watch(session, report)) }),
  };
}

it('a rule has either judge() or watch()', () => {
  const odd = rules.filter(({ judge, watch }) => (judge === undefined) === (watch === undefined));
  expect(odd).toEqual([]);
  expect(rules.filter(({ judge }) => judge !== undefined).length).toBeGreaterThan(30);
});

it('what judges is made once, what watches for the first frame of a session', () => {
  const made = new Map<string, number>();
  const engine = new RuleEngine({
    rules: rules.map((rule) => counted(rule, made)),
    place: new Place(),
    finding: () => expect.unreachable(),
  });
  const judges = rules.filter(({ judge }) => judge !== undefined).map(({ id }) => id);
  expect([...made.keys()]).toEqual(judges);
  const sessions = Array.from({ length: 100 }, (_, i) => engine.observe(makeSession({ number: i + 1 })));
  expect([...made.keys()]).toEqual(judges);
  for (const session of sessions.slice(0, 10)) {
    expect(session.calm).toBe(false);
    session.lost('client');
  }
  const expected = rules.map(({ id, judge }): [string, number] => [id, judge === undefined ? 10 : 1]);
  expect(new Map(made)).toEqual(new Map(expected));
});
