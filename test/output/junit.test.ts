/**
 * The JUnit XML is loaded with junit2json, a real consumer, which parses it with xml2js.
 */
import { createRequire } from 'node:module';
import type { Builder } from 'junit-report-builder';
import { parse, type TestSuite, type TestSuites } from 'junit2json';
import { describe, expect, it } from 'vitest';
import { sessionTitle } from '../../src/output/finding-text.js';
import { writeJunit } from '../../src/output/junit.js';
import type { Finding } from '../../src/rules/finding.js';
import type { Severity } from '../../src/rules/rule.js';
import type { SessionSummary } from '../../src/websocket/session-record.js';
import {
  collect,
  hostileTexts,
  MemoryWriter,
  makeFinding,
  makeSession,
  makeSummary,
  UNSAFE,
} from './samples.js';

function xmlOf(
  findings: readonly Finding[],
  sessions: readonly SessionSummary[],
  failOn: Severity = 'error',
): string {
  const writer = new MemoryWriter();
  writeJunit(writer, collect(findings, sessions).sessions(), failOn);
  return writer.text;
}

async function load(...args: Parameters<typeof xmlOf>): Promise<TestSuite> {
  const suites = (await parse(xmlOf(...args))) as TestSuites;
  expect(suites.testsuite).toHaveLength(1);
  const [suite] = suites.testsuite!;
  const { tests, failures, errors } = suites;
  expect({ tests, failures, errors }).toEqual({
    tests: suite.tests,
    failures: suite.failures,
    errors: suite.errors,
  });
  return suite;
}

const first = makeSummary();
const second = makeSummary({}, { number: 2, request: { target: '/other' } });
const refused = makeSummary({ end: undefined }, { number: 3, request: undefined });
const unmasked = makeFinding();
const zero = makeFinding({ rule: 'masking-key-zero', frame: 4, packet: 13, message: 'masked with zeros' });
const note = makeFinding({
  rule: 'close-code-changed',
  breaker: 'server',
  session: second.session,
  frame: undefined,
  packet: 20,
  message: 'the code is another',
});

const UNMASKED =
  'error: unmasked-client-frame by the client, frame 3, packet 12: the frame with 5 bytes of payload is not masked (RFC 6455 §5.1)';
const ZERO = 'warning: masking-key-zero by the client, frame 4, packet 13: masked with zeros (RFC 6455 §5.3)';
const NOTE = 'note: close-code-changed by the server, packet 20: the code is another (RFC 6455 §5.5.1)';

