/**
 * A file that may still be written to while it is read: a key log. Regular files are read at once and then looked at again
 * when asked; pipes are read as something comes.
 *
 * Strategy: a pipe is opened so that nothing blocks, and looked at by a timer: a read that waits for its writer would keep the
 * process alive for as long as that one lives.
 */
import * as fs from 'node:fs';
import { visible } from '../bytes/visible.js';
import { CaptureError } from '../stream/defect.js';
import { attempt } from './open.js';

const BLOCK = 1 << 18;
/** A pipe is looked at so often, in milliseconds. */
const PIPE_POLL_MS = 20;

export class GrowingFile {
  /** More may come by itself. */
  readonly isPipe: boolean;
  private fd: number | undefined = undefined;
  private position = 0;
  /** Of the file that is open, which another one may replace under its name. */
  private identity = '';
  private timer: NodeJS.Timeout | undefined = undefined;
  /** Somebody writes into the pipe, or has. */
  private hasWriter = false;
  private readonly buffer = Buffer.alloc(BLOCK);

  /** Reads what there is. `took` gets the bytes, borrowed until it returns; `ended` is called at the end of a pipe. */
  constructor(
    private readonly path: string,
    private readonly took: (bytes: Uint8Array) => void,
    private readonly ended: () => void,
  ) {
    const stat = attempt(path, () => fs.statSync(path));
    if (stat.isDirectory())
      throw new CaptureError('is-a-directory', `${visible(path)} is a directory, not a key log`);
    this.isPipe = !stat.isFile();
    const { O_RDONLY, O_NONBLOCK } = fs.constants;
    this.fd = attempt(path, () => fs.openSync(path, this.isPipe ? O_RDONLY | O_NONBLOCK : O_RDONLY));
    this.identity = identityOf(stat);
    if (this.isPipe) this.timer = setInterval(() => this.pollPipe(), PIPE_POLL_MS).unref();
    else this.poll();
  }

  /** Reads what was written since; whether there was something. */
  poll(): boolean {
    const { fd, path } = this;
    if (fd === undefined || this.isPipe) return false;
    const hasRead = this.readOn(fd);
    const now = fs.statSync(path, { throwIfNoEntry: false });
    if (now === undefined || identityOf(now) === this.identity) return hasRead;
    // Another file has its name now, of which all is new.
    const next = attempt(path, () => fs.openSync(path, 'r'));
    fs.closeSync(fd);
    this.fd = next;
    this.identity = identityOf(attempt(path, () => fs.fstatSync(next)));
    this.position = 0;
    return this.readOn(next) || hasRead;
  }

  close(): void {
    clearInterval(this.timer);
    if (this.fd !== undefined) fs.closeSync(this.fd);
    this.fd = undefined;
  }

  private readOn(fd: number): boolean {
    const { path, buffer } = this;
    // It was begun anew.
    if (attempt(path, () => fs.fstatSync(fd).size) < this.position) this.position = 0;
    for (let hasRead = false; ; hasRead = true) {
      const count = attempt(path, () => fs.readSync(fd, buffer, 0, BLOCK, this.position));
      if (count === 0) return hasRead;
      this.position += count;
      this.took(buffer.subarray(0, count));
    }
  }

  private pollPipe(): void {
    const { buffer } = this;
    for (let { fd } = this; fd !== undefined; { fd } = this) {
      let count: number;
      try {
        count = fs.readSync(fd, buffer, 0, BLOCK, null);
      } catch (error) {
        const isQuiet = (error as NodeJS.ErrnoException).code === 'EAGAIN';
        if (isQuiet) this.hasWriter = true;
        else this.endPipe();
        return;
      }
      // Before the first writer has come, this looks like an end, too.
      if (count === 0) {
        if (this.hasWriter) this.endPipe();
        return;
      }
      this.hasWriter = true;
      this.took(buffer.subarray(0, count));
    }
  }

  private endPipe(): void {
    this.close();
    this.ended();
  }
}

function identityOf({ dev, ino }: fs.Stats): string {
  return `${dev}:${ino}`;
}
