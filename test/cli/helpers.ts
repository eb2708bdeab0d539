/**
 * What the tests of the commands share: a terminal, a long capture, and waiting for output.
 */
import { execFileSync } from 'node:child_process';
import { type Ran, shell } from '../support/cli.js';
import { root } from '../support/fixtures.js';

/**
 * Runs a shell command, in which `wsdissect` is the program, on a terminal of so many columns: all that the
 * terminal got. What the command does not redirect goes there; lines end in CR LF.
 */
export function onTerminal(command: string, columns = 120, env: Record<string, string> = {}): Ran {
  const program = `wsdissect() { '${process.execPath}' bin/wsdissect.js "$@"; }`;
  const script = `stty cols ${columns}; set -o pipefail; ${program}; ${command}`;
  return shell('SHELL=/bin/bash script -qec "$SCRIPT" /dev/null', { ...env, SCRIPT: script });
}

/** Makes a capture of about so many megabytes: many sessions that take turns. */
export function generate(path: string, megabytes: number, ...rest: number[]): void {
  const args = [`${root}test/bench/generate.js`, 'small', path, ...[megabytes, ...rest].map(String)];
  execFileSync(process.execPath, args, { stdio: 'ignore' });
}

/** Waits until a condition holds; fails with what `state` says when it takes too long. */
export async function until(condition: () => boolean, state: () => string, seconds = 20): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`it did not come: ${state()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
