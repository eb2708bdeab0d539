/**
 * Each capture derived from a recorded one gives exactly the frames that its script computed, and no other
 * defects than those; and the captures on disk are those that the script makes.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runDissection } from '../src/dissect.js';
import type { Defect } from '../src/stream/defect.js';
import type { Frame } from '../src/websocket/frame-record.js';
import type { SessionSummary } from '../src/websocket/session-record.js';
import {
  asDerivedSessions,
  type DerivedCase,
  derivedCases,
  derivedRoot,
  isClassic,
} from './support/derived.js';

/** Everything that a case says, as it was found. */
async function dissectCase({ files, times }: DerivedCase, reader: 'own' | 'pcap-parser') {
  const frames: Frame[] = [];
  const summaries: SessionSummary[] = [];
  const defects: Defect[] = [];
  const { capture } = await runDissection(
    files.map((file) => derivedRoot + file),
    {
      frame: (frame) => void frames.push(frame),
      sessionClosed: (summary) => void summaries.push(summary),
      defect: (defect) => void defects.push(defect),
    },
    { reader },
  );
  return {
    sessions: asDerivedSessions(summaries, frames),
    defects: [...new Set(defects.map(({ code }) => code))].sort(),
    truncated: capture.truncated,
    ...(times && { times: frames.map(timeOf) }),
  };
}

function timeOf({ timestamp: { seconds, nanoseconds } }: Frame): string {
  return `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
}

function expectationOf({ sessions, defects, truncated, times }: DerivedCase) {
  return { sessions, defects, truncated, ...(times && { times }) };
}

const classic = derivedCases.filter(({ files }) => files.every(isClassic));

describe('derived captures', () => {
  it.each(derivedCases)('$name: $what', async (derived) => {
    expect(await dissectCase(derived, 'own')).toEqual(expectationOf(derived));
  });

  it.each(classic)('$name through pcap-parser', async (derived) => {
    expect(await dissectCase(derived, 'pcap-parser')).toEqual(expectationOf(derived));
  });

  it('are all told of in expected.json', () => {
    const onDisk = readdirSync(derivedRoot).filter(
      (file) => !/\.mjs$|^README\.md$|^expected\.json$/.test(file),
    );
    expect(derivedCases.flatMap(({ files }) => files).sort()).toEqual(onDisk.sort());
  });

  it('are what the script makes of the recordings', () => {
    const check = () =>
      execFileSync(process.execPath, [`${derivedRoot}derive.mjs`, '--check'], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
    expect(check).not.toThrow();
  });
});
