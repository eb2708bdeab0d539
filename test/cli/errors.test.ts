/**
 * What goes wrong has one line that says what to do, and its exit code (README, "Exit codes").
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { shell, wsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const capture = `${fixturesRoot}ws-hello/capture.pcap`;
const whole = readFileSync(capture);

function file(name: string, content: Uint8Array | string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('output that cannot be written', () => {
  it.each([
    ['a list', `wsdissect ${capture} > /dev/full`],
    ['a table', `wsdissect -T table ${capture} > /dev/full`],
    ['findings', `wsdissect check ${capture} > /dev/full`],
    ['the help', 'wsdissect --help > /dev/full'],
    ['more than a buffer', `wsdissect -x ${fixturesRoot}ws-echo/capture.pcap > /dev/full`],
  ])('is told in one line: %s', (_name, command) => {
    expect(shell(command)).toEqual({
      status: 2,
      stdout: '',
      stderr: 'wsdissect: cannot write to standard output (ENOSPC)\n',
    });
  });

  it('is told by the exit code alone where standard error cannot be written either', () => {
    for (const command of [`wsdissect ${capture} > /dev/full`, 'wsdissect --nope'])
      expect(shell(`${command} 2> /dev/full`)).toEqual({ status: 2, stdout: '', stderr: '' });
  });
});

describe('usage', () => {
  it.each([
    ['no capture', [], 1, /^wsdissect: no capture given: name a file, or - for standard input .*--help/],
    ['an unknown option', ['--nope', capture], 1, /unknown option '--nope'/],
    [
      'an unknown format',
      ['-T', 'xml', capture],
      1,
      /'xml' is invalid. Allowed choices are table, text, json, ndjson/,
    ],
    [
      'two filters',
      ['-Y', 'websocket', '-Y', 'websocket.fin', capture],
      1,
      /'websocket\.fin' is invalid\. There is one already: join them with && or \|\|\./,
    ],
    [
      'two sessions',
      ['--session', '1', '--session', '2', capture],
      1,
      /There is one already: -Y "ws\.session in/,
    ],
    ['a count of nothing', ['-c', '0', capture], 1, /whole number greater than 0/],
    ['a count that is no number', ['-c', 'ten', capture], 1, /whole number greater than 0/],
    ['a session that is no number', ['--session', '1.5', capture], 1, /whole number greater than 0/],
    [
      '-V with ndjson',
      ['-V', '-T', 'ndjson', capture],
      1,
      /^wsdissect: -V and -x print text: leave them out with -T ndjson$/m,
    ],
    [
      '-V with a table',
      ['-V', '-T', 'table', capture],
      1,
      /^wsdissect: -V and -x print text: leave them out with -T table\n$/,
    ],
    [
      '-x with JSON',
      ['-x', '-T', 'json', capture],
      1,
      /^wsdissect: -V and -x print text: leave them out with -T json\n$/,
    ],
    ['standard input twice', ['-', '-'], 1, /^wsdissect: standard input \(-\) can be read only once\n$/],
    [
      'standard input twice, by -r',
      ['check', '-r', '-', capture, '-'],
      1,
      /^wsdissect: standard input \(-\) can/,
    ],
    ['an unknown reader', ['--reader', 'libpcap', capture], 1, /Allowed choices are own, pcap-parser/],
  ] as [string, string[], number, RegExp][])('%s', (_name, args, status, message) => {
    const ran = wsdissect(args);
    expect(ran.stderr).toMatch(message);
    expect(ran).toMatchObject({ status, stdout: '' });
    expect(ran.stderr).not.toMatch(/\n\s+at /);
  });

  it('prints help and version on request', () => {
    const help = wsdissect(['--help']);
    expect(help.status).toBe(0);
    for (const part of ['frames', 'sessions', 'Exit codes', '0  ', '1  ', '2  '])
      expect(help.stdout).toContain(part);
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(wsdissect(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n` });
    const frames = wsdissect(['frames', '--help']);
    for (const option of [
      '-T,',
      '-V,',
      '-x,',
      '-c,',
      '--session',
      '--reader',
      '-t,',
      'Examples:',
      'Exit codes',
    ])
      expect(frames.stdout).toContain(option);
  });
});

describe('input', () => {
  const cases: [name: string, path: () => string, message: RegExp][] = [
    ['a missing file', () => join(folder, 'missing.pcap'), /no such file/],
    ['a directory', () => folder, /is a directory/],
    ['an empty file', () => file('empty.pcap', ''), /is empty/],
    ['a text file', () => file('notes.txt', 'dear diary, today I saw a frame\n'), /notes.txt .*text/],
    [
      'random bytes',
      () =>
        file(
          'random.pcap',
          Uint8Array.from({ length: 500 }, (_, i) => (i * 167 + 13) & 255),
        ),
      /is not a pcap or pcapng capture/,
    ],
  ];
  it.each(cases)('%s', (_name, path, message) => {
    const ran = wsdissect([path()]);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(ran.stderr).toMatch(/^wsdissect: /);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
  });

  // Root may read everything, so the test steps down to another user where it can.
  it('an unreadable file', () => {
    const path = file('secret.pcap', whole);
    chmodSync(path, 0o000);
    chmodSync(folder, 0o755);
    const ran = process.getuid?.() === 0 ? asNobody(path) : wsdissect([path]);
    expect(ran.stderr).toMatch(/^wsdissect: .*permission/im);
    expect(ran).toMatchObject({ status: 2, stdout: '' });
  });

  it('a file name full of escapes is shown harmless', () => {
    const { stderr } = wsdissect([join(folder, 'x\x1b]0;owned\x07.pcap')]);
    expect(stderr).toContain('\\x1b]0;owned\\x07');
    expect(stderr).not.toContain('\x1b');
  });

  it('a truncated file gives all that it holds, a warning, and exit code 2', () => {
    const ran = wsdissect([file('cut.pcap', whole.subarray(0, whole.length - 70))]);
    expect(ran.status).toBe(2);
    expect(ran.stdout.trim().split('\n')).toHaveLength(10);
    expect(ran.stderr).toMatch(/^wsdissect: warning: .*\[truncated-capture\]$/m);
    expect(wsdissect(['-q', file('cut.pcap', whole.subarray(0, whole.length - 70))])).toMatchObject({
      status: 2,
      stderr: '',
    });
  });

  it('an empty file among others is skipped with a warning, and exit code 2', () => {
    const empty = file('newest.pcap', '');
    const alone = wsdissect([capture]);
    for (const inputs of [
      [capture, empty],
      [empty, capture],
    ])
      expect(wsdissect(inputs)).toEqual({
        status: 2,
        stdout: alone.stdout,
        stderr: `wsdissect: warning: ${empty}: this capture is empty: it is skipped [empty-capture]\n`,
      });
    expect(wsdissect(['-q', capture, empty])).toEqual({ status: 2, stdout: alone.stdout, stderr: '' });
    expect(shell(`wsdissect - ${capture} < /dev/null`)).toMatchObject({ status: 2, stdout: alone.stdout });
  });

  it('empty files alone, and what cannot be read beside one, are told before anything is printed', () => {
    const empty = file('newest.pcap', '');
    const missing = join(folder, 'missing.pcap');
    const notes = file('notes.txt', 'dear diary, today I saw a frame\n');
    for (const [inputs, message] of [
      [[empty, empty], `${empty} is empty (0 bytes)`],
      [[capture, empty, missing], `${missing}: no such file`],
      [[capture, empty, notes], `${notes} is a text file, not a capture: .*`],
    ] as [string[], string][])
      for (const format of ['text', 'table', 'json']) {
        const ran = wsdissect(['-T', format, ...inputs]);
        expect(ran).toMatchObject({ status: 2, stdout: '' });
        expect(ran.stderr).toMatch(new RegExp(`^wsdissect: ${message}\n$`.replace(/[()]/g, '\\$&')));
      }
  });

  it('a capture without WebSocket traffic gives nothing, and that is fine', () => {
    const path = file('header-only.pcap', whole.subarray(0, 24));
    expect(wsdissect([path])).toEqual({
      status: 0,
      stdout: '',
      stderr: 'wsdissect: there is no packet to read\n',
    });
    expect(wsdissect(['-q', path])).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(wsdissect(['-T', 'json', path])).toMatchObject({ status: 0, stdout: '[]\n' });
    expect(JSON.parse(wsdissect(['sessions', '-T', 'json', path]).stdout)).toEqual([]);
  });
});

describe('pipes', () => {
  it('a reader that goes away ends it without a word', () => {
    const ran = shell(`wsdissect -T ndjson ${fixturesRoot}ws-echo/capture.pcap | head -n 1`);
    expect(ran.stderr).toBe('');
    expect(ran.stdout.trim().split('\n')).toHaveLength(1);
    expect(ran.status).toBe(0);
  });

  it('a capture comes from standard input', () => {
    expect(shell(`cat ${capture} | wsdissect - | wc -l`).stdout.trim()).toBe('10');
    expect(shell(`gzip -c ${capture} | wsdissect -r - | wc -l`).stdout.trim()).toBe('10');
  });

  it('an empty pipe is an empty capture', () => {
    const ran = wsdissect(['-'], new Uint8Array(0));
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^wsdissect: .*empty/);
  });
});

function asNobody(path: string) {
  return shell(
    `setpriv --reuid 65534 --regid 65534 --clear-groups "${process.execPath}" "$PWD/bin/wsdissect.js" "${path}"`,
  );
}
