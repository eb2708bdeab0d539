import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockDecoder } from '../../src/capture/block-decoder.js';
import { decompress } from '../../src/capture/decompress.js';
import { type Compression, detect } from '../../src/capture/detect.js';
import { concat } from '../../src/capture/integers.js';
import { Lz4Decoder } from '../../src/capture/lz4.js';
import { checkBlock } from '../../src/capture/lz4-block.js';
import { openSource } from '../../src/capture/open.js';
import { encodePcap } from '../../src/capture/pcap-encode.js';
import { ZstdDecoder } from '../../src/capture/zstd.js';
import { VECTOR_CAPTURE, VECTORS } from './compressed-vectors.js';
import { collect, noise, pieces } from './helpers.js';

const lz4js = createRequire(import.meta.url)('lz4js') as { compress(bytes: Uint8Array): Uint8Array };
/** Not a Buffer, whose slice() would not copy. */
const gzip = (bytes: Uint8Array, level = 6) => new Uint8Array(gzipSync(bytes, { level }));
const bytesOf = (name: string) => new Uint8Array(Buffer.from(VECTORS[name], 'base64'));
const names = Object.keys(VECTORS);
const kindOf = (name: string) => name.split(' ')[0] as Compression;

async function* stream(parts: readonly Uint8Array[]) {
  for (const part of parts) {
    await null;
    yield part;
  }
}

async function unpack(kind: Compression, parts: readonly Uint8Array[]) {
  const troubles: string[] = [];
  const source = await decompress(openSource(stream(parts)), kind, (code, message) => {
    troubles.push(`${code}: ${message}`);
  });
  const output: Uint8Array[] = [];
  for (let block = await source.read(); block !== null; block = await source.read()) {
    output.push(block.bytes.slice(block.start, block.end));
    block.bytes.fill(0xee, 0, block.start); // the headroom is the reader's to write into
  }
  return { output: concat(output), troubles, largest: Math.max(...output.map((one) => one.length)) };
}

const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
const isPrefix = (a: Uint8Array, b: Uint8Array) => same(a, b.subarray(0, a.length));

const PACKED: [string, Compression, Uint8Array][] = [
  ...names.map((name): [string, Compression, Uint8Array] => [name, kindOf(name), bytesOf(name)]),
  ['gzip', 'gzip', gzip(VECTOR_CAPTURE)],
  ['lz4js', 'lz4', lz4js.compress(VECTOR_CAPTURE)],
];

