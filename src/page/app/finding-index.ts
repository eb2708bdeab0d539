/**
 * Findings by the frame that they are about, so that lists can mark it and its details tell them.
 *
 * Strategy: read once, in the background, as many as can be looked through; further ones are in the list of findings only.
 */
import { signal } from '@preact/signals';
import type { Finding } from '../../rules/finding.js';
import { SEVERITIES, type Severity } from '../../rules/rule.js';
import type { Table } from '../source.js';
import { allRows, foundRows, type Rows } from './rows.js';

const MOST = 50_000;
const PORTION = 1000;

export class FindingIndex {
  /** Counts up as more are known. */
  readonly version = signal(0);
  readonly counts: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
  private readonly byFrame = new Map<number, Finding[]>();
  private readonly bySession = new Map<number, Severity>();
  /** Of each row. */
  private readonly severities: Severity[] = [];
  private readonly sessions: number[] = [];
  /** Number of the frame; 0 where it is about none. */
  private readonly frames: number[] = [];

  /** All are known. */
  readonly whole: Promise<void>;

  constructor(private readonly table: Table<Finding>) {
    this.whole = this.read();
  }

  private async read(): Promise<void> {
    const count = Math.min(this.table.count, MOST);
    for (let from = 0; from < count; from += PORTION) {
      for (const finding of await this.table.read(from, Math.min(PORTION, count - from))) this.add(finding);
      this.version.value++;
    }
  }

  of(frame: number): readonly Finding[] {
    return this.version.value === 0 ? [] : (this.byFrame.get(frame) ?? []);
  }

  /** Worst of a frame. */
  severity(frame: number): Severity | undefined {
    const severities = this.of(frame).map(({ severity }) => severity);
    return SEVERITIES.find((severity) => severities.includes(severity));
  }

  /** Worst of a session. */
  severityOfSession(session: number): Severity | undefined {
    return this.version.value === 0 ? undefined : this.bySession.get(session);
  }

  /** Rows of the table that are of this session (undefined: of any), as bad as one of these, and about one of these frames. */
  rows(session: number | undefined, severities: readonly Severity[], frames: Rows | undefined): Rows {
    const isAll = session === undefined && severities.length === SEVERITIES.length && frames === undefined;
    if (isAll || this.version.value === 0) return allRows(this.table.count);
    const found: number[] = [];
    for (const [row, severity] of this.severities.entries())
      if (
        (session === undefined || this.sessions[row] === session) &&
        severities.includes(severity) &&
        (frames === undefined || frames.has(this.frames[row] - 1))
      )
        found.push(row);
    return foundRows(found);
  }

  private add(finding: Finding): void {
    const { frame, session, severity } = finding;
    this.counts[severity]++;
    this.severities.push(severity);
    this.sessions.push(session.number);
    this.frames.push(frame ?? 0);
    const known = this.bySession.get(session.number);
    if (known === undefined || SEVERITIES.indexOf(severity) < SEVERITIES.indexOf(known))
      this.bySession.set(session.number, severity);
    if (frame === undefined) return;
    const list = this.byFrame.get(frame);
    if (list === undefined) this.byFrame.set(frame, [finding]);
    else list.push(finding);
  }
}
