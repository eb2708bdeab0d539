import { expect, it } from 'vitest';
import { rules } from '../../src/rules/index.js';
import { KeyWatch } from '../../src/rules/key-watch.js';
import type { WatchedSession, Watcher } from '../../src/rules/rule.js';
import { Talk } from '../../src/rules/talk.js';
import { makeSession } from '../websocket/recorder.js';

it('who looks at each frame says when it is calm, or is one that plain messages are told to', () => {
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
  const own = rules.map((rule): [string, Watcher] => [
    rule.id,
    rule.judge?.(() => {}) ?? rule.watch!(watched, () => {}),
  ]);
  const all = [...own, ...[...shared].map(([Kind, watcher]): [string, Watcher] => [String(Kind), watcher])];
  const careless = all.filter(
    ([, watcher]) =>
      watcher.frame !== undefined &&
      watcher.calm === undefined &&
      !(watcher instanceof Talk || watcher instanceof KeyWatch),
  );
  expect(all.filter(([, { frame }]) => frame !== undefined).length).toBeGreaterThan(5);
  expect(careless.map(([name]) => name)).toEqual([]);
});
