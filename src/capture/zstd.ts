/**
 * Zstandard (RFC 8878) as a sans-I/O decoder around the official libzstd, which `zstddec` brings as
 * WebAssembly, so that every Node version behaves the same.
 *
 * Strategy: `zstddec` has no streaming that heeds errors, but it shows what it has compiled. Each decoder
 * makes an instance of that for itself, so its memory (the window, at most 128 MiB) goes when the decoder
 * goes. libzstd is fed one block at a time: at most 128 KiB come out per step, all of it before a fault.
 */
import { ZSTDDecoder } from 'zstddec/stream';
import { ByteQueue } from '../bytes/queue.js';
import { CaptureError } from '../stream/defect.js';
import type { BlockDecoder } from './block-decoder.js';
import type { Block } from './open.js';

/** The part of WebAssembly that is used here: neither ES2023 nor @types/node 20 declares it. */
declare const WebAssembly: { Instance: new (module: object, imports: object) => { exports: unknown } };

/** What is used of libzstd; pointers and sizes are numbers of 32 bits, signed when they come back. */
interface Libzstd {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(size: number): number;
  ZSTD_createDCtx(): number;
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

/** RFC 8878 §3.1.1.2.4: the largest block, packed or not; so all that a block holds fits into the output. */
const MAX_BLOCK = 131_072;
const BLOCK_HEADER = 3;
/** Room before a block of output, for the rest of the record that it completes. */
const HEADROOM = 65_536;
/** A ZSTD_inBuffer, then a ZSTD_outBuffer: each a pointer, a size and a position. */
const BUFFERS = 24;
/** zstd_errors.h: a result is an error if it is the negative of a code below this one. */
const MAX_CODE = 120;
const FAILURES: Readonly<Record<number, string>> = {
  10: 'no frame begins where one should',
  12: 'frame of an unknown version',
  14: 'corrupt frame header',
  16: 'it asks for a window of more than 134217728 bytes; unpack it first with zstd -d --long=31',
  22: 'wrong content checksum',
  32: 'it needs a dictionary',
  64: 'there is not enough memory for its window',
};

let compiled: object | undefined;

class Library extends ZSTDDecoder {
  /** Called without `this`, and once per process. */
  override _init(result: Parameters<ZSTDDecoder['_init']>[0]): void {
    super._init(result);
    compiled = result.module;
  }
}

export class ZstdDecoder implements BlockDecoder {
  readonly block: Block = { bytes: new Uint8Array(0), start: HEADROOM, end: HEADROOM };
  failure: string | undefined = undefined;
  private readonly queue = new ByteQueue();
  private readonly libzstd: Libzstd;
  private readonly context: number;
  private readonly input: number;
  private readonly output: number;
  private readonly buffers: number;
  /** What libzstd asks for: the rest of what it reads, and the next block's header; 0 between frames. */
  private wanted = 0;
  private readonly outputs = [new Uint8Array(HEADROOM + MAX_BLOCK), new Uint8Array(HEADROOM + MAX_BLOCK)];
  private turn = 0;

  /** Throws a CaptureError if libzstd cannot be had, as when others initialised `zstddec/stream` before. */
  static async create(): Promise<ZstdDecoder> {
    try {
      await new Library().init();
      // Memory is looked up anew after each call, so that its growth need not be noticed.
      const imports = { env: { emscripten_notify_memory_growth: () => {} } };
      return new ZstdDecoder(new WebAssembly.Instance(compiled!, imports).exports as Libzstd);
    } catch (error) {
      const message = 'zstd cannot be decoded in this process; unpack it first with zstd -d';
      throw new CaptureError('unsupported', message, { cause: error });
    }
  }

  private constructor(libzstd: Libzstd) {
    this.libzstd = libzstd;
    this.context = libzstd.ZSTD_createDCtx();
    this.input = libzstd.malloc(MAX_BLOCK);
    this.output = libzstd.malloc(MAX_BLOCK);
    this.buffers = libzstd.malloc(BUFFERS);
  }

  get atBoundary(): boolean {
    return this.wanted === 0 && this.queue.length === 0;
  }

  push(bytes: Uint8Array, start: number, end: number): void {
    this.queue.push(bytes, start, end);
  }

  next(): boolean {
    while (this.failure === undefined && this.queue.length > 0) {
      if (this.step()) return true;
    }
    return false;
  }

  /** All that can be decoded of a cut block has been. */
  salvage(): boolean {
    return false;
  }

  /** Feeds the rest of one header or block, without the next header: a fault there would cost the block. */
  private step(): boolean {
    const { libzstd, queue, wanted } = this;
    const most = wanted > BLOCK_HEADER ? Math.min(wanted - BLOCK_HEADER, MAX_BLOCK) : BLOCK_HEADER;
    const fed = Math.min(most, queue.length);
    const piece = queue.bytes.subarray(queue.start, queue.start + fed);
    new Uint8Array(libzstd.memory.buffer, this.input, fed).set(piece);
    this.describe([this.input, fed, 0, this.output, MAX_BLOCK, 0]);
    const result = libzstd.ZSTD_decompressStream(this.context, this.buffers + 12, this.buffers);
    if (result < 0 && result > -MAX_CODE) {
      this.failure = FAILURES[-result] ?? 'corrupt block';
      return false;
    }
    this.wanted = result >>> 0;
    const consumed = this.position(0);
    const produced = this.position(12);
    queue.start += consumed;
    if (consumed === 0 && produced === 0) this.failure = 'corrupt block';
    return this.take(produced);
  }

  private describe(fields: readonly number[]): void {
    const view = new DataView(this.libzstd.memory.buffer, this.buffers, BUFFERS);
    for (let i = 0; i < fields.length; i++) view.setUint32(4 * i, fields[i], true);
  }

  private position(at: number): number {
    return new DataView(this.libzstd.memory.buffer, this.buffers, BUFFERS).getUint32(at + 8, true);
  }

  private take(length: number): boolean {
    if (length === 0) return false;
    this.turn ^= 1;
    this.block.bytes = this.outputs[this.turn];
    this.block.end = HEADROOM + length;
    this.block.bytes.set(new Uint8Array(this.libzstd.memory.buffer, this.output, length), HEADROOM);
    return true;
  }
}
