import { expect, it } from 'vitest';
import { rules } from '../../src/rules/index.js';
import type { WatchedSession, Watcher } from '../../src/rules/rule.js';
import { makeSession } from '../websocket/recorder.js';

it('who looks at each frame is told of plain messages too, or says when it is calm', () => {
  const session = makeSession();
  const shared = new Map<unknown, Watcher>();
  const watched: WatchedSession = {
    session,
    handshake: session.handshake,
    maxOpenPings: 1,
    defect() {},
    share: (Kind) => {
      if (!shared.has(Kind)) shared.set(Kind, new Kind(watched));
      return shared.get(Kind) as InstanceType<typeof Kind>;
    },
  };
  const own = rules.map((rule): [string, Watcher] => [rule.id, rule.watch(watched, () => {})]);
  const all = [...own, ...[...shared].map(([Kind, watcher]): [string, Watcher] => [String(Kind), watcher])];
  const careless = all.filter(
    ([, { frame, plain, calm }]) => frame !== undefined && plain === undefined && calm === undefined,
  );
  expect(all.filter(([, { frame }]) => frame !== undefined).length).toBeGreaterThan(5);
  expect(careless.map(([name]) => name)).toEqual([]);
});
