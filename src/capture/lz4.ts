/**
 * LZ4 frames (LZ4 Frame Format Description 1.6) and the legacy frame, as a sans-I/O decoder.
 *
 * Strategy: the frame walk is ours, the blocks are decoded by `lz4js` after lz4-block.ts has checked them; of
 * a corrupt or cut block, what comes before the fault is still delivered. Memory is flat: two output blocks
 * in turn, and 64 KiB of history for linked blocks. Checksums are skipped: a capture shows its own
 * damage, and xxHash in JavaScript would cost more than the decoding.
 */
import { createRequire } from 'node:module';
import { ByteQueue } from '../bytes/queue.js';
import type { BlockDecoder } from './block-decoder.js';
import { u32 } from './integers.js';
import { checkBlock } from './lz4-block.js';
import type { Block } from './open.js';

interface Lz4js {
  decompressBlock(src: Uint8Array, dst: Uint8Array, at: number, length: number, dstAt: number): number;
}

const MAGIC = 0x184d2204;
const LEGACY_MAGIC = 0x184c2102;
/** The upper 28 bits of the magic of a skippable frame. */
const SKIPPABLE = 0x184d2a5;
const HISTORY = 65_536;
const LEGACY_BLOCK = 8 << 20;
/** FLG byte of the frame descriptor. */
const BLOCK_INDEPENDENT = 0x20;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY = 0x01;

type State = 'magic' | 'descriptor' | 'block' | 'legacy' | 'skip';

export class Lz4Decoder implements BlockDecoder {
  readonly block: Block = { bytes: new Uint8Array(0), start: 0, end: 0 };
  failure: string | undefined = undefined;
  private readonly queue = new ByteQueue();
  private readonly lz4 = createRequire(import.meta.url)('lz4js') as Lz4js;
  private state: State = 'magic';
  private flags = 0;
  private maxBlock = 0;
  private skipping = 0;
  private outputs: Uint8Array[] = [];
  private turn = 0;
  private readonly history = new Uint8Array(HISTORY);
  private historyLength = 0;

  get atBoundary(): boolean {
    return (this.state === 'magic' || this.state === 'legacy') && this.queue.length === 0;
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    this.queue.push(bytes, start, end);
  }

  next(): boolean {
    while (this.failure === undefined) {
      const { state } = this;
      const { offset } = this.queue;
      if (this.step()) return true;
      if (this.state === state && this.queue.offset === offset) return false;
    }
    return false;
  }

  /** Decodes what there is of a block that the end of the input has cut. */
  salvage(): boolean {
    const { queue } = this;
    if (this.failure !== undefined || queue.length <= 4) return false;
    if (this.state !== 'legacy' && this.state !== 'block') return false;
    const word = u32(queue.bytes, queue.start, true);
    const start = queue.start + 4;
    const size = Math.min(queue.end - start, word & 0x7fff_ffff, this.maxBlock);
    return this.decode(start, start + size, this.state === 'block' && word >= 0x8000_0000);
  }

  private step(): boolean {
    switch (this.state) {
      case 'magic':
        return this.readMagic();
      case 'descriptor':
        return this.readDescriptor();
      case 'block':
        return this.readBlock();
      case 'legacy':
        return this.readLegacyBlock();
      case 'skip':
        return this.skip();
    }
  }

  private readMagic(): boolean {
    const { queue } = this;
    if (queue.length < 4) return false;
    const magic = u32(queue.bytes, queue.start, true);
    if (magic === MAGIC) this.state = 'descriptor';
    else if (magic === LEGACY_MAGIC) {
      this.flags = BLOCK_INDEPENDENT;
      this.resize(LEGACY_BLOCK);
      queue.start += 4;
      this.state = 'legacy';
    } else if (magic >>> 4 === SKIPPABLE) {
      if (queue.length < 8) return false;
      this.skipping = u32(queue.bytes, queue.start + 4, true);
      queue.start += 8;
      this.state = 'skip';
    } else this.failure = 'no frame begins where one should';
    return false;
  }

