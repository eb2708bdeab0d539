/**
 * `wsdissect lesson` as a user runs it: in a pipe, and on a terminal with Enter.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LESSONS } from '../../src/lesson/lessons/index.js';
import { shell, wsdissect } from '../support/cli.js';
import { root } from '../support/fixtures.js';
import { hasProgram } from '../support/tshark.js';
import { onTerminal, typing } from './helpers.js';

const lesson = (...args: string[]) => wsdissect(['lesson', ...args]);
const PROMPT = /Enter goes on, q ends: /;

describe('without a terminal', () => {
  it('lists what there is', () => {
    const { status, stdout, stderr } = lesson();
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^handshake +The opening handshake\n +How do two programs agree/);
    for (const { name, title } of LESSONS) expect(stdout).toMatch(new RegExp(`^${name} +${title}$`, 'm'));
  });

  it('tells all steps of one, without asking', () => {
    const { status, stdout, stderr } = lesson('masking');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Masking\nWhy are the bytes of a client not what it said/);
    expect(stdout).toContain('\nThe sample: wsdissect sample masking -o sample.pcapng\n\n1 of 5\n');
    expect(stdout).toContain("\n   0: 83 ^ f7 = 74 't'\n");
    expect(stdout.match(/^\d of 5$/gm)).toEqual(['1 of 5', '2 of 5', '3 of 5', '4 of 5', '5 of 5']);
    expect(stdout).not.toMatch(/\x1b|Enter/);
    expect(lesson('--all', 'masking').stdout).toBe(stdout);
  });

  it('as the README shows', () => {
    const [, command, shown] = /```console\n\$ (wsdissect lesson [^\n]*)\n([\s\S]*?)```/.exec(
      readFileSync(`${root}README.md`, 'utf8'),
    )!;
    expect(shell(command).stdout).toBe(shown);
  });

  it.each([
    ['maskign', 'there is no lesson "maskign"; did you mean masking? (wsdissect lesson lists them)'],
    ['\x1b[2J', 'there is no lesson "\\x1b[2J" (wsdissect lesson lists them)'],
  ])('what there is not: %s', (name, message) => {
    expect(lesson(name)).toEqual({ status: 1, stdout: '', stderr: `wsdissect: ${message}\n` });
  });
});

describe.runIf(hasProgram('script'))('on a terminal', () => {
  it('goes on with Enter, and names the next one', async () => {
    const { status, stdout } = await typing(['lesson', 'masking'], PROMPT, ['\n', '\n', '\n', '\n']);
    expect(status).toBe(0);
    expect(stdout.match(/of 5/g)).toHaveLength(5);
    expect(stdout).toMatch(/\nThe next lesson: wsdissect lesson fragments\n$/);
    expect(stdout).toContain('\x1b[');
  });

  it.each([
    ['q', 'q\n'],
    ['Ctrl-D', '\x04'],
    ['Ctrl-C', '\x03'],
  ])('%s ends it', async (_, key) => {
    const { status, stdout } = await typing(['lesson', 'masking'], PROMPT, ['\n', key]);
    expect(status).toBe(0);
    expect(stdout.match(/of 5/g)).toHaveLength(2);
    expect(stdout).not.toContain('next lesson');
  });

  it('--all asks nothing, and no line is longer than 80 columns', () => {
    for (const { name } of LESSONS) {
      const { status, stdout } = onTerminal(`wsdissect lesson --all ${name}`, 80);
      expect([status, PROMPT.test(stdout)]).toEqual([0, false]);
      for (const line of stdout.replace(/\x1b\[\d+m/g, '').split('\r\n'))
        expect(line.length, line).toBeLessThanOrEqual(80);
    }
  });
});
