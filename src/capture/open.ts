/**
 * Where bytes come from: a file, standard input, a pipe, bytes in memory. The only fs of this folder.
 *
 * Strategy: regular files are read synchronously into two reused buffers in turn, each with headroom so that
 * a record that straddles two blocks can be completed in front of the second (ByteQueue). Everything that
 * may have to wait (pipes, devices) is read as it comes, so that what tcpdump -U writes is seen at once.
 */
import * as fs from 'node:fs';
import { isatty } from 'node:tty';
import { fileURLToPath } from 'node:url';
import { borrow, giveBack } from '../bytes/kernel.js';
import { visible } from '../bytes/visible.js';
import { CaptureError } from '../stream/defect.js';

/** bytes[start, end), borrowed until the read after the next; what lies before `start` may be overwritten. */
export interface Block {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/** Where the bytes of a capture come from. */
export interface BlockSource {
  /** The next block, or null at the end. Throws CaptureError when reading fails. */
  read(): Block | null | Promise<Block | null>;
  /** Closes what is open, and ends a read() that waits. */
  close(): void;
  /** For messages; not yet escaped. */
  readonly name: string;
  /** Bytes of the file, where that is known. */
  readonly size: number | undefined;
  /** Bytes of the file read so far, for progress. */
  readonly position: number;
}

/**
 * A path (`-` is standard input), a `file:` URL, the bytes of a capture, or its chunks (each a buffer of its
 * own).
 */
export type Input = string | URL | Uint8Array | AsyncIterable<Uint8Array>;

/** How regular files are read. */
export interface OpenOptions {
  /** Bytes per read of a regular file. */
  readonly blockSize?: number;
  /** Open the file anew for each read, to stay within the limit of open files. */
  readonly frugal?: boolean;
}

const BLOCK_SIZE = 1 << 20;
const HEADROOM = 256 << 10;

/** Opens an input. Throws CaptureError, one line that says what to do. */
export function openSource(input: Input, options: OpenOptions = {}): BlockSource {
  if (input instanceof URL) return openFile(pathOf(input), options);
  if (input instanceof Uint8Array) return new MemorySource(input);
  if (typeof input !== 'string') return openStream(input);
  return input === '-' ? openStandardInput(options) : openFile(input, options);
}

function openFile(path: string, options: OpenOptions): BlockSource {
  const stat = attempt(path, () => fs.statSync(path));
  if (stat.isDirectory()) {
    const name = visible(path);
    const example = `${name.replace(/\/+$/, '')}/*.pcap`;
    const message = `${name} is a directory; give the capture files in it, for example ${example}`;
    throw new CaptureError('is-a-directory', message);
  }
  if (stat.isFile()) return new FileSource(path, undefined, stat.size, options);
  attempt(path, () => fs.accessSync(path, fs.constants.R_OK));
  return new StreamSource(path, fs.createReadStream(path));
}

/** Programs without types may hand over anything. */
function openStream(input: AsyncIterable<Uint8Array>): BlockSource {
  if (typeof input?.[Symbol.asyncIterator] === 'function') return new StreamSource('the given stream', input);
  const message = 'a capture is a path, a file: URL, a Uint8Array, or an async iterable of Uint8Array';
  throw new CaptureError('invalid-input', message);
}

/** Of a `file:` URL. */
function pathOf(url: URL): string {
  try {
    if (url.protocol === 'file:') return fileURLToPath(url);
  } catch {
    throw new CaptureError('invalid-input', `${visible(url.href)} names no file of this machine`);
  }
  const message = `${visible(url.href)} is no file: URL; download it first, or give its body as a stream`;
  throw new CaptureError('invalid-input', message);
}

/** Whether the input can be opened a second time from its beginning. */
export function isRepeatable(input: Input): boolean {
  if (typeof input !== 'string') return input instanceof Uint8Array || input instanceof URL;
  if (input === '-') return false;
  try {
    return fs.statSync(input).isFile();
  } catch {
    // Opening it will tell what is wrong.
    return true;
  }
}

function openStandardInput(options: OpenOptions): BlockSource {
  const name = 'standard input';
  if (isatty(0)) {
    const example = 'tcpdump -U --immediate-mode -w - | wsdissect -';
    const message = `standard input is a terminal: pipe a capture into it, for example ${example}`;
    throw new CaptureError('no-input', message);
  }
  const stat = attempt(name, () => fs.fstatSync(0));
  if (stat.isFile()) return new FileSource(name, 0, stat.size, { ...options, frugal: false });
  return new StreamSource(name, process.stdin);
}

export function attempt<T>(name: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw readable(name, error);
  }
}

