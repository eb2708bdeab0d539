/**
 * A sample, made in memory and dissected: what lessons and quizzes tell of.
 */
import { type DissectionSummary, runDissection } from '../dissect.js';
import type { Finding } from '../rules/finding.js';
import { sampleCapture } from '../sample/play.js';
import { findSample } from '../sample/samples.js';
import type { Script } from '../sample/script.js';
import type { Defect } from '../stream/defect.js';
import type { Timestamp } from '../stream/place.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Handshake } from '../websocket/handshake.js';
import type { Message } from '../websocket/message-record.js';
import type { SessionSummary } from '../websocket/session-record.js';

export class Seen {
  readonly frames: Frame[] = [];
  readonly messages: Message[] = [];
  readonly findings: Finding[] = [];
  readonly sessions: SessionSummary[] = [];
  readonly defects: Defect[] = [];
  /** Time of the first packet. */
  start: Timestamp = { seconds: 0, nanoseconds: 0 };
  summary!: DissectionSummary;

  /** By its number; throws Error for one that there is not. */
  frame(number: number): Frame {
    return known(
      this.frames.find((frame) => frame.number === number),
      `frame ${number}`,
    );
  }

  /** By its number; throws Error for one that there is not. */
  message(number: number): Message {
    return known(
      this.messages.find((message) => message.number === number),
      `message ${number}`,
    );
  }

  /** Of the first session. */
  get handshake(): Handshake {
    return known(this.sessions[0]?.session.handshake, 'handshake');
  }

  /** The first one; throws Error where there is none. */
  get finding(): Finding {
    return known(this.findings[0], 'finding');
  }
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`the sample has no ${what}`);
  return found;
}

/** By the name of a scenario; throws Error for one that there is not. */
export async function seeScenario(name: string): Promise<Seen> {
  return seeScript(known(findSample(name)?.script, name));
}

export async function seeScript(script: Script): Promise<Seen> {
  const seen = new Seen();
  seen.summary = await runDissection(sampleCapture(script), {
    opened: (dissector) => {
      seen.start = dissector.start;
    },
    frame: (frame) => void seen.frames.push(frame),
    message: (message) => void seen.messages.push(message),
    finding: (finding) => void seen.findings.push(finding),
    sessionClosed: (summary) => void seen.sessions.push(summary),
    defect: (defect) => void seen.defects.push(defect),
  });
  return seen;
}

/** Scenarios of a lesson, each of them dissected once. */
export class SeenSamples {
  private readonly seen = new Map<string, Promise<Seen>>();

  of(name: string): Promise<Seen> {
    const known = this.seen.get(name) ?? seeScenario(name);
    this.seen.set(name, known);
    return known;
  }
}