describe('decompress', () => {
  it.each(PACKED)('unpacks %s, in any pieces', async (_, kind, packed) => {
    expect(detect(packed, 0, packed.length)).toBe(kind);
    for (const size of [packed.length, 1000, 7, 1]) {
      const { output, troubles } = await unpack(kind, pieces(packed, size));
      expect([same(output, VECTOR_CAPTURE), troubles]).toEqual([true, []]);
    }
  });

  it.each(PACKED)('unpacks %s twice in a row', async (_, kind, packed) => {
    const { output, troubles } = await unpack(kind, pieces(concat([packed, packed]), 999));
    expect([same(output, concat([VECTOR_CAPTURE, VECTOR_CAPTURE])), troubles]).toEqual([true, []]);
  });

  it.each(PACKED)('delivers of %s what comes before the cut, at every length', async (_, kind, packed) => {
    let before = 0;
    for (
      let length = 1;
      length < packed.length;
      length += length < 40 || packed.length - length < 95 ? 1 : 53
    ) {
      const { output, troubles } = await unpack(kind, [packed.subarray(0, length)]);
      expect(isPrefix(output, VECTOR_CAPTURE)).toBe(true);
      expect(output.length).toBeGreaterThanOrEqual(before);
      before = output.length;
      const legacyBoundary = kind === 'lz4' && length === 4 && troubles.length === 0;
      if (!legacyBoundary)
        expect([length, troubles.length, troubles[0]]).toEqual([
          length,
          1,
          expect.stringContaining('truncated-capture'),
        ]);
    }
    // zstd blocks cannot be decoded in part, and these have 128 KiB.
    expect(before).toBeGreaterThan(kind === 'zstd' ? 131_071 : 150_000);
  });

  it.each(PACKED)('survives any byte of %s changed', async (_, kind, packed) => {
    for (let at = 0; at < packed.length; at += at < 30 ? 1 : 41) {
      const hostile = packed.slice();
      hostile[at] ^= 0x5a;
      const { output } = await unpack(kind, [hostile]);
      expect(output.length).toBeLessThan(64 << 20);
    }
  });

  it('delivers what a corrupt gzip stream held before the fault', async () => {
    const content = noise(20_000);
    const packed = gzip(content, 0);
    const wrongSum = packed.slice();
    wrongSum[wrongSum.length - 5] ^= 1;
    const sum = await unpack('gzip', [wrongSum]);
    expect(same(sum.output, content)).toBe(true);
    expect(sum.troubles).toEqual([
      'corrupt-compression: the gzip stream is corrupt after 20000 bytes of output',
    ]);
    const garbage = await unpack('gzip', [gzipSync(content), noise(40)]);
    expect([same(garbage.output, content), garbage.troubles.length]).toEqual([true, 1]);
    const half = gzip(concat([content, content]));
    half.fill(0xff, 15_000, 15_100);
    const { output, troubles } = await unpack('gzip', [half]);
    expect(output.length).toBeGreaterThan(10_000);
    expect([isPrefix(output.subarray(0, 14_000), content), troubles.length]).toEqual([true, 1]);
  });

  it('takes padding behind a gzip stream for its end', async () => {
    const { output, troubles } = await unpack('gzip', [
      gzipSync(VECTOR_CAPTURE),
      new Uint8Array(600),
      new Uint8Array(600),
    ]);
    expect([same(output, VECTOR_CAPTURE), troubles]).toEqual([true, []]);
  });

  it.each(['gzip', 'zstd', 'lz4'] as const)(
    'keeps memory flat when %s expands without bound',
    async (kind) => {
      const zeros = new Uint8Array(8 << 20);
      const zstdBomb = () => {
        const head = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58); // window 2 MiB
        const rle = Uint8Array.of(0x02, 0x00, 0x10, 0x00); // 128 KiB of one byte
        return concat([head, ...Array<Uint8Array>(64).fill(rle), Uint8Array.of(0x01, 0, 0)]);
      };
      const packed = kind === 'gzip' ? gzipSync(zeros) : kind === 'lz4' ? lz4js.compress(zeros) : zstdBomb();
      const source = await decompress(openSource(packed), kind, () => {});
      let largest = 0;
      let total = 0;
      for (let block = await source.read(); block !== null; block = await source.read()) {
        largest = Math.max(largest, block.end - block.start);
        total += block.end - block.start;
      }
      expect(total).toBe(8 << 20);
      expect(largest).toBeLessThanOrEqual(4 << 20);
    },
  );

  it('closes in the middle', async () => {
    for (const [, kind, packed] of PACKED) {
      const source = await decompress(openSource(stream(pieces(packed, 100))), kind, () => {});
      await source.read();
      source.close();
      expect(await source.read()).toBeNull();
    }
  });
});

function failure(decoder: BlockDecoder, bytes: Uint8Array): string | undefined {
  decoder.push(bytes, 0, bytes.length);
  while (decoder.next());
  return decoder.failure;
}

