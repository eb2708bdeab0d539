/**
 * A file for what does not fit into memory: made when it is first needed, and gone at the end.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attemptOutput } from '../output/writer.js';

const NAME = 'a temporary file';

export class TemporaryFile {
  private folder: string | undefined = undefined;
  private fd = -1;

  /** Throws OutputError where that cannot be. */
  write(bytes: Uint8Array, at: number): void {
    attemptOutput(NAME, () => {
      if (this.folder === undefined) {
        this.folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
        this.fd = openSync(join(this.folder, 'spool'), 'wx+', 0o600);
      }
      for (let done = 0; done < bytes.length; )
        done += writeSync(this.fd, bytes, done, bytes.length - done, at + done);
    });
  }

  /** Fills `bytes` as far as the file goes; returns how far. */
  read(bytes: Uint8Array, at: number): number {
    return this.folder === undefined ? 0 : readSync(this.fd, bytes, 0, bytes.length, at);
  }

  close(): void {
    if (this.folder === undefined) return;
    closeSync(this.fd);
    rmSync(this.folder, { recursive: true, force: true });
    this.folder = undefined;
  }
}
