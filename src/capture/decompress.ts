/**
 * Compressed captures: a BlockSource that unpacks another one. What was unpacked before a fault is always
 * delivered; the fault is a defect.
 *
 * Strategy: pull, not push. Each read unpacks one block, so memory stays flat however far a stream expands.
 */
import type { BlockDecoder, Trouble } from './block-decoder.js';
import type { Compression } from './detect.js';
import { GunzipSource } from './gunzip.js';
import type { Block, BlockSource } from './open.js';

/** Unpacks `source`; each kind reads several members or frames one after the other. */
export async function decompress(
  source: BlockSource,
  compression: Compression,
  trouble: Trouble,
): Promise<BlockSource> {
  if (compression === 'gzip') return new GunzipSource(source, trouble);
  // Loaded only when needed: start-up time is paid in every run.
  const decoder =
    compression === 'zstd'
      ? new (await import('./zstd.js')).ZstdDecoder()
      : new (await import('./lz4.js')).Lz4Decoder();
  return new DecodedSource(source, compression, decoder, trouble);
}

class DecodedSource implements BlockSource {
  readonly name: string;
  readonly size: number | undefined;
  private readonly source: BlockSource;
  private readonly kind: Compression;
  private readonly decoder: BlockDecoder;
  private readonly trouble: Trouble;
  private finished = false;

  constructor(source: BlockSource, kind: Compression, decoder: BlockDecoder, trouble: Trouble) {
    this.source = source;
    this.name = source.name;
    this.size = source.size;
    this.kind = kind;
    this.decoder = decoder;
    this.trouble = trouble;
  }

  get position(): number {
    return this.source.position;
  }

  async read(): Promise<Block | null> {
    const { decoder, source } = this;
    while (!this.finished) {
      if (decoder.next()) return decoder.block;
      if (decoder.failure !== undefined) {
        this.finish('corrupt-compression', `the ${this.kind} stream is corrupt: ${decoder.failure}`);
        break;
      }
      const block = await source.read();
      if (this.finished) return null;
      if (block === null) return this.readEnd();
      decoder.push(block.bytes, block.start, block.end);
    }
    return null;
  }

  close(): void {
    this.finished = true;
    this.source.close();
  }

  private readEnd(): Block | null {
    if (this.decoder.atBoundary) {
      this.finished = true;
      return null;
    }
    this.finish('truncated-capture', `the ${this.kind} stream is cut`);
    return this.decoder.salvage() ? this.decoder.block : null;
  }

  private finish(code: string, message: string): void {
    this.finished = true;
    this.trouble(code, message);
  }
}
