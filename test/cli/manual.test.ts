/**
 * The manual page that comes with the package, as mandoc shows it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { wsdissect } from '../support/cli.js';
import { root } from '../support/fixtures.js';

const { man, files } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
const page = `${root}${man}`;

/** mandoc knows no --version. */
const hasMandoc = spawnSync('sh', ['-c', 'command -v mandoc']).status === 0;
if (!hasMandoc && process.env.CI) throw new Error('mandoc is not installed: CI needs it for this test');

describe.runIf(hasMandoc)('man wsdissect', () => {
  const shown = () =>
    execFileSync('mandoc', ['-T', 'utf8', '-O', 'width=78', page], { encoding: 'utf8' })
      // Bold and underlined as on a typewriter.
      .replace(/.\x08/g, '');

  it('is in the package, and is no broken page', () => {
    expect(files.some((one: string) => man.startsWith(`${one}/`))).toBe(true);
    const lint = spawnSync('mandoc', ['-T', 'lint', '-W', 'error', page], { encoding: 'utf8' });
    expect(lint.stdout + lint.stderr).toBe('');
  });

  it('tells of every command and option, the exit codes and the examples', () => {
    const text = shown();
    const help = (...args: string[]) => wsdissect([...args, '--help']).stdout;
    const commands = [...help().matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, name]) => name);
    expect(commands.length).toBeGreaterThan(12);
    for (const command of commands) {
      const said = help(command);
      expect(text).toContain(`wsdissect ${command} [options]`);
      for (const [, flag] of said.matchAll(/^ {2}(?:-\w, )?(--[\w-]+)/gm)) expect(text).toContain(flag);
      const [, example] = /\nExamples:\n {2}(\S.*)\n/.exec(said) ?? [];
      if (example !== undefined) expect(text).toContain(example.split(/ {2}/)[0].slice(0, 60));
    }
    const headings = [...text.matchAll(/^[A-Z][A-Z ]+$/gm)].map(([line]) => line);
    expect(headings).toEqual([
      'NAME',
      'SYNOPSIS',
      'DESCRIPTION',
      'COMMANDS',
      'COMMON OPTIONS',
      'EXIT STATUS',
      'ENVIRONMENT',
      'SEE ALSO',
    ]);
    expect(text.match(/^ +• [0-3]:$/gm)).toHaveLength(4);
  });
});
