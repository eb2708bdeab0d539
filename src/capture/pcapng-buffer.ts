/**
 * Puts blocks of pcapng together (draft-ietf-opsawg-pcapng §3), for who writes many.
 *
 * Strategy: one buffer that grows to the longest block, and is handed on when it has enough in it; the length of a block is
 * filled in at its end.
 */
import * as block from './pcapng-blocks.js';
import { OPT_ENDOFOPT } from './pcapng-options.js';

const ENOUGH = 1 << 18;
/** §3.5: the length of an option's value has 16 bits. */
const LONGEST_OPTION = 0xffff;

/** §4.2, §4.3, §4.6: options that are numbers, with the octets of each: they follow the byte order. */
const NUMBERS: Readonly<Record<number, Readonly<Record<number, number>>>> = {
  [block.INTERFACE_DESCRIPTION]: { 8: 8, 10: 4, 14: 8, 16: 8, 17: 8 },
  [block.ENHANCED_PACKET]: { 2: 4, 4: 8, 5: 8, 6: 4 },
  [block.INTERFACE_STATISTICS]: { 2: 4, 3: 4, 4: 8, 5: 8, 6: 8, 7: 8, 8: 8 },
};

export class BlockBuffer {
  little = true;
  /** Octets of the buffer in use. */
  length = 0;
  private buffer = Buffer.alloc(2 * ENOUGH);
  private blockStart = 0;

  constructor(private readonly write: (bytes: Uint8Array) => void) {}

  begin(type: number): void {
    this.blockStart = this.length;
    this.u32(type);
    this.u32(0);
  }

  /** `hasOptions`: they are to be ended. */
  end(hasOptions: boolean): void {
    if (hasOptions) this.option(OPT_ENDOFOPT, new Uint8Array(0));
    const size = this.length + 4 - this.blockStart;
    this.u32(size);
    const end = this.length;
    this.length = this.blockStart + 4;
    this.u32(size);
    this.length = end;
    if (end >= ENOUGH) this.flush();
  }

  flush(): void {
    if (this.length > 0) this.write(this.buffer.subarray(0, this.length));
    this.length = 0;
  }

  u16(value: number): void {
    this.reserve(2);
    if (this.little) this.buffer.writeUInt16LE(value, this.length);
    else this.buffer.writeUInt16BE(value, this.length);
    this.length += 2;
  }

  u32(value: number): void {
    this.reserve(4);
    if (this.little) this.buffer.writeUInt32LE(value >>> 0, this.length);
    else this.buffer.writeUInt32BE(value >>> 0, this.length);
    this.length += 4;
  }

  /** The octets of a number. */
  u64(value: number): Uint8Array {
    const bytes = Buffer.alloc(8);
    if (this.little) bytes.writeBigUInt64LE(BigInt(value));
    else bytes.writeBigUInt64BE(BigInt(value));
    return bytes;
  }

  /** Adds bytes[start, end), padded to 32 bits. */
  bytes(bytes: Uint8Array, start: number, end: number): void {
    const padding = -(end - start) & 3;
    this.reserve(end - start + padding);
    this.buffer.set(bytes.subarray(start, end), this.length);
    this.length += end - start;
    this.buffer.fill(0, this.length, this.length + padding);
    this.length += padding;
  }

  option(code: number, value: Uint8Array): void {
    const length = Math.min(value.length, LONGEST_OPTION);
    this.u16(code);
    this.u16(length);
    this.bytes(value, 0, length);
  }

  /** Adds an option of a block of this type, as `little` wrote it. */
  copy(type: number, code: number, value: Uint8Array, little: boolean): void {
    const width = little === this.little ? undefined : NUMBERS[type]?.[code];
    if (width === undefined || value.length % width !== 0) {
      this.option(code, value);
      return;
    }
    const turned = Buffer.from(value);
    this.option(code, width === 4 ? turned.swap32() : turned.swap64());
  }

  private reserve(more: number): void {
    if (this.length + more <= this.buffer.length) return;
    const grown = Buffer.alloc(2 * (this.length + more));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }
}
