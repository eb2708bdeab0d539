/**
 * Writes a file that may hold secrets.
 *
 * Strategy: what is written goes beside the output first, and takes its name when it is whole: neither a wrong name nor a
 * full disk costs a capture.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { visible } from '../bytes/visible.js';
import { attemptOutput, writeAll } from '../output/writer.js';

/** For its owner only. */
const MODE = 0o600;

/** All files and folders that this run makes are for their owner only, also those that packages make. */
export function keepToOwner(): void {
  process.umask(0o077);
}

/** The same for a file that was there already, of an open descriptor; what is no file, or has no modes, stays. */
export function keepFileToOwner(fd: number): void {
  try {
    if (fstatSync(fd).isFile()) fchmodSync(fd, MODE);
  } catch {
    // Somebody else's, or of a file system without modes.
  }
}

export type Write = (bytes: Uint8Array) => void;

/** `out`: a path, or - for standard output. */
export async function writeInto(out: string, make: (write: Write) => Promise<void>): Promise<void> {
  if (out === '-') {
    await make((bytes) => writeAll(1, bytes));
    return;
  }
  const target = targetOf(out);
  // A device or pipe takes no other name, and must not be replaced.
  const beside = target.isFile ? `${target.path}.${randomBytes(6).toString('hex')}.partial` : target.path;
  const name = visible(out);
  // A file that is there already would keep its mode, and a link would lead to one of somebody else's choice.
  const fd = attemptOutput(name, () => openSync(beside, target.isFile ? 'wx' : 'w', MODE));
  let isWhole = false;
  try {
    await make((bytes) => writeAll(fd, bytes, bytes.length, name));
    isWhole = true;
  } finally {
    closeSync(fd);
    if (target.isFile && isWhole) attemptOutput(name, () => renameSync(beside, target.path));
    else if (target.isFile) rmSync(beside, { force: true });
  }
}

/** Where a link leads to; a file that is not there yet counts as one. */
function targetOf(out: string): { readonly path: string; readonly isFile: boolean } {
  try {
    const path = realpathSync(out);
    return { path, isFile: statSync(path).isFile() };
  } catch {
    return { path: out, isFile: true };
  }
}