describe('the test suite', () => {
  it('has a test case per session, by number', async () => {
    const suite = await load([], [refused, second, first]);
    expect(suite).toMatchObject({ name: 'wsdissect check', tests: 3, failures: 0, errors: 0, skipped: 0 });
    expect(suite.testcase).toEqual([
      { classname: 'wsdissect.session', name: 'Session 1: 10.0.0.1:40000 → 10.0.0.2:80 /chat', time: 2.5 },
      { classname: 'wsdissect.session', name: 'Session 2: 10.0.0.1:40000 → 10.0.0.2:80 /other', time: 2.5 },
      { classname: 'wsdissect.session', name: 'Session 3: 10.0.0.1:40000 → 10.0.0.2:80', time: 2.5 },
    ]);
  });

  it('without sessions is empty, and loads', async () => {
    expect(await load([], [])).toMatchObject({ tests: 0, failures: 0, errors: 0 });
  });

  it.each([
    ['error', 1, [UNMASKED], undefined],
    ['warning', 1, [UNMASKED, ZERO], undefined],
    ['note', 2, [UNMASKED, ZERO], [NOTE]],
  ] as const)('--fail-on %s: %i sessions fail', async (failOn, failures, ofFirst, ofSecond) => {
    const suite = await load([zero, note, unmasked], [first, second, refused], failOn);
    expect(suite).toMatchObject({ tests: 3, failures, errors: 0 });
    const [one, two, three] = suite.testcase!;
    expect(one.failure).toHaveLength(1);
    expect(one.failure![0].inner!.split('\n')).toEqual(ofFirst);
    expect(one['system-out']).toEqual(failOn === 'error' ? [ZERO] : undefined);
    expect(two.failure?.map(({ inner }) => inner!.split('\n'))).toEqual(ofSecond && [ofSecond]);
    expect(two['system-out']).toEqual(ofSecond === undefined ? [NOTE] : undefined);
    expect(three.failure).toBeUndefined();
  });

  it('names a failure after the worst finding', async () => {
    const failureOf = async (findings: Finding[]) =>
      (await load(findings, [first], 'note')).testcase![0].failure![0];
    expect(await failureOf([unmasked])).toMatchObject({ type: 'unmasked-client-frame', message: UNMASKED });
    expect(await failureOf([zero, unmasked, zero])).toMatchObject({
      type: 'unmasked-client-frame',
      message: `${UNMASKED}, and 2 more`,
    });
  });

  it('keeps every finding of a session', async () => {
    const findings = Array.from({ length: 300 }, (_, i) => makeFinding({ packet: i + 1 }));
    const suite = await load(findings, [first]);
    expect(suite.testcase![0].failure![0].inner!.split('\n')).toHaveLength(300);
  });

  it('of many sessions with findings takes linear time', () => {
    const sessions = Array.from({ length: 3000 }, (_, i) => makeSummary({}, { number: i + 1 }));
    const findings = sessions.flatMap(({ session }) => [makeFinding({ session }), makeFinding({ session })]);
    const start = performance.now();
    expect(xmlOf(findings, sessions)).toContain('failures="3000"');
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});

const junitReport = createRequire(import.meta.url)('junit-report-builder') as Builder;

/** The document as the builder makes it of all at once. */
function builtOf(findings: readonly Finding[], sessions: readonly SessionSummary[]): string {
  const builder = junitReport.newBuilder();
  const suite = builder.testSuite().name('wsdissect check');
  for (const { session, seconds, findings: own } of collect(findings, sessions).sessions()) {
    const test = suite.testCase().className('wsdissect.session').name(sessionTitle(session)).time(seconds);
    if (own.length > 0) test.failure(UNMASKED, 'unmasked-client-frame').stacktrace(UNMASKED);
  }
  return `${builder.build()}\n`;
}

describe('the sheets', () => {
  it.each([0, 1, 499, 500, 501, 1200])('of %i sessions make the same document as one', (count) => {
    const sessions = Array.from({ length: count }, (_, i) => makeSummary({}, { number: i + 1 }));
    const findings = sessions.filter((_, i) => i % 3 === 0).map(({ session }) => makeFinding({ session }));
    expect(xmlOf(findings, sessions)).toBe(builtOf(findings, sessions));
  });
});

describe('hostile text', () => {
  const worse: readonly [string, string][] = [
    ['ends of CDATA', ']]> ]]>]]>x'],
    ['markup', '</failure><testcase name="forged"/><![CDATA['],
    ['entities', '&lt;&#0;&xxe; "\''],
    ['what XML cannot hold', 'a\ufffe\uffff\0\x0bb'],
    ['lone surrogates at the ends', '\udc00 x \ud800'],
    ['an emoji', '🩷 é'],
  ];

  it.each([...hostileTexts, ...worse])('stays well-formed and harmless: %s', async (_name, message) => {
    for (const failOn of ['error', 'warning'] as const) {
      const hostile = makeFinding({ rule: 'masking-key-zero', message });
      const xml = xmlOf([hostile, hostile], [first], failOn);
      expect(xml.replaceAll('\n', '')).not.toMatch(UNSAFE);
      const suite = await load([hostile, hostile], [first], failOn);
      expect(suite).toMatchObject({ tests: 1, failures: failOn === 'error' ? 0 : 1 });
      const [test] = suite.testcase!;
      expect(test.name).toBe('Session 1: 10.0.0.1:40000 → 10.0.0.2:80 /chat');
      const text = failOn === 'error' ? test['system-out']![0] : test.failure![0].inner!;
      expect(text.split('\n')).toHaveLength(2);
    }
  });

  it('is all text, behind several ends of CDATA, too', async () => {
    const hostile = makeFinding({ message: ']]> a ]]><forged/> b ]]>' });
    for (const failOn of ['error', 'note'] as const) {
      const note = { ...hostile, severity: 'note' } as const;
      const [test] = (await load([note], [first], failOn)).testcase!;
      const text = failOn === 'error' ? test['system-out']![0] : test.failure![0].inner;
      expect(text).toBe(
        'note: unmasked-client-frame by the client, frame 3, packet 12: ]] > a ]] ><forged/> b ]] > (RFC 6455 §5.1)',
      );
    }
  });

  it('in a path, too', async () => {
    for (const [, text] of [...hostileTexts, ...worse]) {
      const session = makeSession({ request: { target: `/${text.replace(/[\s\p{C}]/gu, '')}` } });
      const suite = await load([], [makeSummary({ session })]);
      expect(suite.testcase).toHaveLength(1);
      expect(suite.testcase![0].name).not.toMatch(UNSAFE);
    }
  });
});
