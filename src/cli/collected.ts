/**
 * The findings of a run, until they can be told: the worst come first.
 *
 * Strategy: per session, rule and severity only so many are kept and the rest is counted, so that a peer that
 * breaks a rule with every frame costs no memory. By severity, since what is only a note somewhere, behind a
 * loss, must not crowd out an error. Once a session is over, its findings become a record of some forty octets, and
 * objects again when they are told: where half a million sessions have one each, all is said in order, and none is
 * left out.
 */
import { RecordReader, RecordWriter } from '../bytes/records.js';
import { byWorst, type SessionFindings, type SessionName, type ToldFinding } from '../output/finding-text.js';
import type { JudgedSession } from '../output/junit.js';
import type { Finding } from '../rules/finding.js';
import { type Rule, SEVERITIES, type Severity } from '../rules/rule.js';
import { secondsBetween } from '../stream/place.js';
import type { SessionSummary } from '../websocket/session-record.js';

/** Of a session that is under way. */
interface Open {
  readonly session: SessionName;
  readonly findings: ToldFinding[];
  /** How many there were, by rule and severity. */
  readonly counts: Map<string, number>;
}

/** Rank of a session without findings. */
const UNHURT = SEVERITIES.length;

export class Collected {
  readonly counts: Record<Severity, number> = { error: 0, warning: 0, note: 0 };
  omitted = 0;
  /** Sessions with findings. */
  hurt = 0;
  private readonly open = new Map<number, Open>();
  private readonly records = new RecordWriter();
  /** Of each session that is kept, its number, the rank of its worst finding, and where its record is. */
  private readonly kept: number[] = [];
  private readonly rules: Rule[] = [];
  private readonly ruleNumbers = new Map<Rule, number>();

  /** `all`: sessions without findings are to be listed, too. */
  constructor(
    private readonly most: number,
    private readonly all = false,
  ) {}

  add(finding: Finding): void {
    this.counts[finding.severity]++;
    const { session, rule, severity } = finding;
    let own = this.open.get(session.number);
    if (own === undefined) {
      const { number, client, server, path } = session;
      own = { session: { number, client, server, path }, findings: [], counts: new Map() };
      this.open.set(session.number, own);
    }
    const key = `${rule.id} ${severity}`;
    const count = own.counts.get(key) ?? 0;
    own.counts.set(key, count + 1);
    if (count < this.most) own.findings.push({ ...finding, session: own.session });
    else this.omitted++;
  }

  /** There are no more findings of the session. */
  closed({ session, ended }: Pick<SessionSummary, 'session' | 'ended'>): void {
    const own = this.open.get(session.number);
    this.open.delete(session.number);
    if (own !== undefined || this.all)
      this.keep(session, own?.findings ?? [], secondsBetween(session.opened, ended));
  }

  /** Memory that the records take. */
  get bytes(): number {
    return this.records.size + 8 * this.kept.length;
  }

  /** The worst sessions first, and in them the worst findings. */
  groups(): Iterable<SessionFindings> {
    return this.each((a, b) => this.rankAt(a) - this.rankAt(b) || this.numberAt(a) - this.numberAt(b), false);
  }

  /** The same without the sessions. */
  *ordered(): Generator<ToldFinding> {
    for (const { findings } of this.groups()) yield* findings;
  }

  /** All sessions, by number. */
  sessions(): Iterable<JudgedSession> {
    return this.each((a, b) => this.numberAt(a) - this.numberAt(b), true);
  }

  private keep(session: SessionName, findings: ToldFinding[], seconds: number): void {
    const { records } = this;
    findings.sort(byWorst);
    if (findings.length > 0) this.hurt++;
    records.whole(session.number);
    records.text(session.client);
    records.sharedText(session.server);
    records.sharedText(session.path);
    records.double(seconds);
    records.whole(findings.length);
    for (const finding of findings) this.write(finding);
    const rank = findings.length === 0 ? UNHURT : SEVERITIES.indexOf(findings[0].severity);
    this.kept.push(session.number * (UNHURT + 1) + rank, records.end());
  }

  private write({
    rule,
    severity,
    breaker,
    frame,
    packet,
    timestamp,
    streamOffset,
    message,
  }: ToldFinding): void {
    const { records } = this;
    records.whole(this.numberOf(rule));
    records.whole(SEVERITIES.indexOf(severity) * 2 + (breaker === 'client' ? 0 : 1));
    records.whole(frame);
    records.whole(packet);
    records.double(timestamp.seconds);
    records.whole(timestamp.nanoseconds);
    records.whole(streamOffset);
    records.sharedText(message);
  }

  private numberOf(rule: Rule): number {
    let number = this.ruleNumbers.get(rule);
    if (number === undefined) {
      number = this.rules.push(rule) - 1;
      this.ruleNumbers.set(rule, number);
    }
    return number;
  }

  private numberAt(index: number): number {
    return Math.floor(this.kept[2 * index] / (UNHURT + 1));
  }

  private rankAt(index: number): number {
    return this.kept[2 * index] % (UNHURT + 1);
  }

  /** Reads the sessions in an order, anew for each iteration. */
  private each(order: (a: number, b: number) => number, unhurt: boolean): Iterable<JudgedSession> {
    const { kept, records } = this;
    const indexes = Uint32Array.from({ length: kept.length / 2 }, (_, index) => index).sort(order);
    const read = (place: number) => this.read(new RecordReader(records), place);
    const rankAt = (index: number) => this.rankAt(index);
    return {
      *[Symbol.iterator]() {
        for (const index of indexes) if (unhurt || rankAt(index) < UNHURT) yield read(kept[2 * index + 1]);
      },
    };
  }

  private read(reader: RecordReader, place: number): JudgedSession {
    reader.at(place);
    const number = reader.whole()!;
    const client = reader.text()!;
    const server = reader.text()!;
    const session: SessionName = { number, client, server, path: reader.text() };
    const seconds = reader.double();
    const findings = Array.from({ length: reader.whole()! }, () => this.readFinding(reader, session));
    return { session, seconds, findings };
  }

  private readFinding(reader: RecordReader, session: SessionName): ToldFinding {
    const rule = this.rules[reader.whole()!];
    const verdict = reader.whole()!;
    return {
      rule,
      severity: SEVERITIES[verdict >> 1],
      breaker: verdict % 2 === 0 ? 'client' : 'server',
      session,
      frame: reader.whole(),
      packet: reader.whole()!,
      timestamp: { seconds: reader.double(), nanoseconds: reader.whole()! },
      streamOffset: reader.whole(),
      message: reader.text()!,
    };
  }
}
