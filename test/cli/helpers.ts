/**
 * What the tests of the commands share: a terminal, a long capture, and waiting for output.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { bin, type Ran, shell } from '../support/cli.js';
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

/**
 * Runs the program on a terminal of 80 columns and types, each time that it prompts, the next of `typed` (`\x03` is Ctrl-C,
 * `\x04` Ctrl-D). All that the terminal got, what was typed too, with LF.
 */
export async function typing(
  args: readonly string[],
  prompt: RegExp,
  typed: readonly string[],
): Promise<Pick<Ran, 'status' | 'stdout'>> {
  const command = `stty cols 80; exec '${process.execPath}' '${bin}' ${args.map((one) => `'${one}'`).join(' ')}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: root,
    env: { ...process.env, SHELL: '/bin/bash', NO_COLOR: '', FORCE_COLOR: '', TERM: 'xterm' },
  });
  const over = once(child, 'close');
  let stdout = '';
  let answered = 0;
  child.stdout.on('data', (data) => {
    stdout += data;
    const prompts = stdout.match(new RegExp(prompt, 'g'))?.length ?? 0;
    while (answered < Math.min(prompts, typed.length)) child.stdin.write(typed[answered++]);
  });
  const [status] = await over;
  return { status, stdout: stdout.replaceAll('\r\n', '\n') };
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
