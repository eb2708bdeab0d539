/**
 * The file of an export: opened at once, so that one that cannot be written is told of before anything is read, but emptied
 * only when there is something to write: a mistake in the name of a capture costs no earlier export.
 */
import { closeSync, ftruncateSync, openSync, realpathSync, rmSync, statSync } from 'node:fs';
import { visible } from '../bytes/visible.js';
import { attemptOutput, FileWriter } from '../output/writer.js';
import { keepFileToOwner } from './write-into.js';

export class LateFile extends FileWriter {
  private readonly file: number;
  private readonly isNew: boolean;
  private isBegun: boolean;

  /** Throws OutputError. */
  constructor(private readonly path: string) {
    const name = visible(path);
    const stats = attemptOutput(name, () => statSync(path, { throwIfNoEntry: false }));
    const file = attemptOutput(name, () => openSync(path, stats?.isFile() === true ? 'r+' : 'w'));
    super(file, name);
    this.file = file;
    this.isNew = stats === undefined;
    // Pipes and devices are not emptied.
    this.isBegun = stats !== undefined && !stats.isFile();
  }

  /** A new file in which nothing was written goes away. */
  close(): void {
    const path = this.isNew && !this.isBegun ? realpathSync(this.path) : undefined;
    closeSync(this.file);
    if (path !== undefined) rmSync(path, { force: true });
  }

  protected override drain(bytes: Uint8Array, length: number): void {
    if (!this.isBegun) {
      this.isBegun = true;
      ftruncateSync(this.file);
      keepFileToOwner(this.file);
    }
    super.drain(bytes, length);
  }
}
