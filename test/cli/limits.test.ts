/**
 * `wsdissect limits`, `--limit`, `--summary`, and the line that says what was dropped.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LIMIT_KEYS, LIMITS, limitName } from '../../src/limits.js';
import { describeDefault } from '../../src/output/limit-text.js';
import { wsdissect } from '../support/cli.js';
import { fixturesRoot, root } from '../support/fixtures.js';

const hello = `${fixturesRoot}ws-hello/capture.pcap`;
const lost = `${fixturesRoot}derived/loss-last-frame.pcap`;

describe('the list of limits', () => {
  it('has each in a line, a row and an object', () => {
    const text = wsdissect(['limits']);
    expect(text).toMatchObject({ status: 0, stderr: '' });
    const lines = text.stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/ +/).slice(0, 2))).toEqual(
      LIMIT_KEYS.map((key) => [limitName(key), describeDefault(key)]),
    );
    const objects = JSON.parse(wsdissect(['limits', '-T', 'json']).stdout);
    expect(objects).toEqual(
      LIMIT_KEYS.map((key) => {
        const { default: value, unit, meaning, defect = null } = LIMITS[key];
        return { limit: limitName(key), option: key, default: value, unit, meaning, defect };
      }),
    );
    const table = wsdissect(['limits', '-T', 'table'], undefined, { COLUMNS: '100' }).stdout;
    for (const key of LIMIT_KEYS) expect(table).toContain(`│ ${limitName(key)} `);
  });

  it('is what the README has', () => {
    const readme = readFileSync(`${root}README.md`, 'utf8');
    for (const key of LIMIT_KEYS) {
      const { unit, meaning } = LIMITS[key];
      const rows = readme.split('\n').filter((line) => line.startsWith(`| \`${limitName(key)}\` |`));
      const row = rows.find((line) => line.includes(meaning));
      expect(row?.replace(/[ ,]/g, ''), key).toContain(`|${describeDefault(key)}`);
      expect(row).toContain(`| ${unit === 'count' ? '' : `${unit} `}${meaning} |`);
    }
  });
});

describe('--limit', () => {
  it.each([
    ['payload=3', 3],
    ['payload=1KiB', 5],
  ])('%s', (limit, kept) => {
    const { stdout } = wsdissect([
      '-T',
      'ndjson',
      '-c',
      '1',
      '--limit',
      limit,
      '--limit',
      'tunnels=1',
      hello,
    ]);
    const { payload, length } = JSON.parse(stdout);
    expect([payload.length, length]).toEqual([kept, 5]);
  });

  it.each([
    ['payloads=3', /There is no such limit; did you mean payload\? \(wsdissect limits lists them\)/],
    ['connection=3', /did you mean connections\?/],
    ['xyzzy=3', /There is no such limit \(wsdissect/],
    ['payload', /must look like connections=1000/],
    ['payload=', /number of bytes greater than 0, such as 65536 or 64KiB/],
    ['payload=3kb', /number of bytes greater than 0/],
    ['payload=9999999GiB', /number of bytes greater than 0/],
    ['connections=1KiB', /whole number greater than 0/],
    ['connections=0', /whole number greater than 0/],
    ['fragment-timeout=soon', /number of seconds greater than 0/],
  ])('%s is wrong usage', (limit, message) => {
    const ran = wsdissect(['--limit', limit, hello]);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toMatch(message);
  });
});

describe('--summary', () => {
  const SUMMARY = `\
wsdissect: summary
  packets          20
  bytes            2164
  TCP connections  1
  sessions         1
  frames           10
  messages         6
  defects          0
  captured twice   0 bytes of TCP
  missing          0 bytes of sessions, not captured or not decrypted
  not decodable    0 bytes of sessions
  dropped          nothing
`;

  it.each(['frames', 'messages', 'sessions', 'check'])('of %s', (command) => {
    expect(wsdissect([command, '--summary', hello]).stderr).toBe(SUMMARY);
    expect(wsdissect([command, '-q', '--summary', hello]).stderr).toBe(SUMMARY);
  });

  const rowsOf = (...args: string[]) => {
    const lines = wsdissect(['-q', '--summary', ...args]).stderr.split('\n');
    return Object.fromEntries(lines.slice(1, -1).map((line) => line.trim().split(/ {2,}/)));
  };

  it('counts what was lost, cut and captured twice', () => {
    expect(rowsOf(`${fixturesRoot}derived/loss-header.pcap`)).toMatchObject({
      defects: '1',
      'frames-lost': '1',
      missing: '20 bytes of sessions, not captured or not decrypted',
      'not decodable': '20 bytes of sessions',
      dropped: 'nothing',
    });
    expect(rowsOf('--limit', 'payload=3', lost, hello)).toMatchObject({
      packets: '39',
      sessions: '1',
      'payload-limit': '10',
      'captured twice': '473 bytes of TCP',
      missing: '0 bytes of sessions, not captured or not decrypted',
      dropped: '10 payloads cut',
    });
  });
});

describe('what was dropped', () => {
  it('is told in one line at the end, unless quiet', () => {
    const args = ['--limit', 'payload=12', hello];
    const { stderr } = wsdissect(args);
    expect(stderr).toMatch(/\[payload-limit\]\n(.*\n)*wsdissect: dropped: \d+ payloads cut\n$/);
    expect(wsdissect(['-q', ...args]).stderr).toBe('');
    expect(wsdissect([hello]).stderr).toBe('');
  });
});
