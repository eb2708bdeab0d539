/**
 * `wsdissect rules` as a user sees it.
 */
import { describe, expect, it } from 'vitest';
import { width } from '../../src/output/width.js';
import { rules } from '../../src/rules/index.js';
import { shell, wsdissect } from '../support/cli.js';
import { hasProgram } from '../support/tshark.js';
import { onTerminal } from './helpers.js';

const ids = rules.map(({ id }) => id);
const run = (...args: string[]) => wsdissect(['rules', ...args]);

describe('the list', () => {
  it('has every rule in a line, in the order of a connection', () => {
    const ran = run();
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    const lines = ran.stdout.trimEnd().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual(ids);
    expect(lines).toContain(
      'unmasked-client-frame       error    RFC 6455 §5.1        A client frame is not masked',
    );
    expect(run('-T', 'text')).toEqual(ran);
  });

  it('in JSON has all that is known', () => {
    const lines = run('-T', 'ndjson').stdout.trimEnd().split('\n');
    const objects = lines.map((line) => JSON.parse(line));
    expect(objects.map(({ rule }) => rule)).toEqual(ids);
    for (const object of objects)
      expect(Object.keys(object).join(',')).toBe(
        'rule,severity,fails,section,title,asks,why,causes,client,server,example',
      );
    expect(JSON.parse(run('-T', 'json').stdout)).toEqual(objects);
  });

  it('-T table, in the width of COLUMNS', () => {
    const { stdout } = wsdissect(['rules', '-T', 'table'], undefined, { COLUMNS: '80' });
    expect(stdout).toContain(
      '│ unmasked-client-frame      │ error    │ A client frame is not masked         │\n',
    );
    for (const id of ids) expect(stdout).toContain(`│ ${id} `);
  });

  const hasScript = hasProgram('script');
  it.skipIf(!hasScript).each([40, 58, 80, 120])('is a table on a terminal, in its %i columns', (columns) => {
    const { status, stdout } = onTerminal('wsdissect rules', columns, { NO_COLOR: '1' });
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split('\r\n');
    expect(lines.length).toBeGreaterThanOrEqual(ids.length + 4);
    for (const line of lines) expect(width(line), line).toBe(columns);
    expect(stdout).not.toContain('\x1b');
    const colored = columns < 59 ? '\x1b[1mRule\x1b[22m' : '\x1b[31merror\x1b[39m';
    expect(onTerminal('wsdissect rules', columns).stdout).toContain(colored);
  });
});

describe('one rule', () => {
  const EXPLAINED = `\
close-one-byte: The body of a Close frame is one byte long
error, RFC 6455 §5.5.1

What the RFC asks
  `;

  it('is explained, in the same way on a terminal', () => {
    const ran = run('close-one-byte');
    expect(ran).toMatchObject({ status: 0, stderr: '' });
    expect(ran.stdout.startsWith(EXPLAINED)).toBe(true);
    const headings = ran.stdout.split('\n').filter((line) => /^[A-Z]/.test(line));
    expect(headings).toEqual([
      'What the RFC asks',
      'Why',
      'How it happens',
      'What the client does',
      'What the server does',
      'Example',
    ]);
    for (const format of ['table', 'text']) expect(run('-T', format, 'close-one-byte')).toEqual(ran);
    if (hasProgram('script')) {
      const shown = onTerminal('wsdissect rules close-one-byte', 80, { NO_COLOR: '1' });
      expect(shown.stdout.replaceAll('\r\n', '\n')).toBe(ran.stdout);
    }
  });

  it.skipIf(!hasProgram('script'))('fits into a narrow terminal', () => {
    for (const id of ['masking-key-predictable', 'deflate-window-exceeded', 'oversized-control'])
      for (const line of onTerminal(`wsdissect rules ${id}`, 40, { NO_COLOR: '1' }).stdout.split('\r\n'))
        expect(width(line), line).toBeLessThanOrEqual(40);
  });

  it('in JSON is one object', () => {
    for (const format of ['json', 'ndjson']) {
      const { stdout } = run('-T', format, 'close-one-byte');
      expect(stdout.split('\n')).toHaveLength(2);
      expect(JSON.parse(stdout)).toMatchObject({ rule: 'close-one-byte', severity: 'error' });
    }
  });
});

describe('what is mistyped', () => {
  it.each([
    ['unmasked-cleint-frame', 'unmasked-client-frame'],
    ['Accept', 'accept'],
    ['utf8', 'invalid-utf8'],
    ['reserved_opcode', 'reserved-opcode'],
    ['oversized-contol', 'oversized-control'],
    ['CLOSE-ONE-BYTES', 'close-one-byte'],
  ])('%s: did you mean %s?', (word, id) => {
    expect(run(word)).toEqual({
      status: 1,
      stdout: '',
      stderr: `wsdissect: there is no rule "${word}"; did you mean ${id}? (wsdissect rules lists them)\n`,
    });
  });

  it.each(['xyzzy', '', 'q', '/var/log/capture.pcap'])('%j resembles nothing', (word) => {
    expect(run(word)).toEqual({
      status: 1,
      stdout: '',
      stderr: `wsdissect: there is no rule "${word}" (wsdissect rules lists them)\n`,
    });
  });

  it('is shown harmless', () => {
    const { stderr } = run('\x1b]0;owned\x07');
    expect(stderr).toContain('"\\x1b]0;owned\\x07"');
    expect(stderr).not.toContain('\x1b');
  });

  it.each([
    ['two rules', ['accept', 'key'], /too many arguments/],
    ['an option of check', ['--fail-on', 'note'], /unknown option '--fail-on'/],
    [
      'an unknown format',
      ['-T', 'sarif'],
      /'sarif' is invalid. Allowed choices are table, text, json, ndjson/,
    ],
  ] as [string, string[], RegExp][])('%s', (_name, args, message) => {
    const ran = run(...args);
    expect(ran).toMatchObject({ status: 1, stdout: '' });
    expect(ran.stderr).toMatch(message);
  });

  it('a pipe that closes ends it without a word', () => {
    expect(shell('wsdissect rules -T ndjson | head -n 1 | wc -l')).toEqual({
      status: 0,
      stdout: '1\n',
      stderr: '',
    });
  });
});
