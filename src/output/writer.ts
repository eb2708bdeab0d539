/**
 * Writes to a file descriptor, when the buffer is full or at flush(): a third of the cost of console.log. A pipe
 * may take part of a write, or refuse it for now (EAGAIN): both are tried again.
 */
import { writeSync } from 'node:fs';
import { ByteWriter } from './byte-writer.js';

export type { TextWriter } from './byte-writer.js';

/** Thrown when the reader of a pipe has gone: nothing more can be said, and that is not an error. */
export class ClosedPipe extends Error {
  override name = 'ClosedPipe';
}

/** Thrown when the output cannot be written: one line that names it and the system's code. */
export class OutputError extends Error {
  override name = 'OutputError';
}

export class FileWriter extends ByteWriter {
  /** `name` is for errors. */
  constructor(
    private readonly fd: number,
    private readonly name = nameOf(fd),
  ) {
    super();
  }

  protected drain(bytes: Uint8Array, length: number): void {
    writeAll(this.fd, bytes, length, this.name);
  }
}

/** Writes bytes[0, end); `name` is for the error. Throws ClosedPipe or OutputError. */
export function writeAll(fd: number, bytes: Uint8Array, end = bytes.length, name = nameOf(fd)): void {
  for (let at = 0; at < end; ) {
    try {
      at += writeSync(fd, bytes, at, end - at);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') throw new ClosedPipe('the reader of the output has gone');
      if (code !== 'EAGAIN') throw new OutputError(`cannot write to ${name} (${code})`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

/** Does what opens or names a file to write; `name` is safe to print. Throws OutputError. */
export function attemptOutput<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new OutputError(`cannot write to ${name} (${(error as NodeJS.ErrnoException).code})`);
  }
}

function nameOf(fd: number): string {
  return fd === 2 ? 'standard error' : 'standard output';
}
