/**
 * What is found of a session, and shows in its frames: the client did not wait for the answer (RFC 6455 §4.1), and its frames
 * before that are what it ought not to have sent.
 */
import type { Finding } from '../rules/finding.js';
import { secondsBetween } from '../stream/place.js';
import type { Frame } from '../websocket/frame-record.js';

export class EarlyFrames {
  private readonly bySession = new Map<number, Finding>();

  add(finding: Finding): void {
    if (finding.rule.id === 'early-frames') this.bySession.set(finding.session.number, finding);
  }

  of({ session, sender, firstTimestamp }: Frame): readonly Finding[] {
    const finding = this.bySession.get(session.number);
    const isEarly = sender === 'client' && secondsBetween(firstTimestamp, session.answered) > 0;
    return finding === undefined || !isEarly ? [] : [finding];
  }

  forget(session: number): void {
    this.bySession.delete(session);
  }
}
