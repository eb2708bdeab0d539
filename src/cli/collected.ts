/**
 * The findings of a run, until they can be told: the worst come first.
 *
 * Strategy: per session, rule and severity only so many are kept and the rest is counted, so that a peer that
 * breaks a rule with every frame costs no memory. By severity, since what is only a note somewhere, behind a
 * loss, must not crowd out an error. Of the session only that is kept which findings are told with: its handshake
 * takes kilobytes.
 */
import { groupFindings, type SessionFindings } from '../output/finding-text.js';
import type { Finding } from '../rules/finding.js';
import type { Severity } from '../rules/rule.js';
import { type Session, withoutHandshake } from '../websocket/session-record.js';

/** What is known of a session that is under way, and its findings kept, by rule and severity. */
interface KeptOfSession {
  readonly session: Session;
  readonly counts: Map<string, number>;
}

export class Collected {
  private readonly findings: Finding[] = [];
  readonly counts: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
  omitted = 0;
  private readonly kept = new Map<number, KeptOfSession>();

  constructor(private readonly most: number) {}

  add(finding: Finding): void {
    this.counts[finding.severity]++;
    const { session, rule, severity } = finding;
    let own = this.kept.get(session.number);
    if (own === undefined) {
      own = { session: withoutHandshake(session), counts: new Map() };
      this.kept.set(session.number, own);
    }
    const key = `${rule.id} ${severity}`;
    const count = own.counts.get(key) ?? 0;
    own.counts.set(key, count + 1);
    if (count < this.most) this.findings.push({ ...finding, session: own.session });
    else this.omitted++;
  }

  /** There are no more findings of the session. */
  closed({ number }: Session): void {
    this.kept.delete(number);
  }

  /** The worst sessions first, and in them the worst findings. */
  groups(): SessionFindings[] {
    return groupFindings(this.findings);
  }

  /** The same without the sessions. */
  ordered(): Finding[] {
    return this.groups().flatMap(({ findings }) => findings);
  }
}
