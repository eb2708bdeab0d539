/**
 * What the page counts of a session is what `wsdissect stats --per-session` says of it.
 */
import { describe, expect, it } from 'vitest';
import type { StatisticsFacts } from '../../src/page/app/statistics-facts.js';
import { wsdissect } from '../support/cli.js';
import { collect } from './collected.js';

const { signal } = new AbortController();

function perSession(capture: string): readonly { readonly session: number }[] {
  const { status, stdout } = wsdissect(['stats', '-q', '-T', 'json', '--per-session', capture]);
  expect(status).toBe(0);
  return JSON.parse(stdout).perSession;
}

/** Pings that were. */
function answered(facts: unknown): number {
  const { client, server } = (facts as StatisticsFacts).pings;
  return client.count + server.count;
}

describe('the statistics of each session', () => {
  it.each([
    'many-sessions/capture.pcap',
    'deflate/capture.pcap',
    'ws-echo/capture.pcap',
    'python-websockets/capture.pcap',
    'messages-chromium/capture.pcap.gz',
    'conformance/capture.pcap.gz',
  ])('are those of the command: %s', async (name) => {
    const capture = `fixtures/${name}`;
    const { source } = await collect([capture]);
    const told = perSession(capture).slice(0, 12);
    expect(told.length).toBeGreaterThan(0);
    for (const facts of told)
      expect(await source.statistics(facts.session, signal)).toEqual({ facts, warnings: [] });
  });

  it('are not of one that is not there, nor for nobody', async () => {
    const { source } = await collect(['fixtures/ws-echo/capture.pcap']);
    expect(await source.statistics(source.sessions.count + 1, signal)).toBeUndefined();
    expect(await source.statistics(0, signal)).toBeUndefined();
    expect(await source.statistics(1, AbortSignal.abort())).toBeUndefined();
  });

  it('say that the report left out messages', async () => {
    const { source, index, limits } = await collect(['fixtures/conformance/capture.pcap.gz'], {
      maxReport: 20_000,
    });
    expect([limits, index.overview.leftOut]).toEqual([['report-limit'], true]);
    expect((await source.statistics(1, signal))!.warnings).toEqual([
      'the report left out messages for its size: only those that it has are counted',
    ]);
  });

  it('pair no Ping of which the page has only the beginning', async () => {
    const capture = 'fixtures/python-websockets/capture.pcap';
    const { source } = await collect([capture], { maxPagePayload: 1 });
    const { facts } = (await source.statistics(1, signal))!;
    const [whole] = perSession(capture);
    expect(answered(whole)).toBeGreaterThan(0);
    expect(answered(facts)).toBe(0);
  });
});