/** The error of the operating system in words. */
function readable(name: string, error: unknown): CaptureError {
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const who = visible(name);
  if (code === 'ENOENT') return new CaptureError('not-found', `${who}: no such file`);
  if (code === 'EACCES' || code === 'EPERM') {
    const message = `${who}: no permission to read it (captures often belong to root)`;
    return new CaptureError('no-permission', message);
  }
  if (code === 'EMFILE') {
    const message = `${who}: too many open files; raise the limit with ulimit -n`;
    return new CaptureError('too-many-open-files', message);
  }
  return new CaptureError('unreadable', `${who}: cannot be read (${code})`);
}

class FileSource implements BlockSource {
  readonly name: string;
  readonly size: number;
  position = 0;
  private readonly block: Block = { bytes: new Uint8Array(0), start: 0, end: 0 };
  private readonly blockSize: number;
  private readonly frugal: boolean;
  private readonly buffers: Uint8Array[] = [];
  private turn = 0;
  private fd: number | undefined;
  private readonly given: boolean;

  /** Opens the file, unless a descriptor is given; that is then read from where it stands and left open. */
  constructor(name: string, fd: number | undefined, size: number, options: OpenOptions) {
    this.name = name;
    this.size = size;
    // Small files need no large buffers; the one byte more shows the end with the first read.
    this.blockSize = Math.min(options.blockSize ?? BLOCK_SIZE, Math.max(size + 1, 4096));
    this.frugal = options.frugal ?? false;
    this.fd = fd ?? attempt(name, () => fs.openSync(name, 'r'));
    this.given = fd !== undefined;
    if (this.frugal) this.release();
  }

  read(): Block | null {
    const { block, blockSize, name, given } = this;
    this.turn ^= 1;
    const headroom = Math.min(HEADROOM, blockSize);
    const buffer = (this.buffers[this.turn] ??= this.makeBuffer(headroom + blockSize));
    if (this.frugal) this.fd = attempt(name, () => fs.openSync(name, 'r'));
    const at = given ? null : this.position;
    const count = attempt(name, () => fs.readSync(this.fd!, buffer, headroom, blockSize, at));
    if (this.frugal) this.release();
    if (count === 0) return null;
    this.position += count;
    block.bytes = buffer;
    block.start = headroom;
    block.end = headroom + count;
    return block;
  }

  close(): void {
    if (!this.given) this.release();
    for (const buffer of this.buffers) giveBack(buffer);
    this.buffers.length = 0;
  }

  /** A small file is not worth the kernel. */
  private makeBuffer(length: number): Uint8Array {
    return (length < HEADROOM ? undefined : borrow(length)) ?? new Uint8Array(length);
  }

  private release(): void {
    if (this.fd !== undefined) fs.closeSync(this.fd);
    this.fd = undefined;
  }
}

class MemorySource implements BlockSource {
  readonly name = 'the given bytes';
  readonly size: number;
  position = 0;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.size = bytes.length;
  }

  read(): Block | null {
    if (this.position > 0 || this.size === 0) return null;
    this.position = this.size;
    return { bytes: this.bytes, start: 0, end: this.size };
  }

  close(): void {}
}

class StreamSource implements BlockSource {
  readonly name: string;
  readonly size = undefined;
  position = 0;
  private readonly chunks: AsyncIterator<Uint8Array>;
  private readonly stream: AsyncIterable<Uint8Array> & { destroy?(): void };
  private cancel: () => void = () => {};

  constructor(name: string, stream: AsyncIterable<Uint8Array>) {
    this.name = name;
    this.stream = stream;
    this.chunks = stream[Symbol.asyncIterator]();
  }

  async read(): Promise<Block | null> {
    for (;;) {
      const result = await this.next();
      if (result.done) return null;
      const bytes = result.value;
      if (!(bytes instanceof Uint8Array)) {
        const message = `${visible(this.name)} gives text, not bytes: leave its encoding unset`;
        throw new CaptureError('invalid-input', message);
      }
      if (bytes.length === 0) continue;
      this.position += bytes.length;
      return { bytes, start: 0, end: bytes.length };
    }
  }

  /** A Node stream is destroyed, since a pending read of it would keep `return` waiting. */
  close(): void {
    this.cancel();
    if (this.stream.destroy !== undefined) this.stream.destroy();
    else this.chunks.return?.().then(undefined, () => {});
  }

  /** The next chunk; close() ends the wait for it. */
  private next(): Promise<IteratorResult<Uint8Array>> {
    return new Promise((resolve, reject) => {
      this.cancel = () => resolve({ done: true, value: undefined });
      this.chunks.next().then(resolve, (error) => reject(readable(this.name, error)));
    });
  }
}
