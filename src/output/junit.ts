/**
 * Findings as JUnit XML, for CI servers: a test case per session, which fails if a finding of it reaches the
 * severity asked for. What does not is told in its output.
 */
import { createRequire } from 'node:module';
import type { Builder, TestCase } from 'junit-report-builder';
import { visible } from '../bytes/visible.js';
import { SEVERITIES, type Severity } from '../rules/rule.js';
import { placeOf, type SessionFindings, sessionTitle, type ToldFinding } from './finding-text.js';
import type { TextWriter } from './writer.js';

// Its types promise a default export that its CommonJS module does not have.
const junit = createRequire(import.meta.url)('junit-report-builder') as Builder;

/** What a test case tells of a session. */
export interface JudgedSession extends SessionFindings {
  /** From its first byte to its end. */
  readonly seconds: number;
}

/** Test cases made at a time: the builder keeps kilobytes of each. */
const SHEET = 500;
const FIRST_CASE = '    <testcase';
const END = '  </testsuite>';

/** Sessions in the order of their numbers; they are gone through twice, since the totals come first. */
export function writeJunit(writer: TextWriter, sessions: Iterable<JudgedSession>, failOn: Severity): void {
  let tests = 0;
  let failures = 0;
  for (const { findings } of sessions) {
    tests++;
    if (findings.some((finding) => fails(finding, failOn))) failures++;
  }
  const empty = sheetOf([], failOn);
  if (tests === 0) {
    writer.write(`${empty}\n`);
    return;
  }
  const head = empty
    .replaceAll('tests="0" failures="0"', `tests="${tests}" failures="${failures}"`)
    .replace('/>', '>');
  writer.write(head.slice(0, head.lastIndexOf('</testsuites>')));
  let sheet: JudgedSession[] = [];
  const flush = () => {
    const text = sheetOf(sheet, failOn);
    writer.write(text.slice(text.indexOf(FIRST_CASE), text.lastIndexOf(END)));
    sheet = [];
  };
  for (const session of sessions) if (sheet.push(session) === SHEET) flush();
  if (sheet.length > 0) flush();
  writer.write(`${END}\n</testsuites>\n`);
}

/** A document of these only. */
function sheetOf(sessions: readonly JudgedSession[], failOn: Severity): string {
  const builder = junit.newBuilder();
  const suite = builder.testSuite().name('wsdissect check');
  for (const { session, seconds, findings } of sessions) {
    const test = suite.testCase().className('wsdissect.session').name(sessionTitle(session)).time(seconds);
    addFindings(test, findings, failOn);
  }
  return builder.build();
}

/** Whether the finding reaches the severity asked for. */
function fails({ severity }: ToldFinding, failOn: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
}

/** A test case has one failure: it is named after the worst finding, and its text has them all. */
function addFindings(test: TestCase, findings: readonly ToldFinding[], failOn: Severity): void {
  const failing = findings.filter((finding) => fails(finding, failOn));
  const rest = findings.filter((finding) => !fails(finding, failOn));
  if (failing.length > 0) {
    const more = failing.length === 1 ? '' : `, and ${failing.length - 1} more`;
    test.failure(`${describe(failing[0])}${more}`, failing[0].rule.id).stacktrace(linesOf(failing));
  }
  if (rest.length > 0) test.standardOutput(linesOf(rest));
}

function describe(finding: ToldFinding): string {
  const { severity, rule, breaker, message } = finding;
  return visible(
    `${severity}: ${rule.id} by the ${breaker}, ${placeOf(finding)}: ${message} (${rule.section})`,
  );
}

/** Text for a CDATA section; the builder takes care of only the first of several that would end it. */
function linesOf(findings: readonly ToldFinding[]): string {
  return findings.map(describe).join('\n').replaceAll(']]>', ']] >');
}