describe('ZstdDecoder', () => {
  const frame = (descriptor: number, ...rest: number[]) =>
    Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, descriptor, ...rest, ...Array<number>(20).fill(0));

  it.each([
    ['a window of 3.75 TiB', frame(0x00, 0xff), /window of more than .* --long=31$/],
    ['a window of 144 MiB', frame(0x00, 0x89), /window of more than .* --long=31$/],
    ['a single segment of 2 EiB', frame(0xe0, 0, 0, 0, 0, 0, 0, 0, 0x20), /window of more than/],
    ['a dictionary', frame(0x01, 0x58, 7), /needs a dictionary/],
    ['a reserved block type', frame(0x00, 0x58, 0x06, 0, 0), /corrupt block/],
    ['a block of 2 MiB', frame(0x00, 0x58, 0x00, 0xff, 0xff), /corrupt block/],
    ['reserved bits', frame(0x08, 0x58, 1, 0, 0), /corrupt frame header/],
    ['no frame', noise(30), /no frame begins/],
    ['what follows a frame', concat([bytesOf('zstd -3'), noise(30)]), /no frame begins/],
    ['another checksum', bytesOf('zstd -3').with(-1, 0x55), /wrong content checksum/],
  ])('refuses %s, in any pieces', async (_, bytes, message) => {
    expect(failure(await ZstdDecoder.create(), bytes)).toMatch(message);
    const { troubles } = await unpack('zstd', pieces(bytes, 1));
    expect(troubles).toEqual([expect.stringMatching(message)]);
  });

  it('passes over skippable frames, and over empty ones', async () => {
    const skippable = Uint8Array.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    const long = new Uint8Array(300_008);
    long.set([0x50, 0x2a, 0x4d, 0x18, 0xe0, 0x93, 4, 0]);
    const empty = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x20, 0, 1, 0, 0);
    const decoder = await ZstdDecoder.create();
    expect(decoder.atBoundary).toBe(true);
    const all = concat([skippable, empty, long, bytesOf('zstd -3'), empty]);
    expect(failure(decoder, all)).toBeUndefined();
    expect(decoder.atBoundary).toBe(true);
    const { output, troubles } = await unpack('zstd', pieces(all, 5));
    expect([same(output, VECTOR_CAPTURE), troubles]).toEqual([true, []]);
  });

  it('delivers every block before a fault', async () => {
    const head = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58);
    const raw = Uint8Array.of(0x18, 0, 0, 1, 2, 3);
    const rle = Uint8Array.of(0x02, 0x00, 0x10, 7); // 128 KiB of one byte
    const { output, troubles } = await unpack('zstd', [concat([head, rle, raw, raw, frame(0)])]);
    expect([output.length, troubles]).toEqual([
      131_072 + 6,
      ['corrupt-compression: the zstd stream is corrupt: corrupt block'],
    ]);
  });

  it('lends each block until the one after the following', async () => {
    const rle = (byte: number) => [0x02, 0x00, 0x10, byte]; // 128 KiB of it
    const decoder = await ZstdDecoder.create();
    const bytes = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, ...rle(1), ...rle(2));
    decoder.push(bytes, 0, bytes.length);
    decoder.next();
    const { bytes: first, start, end } = decoder.block;
    decoder.next();
    expect(same(first.subarray(start, end), new Uint8Array(131_072).fill(1))).toBe(true);
  });

  it('has room for the largest window, and one memory for each decoder', async () => {
    const head = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3); // window 128 MiB
    const rle = (byte: number) => Uint8Array.of(0x02, 0x00, 0x10, byte); // 128 KiB of it
    const decoders = [await ZstdDecoder.create(), await ZstdDecoder.create()];
    for (const [i, decoder] of decoders.entries()) decoder.push(concat([head, rle(i)]), 0, 10);
    for (const [i, decoder] of decoders.entries()) {
      expect(decoder.next()).toBe(true);
      const { bytes, start, end } = decoder.block;
      expect(same(bytes.subarray(start, end), new Uint8Array(131_072).fill(i))).toBe(true);
    }
  });

  it('decodes tiny blocks under a huge window in time', async () => {
    const head = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 17 << 3); // window 128 MiB
    const tiny = Uint8Array.of(0x0a, 0, 0, 7); // one byte
    const last = Uint8Array.of(0x0b, 0, 0, 7);
    const frames = Array<Uint8Array>(2000).fill(concat([head, tiny, last]));
    const { output, troubles } = await unpack('zstd', [
      concat([head, ...Array<Uint8Array>(2000).fill(tiny), last, ...frames]),
    ]);
    expect([output.length, troubles]).toEqual([2001 + 4000, []]);
  });

  it('is not kept busy by sequences that copy more than a block may hold', async () => {
    // Four bytes to copy; then no literals, and sequences whose codes are each one symbol: no literals, the
    // last offset but one, a match of 65,539 bytes and of 16 bits, which one sequence finds to be zero.
    const copying = (...sequences: number[]) => {
      const block = [0x00, ...sequences, 0x54, 0, 0, 52, 0, 0, 1];
      const start = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x22, 0, 0, 65];
      return Uint8Array.of(...start, (block.length << 3) | 5, 0, 0, ...block);
    };
    const sound = await unpack('zstd', [copying(1)]);
    expect([sound.output.length, sound.troubles]).toEqual([4 + 65_539, []]);
    const begun = performance.now();
    const hostile = copying(255, 255, 255); // 98,047 of them: 6 GiB from 24 bytes
    expect([hostile.length, failure(await ZstdDecoder.create(), hostile)]).toEqual([24, 'corrupt block']);
    expect(performance.now() - begun).toBeLessThan(2000);
  });
});

