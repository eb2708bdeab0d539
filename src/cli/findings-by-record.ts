/**
 * Findings until the records that they are about are listed: by session, and in it by frame.
 *
 * Strategy: a finding about a frame comes right behind it. Of a session all are kept until it is over, but no more
 * than so many, since a peer may break a rule with every frame.
 */
import type { RecordKind, Records } from '../filter/index.js';
import type { Finding } from '../rules/finding.js';

/** Of a session; of older ones behind it only those that are not about frames are asked for, when it is over. */
const MAX_KEPT = 4096;
const NONE: readonly Finding[] = [];

export class FindingsByRecord {
  private readonly sessions = new Map<number, Finding[]>();

  add(finding: Finding): void {
    const { number } = finding.session;
    const own = this.sessions.get(number);
    if (own === undefined) this.sessions.set(number, [finding]);
    else if (own.length < MAX_KEPT || own.every(({ rule }) => rule !== finding.rule)) own.push(finding);
    else {
      // Of a rule that is known to be broken a newer case may still be asked for.
      own.splice(
        own.findIndex(({ rule }) => rule === finding.rule),
        1,
      );
      own.push(finding);
    }
  }

  of(record: Records[RecordKind]): readonly Finding[] {
    if ('rule' in record) return [record];
    const own = this.sessions.get(record.session.number) ?? NONE;
    if (own.length === 0 || 'ended' in record) return own;
    if ('content' in record)
      return own.filter(({ frame }) => frame !== undefined && record.frames.includes(frame));
    return own.filter(({ frame }) => frame === record.number);
  }

  forget(session: number): void {
    this.sessions.delete(session);
  }
}
