/**
 * A run of the whole library over one input, written down: whole or in blocks, with frames and messages listed or not.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { runDissection } from '../../src/dissect.js';
import type { Dissector, DissectorOptions } from '../../src/dissector.js';
import type { Finding } from '../../src/rules/finding.js';
import type { Defect } from '../../src/stream/defect.js';
import { CaptureError } from '../../src/stream/defect.js';
import { KeyLogParser } from '../../src/tls/key-log.js';
import { SecretStore } from '../../src/tls/secrets.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import type { Session, SessionSummary } from '../../src/websocket/session-record.js';
import { fixturesRoot } from '../support/fixtures.js';
import type { Random } from './random.js';

/** Those of all recordings, so that what is in their TLS is read. Anew for each run, which may add to them. */
function recordedSecrets(): SecretStore {
  const secrets = new SecretStore();
  for (const keyLog of KEY_LOGS) {
    const parser = new KeyLogParser(secrets);
    parser.push(keyLog);
    parser.end();
  }
  return secrets;
}

const KEY_LOGS = readdirSync(fixturesRoot)
  .map((folder) => `${fixturesRoot}${folder}/keys.log`)
  .filter((file) => existsSync(file))
  .map((file) => readFileSync(file));

export interface Transcript {
  readonly frames: Frame[];
  readonly messages: Message[];
  readonly findings: Finding[];
  readonly opened: Session[];
  readonly closed: SessionSummary[];
  readonly defects: Defect[];
  readonly packets: number;
  readonly frameCount: number;
  readonly dissector: Dissector | undefined;
  /** Why the input is unusable. */
  readonly refusal: string | undefined;
}

export interface Listing {
  readonly frames?: boolean;
  readonly messages?: boolean;
}

export type Blocks = Uint8Array | AsyncIterable<Uint8Array>;

/** Throws what is no CaptureError. */
export async function transcribe(
  input: Blocks,
  listing: Listing,
  more: DissectorOptions = {},
): Promise<Transcript> {
  const frames: Frame[] = [];
  const messages: Message[] = [];
  const findings: Finding[] = [];
  const opened: Session[] = [];
  const closed: SessionSummary[] = [];
  const defects: Defect[] = [];
  let dissector: Dissector | undefined;
  let refusal: string | undefined;
  const summary = await runDissection(
    input,
    {
      opened: (given) => {
        dissector = given;
      },
      ...(listing.frames && { frame: (frame) => void frames.push(frame) }),
      ...(listing.messages && { message: (message) => void messages.push(message) }),
      finding: (finding) => void findings.push(finding),
      sessionOpened: (session) => void opened.push(session),
      sessionClosed: (summary) => void closed.push(summary),
      defect: (defect) => void defects.push(defect),
    },
    { secrets: recordedSecrets(), ...more },
  ).catch((error) => {
    if (!(error instanceof CaptureError)) throw error;
    // The words may go by what is in the first block.
    refusal = error.code;
    return undefined;
  });
  const { packets = 0, frames: frameCount = 0 } = summary ?? {};
  return { frames, messages, findings, opened, closed, defects, packets, frameCount, dissector, refusal };
}

/** Each block in a buffer of its own, as a pipe gives them. */
export async function* inBlocks(bytes: Uint8Array, random: Random): AsyncGenerator<Uint8Array> {
  // Byte by byte where it does not take too long.
  const longest = random.pick(bytes.length < 4000 ? [1, 2, 16, 300] : [100, 300, 5000]);
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + random.below(longest));
    yield bytes.slice(at, end);
    at = end;
  }
}

/** What must not depend on how the input was read and what was listed. */
export function verdicts({ findings, closed, defects, frameCount, packets, refusal }: Transcript) {
  return {
    refusal,
    packets,
    frameCount,
    findings: findings.map(
      ({ rule, severity, breaker, session, frame, packet, timestamp, streamOffset, message }) => [
        ...[rule.id, severity, breaker, session.number, frame, packet],
        ...[timestamp, streamOffset, message],
      ],
    ),
    sessions: closed
      .map(({ session: { number, connection, path, confidence, opened }, ...summary }) => ({
        ...{ number, connection, path, confidence, opened },
        ...summary,
      }))
      .sort((a, b) => a.number - b.number),
    defects: defects.filter(({ code }) => !OF_LISTS.has(code) && !UNPACKING.has(code)),
    // A block is unpacked before its packets are read: at which packet that is noticed depends on the block.
    unpacking:
      refusal === undefined &&
      defects.filter(({ code }) => UNPACKING.has(code)).map(({ message }) => message),
  };
}

/** Defects that tell of what is lacking in a list. */
const OF_LISTS = new Set(
  'late-message message-limit fragments-limit payload-limit segments-limit ranges-limit'.split(' '),
);
const UNPACKING = new Set(['corrupt-compression']);
