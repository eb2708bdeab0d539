/**
 * A few instructions of WebAssembly (kernel-code.ts) that take 16 octets at a time, and the memory that they can
 * reach: the loops over all payload. Those of JavaScript take 77 ns for a look at 120 octets and 584 ns for 1448;
 * these take 22 and 74.
 *
 * Strategy: the memory has a fixed size, since growing one takes the views of it away: room for two blocks of a file
 * and for two payloads, which whoever needs it borrows. Who comes too late, or needs more, or runs where there is no
 * such WebAssembly, does without.
 */
import { assembleKernel } from './kernel-code.js';

/** What of it is used; types for it come with those of browsers only. */
declare namespace WebAssembly {
  class Memory {
    constructor(size: { initial: number; maximum: number });
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, Memory>>);
    readonly exports: Record<string, (...numbers: number[]) => number>;
  }
}

/** Octets of a file's block with its headroom, and of a payload. */
const BLOCK = (1 << 20) + (256 << 10);
const PAYLOAD = 64 << 10;
/** The code may read as many octets behind the last one. */
const SLACK = 4;
const PAGE = 65_536;

/** A part of the kernel's memory. */
class Part {
  /** While it is borrowed. */
  bytes: Uint8Array | undefined = undefined;

  constructor(
    readonly at: number,
    readonly size: number,
  ) {}
}

interface Kernel {
  readonly memory: ArrayBuffer;
  readonly highBits: (start: number, end: number, key: number) => number;
  readonly mask: (start: number, end: number, key: number, to: number) => void;
}

const firstBlock = new Part(0, BLOCK);
const secondBlock = new Part(BLOCK, BLOCK);
const firstPayload = new Part(2 * BLOCK, PAYLOAD);
const secondPayload = new Part(2 * BLOCK + PAYLOAD, PAYLOAD);
/** The smaller ones first. */
const parts = [firstPayload, secondPayload, firstBlock, secondBlock];
let kernel: Kernel | undefined;
let isMissing = false;

/** `length` octets that the kernel reaches; undefined where there are none (left). */
export function borrow(length: number): Uint8Array | undefined {
  const part = parts.find(({ bytes, size }) => bytes === undefined && size >= length);
  if (part === undefined || isMissing) return undefined;
  kernel ??= load();
  isMissing = kernel === undefined;
  part.bytes = kernel && new Uint8Array(kernel.memory, part.at, length);
  return part.bytes;
}

export function giveBack(bytes: Uint8Array): void {
  for (const part of parts) if (part.bytes === bytes) part.bytes = undefined;
}

/** Where `bytes`, as they were lent, lie in the kernel's memory; -1 where they do not. One by one: a loop is slower. */
export function addressOf(bytes: Uint8Array): number {
  if (bytes === firstBlock.bytes) return firstBlock.at;
  if (bytes === secondBlock.bytes) return secondBlock.at;
  if (bytes === firstPayload.bytes) return firstPayload.at;
  return bytes === secondPayload.bytes ? secondPayload.at : -1;
}

/**
 * Whether an octet at the addresses [start, end) has its highest bit once all are XORed with the octets of `key` in
 * turn, the first one the least significant.
 */
export function hasHighBits(start: number, end: number, key: number): boolean {
  return kernel!.highBits(start, end, key) !== 0;
}

/** XORs the octets at the addresses [start, end) with those of `key` in turn, the least significant first. */
export function maskTo(to: number, start: number, end: number, key: number): void {
  kernel!.mask(start, end, key, to);
}

function load(): Kernel | undefined {
  try {
    const pages = Math.ceil((2 * BLOCK + 2 * PAYLOAD + SLACK) / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const module = new WebAssembly.Module(assembleKernel());
    const { exports } = new WebAssembly.Instance(module, { js: { memory } });
    const { highBits, mask } = exports;
    return { memory: memory.buffer, highBits, mask };
  } catch {
    // No SIMD, or no address space left.
    return undefined;
  }
}