describe('Lz4Decoder', () => {
  const frame = (...rest: number[]) => Uint8Array.of(0x04, 0x22, 0x4d, 0x18, ...rest);

  it.each([
    ['another version', frame(0x80, 0x40, 0), /unknown version/],
    ['an unknown block size', frame(0x40, 0x30, 0), /unknown version or block size/],
    ['a dictionary', frame(0x41, 0x40, 0, 0, 0, 0, 0), /needs a dictionary/],
    [
      'a block larger than its frame allows',
      frame(0x40, 0x40, 0, 0xff, 0xff, 0xff, 0x7f),
      /claims 2147483647 bytes/,
    ],
    ['a match before the beginning', frame(0x60, 0x40, 0, 4, 0, 0, 0, 0x10, 65, 9, 0), /corrupt block/],
    ['no frame', noise(30), /no frame begins/],
  ])('refuses %s', (_, bytes, message) => {
    expect(failure(new Lz4Decoder(), bytes)).toMatch(message);
  });

  it('passes over skippable frames', () => {
    const skippable = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    const decoder = new Lz4Decoder();
    const all = concat([skippable, bytesOf('lz4 -B4, linked blocks'), skippable, bytesOf('lz4 -l (legacy)')]);
    expect(failure(decoder, all)).toBeUndefined();
    expect(decoder.atBoundary).toBe(true);
  });
});

describe('checkBlock', () => {
  it.each([
    ['literals only', [0x30, 1, 2, 3], 0, 100, 4, 3],
    ['literals and a match', [0x10, 1, 1, 0, 0x10, 9], 0, 100, 6, 6],
    ['a long match', [0x1f, 1, 1, 0, 255, 6, 0x10, 9], 0, 1000, 8, 1 + 19 + 261 + 1],
    ['a match into the history', [0x00, 5, 0, 0x10, 9], 5, 100, 5, 5],
    ['a match beyond the history', [0x10, 7, 1, 0, 0x00, 50, 0, 0x10, 9], 5, 100, 5, 5],
    ['offset zero', [0x10, 7, 0, 0], 5, 100, 2, 1],
    ['a cut literal length', [0xf0, 255, 255], 0, 1000, 0, 0],
    ['cut literals', [0x50, 1, 2], 0, 100, 0, 0],
    ['a cut offset', [0x10, 1, 1], 0, 100, 2, 1],
    ['a cut match length', [0x1f, 1, 1, 0, 255], 0, 1000, 2, 1],
    ['more than there is room for', [0x10, 1, 1, 0, 0x1f, 1, 1, 0, 255, 0], 0, 50, 6, 6],
    ['too many literals', [0x50, 1, 2, 3, 4, 5], 0, 4, 0, 0],
    ['a fault behind literals', [0x20, 1, 2, 0, 0], 0, 100, 3, 2],
  ])('%s', (_, block, history, capacity, length, decoded) => {
    expect(checkBlock(Uint8Array.from(block), 0, block.length, history, capacity)).toEqual({
      length,
      decoded,
    });
  });

  it('never says more than fits, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(20), fc.nat(300), (block, history, capacity) => {
        const { length, decoded } = checkBlock(block, 0, block.length, history, capacity);
        expect(length).toBeLessThanOrEqual(block.length);
        expect(decoded).toBeLessThanOrEqual(capacity);
      }),
    );
  });
});

describe('readCaptures over compressed captures', () => {
  it.each(PACKED)('reads %s as if it were not packed', async (_, kind, packed) => {
    const expected = await collect([VECTOR_CAPTURE]);
    const { packets, defects, totals } = await collect([packed]);
    expect(packets).toEqual(expected.packets);
    expect([defects, totals.captures[0].compression, totals.bytes]).toEqual([[], [kind], packed.length]);
  });

  it('reads a packed packed capture, and refuses one more', async () => {
    const once = gzipSync(encodePcap([{ seconds: 1, data: noise(5) }]));
    const twice = lz4js.compress(once);
    const { packets, totals } = await collect([twice]);
    expect([packets.length, totals.captures[0].compression]).toEqual([1, ['lz4', 'gzip']]);
    await expect(collect([gzipSync(twice)])).rejects.toThrow('compressed more than 2 times');
  });

  it('tells of a cut one, with all packets before', async () => {
    const packed = gzipSync(VECTOR_CAPTURE);
    const { packets, defects, totals } = await collect([packed.subarray(0, packed.length - 100)]);
    expect(packets.length).toBeGreaterThan(100);
    expect(totals.truncated).toBe(true);
    expect(defects.map((one) => one.code)).toContain('truncated-capture');
  });

  it('has one line for what holds no capture', async () => {
    await expect(collect([gzipSync('hello, this is text')])).rejects.toThrow(
      /the gzip content of .* is a text file/,
    );
    await expect(collect([gzipSync('').subarray(0, 12)])).rejects.toThrow(
      'nothing can be unpacked from it (gzip)',
    );
  });
});
