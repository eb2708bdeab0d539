/**
 * Zstandard (RFC 8878) as a sans-I/O decoder around `fzstd`, so that every Node version behaves the same.
 *
 * Strategy: the walk over frames and blocks is ours, and `fzstd` gets one whole block at a time: at most
 * 128 KiB come out per step, a cut or hostile input is noticed before it is fed, and the window is refused
 * before it is allocated. The content checksum is not verified.
 */
import { Decompress } from 'fzstd';
import { ByteQueue } from '../bytes/queue.js';
import type { BlockDecoder } from './block-decoder.js';
import { u32 } from './integers.js';
import type { Block } from './open.js';

const MAGIC = 0xfd2fb528;
/** §3.1.2: the upper 28 bits of the magic of a skippable frame. */
const SKIPPABLE = 0x184d2a5;
/** §3.1.1.2.4 */
const MAX_BLOCK = 131_072;
/** Largest window accepted: what the zstd command accepts unless told otherwise. */
const MAX_WINDOW = 128 << 20;
/**
 * fzstd moves its whole window per block, so that tiny blocks with a huge window would take hours. This much
 * moving is free (some seconds); beyond it, so much per byte of output.
 */
const FREE_MOVING = 16 * 2 ** 30;
const MOVING_PER_BYTE = 32_768;

type State = 'frame' | 'block' | 'checksum' | 'skip';

export class ZstdDecoder implements BlockDecoder {
  readonly block: Block = { bytes: new Uint8Array(0), start: 0, end: 0 };
  failure: string | undefined = undefined;
  private readonly queue = new ByteQueue();
  private state: State = 'frame';
  private skipping = 0;
  private inflater: Decompress | undefined = undefined;
  /** What is fed next; reused, since fzstd keeps views of what it was fed. */
  private readonly staged = new Uint8Array(3 + MAX_BLOCK);
  private hasChecksum = false;
  private windowSize = 0;
  private moved = 0;
  private produced = 0;

  get atBoundary(): boolean {
    return this.state === 'frame' && this.queue.length === 0;
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

  /** A cut block cannot be decoded in part. */
  salvage(): boolean {
    return false;
  }

  private step(): boolean {
    switch (this.state) {
      case 'frame':
        return this.readFrameHeader();
      case 'block':
        return this.readBlock();
      case 'checksum':
        return this.skipChecksum();
      case 'skip':
        return this.skip();
    }
  }

  private skip(): boolean {
    const counted = Math.min(this.skipping, this.queue.length);
    this.queue.start += counted;
    this.skipping -= counted;
    if (this.skipping === 0) this.state = 'frame';
    return false;
  }

  private skipChecksum(): boolean {
    if (this.queue.length < 4) return false;
    this.queue.start += 4;
    this.state = 'frame';
    return false;
  }

  /** §3.1.1.1 */
  private readFrameHeader(): boolean {
    const { queue } = this;
    const { bytes, start, length } = queue;
    if (length < 5) return false;
    const magic = u32(bytes, start, true);
    if (magic >>> 4 === SKIPPABLE) {
      if (length < 8) return false;
      this.skipping = u32(bytes, start + 4, true);
      queue.start += 8;
      this.state = 'skip';
      return false;
    }
    if (magic !== MAGIC) {
      this.failure = 'no frame begins where one should';
      return false;
    }
    const header = new FrameHeader(bytes, start);
    if (length < header.length) return false;
    this.beginFrame(header);
    return false;
  }

  private beginFrame(header: FrameHeader): void {
    const { queue } = this;
    const { bytes, start } = queue;
    const windowSize = header.windowSize(bytes, start);
    if (header.needsDictionary) this.failure = 'it needs a dictionary';
    else if (windowSize > MAX_WINDOW) {
      this.failure = `it asks for a window of ${windowSize} bytes, more than ${MAX_WINDOW}; unpack it first with zstd -d --long=31`;
    } else {
      this.windowSize = windowSize;
      this.hasChecksum = header.hasChecksum;
      queue.start += header.length;
      this.state = 'block';
      this.inflater = new Decompress((data) => this.take(data));
      // The checksum is skipped here, fzstd shall not wait for it. And it waits for 18 bytes before it begins:
      // four empty raw blocks make up for the shortest header.
      this.staged.set(bytes.subarray(start, start + header.length));
      this.staged[4] &= ~4;
      this.staged.fill(0, header.length, header.length + 12);
      this.inflate(header.length + 12);
    }
  }

  /** §3.1.1.2: last block, type (raw, RLE, compressed, reserved), size. */
  private readBlock(): boolean {
    const { queue } = this;
    const { bytes, start } = queue;
    if (queue.length < 3) return false;
    const type = (bytes[start] >> 1) & 3;
    const size = (bytes[start] >> 3) | (bytes[start + 1] << 5) | (bytes[start + 2] << 13);
    if (type === 3 || size > MAX_BLOCK) {
      this.failure = 'corrupt block header';
      return false;
    }
    const whole = 3 + (type === 1 ? 1 : size);
    if (queue.length < whole) return false;
    if ((bytes[start] & 1) === 1) this.state = this.hasChecksum ? 'checksum' : 'frame';
    queue.start += whole;
    this.staged.set(bytes.subarray(start, start + whole));
    return this.inflate(whole);
  }

  private inflate(length: number): boolean {
    this.block.end = 0;
    this.moved += this.windowSize;
    if (this.moved > FREE_MOVING + this.produced * MOVING_PER_BYTE) {
      this.failure = 'its blocks are too small for its window; unpack it first with zstd -d';
      return false;
    }
    try {
      this.inflater!.push(this.staged.subarray(0, length));
    } catch {
      this.failure = 'corrupt block';
      return false;
    }
    this.produced += this.block.end;
    return this.block.end > 0;
  }

  private take(data: Uint8Array): void {
    this.block.bytes = data;
    this.block.start = 0;
    this.block.end = data.length;
  }
}

/** §3.1.1.1.1: the frame header descriptor says how long the header is. */
class FrameHeader {
  readonly length: number;
  readonly hasChecksum: boolean;
  readonly needsDictionary: boolean;
  private readonly single: boolean;
  private readonly sizeLength: number;

  constructor(bytes: Uint8Array, start: number) {
    const descriptor = bytes[start + 4];
    const dictionary = [0, 1, 2, 4][descriptor & 3];
    this.single = (descriptor & 0x20) !== 0;
    this.hasChecksum = (descriptor & 4) !== 0;
    this.needsDictionary = dictionary > 0;
    this.sizeLength = [this.single ? 1 : 0, 2, 4, 8][descriptor >> 6];
    this.length = 5 + (this.single ? 0 : 1) + dictionary + this.sizeLength;
  }

  /** §3.1.1.1.2; of a single segment, its content size. */
  windowSize(bytes: Uint8Array, start: number): number {
    if (!this.single) {
      const base = 2 ** (10 + (bytes[start + 5] >> 3));
      return base + (base / 8) * (bytes[start + 5] & 7);
    }
    let size = this.sizeLength === 2 ? 256 : 0;
    for (let i = 0; i < this.sizeLength; i++) {
      size += bytes[start + this.length - this.sizeLength + i] * 2 ** (8 * i);
    }
    return size;
  }
}
