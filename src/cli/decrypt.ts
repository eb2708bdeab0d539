/**
 * `wsdissect decrypt`: finds out which secrets the connections of a capture need, and writes it anew with these.
 *
 * Strategy: the capture is read twice, so it must be a file. What is written goes beside the output first, and takes its
 * name when it is whole: neither a wrong name nor a full disk costs a capture.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs';
import { visible } from '../bytes/visible.js';
import { embedSecrets } from '../capture/embed-secrets.js';
import { isRepeatable } from '../capture/open.js';
import { runDissection } from '../dissect.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { attemptOutput, writeAll } from '../output/writer.js';
import { SecretStore } from '../tls/secrets.js';
import type { SecretOptions } from './commands/options.js';
import { Diagnostics } from './diagnostics.js';
import { EXIT, UsageError } from './exit.js';
import { isSame } from './same-file.js';
import type { Terminal } from './terminal.js';
import { keyLogFiles, rsaKeys } from './tls-options.js';

/** For its owner only: it holds secrets. */
const MODE = 0o600;

export async function decryptCapture(
  capture: string,
  out: string,
  options: SecretOptions,
  terminal: Terminal,
): Promise<void> {
  // Of a directory the reading says what to do.
  if (!isRepeatable(capture) && !isDirectory(capture))
    throw new UsageError(`${visible(capture)} is no file: decrypt reads it twice`);
  if (out !== '-' && isSame(capture, out))
    throw new UsageError('the capture itself cannot be the file to write');
  const secrets = new SecretStore(DEFAULT_LIMITS.maxTlsSecrets);
  const diagnostics = new Diagnostics(terminal, { captures: [capture], quiet: false, makeWay: () => {} });
  const summary = await runDissection(
    capture,
    {
      // What is carried is not asked for: it may have defects of its own.
      defect: (defect) => {
        if (defect.layer === 'capture') diagnostics.defect(defect);
      },
    },
    { secrets, keyLogs: keyLogFiles(options.keylog), rsaKeys: rsaKeys(options.rsaKey) },
  );
  const { read, unread } = summary.tls;
  const keyLog = secrets.usedLines();
  if (keyLog === '') {
    const why =
      read + unread === 0
        ? 'there is no TLS in it'
        : `${unread} TLS connections, and none of the secrets opens them`;
    terminal.stderr.write(`wsdissect: ${visible(capture)}: nothing to embed: ${why}\n`);
    terminal.stderr.flush();
    process.exitCode = EXIT.input;
    return;
  }
  await writeInto(out, (write) => embedSecrets(capture, Buffer.from(keyLog, 'latin1'), write, () => {}));
  const lines = keyLog.split('\n').length - 1;
  terminal.stderr.write(
    `wsdissect: ${out === '-' ? 'standard output' : visible(out)}: ${summary.packets} packets, ${lines} secrets of ` +
      `${read} TLS connection${read === 1 ? '' : 's'}${unread > 0 ? `; ${unread} could not be read, or not in whole` : ''}\n`,
  );
  terminal.stderr.flush();
  if (summary.capture.truncated) process.exitCode = EXIT.input;
}

type Write = (bytes: Uint8Array) => void;

async function writeInto(out: string, make: (write: Write) => Promise<void>): Promise<void> {
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

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