  private skip(): boolean {
    const counted = Math.min(this.skipping, this.queue.length);
    this.queue.start += counted;
    this.skipping -= counted;
    if (this.skipping === 0) this.state = 'magic';
    return false;
  }

  /** Magic, FLG, BD, content size, dictionary id, header checksum. */
  private readDescriptor(): boolean {
    const { queue } = this;
    if (queue.length < 7) return false;
    const flags = queue.bytes[queue.start + 4];
    const size = (queue.bytes[queue.start + 5] >> 4) & 7;
    const length = 7 + (flags & CONTENT_SIZE ? 8 : 0);
    if (flags >> 6 !== 1 || size < 4) this.failure = 'frame of an unknown version or block size';
    else if (flags & DICTIONARY) this.failure = 'it needs a dictionary';
    else if (queue.length >= length) {
      this.flags = flags;
      this.resize(1 << (8 + 2 * size));
      queue.start += length;
      this.state = 'block';
    }
    return false;
  }

  private resize(maxBlock: number): void {
    if (this.maxBlock < maxBlock) this.outputs = [];
    this.maxBlock = maxBlock;
    this.historyLength = 0;
  }

  private readBlock(): boolean {
    const { queue, flags } = this;
    if (queue.length < 4) return false;
    const word = u32(queue.bytes, queue.start, true);
    if (word === 0) {
      const mark = flags & CONTENT_CHECKSUM ? 8 : 4;
      if (queue.length < mark) return false;
      queue.start += mark;
      this.state = 'magic';
      return false;
    }
    const size = word & 0x7fff_ffff;
    const whole = 4 + size + (flags & BLOCK_CHECKSUM ? 4 : 0);
    if (size > this.maxBlock) this.failure = `block claims ${size} bytes, more than its frame allows`;
    else if (queue.length >= whole) {
      const start = queue.start + 4;
      queue.start += whole;
      return this.decode(start, start + size, word >= 0x8000_0000);
    }
    return false;
  }

  /** Legacy blocks go on until the end of the input, or until another frame begins. */
  private readLegacyBlock(): boolean {
    const { queue } = this;
    if (queue.length < 4) return false;
    const size = u32(queue.bytes, queue.start, true);
    if (size > LEGACY_BLOCK + LEGACY_BLOCK / 255 + 16) this.state = 'magic';
    else if (queue.length >= 4 + size) {
      const start = queue.start + 4;
      queue.start = start + size;
      return this.decode(start, start + size, false);
    }
    return false;
  }

  private decode(start: number, end: number, stored: boolean): boolean {
    const { queue, maxBlock } = this;
    this.turn ^= 1;
    const output = (this.outputs[this.turn] ??= new Uint8Array(HISTORY + maxBlock));
    let decoded = end - start;
    if (stored) output.set(queue.bytes.subarray(start, end), HISTORY);
    else {
      const past = this.historyLength;
      output.set(this.history.subarray(HISTORY - past), HISTORY - past);
      const checked = checkBlock(queue.bytes, start, end, past, maxBlock);
      if (checked.length < end - start) this.failure = 'corrupt block';
      decoded = checked.decoded;
      this.lz4.decompressBlock(queue.bytes, output, start, checked.length, HISTORY);
    }
    if ((this.flags & BLOCK_INDEPENDENT) === 0) this.remember(output, HISTORY + decoded);
    this.block.bytes = output;
    this.block.start = HISTORY;
    this.block.end = HISTORY + decoded;
    return decoded > 0;
  }

  /** Keeps the last 64 KiB of output apart: what lies before a block is lent out as headroom. */
  private remember(output: Uint8Array, end: number): void {
    const { history } = this;
    const fresh = Math.min(end - HISTORY, HISTORY);
    history.copyWithin(0, fresh);
    history.set(output.subarray(end - fresh, end), HISTORY - fresh);
    this.historyLength = Math.min(HISTORY, this.historyLength + fresh);
  }
}
