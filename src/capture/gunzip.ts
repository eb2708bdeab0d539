/**
 * gzip (RFC 1952) through node:zlib, which reads members one after the other.
 *
 * Strategy: the zlib stream is fed one block at a time and paused whenever a piece of output waits, so that
 * memory stays flat. zlib gives nothing of the step in which it meets corrupt data; while all input so far
 * is small enough to keep, we find by bisection how far it is sound and deliver that too.
 */
import { constants, createGunzip, gunzipSync } from 'node:zlib';
import { atLimit, type Limits } from '../limits.js';
import type { Trouble } from './block-decoder.js';
import type { Block, BlockSource } from './open.js';

const CHUNK = 262_144;

/** Bytes of input kept, and of output believed, for finding the sound part of a corrupt stream. */
export type SalvageLimits = Pick<Limits, 'maxSalvageInput' | 'maxSalvaged'>;

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

  constructor(
    source: BlockSource,
    trouble: Trouble,
    private readonly limits: SalvageLimits,
  ) {
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
    if (this.keptLength > this.limits.maxSalvageInput) this.kept = [];
    else this.kept.push(new Uint8Array(bytes));
  }

  private finish(error: NodeJS.ErrnoException | undefined): void {
    if (this.finished) return;
    this.finished = true;
    if (error?.code === 'Z_BUF_ERROR') this.trouble('truncated-capture', 'the gzip stream is cut');
    else if (error !== undefined) {
      const hit = this.salvage();
      const message = `the gzip stream is corrupt after ${this.produced} bytes of output`;
      const lost = hit && `, and the last piece before that is lost ${atLimit(hit, this.limits[hit])}`;
      this.trouble('corrupt-compression', `${message}${lost ?? ''}`);
    }
    this.fed();
    this.wake();
  }

  /**
   * Delivers the output that zlib held back when it failed, as far as the input kept can tell; returns the limit that
   * forbade it.
   */
  private salvage(): keyof SalvageLimits | undefined {
    const { maxSalvageInput, maxSalvaged } = this.limits;
    if (this.keptLength > maxSalvageInput) return 'maxSalvageInput';
    if (this.produced > maxSalvaged) return 'maxSalvaged';
    const input = Buffer.concat(this.kept);
    let sound: Uint8Array = new Uint8Array(0);
    let limited = false;
    for (let good = 0, bad = input.length; bad - good > 1; ) {
      const middle = (good + bad) >> 1;
      const output = unzipSound(input.subarray(0, middle), maxSalvaged);
      if (typeof output === 'string') bad = middle;
      else {
        good = middle;
        sound = output;
      }
      limited ||= output === 'too-long';
    }
    const held = sound.subarray(this.produced);
    this.produced += held.length;
    if (held.length > 0) this.output.push(held);
    return limited ? 'maxSalvaged' : undefined;
  }
}

/** What a prefix of a gzip stream decodes to, if it is sound, and not more than `most` bytes. */
function unzipSound(prefix: Uint8Array, most: number): Uint8Array | 'corrupt' | 'too-long' {
  try {
    return gunzipSync(prefix, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: most });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'too-long' : 'corrupt';
  }
}
