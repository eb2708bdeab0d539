/**
 * gzip (RFC 1952) through node:zlib, which reads members one after the other.
 *
 * Strategy: the zlib stream is fed one block at a time and paused whenever a piece of output waits, so that
 * memory stays flat. zlib gives nothing of the step in which it meets corrupt data; while all input so far
 * is small enough to keep, we find by bisection how far it is sound and deliver that too.
 */
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import type { Trouble } from './block-decoder.js';
import type { Block, BlockSource } from './open.js';

const CHUNK = 262_144;
/** Input kept, and output believed, for finding the sound part of a corrupt stream. */
const MAX_KEPT = 1 << 20;
const MAX_SALVAGED = 64 << 20;

export class GunzipSource implements BlockSource {
  readonly name: string;
  readonly size: number | undefined;
  private readonly source: BlockSource;
  private readonly trouble: Trouble;
  private readonly gunzip = createGunzip({ chunkSize: CHUNK });
  private readonly output: Uint8Array[] = [];
  private readonly block: Block = { bytes: new Uint8Array(0), start: 0, end: 0 };
  private produced = 0;
  private kept: Uint8Array[] = [];
  private keptLength = 0;
  private finished = false;
  private failure: unknown = undefined;
  /** Continue a waiting read, a waiting write. */
  private wake: () => void = () => {};
  private fed: () => void = () => {};

  constructor(source: BlockSource, trouble: Trouble) {
    this.source = source;
    this.name = source.name;
    this.size = source.size;
    this.trouble = trouble;
    this.gunzip.on('data', (chunk: Uint8Array) => {
      this.output.push(chunk);
      this.produced += chunk.length;
      this.gunzip.pause();
      this.wake();
    });
    this.gunzip.on('error', (error: NodeJS.ErrnoException) => this.finish(error));
    this.gunzip.on('end', () => this.finish(undefined));
    this.feed().catch((error) => {
      this.failure = error;
      this.finish(undefined);
    });
  }

  get position(): number {
    return this.source.position;
  }

  async read(): Promise<Block | null> {
    while (this.output.length === 0 && !this.finished) {
      this.gunzip.resume();
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    const bytes = this.output.shift();
    if (bytes !== undefined) {
      this.block.bytes = bytes;
      this.block.end = bytes.length;
      return this.block;
    }
    if (this.failure !== undefined) throw this.failure;
    return null;
  }

  close(): void {
    this.finished = true;
    this.wake();
    this.fed();
    this.gunzip.destroy();
    this.source.close();
  }

  private async feed(): Promise<void> {
    while (!this.finished) {
      const block = await this.source.read();
      if (block === null || this.finished) break;
      const bytes = block.bytes.subarray(block.start, block.end);
      this.keep(bytes);
      await new Promise<void>((resolve) => {
        this.fed = resolve;
        this.gunzip.write(bytes, () => resolve());
      });
    }
    if (!this.finished) this.gunzip.end();
  }

  private keep(bytes: Uint8Array): void {
    this.keptLength += bytes.length;
    if (this.keptLength > MAX_KEPT) this.kept = [];
    else this.kept.push(new Uint8Array(bytes));
  }

  private finish(error: NodeJS.ErrnoException | undefined): void {
    if (this.finished) return;
    this.finished = true;
    if (error?.code === 'Z_BUF_ERROR') this.trouble('truncated-capture', 'the gzip stream is cut');
    else if (error !== undefined) {
      const sound = this.salvage();
      if (sound.length > 0) this.output.push(sound);
      this.trouble(
        'corrupt-compression',
        `the gzip stream is corrupt after ${this.produced} bytes of output`,
      );
    }
    this.fed();
    this.wake();
  }

  /** The output that zlib held back when it failed, as far as the input kept can tell. */
  private salvage(): Uint8Array {
    const none = new Uint8Array(0);
    if (this.keptLength > MAX_KEPT || this.produced > MAX_SALVAGED) return none;
    const input = Buffer.concat(this.kept);
    let sound: Uint8Array = none;
    for (let good = 0, bad = input.length; bad - good > 1; ) {
      const middle = (good + bad) >> 1;
      const output = unzipSound(input.subarray(0, middle));
      if (output === undefined) bad = middle;
      else {
        good = middle;
        sound = output;
      }
    }
    const held = sound.subarray(this.produced);
    this.produced += held.length;
    return held;
  }
}

/** What a prefix of a gzip stream decodes to, or undefined if it is corrupt. */
function unzipSound(prefix: Uint8Array): Uint8Array | undefined {
  try {
    return gunzipSync(prefix, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_SALVAGED });
  } catch {
    return undefined;
  }
}
