/**
 * Which sessions of two captures are the same one: a proxy changes addresses, ports, headers, and may change the key.
 *
 * Strategy: the surest sign first, each among what is left: the key of the handshake (16 random octets, RFC 6455 §4.1), then
 * the contents that both have (most in common first), then path and Host, then the path alone; alike ones in their order.
 */
import type { SideMessage, SideSession } from './side.js';

export type MatchSign = 'key' | 'messages' | 'host-and-path' | 'path';

export interface MatchedSessions {
  readonly a: SideSession;
  readonly b: SideSession;
  readonly by: MatchSign;
}

export interface Matching {
  /** In the order of the first capture. */
  readonly both: readonly MatchedSessions[];
  readonly onlyA: readonly SideSession[];
  readonly onlyB: readonly SideSession[];
}

/** Sessions that may share a content for it to tell anything. */
const MOST_SHARING = 16;

export function matchSessions(a: readonly SideSession[], b: readonly SideSession[]): Matching {
  const both: MatchedSessions[] = [];
  let [leftA, leftB] = [a, b];
  const take = (by: MatchSign, pairs: readonly (readonly [SideSession, SideSession])[]) => {
    for (const [one, other] of pairs) both.push({ a: one, b: other, by });
    const taken = new Set(pairs.flat());
    leftA = leftA.filter((session) => !taken.has(session));
    leftB = leftB.filter((session) => !taken.has(session));
  };
  take('key', byName(leftA, leftB, keyOf));
  take('messages', byContents(leftA, leftB));
  take('host-and-path', byName(leftA, leftB, hostAndPathOf));
  take('path', byName(leftA, leftB, pathOf));
  both.sort((one, other) => numberOf(one.a) - numberOf(other.a));
  return { both, onlyA: leftA, onlyB: leftB };
}

function numberOf({ summary }: SideSession): number {
  return summary.session.number;
}

function keyOf({ summary: { session } }: SideSession): string | undefined {
  return session.handshake?.key;
}

function pathOf({ summary: { session } }: SideSession): string | undefined {
  return session.path;
}

function hostAndPathOf({ summary: { session } }: SideSession): string | undefined {
  return session.path === undefined ? undefined : JSON.stringify([session.host ?? '', session.path]);
}

/** The first of a name with the first of it, the second with the second. */
function byName(
  a: readonly SideSession[],
  b: readonly SideSession[],
  nameOf: (session: SideSession) => string | undefined,
): [SideSession, SideSession][] {
  const waiting = new Map<string, SideSession[]>();
  for (const session of b) {
    const name = nameOf(session);
    if (name !== undefined) waiting.set(name, [...(waiting.get(name) ?? []), session]);
  }
  const pairs: [SideSession, SideSession][] = [];
  for (const session of a) {
    const other = waiting.get(nameOf(session) ?? '')?.shift();
    if (other !== undefined) pairs.push([session, other]);
  }
  return pairs;
}

/** Those that have most contents in common that few others have. */
function byContents(a: readonly SideSession[], b: readonly SideSession[]): [SideSession, SideSession][] {
  const holders = new Map<number, number[]>();
  for (const [index, session] of b.entries())
    for (const content of contentsOf(session)) {
      const known = holders.get(content);
      if (known === undefined) holders.set(content, [index]);
      else if (known.length <= MOST_SHARING) known.push(index);
    }
  const common: { one: number; other: number; shared: number }[] = [];
  for (const [one, session] of a.entries()) {
    const counts = new Map<number, number>();
    for (const content of contentsOf(session)) {
      const known = holders.get(content) ?? [];
      if (known.length <= MOST_SHARING)
        for (const other of known) counts.set(other, (counts.get(other) ?? 0) + 1);
    }
    for (const [other, shared] of counts) common.push({ one, other, shared });
  }
  // Of those with equally much in common, such as all of them, the order tells.
  common.sort((x, y) => y.shared - x.shared || x.one - y.one || x.other - y.other);
  const [takenA, takenB] = [new Set<number>(), new Set<number>()];
  const pairs: [SideSession, SideSession][] = [];
  for (const { one, other } of common) {
    if (takenA.has(one) || takenB.has(other)) continue;
    takenA.add(one);
    takenB.add(other);
    pairs.push([a[one], b[other]]);
  }
  return pairs;
}

/** Each once; those of the client are not those of the server. */
function contentsOf({ messages }: SideSession): Set<number> {
  const of = (list: readonly SideMessage[], side: number) => list.map(({ content }) => 2 * content + side);
  return new Set([...of(messages.client, 0), ...of(messages.server, 1)]);
}
