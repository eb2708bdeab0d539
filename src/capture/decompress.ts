/**
 * Compressed captures: a BlockSource that unpacks another one. What was unpacked before a fault is always
 * delivered; the fault is a defect.
 *
 * Strategy: pull, not push. Each read unpacks one block, so memory stays flat however far a stream expands.
 */
import { DEFAULT_LIMITS } from '../limits.js';
import type { BlockDecoder, Trouble } from './block-decoder.js';
import type { Compression } from './detect.js';
import { GunzipSource, type SalvageLimits } from './gunzip.js';
import type { Block, BlockSource } from './open.js';

/** Unpacks `source`; each kind reads several members or frames one after the other. */
export async function decompress(
  source: BlockSource,
  compression: Compression,
  trouble: Trouble,
  limits: SalvageLimits = DEFAULT_LIMITS,
): Promise<BlockSource> {
  if (compression === 'gzip') return new GunzipSource(source, trouble, limits);
  // Loaded only when needed: start-up time is paid in every run.
  const decoder =
    compression === 'zstd'
      ? await (await import('./zstd.js')).ZstdDecoder.create()
      : new (await import('./lz4.js')).Lz4Decoder();
  return new DecodedSource(source, compression, decoder, trouble);
}

class DecodedSource implements BlockSource {
  readonly name: string;
  readonly size: number | undefined;
  private readonly source: BlockSource;
  private readonly kind: Compression;
  /** Let go of at the end, with its memory. */
  private decoder: BlockDecoder | undefined;
  private readonly trouble: Trouble;

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
    while (this.decoder !== undefined) {
      const { decoder } = this;
      if (decoder.next()) return decoder.block;
      if (decoder.failure !== undefined) {
        this.decoder = undefined;
        this.trouble('corrupt-compression', `the ${this.kind} stream is corrupt: ${decoder.failure}`);
        return null;
      }
      const block = await this.source.read();
      if (block === null) return this.readEnd();
      decoder.push(block.bytes, block.start, block.end);
    }
    return null;
  }

  close(): void {
    this.decoder = undefined;
    this.source.close();
  }

  private readEnd(): Block | null {
    const { decoder } = this;
    this.decoder = undefined;
    if (decoder === undefined || decoder.atBoundary) return null;
    this.trouble('truncated-capture', `the ${this.kind} stream is cut`);
    return decoder.salvage() ? decoder.block : null;
  }
}
