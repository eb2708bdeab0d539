/**
 * `wsdissect check` as a user, and a CI server, sees it. Which rule finds what is tested with the rules; here
 * a recorded server that breaks some, and a conformance run that breaks all of them, are told in each format.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, type TestSuites } from 'junit2json';
import { afterAll, describe, expect, it } from 'vitest';
import { width } from '../../src/output/width.js';
import { rules } from '../../src/rules/index.js';
import { UNSAFE } from '../output/samples.js';
import { type Ran, shell, wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';
import { sarifErrors } from '../support/sarif.js';
import { hasProgram } from '../support/tshark.js';
import { onTerminal } from './helpers.js';

const capture = (name: string) => `${fixturesRoot}${name}/capture.pcap`;
const hello = capture('ws-hello');
const tutorial = capture('tutorial-server');
const conformance = `${fixturesRoot}conformance/capture.pcap.gz`;
const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs are remembered: several tests look at the same one. */
const runs = new Map<string, Ran>();
function check(...args: string[]): Ran {
  const key = args.join('\0');
  const ran = runs.get(key) ?? wsdissect(['check', ...args]);
  runs.set(key, ran);
  return ran;
}
/** The tutorial server echoes binary as text, and a Close as text. */
const faulty = ['--rule', 'invalid-utf8', '--rule', 'close-answered-by-data', tutorial];

const FAULTS = `\
Session 1: 127.0.0.1:59136 → 127.0.0.1:9005 /close-as-text
  error    invalid-utf8               server  frame 6, packet 13, 0.012709: the text message is not UTF-8 at offset 10 (ff); a receiver can know it after 11 of 22 bytes (RFC 6455 §5.6)
  error    invalid-utf8               server  frame 16, packet 23, 0.029308: the text message is not UTF-8 at offset 11 (e8 62); a receiver can know it after 13 of 15 bytes (RFC 6455 §5.6)
`;
const utf8 = ['--rule', 'invalid-utf8', tutorial];

interface Told {
  readonly rule: string;
  readonly severity: 'error' | 'warning' | 'note';
  readonly session: number;
  readonly frame: number | null;
  readonly packet: number;
  readonly message: string;
}

const objects = (...args: string[]): Told[] =>
  check('-T', 'ndjson', ...args)
    .stdout.split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

describe('-T text', () => {
  it('is the default off a terminal, in whatever way the capture is given', () => {
    const expected = { status: 3, stdout: `${FAULTS}2 errors in 1 of 2 sessions\n`, stderr: '' };
    for (const args of [
      utf8,
      ['-T', 'text', ...utf8],
      ['--rule', 'invalid-utf8', '-r', tutorial],
      ['--reader', 'pcap-parser', ...utf8],
    ])
      expect(check(...args), args.join(' ')).toEqual(expected);
    expect(shell(`cat ${tutorial} | wsdissect check --rule invalid-utf8 -`)).toEqual(expected);
  });

  it('says so when there is nothing to find', () => {
    expect(check(hello)).toEqual({ status: 0, stdout: 'no findings in 1 session\n', stderr: '' });
    expect(shell(`head -c 24 ${hello} | wsdissect check -`).stdout).toBe('no findings in 0 sessions\n');
  });

  it('names who answers a Close by a data frame', () => {
    const line = check(...faulty)
      .stdout.split('\n')
      .find((text) => text.includes('close-answered-by-data'));
    expect(line).toMatch(
      /^ {2}error {4}close-answered-by-data {5}server {2}frame 16, packet \d+, [\d.]+: .* \(RFC 6455 §5\.5\.1\)$/,
    );
  });

  it('has the worst sessions first, and in them the worst findings', () => {
    const { stdout } = check('-q', conformance);
    const rank = { error: 0, warning: 1, note: 2 };
    let previous = [0, 0];
    let worst: number | undefined;
    let session = 0;
    for (const line of stdout.split('\n').slice(0, -2)) {
      const title = /^Session (\d+): /.exec(line);
      if (title !== null) {
        session = Number(title[1]);
        worst = undefined;
        continue;
      }
      const severity = rank[/^ {2}(\w+) /.exec(line)![1] as keyof typeof rank];
      if (worst === undefined) {
        expect([severity, session] > previous || severity > previous[0] || session > previous[1]).toBe(true);
        previous = [severity, session];
      } else expect(severity).toBeGreaterThanOrEqual(worst);
      worst = severity;
    }
  });

  it.each([
    ['epoch', '1795246372.027584'],
    ['utc', '2026-11-21 07:32:52.027584Z'],
  ])('-t %s', (format, time) => {
    expect(check('-t', format, ...utf8).stdout).toContain(` packet 13, ${time}: the text`);
  });
});

