/**
 * Plain messages take a way of their own where nothing is listed: what is found out must be the same as where each
 * frame is decoded and each message made.
 */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runDissection } from '../src/dissect.js';
import type { Finding } from '../src/rules/finding.js';
import type { SessionSummary } from '../src/websocket/session.js';
import { fixtures, fixturesRoot } from './support/fixtures.js';

const derived = readdirSync(`${fixturesRoot}derived`).filter((name) => /\.pcap(ng)?$/.test(name));
const captures: readonly (readonly string[])[] = [
  ...fixtures.map(({ recordings }) => recordings[0]),
  ...derived.map((name) => [`${fixturesRoot}derived/${name}`]),
  [`${fixturesRoot}conformance/capture.pcap.gz`],
  [`${fixturesRoot}lossy-network/client.pcap.gz`],
];

async function found(capture: readonly string[], listed: boolean) {
  const findings: Finding[] = [];
  const closed: SessionSummary[] = [];
  const defects: string[] = [];
  const { frames } = await runDissection(capture, {
    finding: (finding) => findings.push(finding),
    sessionClosed: (summary) => closed.push(summary),
    defect: ({ code, message, packet }) => defects.push(`${packet} ${code} ${message}`),
    ...(listed ? { message() {} } : {}),
  });
  const told = findings.map(
    ({ rule, severity, breaker, session, frame, packet, timestamp, streamOffset, message }) =>
      [rule.id, severity, breaker, session.number, frame, packet, timestamp, streamOffset, message].join(),
  );
  const ends = closed.map(({ session: { number }, ...summary }) => ({ number, ...summary }));
  return { frames, told, ends: ends.sort((a, b) => a.number - b.number), defects };
}

describe('the same is found whether messages are listed or not', () => {
  it.each(captures.map((capture) => ({ capture, name: capture[0].slice(fixturesRoot.length) })))(
    '$name',
    async ({ capture }) => {
      expect(await found(capture, false)).toEqual(await found(capture, true));
    },
  );
});
