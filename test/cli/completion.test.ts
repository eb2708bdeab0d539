/**
 * Completion as the shells themselves do it: typed on a terminal into bash and zsh, asked of fish.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wsdissect } from '../support/cli.js';
import { fixturesRoot, root } from '../support/fixtures.js';
import { hasProgram } from '../support/tshark.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
const script = (shell: string) => wsdissect(['completion', shell]).stdout;

beforeAll(() => {
  copyFileSync(`${fixturesRoot}ws-hello/capture.pcap`, join(folder, 'my capture.pcap'));
  writeFileSync(join(folder, 'keys.log'), '');
  for (const shell of SHELLS) writeFileSync(join(folder, shell), script(shell));
});
afterAll(() => rmSync(folder, { recursive: true }));

const run = (program: string, args: readonly string[]) =>
  execFileSync(program, args, { cwd: folder, encoding: 'utf8' }).trimEnd().split('\n');

describe.each([
  ['bash', ' '],
  ['zsh', '='],
] as const)('%s', (shell, between) => {
  const format = (value: string) => (between === '=' ? `<--format=${value}>` : `<--format> <${value}>`);
  const TYPED: [string, string][] = [
    ['mess\\tmy\\t', '<messages> <my capture.pcap>'],
    ['my\\t', '<my capture.pcap>'],
    ['--form\\tndj\\tmy\\t', `${format('ndjson')} <my capture.pcap>`],
    ['check -T sa\\t', '<check> <-T> <sarif>'],
    ['check --format=ju\\t', '<check> <--format=junit>'],
    ['-T te\\tmess\\t', '<-T> <text> <messages>'],
    ['rules unmask\\t', '<rules> <unmasked-client-frame>'],
    ['lesson mask\\t', '<lesson> <masking>'],
    ['sample hel\\t', '<sample> <hello-world>'],
    ['diff --ignore he\\tmy\\t', '<diff> <--ignore> <headers> <my capture.pcap>'],
    ['export ha\\tmy\\t', '<export> <har> <my capture.pcap>'],
    ['stats --limit tls-gu\\t5', '<stats> <--limit> <tls-guesses=5>'],
    ['--keylog key\\t', '<--keylog> <keys.log>'],
    ['help expo\\t', '<help> <export>'],
    ['completion f\\t', '<completion> <fish>'],
    ['-Y ws.subp\\t==x my\\t', '<-Y> <ws.subprotocol==x> <my capture.pcap>'],
  ];
  if (shell === 'zsh')
    TYPED.push(['check -Y "ws.j\\tid == 1" my\\t', '<check> <-Y> <ws.json.id == 1> <my capture.pcap>']);

  it.runIf(hasProgram(shell) && hasProgram('python3'))(
    'completes commands, options, values and files',
    () => {
      const typed = TYPED.map(([line]) => `wsdissect ${line}`);
      const got = run('python3', [`${root}test/cli/type-tab.py`, shell, `./${shell}`, ...typed]);
      expect(got).toEqual(TYPED.map(([, args]) => args));
    },
    120_000,
  );
});

describe('fish', () => {
  it.runIf(hasProgram('fish')).each([
    ['mess', ['messages']],
    ['my', ['my capture.pcap']],
    ['--form', ['--format']],
    ['-T ', ['json', 'ndjson', 'table', 'text']],
    ['check -T ', ['json', 'junit', 'ndjson', 'sarif', 'table', 'text']],
    ['check --fail-on=e', ['--fail-on=error']],
    ['rules unmask', ['unmasked-client-frame']],
    ['sample hel', ['hello-world']],
    ['diff --ignore he', ['headers']],
    ['diff my', ['my capture.pcap']],
    ['export h', ['har']],
    ['export har my', ['my capture.pcap']],
    ['stats --limit tls-gu', ['tls-guesses=']],
    ['--keylog key', ['keys.log']],
    ['-Y ws.subp', ['ws.subprotocol']],
    ['check --display-filter ws.json', ['ws.json.']],
  ])('wsdissect %s', (typed, expected) => {
    const lines = run('fish', ['-c', 'source fish; complete -C "wsdissect $argv[1]"', '--', typed]);
    expect(lines.map((line) => line.split('\t')[0])).toEqual(expected);
  });
});

describe.each(SHELLS)('the script for %s', (shell) => {
  it('has every command and option that the help lists', () => {
    const text = script(shell);
    const help = (...args: string[]) => wsdissect([...args, '--help']).stdout;
    const commands = [...help().matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name);
    expect(commands.length).toBeGreaterThan(12);
    for (const command of commands)
      for (const [, flag] of help(command).matchAll(/^ {2}(?:-\w, )?--([\w-]+)/gm)) {
        const lines = text.split('\n').join(' ');
        expect([command, flag, lines.includes(shell === 'fish' ? `-l ${flag} ` : `--${flag}`)]).toEqual([
          command,
          flag,
          true,
        ]);
      }
    for (const command of commands) expect(text).toContain(command);
  });
});

it('of another shell there is none', () => {
  const { status, stderr } = wsdissect(['completion', 'tcsh']);
  expect(status).toBe(1);
  expect(stderr).toMatch(/^wsdissect: .*'tcsh' is invalid.*Allowed choices are bash, zsh, fish/);
});