describe('exit code', () => {
  const warnings = ['--rule', 'masking-key-predictable', capture('nginx-proxy')];
  const notes = ['--rule', 'client-closed-tcp-first', capture('ipv6')];

  it.each([
    ['no findings', [hello], [0, 0, 0]],
    ['errors', utf8, [3, 3, 3]],
    ['warnings', warnings, [0, 3, 3]],
    ['notes', notes, [0, 0, 3]],
  ])('%s, with --fail-on error, warning, note', (_name, args, expected) => {
    const statuses = ['error', 'warning', 'note'].map(
      (severity) => check('--fail-on', severity, ...args).status,
    );
    expect(statuses).toEqual(expected);
    expect(check(...args).status).toBe(expected[0]);
  });

  it.each(['table', 'text', 'json', 'ndjson', 'sarif', 'junit'])('is the same with -T %s', (format) => {
    expect(check('-T', format, ...utf8).status).toBe(3);
    expect(check('-T', format, hello)).toMatchObject({ status: 0, stderr: '' });
  });

  it('2 for input that is cut off or unusable, findings or not', () => {
    const path = join(folder, 'cut.pcap');
    const whole = readFileSync(tutorial);
    writeFileSync(path, whole.subarray(0, whole.length - 10));
    const ran = check('--rule', 'invalid-utf8', path);
    expect(ran.status).toBe(2);
    expect(ran.stdout).toBe(`${FAULTS}2 errors in 1 of 2 sessions\n`);
    expect(ran.stderr).toMatch(/\[truncated-capture\]\n$/);
    expect(check(join(folder, 'none'))).toMatchObject({ status: 2, stdout: '' });
  });

  it.each([
    [
      'an unknown rule',
      ['--rule', 'xyzzy', hello],
      /^wsdissect: there is no rule "xyzzy" \(wsdissect rules lists them\)\n$/,
    ],
    [
      'a mistyped rule',
      ['--rule', 'unmaskd-client-frame', hello],
      /^wsdissect: there is no rule "unmaskd-client-frame"; did you mean unmasked-client-frame\? \(/,
    ],
    ['a rule that escapes', ['--rule', '\x1b]0;x\x07', hello], /there is no rule "\\x1b\]0;x\\x07" \(/],
    [
      'an unknown severity',
      ['--fail-on', 'fatal', hello],
      /'fatal' is invalid. Allowed choices are error, warning, note/,
    ],
    [
      'an unknown format',
      ['-T', 'xml', hello],
      /'xml' is invalid. Allowed choices are table, text, json, ndjson, sarif, junit/,
    ],
    ['findings of nothing', ['--max-findings', '0', hello], /whole number greater than 0/],
    ['an option of messages', ['-c', '3', hello], /unknown option '-c'/],
    ['a mistyped option', ['--failon', 'error', hello], /\(Did you mean --fail-on\?\)$/m],
    ['no capture', [], /^wsdissect: no capture given/],
  ] as [string, string[], RegExp][])('1 for %s', (_name, args, message) => {
    const ran = check(...args);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).not.toMatch(/\n\s+at /);
    expect(ran.stderr).not.toContain('\x1b');
  });
});

describe('--rule', () => {
  it('judges by that rule only, each of them once', () => {
    const all = objects(tutorial);
    const only = (...ids: string[]) => objects(...ids.flatMap((id) => ['--rule', id]), tutorial);
    expect(only('invalid-utf8')).toEqual(all.filter(({ rule }) => rule === 'invalid-utf8'));
    expect(only('invalid-utf8', 'invalid-utf8')).toEqual(only('invalid-utf8'));
    const both = ['close-answered-by-data', 'invalid-utf8'];
    expect(only(...both)).toEqual(all.filter(({ rule }) => both.includes(rule)));
    expect(only('accept')).toEqual([]);
  });
});

describe('--max-findings', () => {
  const [first] = FAULTS.split('\n  error    invalid-utf8               server  frame 16');

  it('lists so many of a rule and session, and counts the rest', () => {
    expect(check('--max-findings', '1', ...utf8)).toEqual({
      status: 3,
      stdout: `${first}\n1 more finding is not listed (--max-findings)\n2 errors in 1 of 2 sessions\n`,
      stderr: '',
    });
    const { stdout } = check('-T', 'table', '--max-findings', '1', ...utf8);
    expect(stdout).toMatch(
      /\n1 more finding is not listed \(--max-findings\)\n2 errors in 1 of 2 sessions\n$/,
    );
  });

  it.each(['json', 'ndjson', 'sarif', 'junit'])('says so on standard error with -T %s', (format) => {
    const warning = 'wsdissect: warning: 1 more finding is not listed (--max-findings)\n';
    const ran = check('-T', format, '--max-findings', '1', ...utf8);
    expect(ran).toMatchObject({ status: 3, stderr: warning });
    expect(check('-T', format, '-q', '--max-findings', '1', ...utf8)).toEqual({ ...ran, stderr: '' });
    expect(check('-T', format, '--max-findings', '2', ...utf8).stderr).toBe('');
  });
});

/** The contract. */
const NAMES =
  'rule,severity,section,breaker,session,client,server,path,frame,packet,time,streamOffset,message';

describe('JSON', () => {
  it('-T ndjson has the documented names', () => {
    expect(objects(...utf8)[0]).toEqual({
      rule: 'invalid-utf8',
      severity: 'error',
      section: 'RFC 6455 §5.6',
      breaker: 'server',
      session: 1,
      client: '127.0.0.1:59136',
      server: '127.0.0.1:9005',
      path: '/close-as-text',
      frame: 6,
      packet: 13,
      time: 1795246372.027584,
      streamOffset: 41,
      message: 'the text message is not UTF-8 at offset 10 (ff); a receiver can know it after 11 of 22 bytes',
    });
  });

  it('has these names and values in every object', () => {
    const all = objects('-q', conformance);
    expect(all.length).toBeGreaterThan(500);
    const number = expect.any(Number);
    for (const object of all) {
      expect(Object.keys(object).join(',')).toBe(NAMES);
      expect(rules.map(({ id }) => id)).toContain(object.rule);
      expect(object).toMatchObject({
        severity: expect.stringMatching(/^(error|warning|note)$/),
        section: expect.stringMatching(/^RFC \d+ §[\d.]+$/),
        breaker: expect.stringMatching(/^(client|server)$/),
        client: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        server: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
        path: expect.stringMatching(/^\//),
        session: number,
        packet: number,
        time: number,
        message: expect.stringMatching(/^[^\n]+$/),
      });
    }
  });

  it('-T json is one document with the same objects', () => {
    expect(JSON.parse(check('-T', 'json', tutorial).stdout)).toEqual(objects(tutorial));
    expect(check('-T', 'json', hello).stdout).toBe('[]\n');
    expect(check('-T', 'ndjson', hello).stdout).toBe('');
  });

  it('agrees with the summary of the text', () => {
    const count = (severity: string) => {
      const number = objects('-q', conformance).filter((told) => told.severity === severity).length;
      return `${number} ${severity}s`;
    };
    const last = check('-q', conformance).stdout.trimEnd().split('\n').at(-1);
    expect(last).toContain(`${count('error')}, ${count('warning')}, ${count('note')} in `);
  });
});

describe('-T sarif', () => {
  it.each([
    ['findings', [tutorial]],
    ['no findings', [hello]],
    ['some rules', utf8],
    ['a conformance run', ['-q', conformance]],
    ['the same file twice', [hello, hello]],
  ])('is valid by the schema: %s', (_name, args) => {
    const log = JSON.parse(check('-T', 'sarif', ...args).stdout);
    expect(sarifErrors(log)).toEqual([]);
  });

  it('has the findings of the other formats', () => {
    const [run] = JSON.parse(check('-T', 'sarif', tutorial).stdout).runs;
    const told = objects(tutorial);
    expect(run.results.map(({ ruleId }: { ruleId: string }) => ruleId)).toEqual(told.map(({ rule }) => rule));
    expect(run.results.map(({ level }: { level: string }) => level)).toEqual(
      told.map(({ severity }) => severity),
    );
    expect(run.tool.driver.rules).toHaveLength(rules.length);
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(run.tool.driver.version).toBe(version);
    expect(run.artifacts[0].location.uri).toBe(`file://${tutorial}`);
  });

  it('with --rule has only those rules', () => {
    const [run] = JSON.parse(check('-T', 'sarif', ...utf8).stdout).runs;
    expect(run.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(['invalid-utf8']);
  });
});

describe('-T junit', () => {
  const load = async (...args: string[]) => {
    const { testsuite, ...counts } = (await parse(check('-T', 'junit', ...args).stdout)) as TestSuites;
    return { ...counts, cases: testsuite![0].testcase! };
  };

  it('has a test case per session, which fails by its findings', async () => {
    const { cases, ...counts } = await load(...utf8);
    expect(counts).toMatchObject({ tests: 2, failures: 1, errors: 0 });
    expect(cases.map(({ name }) => name)).toEqual([
      'Session 1: 127.0.0.1:59136 → 127.0.0.1:9005 /close-as-text',
      'Session 2: 127.0.0.1:59140 → 127.0.0.1:9005 /deaf',
    ]);
    const [failure] = cases[0].failure!;
    expect(failure.type).toBe('invalid-utf8');
    expect(failure.message).toMatch(
      /^error: invalid-utf8 by the server, frame 6, packet 13: .*, and 1 more$/,
    );
    expect(failure.inner!.split('\n')).toHaveLength(2);
    expect(cases[1].failure).toBeUndefined();
  });

  it('of a clean capture has no failures', async () => {
    expect(await load(hello)).toMatchObject({ tests: 1, failures: 0, errors: 0 });
  });

  it.each(['error', 'warning', 'note'])('of a conformance run, with --fail-on %s', async (failOn) => {
    const { cases, ...counts } = await load('-q', '--fail-on', failOn, conformance);
    const severities = ['error', 'warning', 'note'];
    const told = objects('-q', conformance);
    const failing = told.filter(({ severity }) => severities.indexOf(severity) <= severities.indexOf(failOn));
    expect(counts).toMatchObject({
      tests: cases.length,
      failures: new Set(failing.map(({ session }) => session)).size,
      errors: 0,
    });
    const lines = (texts: readonly (string | undefined)[]) =>
      texts.flatMap((text) => text?.split('\n') ?? []);
    expect(lines(cases.map(({ failure }) => failure?.[0].inner))).toHaveLength(failing.length);
    expect(lines(cases.map((test) => test['system-out']?.[0]))).toHaveLength(told.length - failing.length);
  });
});

describe('table', () => {
  it('-T table, in the width of COLUMNS', () => {
    const lines = check('-T', 'table', ...utf8).stdout.split('\n');
    expect(lines.slice(0, 6)).toEqual([
      'Session 1: 127.0.0.1:59136 → 127.0.0.1:9005 /close-as-text',
      '┌──────────┬────────────────────────────┬─────────┬────────┬────────┬──────────────────────────────────────────────────┐',
      '│ Severity │ Rule                       │ Breaker │  Frame │ Packet │ Finding                                          │',
      '├──────────┼────────────────────────────┼─────────┼────────┼────────┼──────────────────────────────────────────────────┤',
      '│ error    │ invalid-utf8               │ server  │      6 │     13 │ the text message is not UTF-8 at offset 10 (ff); │',
      '│          │                            │         │        │        │ a receiver can know it after 11 of 22 bytes (RFC │',
    ]);
    const narrow = wsdissect(['check', '-T', 'table', ...utf8], undefined, { COLUMNS: '80' }).stdout.split(
      '\n',
    );
    expect(narrow[4]).toBe(
      '│ error    │ invalid-utf8               │ server, frame 6, packet 13: the text │',
    );
  });

  it('keeps to 40 columns, also below the tables', () => {
    const rules = ['unmasked-client-frame', 'masking-key-predictable', 'deflate-final-block'];
    const some = ['--max-findings', '1', ...rules.flatMap((rule) => ['--rule', rule])];
    const lines = wsdissect(['check', '-q', '-T', 'table', ...some, conformance], undefined, {
      COLUMNS: '40',
    })
      .stdout.trimEnd()
      .split('\n');
    expect(lines.filter((line) => width(line) > 40)).toEqual([]);
    expect(lines.slice(lines.findLastIndex((line) => line.startsWith('└')) + 1)).toEqual([
      '2 more findings are not listed',
      '(--max-findings)',
      '15 errors, 5 warnings, 4 notes in 22 of',
      '1384 sessions',
    ]);
  });

  it('without findings is the summary', () => {
    expect(check('-T', 'table', hello).stdout).toBe('no findings in 1 session\n');
  });

  const hasScript = hasProgram('script');
  it.skipIf(!hasScript).each([80, 120])('is the default on a terminal, in its %i columns', (columns) => {
    for (const args of [tutorial, `-q ${conformance}`, `-t utc ${tutorial}`]) {
      // Standard error would show how far it is.
      const ran = onTerminal(`wsdissect check ${args} 2>/dev/null`, columns, { NO_COLOR: '1' });
      expect(ran.status).toBe(3);
      expect(ran.stdout).not.toContain('\x1b');
      const lines = ran.stdout.trimEnd().split('\r\n');
      expect(lines.length).toBeGreaterThan(8);
      for (const line of lines) {
        if (/^[┌│├└]/.test(line)) expect(width(line), line).toBe(columns);
        else expect(width(line), line).toBeLessThanOrEqual(columns);
      }
    }
  });

  it.skipIf(!hasScript)('has colours there, and not with NO_COLOR', () => {
    expect(onTerminal(`wsdissect check ${tutorial}`).stdout).toContain('\x1b[31merror\x1b[39m');
    for (const format of ['json', 'ndjson', 'sarif', 'junit'])
      expect(onTerminal(`wsdissect check -T ${format} ${tutorial}`).stdout, format).not.toContain('\x1b');
    expect(check('-T', 'table', tutorial).stdout).not.toContain('\x1b');
  });
});

describe('hostile text', () => {
  /** A path, and a Sec-WebSocket-Accept, that would drive a terminal and end a CDATA section. */
  const bytes = Buffer.from(readFileSync(hello));
  Buffer.from('/\x9b\xe2\x80\xae', 'latin1').copy(bytes, bytes.indexOf('/live HTTP'));
  Buffer.from('\x9b]0;]]>]]>\x85\x7f&<', 'latin1').copy(bytes, bytes.indexOf('Sec-WebSocket-Accept: ') + 22);
  const path = join(folder, 'hostile]]>\u202e.pcap');
  writeFileSync(path, bytes);

  it.each(['text', 'table', 'json', 'ndjson', 'sarif', 'junit'])('stays harmless with -T %s', (format) => {
    const ran = check('-T', format, path);
    expect(ran).toMatchObject({ status: 3, stderr: '' });
    expect(ran.stdout).toContain('Sec-WebSocket-Accept is');
    expect(ran.stdout.replaceAll('\n', '')).not.toMatch(UNSAFE);
  });

  it('stays well-formed', async () => {
    const log = JSON.parse(check('-T', 'sarif', path).stdout);
    expect(sarifErrors(log)).toEqual([]);
    const junit = (await parse(check('-T', 'junit', path).stdout)) as TestSuites;
    expect(junit).toMatchObject({ tests: 1, failures: 1 });
    expect(junit.testsuite![0].testcase![0].failure![0].type).toBe('accept');
    expect(objects(path)[0]).toMatchObject({ rule: 'accept', path: '/\x9bâ\x80®' });
  });
});
