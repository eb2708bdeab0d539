/**
 * Each data message as a file of its own, and a manifest (a JSON object a line) that says whose it was and what its SHA-256 is.
 *
 * Strategy: names are made of numbers and of what kind it is, and of nothing that a capture holds; no file that is there is
 * written to.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { textOfOctets } from '../bytes/octets.js';
import { visible } from '../bytes/visible.js';
import { jsonOrNull, jsonString } from '../output/json.js';
import { formatEpoch } from '../output/time.js';
import { attemptOutput, FileWriter } from '../output/writer.js';
import type { Message } from '../websocket/message-record.js';
import { isControl, messageOpcodeName } from '../websocket/opcode.js';
import type { Exporter } from './exporter.js';
import { makeFolder } from './new-folder.js';

const MANIFEST = 'manifest.ndjson';

export class PayloadFiles implements Exporter {
  private readonly fd: number;
  private readonly manifest: FileWriter;

  /** Makes the folder. Throws OutputError where that cannot be, or it is there and holds something. */
  constructor(private readonly folder: string) {
    const name = visible(folder);
    makeFolder(folder);
    this.fd = attemptOutput(name, () => openSync(join(folder, MANIFEST), 'wx'));
    this.manifest = new FileWriter(this.fd, name);
  }

  begin(): void {}

  message(message: Message): void {
    const { number, session, sender, opcode, timestamp, content, length, complete, packets } = message;
    if (isControl(opcode)) return;
    const name = `session-${pad(session.number, 5)}-message-${pad(number, 7)}-${sender}.${extensionOf(message)}`;
    attemptOutput(visible(this.folder), () =>
      writeFileSync(join(this.folder, name), content, { flag: 'wx' }),
    );
    const sha256 = createHash('sha256').update(content).digest('hex');
    this.manifest.write(
      `{"file":"${name}","sha256":"${sha256}","bytes":${content.length},"message":${number},"session":${session.number},` +
        `"client":${jsonString(session.client)},"server":${jsonString(session.server)},"host":${jsonOrNull(session.host)},` +
        `"path":${jsonOrNull(session.path)},"sender":"${sender}","opcode":"${messageOpcodeName(opcode)}",` +
        `"time":${formatEpoch(timestamp)},"length":${length},"complete":${complete},"packets":${JSON.stringify(packets)}}\n`,
    );
  }

  closed(): void {}

  end(): void {
    this.manifest.flush();
  }

  close(): void {
    closeSync(this.fd);
  }
}

function pad(number: number, digits: number): string {
  return String(number).padStart(digits, '0');
}

/** Of what the content is, so that a double click shows it. */
function extensionOf({ content, validText }: Message): string {
  if (!validText) return 'bin';
  try {
    JSON.parse(textOfOctets(content));
    return 'json';
  } catch {
    return 'txt';
  }
}
