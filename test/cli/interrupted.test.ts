/**
 * A run that ends before its input does: by Ctrl-C or SIGTERM it prints what it has, as a whole document of its format;
 * a full disk is one clear line, a pipe that closed a quiet end. Each command in each format.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { encodePcapRecord } from '../../src/capture/pcap-encode.js';
import { shell, startWsdissect } from '../support/cli.js';
import { fixturesRoot } from '../support/fixtures.js';
import { until } from './helpers.js';

const hello = `${fixturesRoot}ws-hello/capture.pcap`;
const whole = readFileSync(hello);
/** Cut within a record, behind the first frames. */
const begun = whole.subarray(0, whole.length - 400);

const RUNS: readonly (readonly string[])[] = [
  ...['text', 'table', 'json', 'ndjson'].flatMap((format) =>
    ['frames', 'messages', 'sessions', 'check'].map((command) => [command, '-T', format]),
  ),
  ['frames', '-V'],
  ['frames', '-x'],
  ['check', '-T', 'sarif'],
  ['check', '-T', 'junit'],
];

const children = new Set<ReturnType<typeof startWsdissect>>();
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts it, feeds what was begun and a packet that is warned of, and sends the signal once that was read. */
async function interrupted(args: readonly string[], signal: 'SIGINT' | 'SIGTERM') {
  const child = startWsdissect(args);
  children.add(child);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  child.stdin.on('error', () => {});
  const warned = encodePcapRecord({ seconds: 1_800_000_000, data: new Uint8Array(9) });
  const end = lastRecord(begun);
  child.stdin.write(Buffer.concat([begun.subarray(0, end), warned, begun.subarray(end)]));
  await until(
    () => stderr.includes('[cut-packet]'),
    () => stderr,
  );
  const start = performance.now();
  child.kill(signal);
  const [status] = await once(child, 'close');
  children.delete(child);
  return { status, stdout, stderr, seconds: (performance.now() - start) / 1000 };
}

/** Where the last whole record ends. */
function lastRecord(bytes: Buffer): number {
  let at = 24;
  for (;;) {
    const next = at + 16 + (at + 16 <= bytes.length ? bytes.readUInt32LE(at + 8) : bytes.length);
    if (next > bytes.length) return at;
    at = next;
  }
}

/** That it is a whole document of its format, and holds something. */
function expectWhole(args: readonly string[], stdout: string): void {
  const format = args[2] ?? 'text';
  if (format === 'json') expect(Array.isArray(JSON.parse(stdout))).toBe(true);
  else if (format === 'ndjson') for (const line of stdout.split('\n').slice(0, -1)) JSON.parse(line);
  else if (format === 'sarif') expect(JSON.parse(stdout).runs).toHaveLength(1);
  else if (format === 'junit') expect(stdout).toMatch(/^<\?xml[\s\S]*<testsuites[\s\S]*<\/testsuites>\n?$/);
  else if (format === 'table' && args[0] !== 'check') {
    expect(stdout.startsWith('┌')).toBe(true);
    expect(stdout.trimEnd().endsWith('┘')).toBe(true);
  }
  if (args[0] !== 'check') expect(stdout).toMatch(/Hello|chat|101|text/);
  expect(stdout === '' || stdout.endsWith('\n')).toBe(true);
}

describe.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  it.each(RUNS)('%s %s %s prints what there is, as a whole', async (...args) => {
    const { status, stdout, stderr } = await interrupted([...args, '--summary', '-'], signal);
    expect(status).toBe(0);
    expectWhole(args, stdout);
    expect(stderr).toMatch(/wsdissect: summary\n {2}packets +\d+\n/);
    expect(stderr).toMatch(/ {2}dropped +1 undecodable packet\n$/);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

const command = (args: readonly string[]) => `wsdissect ${args.join(' ')} ${hello}`;

/** Without findings ndjson is empty: there is nothing to write. */
const isEmpty = (args: readonly string[]) => args.join(' ') === 'check -T ndjson';

it.each([...RUNS.filter((args) => !isEmpty(args)), ['limits'], ['rules'], ['limits', '-T', 'table']])(
  '%s %s %s: a full disk is one line, a closed pipe the end',
  (...args) => {
    const run = args[0] === 'limits' || args[0] === 'rules' ? `wsdissect ${args.join(' ')}` : command(args);
    expect(shell(`${run} > /dev/full`)).toEqual({
      status: 2,
      stdout: '',
      stderr: 'wsdissect: cannot write to standard output (ENOSPC)\n',
    });
    expect(shell(`set +o pipefail; ${run} | head -c 0`)).toEqual({ status: 0, stdout: '', stderr: '' });
  },
);

it('a summary that cannot be written is told by the exit code', () => {
  expect(shell(`${command(['check', '--summary'])} 2> /dev/full > /dev/null`)).toMatchObject({
    status: 2,
    stderr: '',
  });
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s while', (signal) => {
  it.each([
    ['query reads', ['query', 'SELECT count(*) AS n FROM frames', '-'], 0, 'n\r\n8\r\n', ''],
    ['diff reads', ['diff', hello, '-'], 2, '', 'wsdissect: interrupted: nothing is compared\n'],
  ])('%s ends it within a second', async (_what, args, wanted, output, error) => {
    const { status, stdout, stderr, seconds } = await interrupted(args, signal);
    const [warning, ...told] = stderr.split('\n');
    const dropped = 'wsdissect: dropped: 1 undecodable packet\n';
    expect([status, stdout, told.join('\n')]).toEqual([wanted, output, dropped + error]);
    expect(warning).toContain('[cut-packet]');
    expect(seconds).toBeLessThan(1);
  });
});

describe.each(['SIGINT', 'SIGTERM'] as const)('%s while', (signal) => {
  it('a query is answered ends it', async () => {
    const endless = 'SELECT count(*) AS n FROM frames, range(100_000_000_000)';
    const child = startWsdissect(['query', '--summary', endless, hello]);
    children.add(child);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    child.stderr.on('data', (data) => {
      stderr += data;
    });
    await until(
      () => stderr.includes('wsdissect: summary'),
      () => stderr,
    );
    // Everything is read: now it computes, for days.
    await setTimeout(1000);
    expect(child.exitCode).toBe(null);
    child.kill(signal);
    const [status] = await once(child, 'close');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr.split('\n').slice(-2)).toEqual(['wsdissect: interrupted: it is not answered in whole', '']);
  });
});
