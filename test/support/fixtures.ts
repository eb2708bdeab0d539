/**
 * The recorded captures under fixtures/ and what the applications logged while they were recorded.
 */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Frame } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import { opcodeName } from '../../src/websocket/opcode.js';
import type { Session, SessionSummary } from '../../src/websocket/session-record.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const fixturesRoot = `${root}fixtures/`;

/** A message or a control frame. */
export interface ExpectedMessage {
  readonly opcode: string;
  readonly length: number;
  readonly payload?: string;
  readonly payloadBase64?: string;
  readonly sha256?: string;
}

export interface ExpectedFrame extends ExpectedMessage {
  readonly fin: boolean;
}

export interface ExpectedSession {
  /** Empty where it was not captured. */
  readonly path: string;
  readonly host: string;
  /** Null where the answer was not captured, or not whole. */
  readonly status: number | null;
  readonly subprotocol: string | null;
  readonly clientFrames?: readonly ExpectedFrame[];
  readonly serverFrames?: readonly ExpectedFrame[];
  /** In the place of frames, where the applications logged messages, without control frames. */
  readonly clientMessages?: readonly ExpectedMessage[];
  readonly serverMessages?: readonly ExpectedMessage[];
}

export interface Fixture {
  readonly name: string;
  /** Each entry is one recording of the same traffic: a file, or the files of a ring buffer. */
  readonly recordings: readonly (readonly string[])[];
  readonly sessions: readonly ExpectedSession[];
}

/** What is checked by tests of its own. */
const OTHERS = ['derived', 'conformance', 'lossy-network'];

/** All cases that have an expected.json with frames. */
export const fixtures: readonly Fixture[] = readdirSync(fixturesRoot)
  .filter((name) => !OTHERS.includes(name) && existsSync(`${fixturesRoot}${name}/expected.json`))
  .map((name) => ({ name, ...load(`${fixturesRoot}${name}/`) }));

function load(folder: string): Omit<Fixture, 'name'> {
  const { sessions } = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8'));
  const files = readdirSync(folder).filter((file) => /\.pcap(ng)?$/.test(file));
  const ring = files.filter((file) => file.startsWith('cap_')).sort();
  const single = files.filter((file) => !file.startsWith('cap_'));
  const recordings = single.map((file) => [folder + file]);
  return {
    sessions,
    recordings: ring.length > 0 ? [ring.map((file) => folder + file), ...recordings] : recordings,
  };
}

/** A frame in the form of expected.json. */
export function asExpected({ fin, opcode, length, payload }: Frame): ExpectedFrame {
  return { fin, ...describeContent(opcodeName(opcode), length, payload) };
}

function describeContent(opcode: string, length: number, content: Uint8Array): ExpectedMessage {
  if (content.length > 200)
    return { opcode, length, sha256: createHash('sha256').update(content).digest('hex') };
  if (isUtf8(content) && opcode !== 'close')
    return { opcode, length, payload: Buffer.from(content).toString('utf8') };
  return { opcode, length, payloadBase64: Buffer.from(content).toString('base64') };
}

/** What a dissection came to, in the form of expected.json; sessions in the order of their connections. */
export function asSessions(
  summaries: readonly SessionSummary[],
  frames: readonly Frame[],
): ExpectedSession[] {
  const of = (session: Session, sender: string) =>
    frames.filter((f) => f.session.number === session.number && f.sender === sender).map(asExpected);
  return inOrder(summaries).map((session) => ({
    ...describeHandshake(session),
    clientFrames: of(session, 'client'),
    serverFrames: of(session, 'server'),
  }));
}

/** The same where the applications logged messages. */
export function asMessageSessions(
  summaries: readonly SessionSummary[],
  messages: readonly Message[],
): ExpectedSession[] {
  const of = (session: Session, from: string) =>
    messages
      .filter((m) => m.session.number === session.number && m.sender === from && m.opcode < 8)
      .map(({ opcode, length, content }) => describeContent(opcodeName(opcode), length, content));
  return inOrder(summaries).map((session) => ({
    ...describeHandshake(session),
    clientMessages: of(session, 'client'),
    serverMessages: of(session, 'server'),
  }));
}

function inOrder(summaries: readonly SessionSummary[]): Session[] {
  return summaries
    .map(({ session }) => session)
    .sort((a, b) => a.connection - b.connection || a.number - b.number);
}

function describeHandshake(session: Session) {
  const { path, host, handshake } = session;
  const { status = null, subprotocol = null } = handshake ?? {};
  return { path: path ?? '', host: host ?? '', status, subprotocol };
}

/** expected.json with each small payload as bytes decide: text where valid UTF-8, else base64. */
export function normalise(session: ExpectedSession): ExpectedSession {
  const { path, host, status, subprotocol, clientMessages, serverMessages } = session;
  const handshake = { path, host, status, subprotocol };
  if (clientMessages !== undefined && serverMessages !== undefined)
    return {
      ...handshake,
      clientMessages: clientMessages.map(normaliseContent),
      serverMessages: serverMessages.map(normaliseContent),
    };
  const fix = (frame: ExpectedFrame) => ({ fin: frame.fin, ...normaliseContent(frame) });
  return {
    ...handshake,
    clientFrames: (session.clientFrames ?? []).map(fix),
    serverFrames: (session.serverFrames ?? []).map(fix),
  };
}

function normaliseContent({
  opcode,
  length,
  payload,
  payloadBase64,
  sha256,
}: ExpectedMessage): ExpectedMessage {
  if (sha256 !== undefined) return { opcode, length, sha256 };
  const bytes = payload === undefined ? Buffer.from(payloadBase64 ?? '', 'base64') : Buffer.from(payload);
  return describeContent(opcode, length, bytes);
}
