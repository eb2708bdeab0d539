/**
 * `wsdissect decrypt`: finds out which secrets the connections of a capture need, and writes it anew with these.
 *
 * Strategy: the capture is read twice, with -Y three times (decrypt-selection.ts), so it must be a file.
 */
import { statSync } from 'node:fs';
import { visible } from '../bytes/visible.js';
import { embedSecrets } from '../capture/embed-secrets.js';
import { isRepeatable } from '../capture/open.js';
import { runDissection } from '../dissect.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { count } from '../rules/count.js';
import { SecretStore } from '../tls/secrets.js';
import type { DecryptOptions } from './commands/decrypt.js';
import { Selection, type Written } from './decrypt-selection.js';
import { Diagnostics } from './diagnostics.js';
import { EXIT, UsageError } from './exit.js';
import { isSame } from './same-file.js';
import type { Terminal } from './terminal.js';
import { keyLogFiles, rsaKeys } from './tls-options.js';
import { writeInto } from './write-into.js';

export async function decryptCapture(
  capture: string,
  out: string,
  options: DecryptOptions,
  terminal: Terminal,
): Promise<void> {
  // Of a directory the reading says what to do.
  if (!isRepeatable(capture) && !isDirectory(capture))
    throw new UsageError(`${visible(capture)} is no file: decrypt reads it twice`);
  if (out !== '-' && isSame(capture, out))
    throw new UsageError('the capture itself cannot be the file to write');
  const selection = options.displayFilter === undefined ? undefined : new Selection();
  try {
    await writeDecrypted(capture, out, options, selection, terminal);
  } finally {
    selection?.close();
  }
}

async function writeDecrypted(
  capture: string,
  out: string,
  options: DecryptOptions,
  selection: Selection | undefined,
  terminal: Terminal,
): Promise<void> {
  const secrets = new SecretStore(DEFAULT_LIMITS.maxTlsSecrets);
  const keys = { secrets, rsaKeys: await rsaKeys(options.rsaKey) };
  const diagnostics = new Diagnostics(terminal, { captures: [capture], quiet: false, makeWay: () => {} });
  const { packets, tls, ...summary } = await runDissection(
    capture,
    {
      ...(await selection?.consumer(options.displayFilter!)),
      // What is carried is not asked for: it may have defects of its own.
      defect: (defect) => {
        if (defect.layer === 'capture') diagnostics.defect(defect);
      },
    },
    { ...keys, keyLogs: keyLogFiles(options.keylog), borrowPayloads: true, tracker: selection?.tracker },
  );
  let written: Written = { packets, read: tls.read, unread: tls.unread };
  if (secrets.usedLines() === '') return tellOfNothing(capture, whyNothing(written), terminal);
  if (selection !== undefined) written = await selection.use(capture, keys);
  const keyLog = secrets.usedLines();
  if (keyLog === '') return tellOfNothing(capture, whyNothingOfSome(written), terminal);
  const embedded = Buffer.from(keyLog, 'latin1');
  await writeInto(out, (write) =>
    selection === undefined
      ? embedSecrets(capture, embedded, write, () => {})
      : selection.write(capture, embedded, write),
  );
  tellOf(out, written, keyLog.split('\n').length - 1, terminal);
  if (summary.capture.truncated) process.exitCode = EXIT.input;
}

function whyNothing({ read, unread }: Written): string {
  if (read + unread === 0) return 'there is no TLS in it';
  return `${count(unread, 'TLS connection')}, and none of the secrets opens them`;
}

/** Of the connections that a filter keeps. */
function whyNothingOfSome({ packets }: Written): string {
  if (packets === 0) return 'there is nothing in it for which the filter holds';
  return 'nothing that the filter holds for was in TLS';
}

function tellOfNothing(capture: string, why: string, { stderr }: Terminal): void {
  stderr.write(`wsdissect: ${visible(capture)}: nothing to embed: ${why}\n`);
  stderr.flush();
  process.exitCode = EXIT.input;
}

function tellOf(
  out: string,
  { packets, read, unread }: Written,
  secrets: number,
  { stderr }: Terminal,
): void {
  stderr.write(
    `wsdissect: ${out === '-' ? 'standard output' : visible(out)}: ${count(packets, 'packet')}, ${count(secrets, 'secret')} of ` +
      `${count(read, 'TLS connection')}${unread > 0 ? `; ${unread} could not be read, or not in whole` : ''}\n`,
  );
  stderr.flush();
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
