/**
 * What people write by hand is read up to a bound, from files and pipes that have no end, too.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { shell } from '../support/cli.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));
const MiB = 2 ** 20;

const COMMANDS: readonly [command: string, most: number][] = [
  ['quiz --answers', MiB],
  [`sample -o ${folder}/out.pcapng --script`, 4 * MiB],
  ['explain --hex', 16 * MiB],
  ['explain --base64', 16 * MiB],
];
const READING_FILES = COMMANDS.slice(0, 2);

describe.each(COMMANDS)('%s', (command, most) => {
  it('stops at the bound of a pipe without end', () => {
    const { status, stdout, stderr } = shell(`set +o pipefail; cat /dev/zero | wsdissect ${command} -`);
    expect([status, stdout, stderr]).toEqual([1, '', `wsdissect: standard input: more than ${most} bytes\n`]);
  });
});

describe.each(READING_FILES)('%s', (command, most) => {
  it('stops at the bound of a device', () => {
    const { status, stderr } = shell(`wsdissect ${command} /dev/zero`);
    expect([status, stderr]).toEqual([1, `wsdissect: /dev/zero: more than ${most} bytes\n`]);
  });

  it('reads as much as the bound, and not a byte more', () => {
    const file = join(folder, 'bound');
    writeFileSync(file, '#'.repeat(most));
    expect(shell(`wsdissect ${command} ${file}`).stderr).not.toContain('more than');
    writeFileSync(file, '#'.repeat(most + 1));
    expect(shell(`wsdissect ${command} ${file}`).stderr).toBe(
      `wsdissect: ${file}: more than ${most} bytes\n`,
    );
    expect(existsSync(join(folder, 'out.pcapng'))).toBe(false);
  });

  it('says in one line what is no file', () => {
    const { status, stderr } = shell(`wsdissect ${command} ${folder}`);
    expect([status, stderr]).toEqual([
      1,
      `wsdissect: ${folder}: EISDIR: illegal operation on a directory, read\n`,
    ]);
  });
});
