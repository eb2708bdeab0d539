/**
 * Runs a conversation through the real SessionDecoder and RuleEngine and says what the rules found.
 *
 * A script is a list of steps: `['client', frame]` sends a frame (encodeFrame's description, or raw bytes),
 * `['client', 'gap', 10]` loses bytes, `['client', 'fin' | 'reset' | 'capture-end']` ends a direction,
 * `['at', 2.5]` sets the time in seconds; `['crossing', step]`: what it sends crosses the step before it. Else all
 * that was sent has arrived. Each step is a packet of its own; time goes on by a millisecond a step.
 */
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { RuleEngine } from '../../src/rules/engine.js';
import type { Finding } from '../../src/rules/finding.js';
import { rules as allRules } from '../../src/rules/index.js';
import type { Rule } from '../../src/rules/rule.js';
import { Place } from '../../src/stream/place.js';
import type { StreamEnd } from '../../src/stream/stream-sink.js';
import { encodeFrame, type FrameFields } from '../../src/websocket/frame-encode.js';
import type { Sender } from '../../src/websocket/frame-record.js';
import { PayloadBudget } from '../../src/websocket/payload-budget.js';
import { WindowBudget } from '../../src/websocket/segment-window.js';
import { SessionDecoder } from '../../src/websocket/session.js';
import type { Session } from '../../src/websocket/session-record.js';
import { makeSession, type SessionOptions } from '../websocket/recorder.js';

export type Sent =
  | readonly [Sender, FrameFields | Uint8Array]
  | readonly [Sender, 'gap', number]
  | readonly [Sender, StreamEnd];

export type Step = Sent | readonly ['at', number] | readonly ['crossing', Sent];

export interface Script extends SessionOptions {
  readonly steps?: readonly Step[];
  readonly rules?: readonly Rule[];
  /** Replaces facts of the session: `{ handshake: undefined }` begins in the middle. */
  readonly session?: Partial<Session>;
  /** Which directions are ended as at the end of the capture if the steps do not end them (default: both). */
  readonly leaveOpen?: boolean;
}

/** A finding as `rule breaker #frame: message`, its most telling parts. */
export interface Found {
  readonly rule: string;
  readonly breaker: Sender;
  readonly severity: string;
  readonly frame: number | undefined;
  readonly packet: number;
  readonly message: string;
}

export function findingsOf(script: Script): Found[] {
  return runScript(script).map(({ rule, breaker, severity, frame, packet, message }) => ({
    rule: rule.id,
    breaker,
    severity,
    frame,
    packet,
    message,
  }));
}

/** Only which rules were broken by whom, in order: `['ping-unanswered server']`. */
export function brokenBy(script: Script): string[] {
  return runScript(script).map(({ rule, breaker }) => `${rule.id} ${breaker}`);
}

export function runScript(script: Script): Finding[] {
  const findings: Finding[] = [];
  const place = new Place();
  place.seconds = 1_700_000_000;
  const engine = new RuleEngine({
    rules: script.rules ?? allRules,
    place,
    finding: (finding) => findings.push(finding),
  });
  const session: Session = { ...makeSession(script), ...script.session };
  let frames = 0;
  const decoder = new SessionDecoder(
    session,
    {
      place,
      payloadLimit: 1e6,
      limits: { ...DEFAULT_LIMITS, maxPayload: 1e6, maxMessage: 1e6 },
      windowBudget: new WindowBudget(),
      payloadBudget: new PayloadBudget(),
      nextFrameNumber: () => ++frames,
    },
    { observer: engine.observe(session), closed() {}, defect() {} },
  );
  const ended = new Set<Sender>();
  /** TCP sequence numbers behind what each has sent, and before the last step. */
  const sent = { client: 1_000, server: 2_000 };
  const before = { ...sent };
  for (const one of script.steps ?? []) {
    place.packet++;
    if (one[0] === 'at') {
      setTime(place, one[1]);
      continue;
    }
    const step: Sent = one[0] === 'crossing' ? one[1] : one;
    const peer = step[0] === 'client' ? 'server' : 'client';
    place.acknowledgement = (one[0] === 'crossing' ? before : sent)[peer];
    Object.assign(before, sent);
    place.nanoseconds += 1e6;
    const [sender, what] = step;
    const sink = decoder[sender];
    if (what === 'gap') {
      sink.gap(step[2] as number);
      sent[sender] += step[2] as number;
    } else if (typeof what === 'string') {
      ended.add(sender);
      sink.end(what as StreamEnd);
    } else {
      const bytes = what instanceof Uint8Array ? what : encodeFrame(what);
      place.sequence = sent[sender];
      sent[sender] += bytes.length;
      sink.bytes(bytes, 0, bytes.length);
    }
  }
  if (script.leaveOpen !== true)
    for (const sender of ['client', 'server'] as const)
      if (!ended.has(sender)) decoder[sender].end('capture-end');
  return findings;
}

function setTime(place: Place, seconds: number): void {
  place.seconds = 1_700_000_000 + Math.floor(seconds);
  place.nanoseconds = Math.round((seconds % 1) * 1e9);
}
