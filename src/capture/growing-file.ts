/**
 * A file that may still be written to while it is read: a key log. Regular files are read at once and then looked at again
 * when asked; pipes are read as something comes.
 */
import * as fs from 'node:fs';
import { visible } from '../bytes/visible.js';
import { CaptureError } from '../stream/defect.js';
import { attempt } from './open.js';

const BLOCK = 1 << 18;

export class GrowingFile {
  /** More may come by itself. */
  readonly isPipe: boolean;
  private readonly fd: number | undefined = undefined;
  private position = 0;
  private readonly stream: fs.ReadStream | undefined = undefined;

  /** Reads what there is. `took` gets the bytes, borrowed until it returns; `ended` is called at the end of a pipe. */
  constructor(
    private readonly path: string,
    private readonly took: (bytes: Uint8Array) => void,
    ended: () => void,
  ) {
    const stat = attempt(path, () => fs.statSync(path));
    if (stat.isDirectory())
      throw new CaptureError('is-a-directory', `${visible(path)} is a directory, not a key log`);
    this.isPipe = !stat.isFile();
    if (this.isPipe) {
      this.stream = fs.createReadStream(path);
      this.stream
        .on('data', (bytes) => took(bytes as Buffer))
        .on('end', ended)
        .on('error', ended);
    } else {
      this.fd = attempt(path, () => fs.openSync(path, 'r'));
      this.poll();
    }
  }

  /** Reads what was written since; whether there was something. */
  poll(): boolean {
    const { fd, path } = this;
    if (fd === undefined) return false;
    // It was begun anew.
    if (attempt(path, () => fs.fstatSync(fd).size) < this.position) this.position = 0;
    const buffer = Buffer.alloc(BLOCK);
    for (let hasRead = false; ; hasRead = true) {
      const count = attempt(path, () => fs.readSync(fd, buffer, 0, BLOCK, this.position));
      if (count === 0) return hasRead;
      this.position += count;
      this.took(buffer.subarray(0, count));
    }
  }

  close(): void {
    if (this.fd !== undefined) fs.closeSync(this.fd);
    this.stream?.destroy();
  }
}
