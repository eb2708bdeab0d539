/**
 * Writes text to a file descriptor.
 *
 * Strategy: lines are encoded into one reused buffer and written when it is full or at flush(): a third of
 * the cost of console.log, and flat memory where a stream's queue would grow. A pipe may take part of a
 * write, or refuse it for now (EAGAIN): both are tried again.
 */
import { writeSync } from 'node:fs';

/** Thrown when the reader of a pipe has gone: nothing more can be said, and that is not an error. */
export class ClosedPipe extends Error {
  override name = 'ClosedPipe';
}

/** Thrown when the output cannot be written: one line that names it and the system's code. */
export class OutputError extends Error {
  override name = 'OutputError';
}

/** Where the renderers write. */
export interface TextWriter {
  write(text: string): void;
  flush(): void;
}

const SIZE = 64 * 1024;
/** A UTF-16 code unit takes at most three bytes of UTF-8. */
const MAX_EXPANSION = 3;

export class FileWriter implements TextWriter {
  private readonly buffer = new Uint8Array(SIZE);
  private readonly encoder = new TextEncoder();
  private used = 0;

  constructor(private readonly fd: number) {}

  write(text: string): void {
    if (text.length * MAX_EXPANSION > SIZE - this.used) {
      this.flush();
      if (text.length * MAX_EXPANSION > SIZE) {
        writeAll(this.fd, this.encoder.encode(text), text.length * MAX_EXPANSION);
        return;
      }
    }
    this.used += this.encoder.encodeInto(text, this.buffer.subarray(this.used)).written;
  }

  flush(): void {
    const { used } = this;
    this.used = 0;
    writeAll(this.fd, this.buffer, used);
  }
}

function writeAll(fd: number, bytes: Uint8Array, most: number): void {
  const end = Math.min(most, bytes.length);
  for (let at = 0; at < end; ) {
    try {
      at += writeSync(fd, bytes, at, end - at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') throw new ClosedPipe('the reader of the output has gone');
      if (code !== 'EAGAIN') throw new OutputError(`cannot write to ${nameOf(fd)} (${code})`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function nameOf(fd: number): string {
  return fd === 2 ? 'standard error' : 'standard output';
}
