/**
 * The conformance corpus (fixtures/conformance): in each of its connections the rules find exactly what a peer
 * broke on purpose and what the real peers made of it, and nothing in the clean ones.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { runDissection } from '../src/dissect.js';
import { rules } from '../src/rules/index.js';
import { fixturesRoot } from './support/fixtures.js';
import { casesOf } from './support/tls-recordings.js';

interface Planted {
  readonly rule: string;
  readonly breaker: string;
  readonly count?: number;
}

interface Connection {
  readonly path: string;
  readonly class: string;
  readonly findings: readonly Planted[];
  readonly consequences: readonly Planted[];
}

const folder = `${fixturesRoot}conformance/`;
const { connections } = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8')) as {
  connections: Connection[];
};

/** `rule breaker` as often as expected, sorted. */
const listed = (planted: readonly Planted[]): string[] =>
  planted.flatMap(({ rule, breaker, count = 1 }) => Array<string>(count).fill(`${rule} ${breaker}`)).sort();

const found = new Map<string, string[]>();

beforeAll(async () => {
  await runDissection(`${folder}capture.pcap.gz`, {
    sessionOpened: ({ handshake }) => void found.set(handshake!.target!, []),
    finding({ rule, breaker, session }) {
      const path = session.handshake!.target!;
      found.set(path, [...(found.get(path) ?? []), `${rule.id} ${breaker}`].sort());
    },
  });
});

describe.each([...new Set(connections.map((connection) => connection.class))])('%s', (name) => {
  it('each connection has the findings that were planted, and no others', () => {
    const wrong = connections
      .filter((connection) => connection.class === name)
      .map(({ path, findings, consequences }) => ({
        path,
        expected: listed([...findings, ...consequences]),
        found: found.get(path) ?? [],
      }))
      .filter((one) => one.expected.join() !== one.found.join());
    expect(wrong).toEqual([]);
  });
});

it('breaks every rule at least once, with what fixtures/h2c-faults breaks of HTTP/2', () => {
  const overH2 = casesOf('h2c-faults').flatMap(({ recorded }) => recorded.flatMap(({ breaks }) => breaks!));
  const broken = new Set(
    [...connections.flatMap(({ findings }) => findings), ...overH2].map(({ rule }) => rule),
  );
  expect(rules.map(({ id }) => id).filter((id) => !broken.has(id))).toEqual([]);
});
