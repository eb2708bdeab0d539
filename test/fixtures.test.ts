/**
 * Each recorded capture gives exactly the frames that its applications logged.
 */
import { describe, expect, it } from 'vitest';
import { runDissection } from '../src/dissect.js';
import type { Defect } from '../src/stream/defect.js';
import type { Frame } from '../src/websocket/frame-record.js';
import type { SessionSummary } from '../src/websocket/session.js';
import { asSessions, fixtures, normalise } from './support/fixtures.js';

async function dissectAll(files: readonly string[], reader: 'own' | 'pcap-parser') {
  const frames: Frame[] = [];
  const summaries: SessionSummary[] = [];
  const defects: Defect[] = [];
  await runDissection(
    files,
    {
      frame: (frame) => void frames.push(frame),
      sessionClosed: (summary) => void summaries.push(summary),
      defect: (defect) => void defects.push(defect),
    },
    { reader },
  );
  return { frames, summaries, defects };
}

describe.each(fixtures)('$name', ({ name, recordings, sessions }) => {
  it.each(recordings.map((files) => [files.map((file) => file.split('/').pop()).join(' '), files] as const))(
    '%s',
    async (_label, files) => {
      const readers = files[0].endsWith('.pcap') ? (['own', 'pcap-parser'] as const) : (['own'] as const);
      for (const reader of readers) {
        const { frames, summaries, defects } = await dissectAll(files, reader);
        expect(defects).toEqual([]);
        expect(frames.every((frame) => frame.complete && frame.pieces.length > 0)).toBe(true);
        expect(frames.every((frame) => frame.masked === (frame.sender === 'client'))).toBe(true);
        const seen = asSessions(summaries, frames);
        if (name === 'deflate') continue; // its applications logged messages
        expect(seen).toEqual(sessions.map(normalise));
      }
    },
  );
});
