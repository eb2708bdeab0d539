/**
 * What the tests of the inflater compare with: zlib, told to go on behind a block with BFINAL set; and a writer
 * of DEFLATE data bit by bit, for what no compressor writes.
 */
import { constants, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { concat } from '../../src/bytes/concat.js';

const EMPTY = new Uint8Array(0);

/** What zlib makes of raw DEFLATE data, with everything that it accepts. */
export function zlibInflate(wire: Uint8Array, dictionary: Uint8Array = EMPTY): Uint8Array | Error {
  let sent = dictionary;
  let rest = wire;
  try {
    while (rest.length > 0) {
      const { buffer, engine } = inflateRawSync(rest, {
        finishFlush: constants.Z_SYNC_FLUSH,
        info: true,
        ...(sent.length > 0 && { dictionary: sent.slice(-32_768) }),
      }) as unknown as { buffer: Uint8Array; engine: { bytesWritten: number } };
      sent = concat(sent, buffer);
      rest = rest.subarray(engine.bytesWritten);
    }
  } catch (error) {
    return error as Error;
  }
  return sent.slice(dictionary.length);
}

/** RFC 1951 §3.1.1: numbers from their lowest bit on, codes from their highest. */
export class BitWriter {
  private readonly bits: number[] = [];

  number(value: number, count: number): this {
    for (let i = 0; i < count; i++) this.bits.push((value >>> i) & 1);
    return this;
  }

  code(code: string): this {
    for (const bit of code) this.bits.push(Number(bit));
    return this;
  }

  /** A block with fixed codes begins. */
  fixed(final = 0): this {
    return this.number(final, 1).number(1, 2);
  }

  /** A literal or length symbol in the fixed code, §3.2.6. */
  symbol(symbol: number): this {
    const binary = (value: number, length: number) => value.toString(2).padStart(length, '0');
    if (symbol < 144) return this.code(binary(0x30 + symbol, 8));
    if (symbol < 256) return this.code(binary(0x190 + symbol - 144, 9));
    return this.code(symbol < 280 ? binary(symbol - 256, 7) : binary(0xc0 + symbol - 280, 8));
  }

  text(text: string): this {
    for (const octet of new TextEncoder().encode(text)) this.symbol(octet);
    return this;
  }

  /** A match of 3 … 10 octets, `distance` back. */
  match(length: number, distance: number): this {
    let symbol = 0;
    let base = 1;
    while (base + (1 << extraBits(symbol)) <= distance) base += 1 << extraBits(symbol++);
    return this.symbol(254 + length)
      .code(symbol.toString(2).padStart(5, '0'))
      .number(distance - base, extraBits(symbol));
  }

  end(): this {
    return this.symbol(256);
  }

  align(): this {
    while (this.bits.length % 8 > 0) this.bits.push(0);
    return this;
  }

  /** The header of a stored block, to the end of its octet. */
  stored(final = 0): this {
    return this.number(final, 1).number(0, 2).align();
  }

  octets(...octets: number[]): this {
    for (const octet of octets) this.number(octet, 8);
    return this;
  }

  get wire(): Uint8Array {
    const wire = new Uint8Array(Math.ceil(this.bits.length / 8));
    for (const [i, bit] of this.bits.entries()) wire[i >> 3] |= bit << (i & 7);
    return wire;
  }
}

const extraBits = (symbol: number): number => (symbol < 4 ? 0 : (symbol - 2) >> 1);

/** Octets that compress well, badly, or not at all. */
export const contents: fc.Arbitrary<Uint8Array> = fc.oneof(
  fc.uint8Array({ maxLength: 2_000 }),
  fc.uint8Array({ maxLength: 6_000, max: 3 }),
  fc
    .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })), {
      maxLength: 20,
    })
    .map((runs) => concat(...runs.flatMap(([octets, times]) => Array<Uint8Array>(times).fill(octets)))),
  fc
    .array(fc.constantFrom('{"id":', '"price":', '12.5', ',', '"symbol":"ABC"', '}', 'null', '[0,1]', 'é'), {
      maxLength: 600,
    })
    .map((words) => new TextEncoder().encode(words.join(''))),
);

/** Everything that changes the form of the data. */
export const encodings = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY,
    constants.Z_FILTERED,
    constants.Z_HUFFMAN_ONLY,
    constants.Z_RLE,
    constants.Z_FIXED,
  ),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 8, max: 15 }),
});
