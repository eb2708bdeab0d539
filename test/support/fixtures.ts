/**
 * The recorded captures under fixtures/ and what the applications logged while they were recorded.
 */

import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Frame } from '../../src/websocket/frame-record.js';
import { opcodeName } from '../../src/websocket/opcode.js';
import type { SessionSummary } from '../../src/websocket/session.js';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const fixturesRoot = `${root}fixtures/`;

export interface ExpectedFrame {
  readonly fin: boolean;
  readonly opcode: string;
  readonly length: number;
  readonly payload?: string;
  readonly payloadBase64?: string;
  readonly sha256?: string;
}

export interface ExpectedSession {
  readonly path: string;
  readonly host: string;
  readonly status: number;
  readonly subprotocol: string | null;
  readonly clientFrames?: readonly ExpectedFrame[];
  readonly serverFrames?: readonly ExpectedFrame[];
}

export interface Fixture {
  readonly name: string;
  /** Each entry is one recording of the same traffic: a file, or the files of a ring buffer. */
  readonly recordings: readonly (readonly string[])[];
  readonly sessions: readonly ExpectedSession[];
}

/** All cases that have an expected.json with frames. */
export const fixtures: readonly Fixture[] = readdirSync(fixturesRoot)
  .filter((name) => name !== 'derived' && existsSync(`${fixturesRoot}${name}/expected.json`))
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
export function asExpected(frame: Frame): ExpectedFrame {
  const { fin, length, payload } = frame;
  const opcode = opcodeName(frame.opcode);
  if (payload.length > 200)
    return { fin, opcode, length, sha256: createHash('sha256').update(payload).digest('hex') };
  if (isUtf8(payload) && opcode !== 'close')
    return { fin, opcode, length, payload: Buffer.from(payload).toString('utf8') };
  return { fin, opcode, length, payloadBase64: Buffer.from(payload).toString('base64') };
}

/** What a dissection came to, in the form of expected.json; sessions in the order of their connections. */
export function asSessions(
  summaries: readonly SessionSummary[],
  frames: readonly Frame[],
): ExpectedSession[] {
  const order = [...summaries].sort(
    (a, b) => a.session.connection - b.session.connection || a.session.number - b.session.number,
  );
  return order.map(({ session }) => {
    const of = (sender: string) =>
      frames.filter((f) => f.session.number === session.number && f.sender === sender).map(asExpected);
    const { target, host, status, subprotocol } = session.handshake;
    return {
      path: target ?? '',
      host: host ?? '',
      status,
      subprotocol: subprotocol ?? null,
      clientFrames: of('client'),
      serverFrames: of('server'),
    };
  });
}

/** expected.json with each small payload as bytes decide: text where valid UTF-8, else base64. */
export function normalise(session: ExpectedSession): ExpectedSession {
  const { path, host, status, subprotocol } = session;
  const fix = (frame: ExpectedFrame): ExpectedFrame => {
    const { fin, opcode, length, sha256 } = frame;
    if (sha256 !== undefined) return { fin, opcode, length, sha256 };
    const bytes =
      frame.payload === undefined
        ? Buffer.from(frame.payloadBase64 ?? '', 'base64')
        : Buffer.from(frame.payload);
    return isUtf8(bytes) && opcode !== 'close'
      ? { fin, opcode, length, payload: bytes.toString('utf8') }
      : { fin, opcode, length, payloadBase64: bytes.toString('base64') };
  };
  return {
    path,
    host,
    status,
    subprotocol,
    clientFrames: (session.clientFrames ?? []).map(fix),
    serverFrames: (session.serverFrames ?? []).map(fix),
  };
}
