/**
 * Findings until the records that they are about are listed: by session, and in it by frame.
 *
 * Strategy: a finding about a frame comes right behind it, or when its message ends: so those about the last frames with
 * any are kept. Of a session one of each kind is kept until it is over: a peer may break a rule with every frame.
 */
import type { FindingFacts } from '../filter/field.js';
import type { RecordKind, Records } from '../filter/index.js';
import type { Finding } from '../rules/finding.js';
import { secondsBetween } from '../stream/place.js';

/** Frames of a session about which something was found. */
const MAX_FRAMES = 4096;
const NONE: readonly Finding[] = [];

interface OfSession {
  readonly kinds: Map<string, Finding>;
  /** In the order in which frames were first found to break something. */
  readonly byFrame: Map<number, Finding[]>;
}

export class FindingsByRecord {
  private readonly sessions = new Map<number, OfSession>();

  add(finding: Finding): void {
    const { kinds, byFrame } = this.own(finding.session.number);
    const { frame, rule, severity } = finding;
    kinds.set(`${rule.id} ${severity}`, finding);
    if (frame === undefined) return;
    const known = byFrame.get(frame);
    if (known !== undefined) known.push(finding);
    else {
      byFrame.set(frame, [finding]);
      if (byFrame.size > MAX_FRAMES) byFrame.delete(byFrame.keys().next().value!);
    }
  }

  of(record: Records[RecordKind]): readonly FindingFacts[] {
    if ('rule' in record) return [record];
    const own = this.sessions.get(record.session.number);
    if (own === undefined) return NONE;
    if ('ended' in record) return [...own.kinds.values()];
    if ('content' in record) return record.frames.flatMap((frame) => own.byFrame.get(frame) ?? NONE);
    return own.byFrame.get(record.number) ?? NONE;
  }

  /** All that is known about a frame; of one before the answer (RFC 6455 §4.1) also what was found of its session for it. */
  ofFrame({ session, number, sender, firstTimestamp }: Records['frame']): readonly Finding[] {
    const own = this.sessions.get(session.number);
    if (own === undefined) return NONE;
    const found = own.byFrame.get(number) ?? NONE;
    const isEarly = sender === 'client' && secondsBetween(firstTimestamp, session.answered) > 0;
    return isEarly
      ? [...found, ...[...own.kinds.values()].filter(({ rule }) => rule.id === 'early-frames')]
      : found;
  }

  forget(session: number): void {
    this.sessions.delete(session);
  }

  private own(session: number): OfSession {
    let own = this.sessions.get(session);
    if (own === undefined) {
      own = { kinds: new Map(), byFrame: new Map() };
      this.sessions.set(session, own);
    }
    return own;
  }
}
