/**
 * Runs the built program as a user does.
 */
import { spawn, spawnSync } from 'node:child_process';
import { root } from './fixtures.js';

export const bin = `${root}bin/wsdissect.js`;

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs to the end; output goes to pipes, so it is no terminal. */
export function wsdissect(
  args: readonly string[],
  input?: Uint8Array,
  env: Record<string, string> = {},
): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '', ...env },
    ...(input === undefined ? {} : { input }),
  });
  return { status, stdout, stderr };
}

/** Starts it with its standard input open. */
export function startWsdissect(args: readonly string[]) {
  return spawn(process.execPath, [bin, ...args], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Runs a shell command in which `wsdissect` is the program. */
export function shell(command: string, env: Record<string, string> = {}): Ran {
  const script = `set -o pipefail; wsdissect() { "${process.execPath}" "${bin}" "$@"; }; ${command}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, NO_COLOR: '', FORCE_COLOR: '', ...env },
  });
  return { status, stdout, stderr };
}
