/**
 * The derived captures under fixtures/derived/, and what their script computed that they come to.
 */
import { readFileSync } from 'node:fs';
import type { Frame } from '../../src/websocket/frame-record.js';
import type { SessionSummary } from '../../src/websocket/session-record.js';
import { asSessions, type ExpectedFrame, type ExpectedSession, fixturesRoot, normalise } from './fixtures.js';

export const derivedRoot = `${fixturesRoot}derived/`;

/** A frame that lost something has the last three. */
export interface DerivedFrame extends ExpectedFrame {
  readonly complete?: false;
  /** Offset and length of each range of missing payload octets. */
  readonly missing?: readonly (readonly [number, number])[];
  readonly truncated?: true;
}

export interface DerivedSession extends ExpectedSession {
  readonly clientFrames: readonly DerivedFrame[];
  readonly serverFrames: readonly DerivedFrame[];
}

export interface DerivedCase {
  /** The names of its files, in the order in which they are given. */
  readonly name: string;
  readonly what: string;
  readonly files: readonly string[];
  readonly sessions: readonly DerivedSession[];
  /** The distinct codes, sorted. */
  readonly defects: readonly string[];
  readonly truncated: boolean;
  /** `seconds.nanoseconds` of each frame, in the order of the frames. */
  readonly times?: readonly string[];
}

interface Entry extends Omit<DerivedCase, 'name' | 'files' | 'sessions'> {
  /** The recording that it was made from. */
  readonly from: string;
  readonly expect: 'same' | { readonly sessions: readonly DerivedSession[] };
}

const entries: Record<string, Entry> = JSON.parse(readFileSync(`${derivedRoot}expected.json`, 'utf8'));

export const derivedCases: readonly DerivedCase[] = Object.entries(entries).map(([name, entry]) => {
  const { from, expect, ...rest } = entry;
  const { sessions } =
    expect === 'same' ? JSON.parse(readFileSync(`${fixturesRoot}${from}/expected.json`, 'utf8')) : expect;
  return { ...rest, name, files: name.split(' '), sessions: sessions.map(normaliseDerived) };
});

/** As normalise, but keeps what a frame lost. */
function normaliseDerived(session: DerivedSession): DerivedSession {
  const normal = normalise(session);
  const keep = (frames: readonly ExpectedFrame[] = [], originals: readonly DerivedFrame[]) =>
    frames.map((frame, index) => ({ ...frame, ...lossOf(originals[index]) }));
  const clientFrames = keep(normal.clientFrames, session.clientFrames);
  const serverFrames = keep(normal.serverFrames, session.serverFrames);
  return { ...normal, clientFrames, serverFrames };
}

function lossOf({ complete, missing, truncated }: DerivedFrame): Partial<DerivedFrame> {
  if (complete !== false) return {};
  return { complete, ...(missing && { missing }), ...(truncated && { truncated }) };
}

/** What a dissection came to, in the form of expected.json; sessions in the order of their connections. */
export function asDerivedSessions(
  summaries: readonly SessionSummary[],
  frames: readonly Frame[],
): DerivedSession[] {
  const order = [...summaries].sort(
    (a, b) => a.session.connection - b.session.connection || a.session.number - b.session.number,
  );
  return order.map((summary) => {
    const [session] = asSessions([summary], frames);
    const own = frames.filter((frame) => frame.session.number === summary.session.number);
    const marked = (seen: readonly ExpectedFrame[] = [], sender: string) => {
      const sent = own.filter((frame) => frame.sender === sender);
      return seen.map((frame, index) => ({ ...frame, ...lossSeen(sent[index]) }));
    };
    const clientFrames = marked(session.clientFrames, 'client');
    const serverFrames = marked(session.serverFrames, 'server');
    return { ...session, clientFrames, serverFrames };
  });
}

function lossSeen({ complete, missing, truncated }: Frame): Partial<DerivedFrame> {
  if (complete && missing.length === 0 && !truncated) return {};
  const ranges = missing.map(({ offset, length }) => [offset, length] as const);
  return { ...(complete ? {} : { complete }), missing: ranges, ...(truncated && { truncated }) };
}

/** Whether pcap-parser reads the file: classic pcap with microseconds, in either byte order. */
export function isClassic(file: string): boolean {
  const magic = readFileSync(derivedRoot + file).readUInt32BE(0);
  return magic === 0xa1b2c3d4 || magic === 0xd4c3b2a1;
}
