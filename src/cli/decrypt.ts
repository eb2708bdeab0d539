/**
 * `wsdissect decrypt`: finds out which secrets the connections of a capture need, and writes it anew with these.
 *
 * Strategy: the capture is read twice, so it must be a file.
 */
import { statSync } from 'node:fs';
import { visible } from '../bytes/visible.js';
import { embedSecrets } from '../capture/embed-secrets.js';
import { isRepeatable } from '../capture/open.js';
import { runDissection } from '../dissect.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { SecretStore } from '../tls/secrets.js';
import type { SecretOptions } from './commands/options.js';
import { Diagnostics } from './diagnostics.js';
import { EXIT, UsageError } from './exit.js';
import { isSame } from './same-file.js';
import type { Terminal } from './terminal.js';
import { keyLogFiles, rsaKeys } from './tls-options.js';
import { writeInto } from './write-into.js';

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

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
