/**
 * Findings as JUnit XML, for CI servers: a test case per session, which fails if a finding of it reaches the
 * severity asked for. What does not is told in its output.
 */
import { createRequire } from 'node:module';
import type { Builder, TestCase } from 'junit-report-builder';
import { visible } from '../bytes/visible.js';
import type { Finding } from '../rules/finding.js';
import { SEVERITIES, type Severity } from '../rules/rule.js';
import type { SessionSummary } from '../websocket/session-record.js';
import { groupFindings, placeOf, sessionTitle } from './finding-text.js';
import { secondsBetween } from './time.js';
import type { TextWriter } from './writer.js';

// Its types promise a default export that its CommonJS module does not have.
const junit = createRequire(import.meta.url)('junit-report-builder') as Builder;

/** What a test case tells of a session. */
export type JudgedSession = Pick<SessionSummary, 'session' | 'ended'>;

export function writeJunit(
  writer: TextWriter,
  findings: readonly Finding[],
  sessions: readonly JudgedSession[],
  failOn: Severity,
): void {
  const builder = junit.newBuilder();
  const suite = builder.testSuite().name('wsdissect check');
  const groups = new Map(groupFindings(findings).map((group) => [group.session.number, group.findings]));
  for (const { session, ended } of [...sessions].sort((a, b) => a.session.number - b.session.number)) {
    const test = suite
      .testCase()
      .className('wsdissect.session')
      .name(sessionTitle(session))
      .time(secondsBetween(session.opened, ended));
    addFindings(test, groups.get(session.number) ?? [], failOn);
  }
  writer.write(`${builder.build()}\n`);
}

/** A test case has one failure: it is named after the worst finding, and its text has them all. */
function addFindings(test: TestCase, findings: readonly Finding[], failOn: Severity): void {
  const least = SEVERITIES.indexOf(failOn);
  const fails = ({ severity }: Finding): boolean => SEVERITIES.indexOf(severity) <= least;
  const failing = findings.filter(fails);
  const rest = findings.filter((finding) => !fails(finding));
  if (failing.length > 0) {
    const more = failing.length === 1 ? '' : `, and ${failing.length - 1} more`;
    test.failure(`${describe(failing[0])}${more}`, failing[0].rule.id).stacktrace(linesOf(failing));
  }
  if (rest.length > 0) test.standardOutput(linesOf(rest));
}

function describe(finding: Finding): string {
  const { severity, rule, breaker, message } = finding;
  return visible(
    `${severity}: ${rule.id} by the ${breaker}, ${placeOf(finding)}: ${message} (${rule.section})`,
  );
}

/** Text for a CDATA section; the builder takes care of only the first of several that would end it. */
function linesOf(findings: readonly Finding[]): string {
  return findings.map(describe).join('\n').replaceAll(']]>', ']] >');
}
