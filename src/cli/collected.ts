/**
 * The findings of a run, until they can be told: the worst come first.
 *
 * Strategy: per session, rule and severity only so many are kept and the rest is counted, so that a peer that
 * breaks a rule with every frame costs no memory. By severity, since what is only a note somewhere, behind a
 * loss, must not crowd out an error.
 */
import { groupFindings, type SessionFindings } from '../output/finding-text.js';
import type { Finding } from '../rules/finding.js';
import type { Severity } from '../rules/rule.js';

export class Collected {
  private readonly findings: Finding[] = [];
  readonly counts: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
  omitted = 0;
  private readonly kept = new Map<string, number>();

  constructor(private readonly most: number) {}

  add(finding: Finding): void {
    this.counts[finding.severity]++;
    const key = `${finding.session.number} ${finding.rule.id} ${finding.severity}`;
    const kept = this.kept.get(key) ?? 0;
    this.kept.set(key, kept + 1);
    if (kept < this.most) this.findings.push(finding);
    else this.omitted++;
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
