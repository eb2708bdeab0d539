import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameDecoder, type FrameHeader, type FrameVisitor } from '../../src/websocket/frame.js';
import { encodeFrame, encodeFrameHeader, type FrameFields } from '../../src/websocket/frame-encode.js';
import { maskInto, parseKey } from '../../src/websocket/mask.js';
import { concat, embedded, splits, utf8 } from '../support/splits.js';

interface Seen {
  fin: boolean;
  rsv: string;
  opcode: number;
  key: number | undefined;
  form: number;
  length: bigint;
  headerLength: number;
  streamOffset: number;
  payload: Uint8Array;
  missing: [number, number][];
  received: number | undefined;
}

/** Writes down all that the decoder says. */
class Recorder implements FrameVisitor {
  readonly frames: Seen[] = [];
  readonly lostAt: number[] = [];

  header(header: FrameHeader): void {
    this.frames.push({
      fin: header.fin,
      rsv: `${Number(header.rsv1)}${Number(header.rsv2)}${Number(header.rsv3)}`,
      opcode: header.opcode,
      key: header.masked ? header.maskingKey : undefined,
      form: header.lengthForm,
      length: header.exactLength,
      headerLength: header.headerLength,
      streamOffset: header.streamOffset,
      payload: new Uint8Array(0),
      missing: [],
      received: undefined,
    });
  }

  payload(header: FrameHeader, chunk: Uint8Array, start: number, end: number, offset: number): void {
    const frame = this.last();
    const plain = new Uint8Array(end - start);
    maskInto(plain, 0, chunk, start, end, header.maskingKey, offset);
    expect(offset).toBe(frame.payload.length + frame.missing.reduce((sum, [, length]) => sum + length, 0));
    frame.payload = concat(frame.payload, plain);
  }

  missing(_header: FrameHeader, offset: number, length: number): void {
    this.last().missing.push([offset, length]);
  }

  finished(_header: FrameHeader, received: number): void {
    this.last().received = received;
  }

  lost(streamOffset: number): void {
    this.lostAt.push(streamOffset);
  }

  private last(): Seen {
    return this.frames[this.frames.length - 1];
  }
}

function decode(pieces: readonly Uint8Array[]): Recorder {
  const recorder = new Recorder();
  const decoder = new FrameDecoder(recorder);
  for (const piece of pieces) decoder.push(...embedded(piece));
  decoder.end();
  return recorder;
}

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/ /g, ''), 'hex'));

describe('the examples of RFC 6455 §5.7', () => {
  const cases: [name: string, bytes: string, expected: Partial<Seen>][] = [
    ['unmasked text', '81 05 48 65 6c 6c 6f', { fin: true, opcode: 1, form: 7, payload: utf8('Hello') }],
    [
      'masked text',
      '81 85 37 fa 21 3d 7f 9f 4d 51 58',
      { fin: true, opcode: 1, key: 0x37fa213d, headerLength: 6, payload: utf8('Hello') },
    ],
    ['first fragment', '01 03 48 65 6c', { fin: false, opcode: 1, payload: utf8('Hel') }],
    ['last fragment', '80 02 6c 6f', { fin: true, opcode: 0, payload: utf8('lo') }],
    ['ping', '89 05 48 65 6c 6c 6f', { fin: true, opcode: 9, payload: utf8('Hello') }],
    ['masked pong', '8a 85 37 fa 21 3d 7f 9f 4d 51 58', { opcode: 10, payload: utf8('Hello') }],
  ];
  it.each(cases)('%s', (_name, bytes, expected) => {
    const { frames } = decode([hex(bytes)]);
    expect(frames).toHaveLength(1);
    expect(frames[0]).toMatchObject(expected);
  });

  it.each([
    ['256 bytes in the 16-bit form', '82 7e 01 00', 256n, 16, 4],
    ['64 KiB in the 64-bit form', '82 7f 00 00 00 00 00 01 00 00', 65_536n, 64, 10],
  ])('%s', (_name, header, length, form, headerLength) => {
    const payload = new Uint8Array(Number(length)).fill(7);
    const [frame] = decode([concat(hex(header), payload)]).frames;
    expect(frame).toMatchObject({ length, form, headerLength, payload, received: Number(length) });
  });
});

describe('what is odd is decoded on', () => {
  it.each([
    ['reserved bits and opcode', 'f3 00', { rsv: '111', opcode: 3 }],
    ['a reserved control opcode', '8f 01 00', { opcode: 15, received: 1 }],
    ['5 in the 16-bit form', '81 7e 00 05 48 65 6c 6c 6f', { form: 16, length: 5n, payload: utf8('Hello') }],
    ['1 in the 64-bit form', '81 7f 00 00 00 00 00 00 00 01 41', { form: 64, length: 1n, received: 1 }],
    [
      'the most significant bit of a length, which cannot be meant',
      '81 7f 80 00 00 00 00 00 00 05 48 65 6c 6c 6f',
      { form: 64, length: 2n ** 63n + 5n, payload: utf8('Hello') },
    ],
    ['a fragmented ping of 126 bytes', `09 7e 00 7e ${'00'.repeat(126)}`, { fin: false, length: 126n }],
    ['a zero masking key', '81 81 00 00 00 00 41', { key: 0, payload: utf8('A') }],
  ] as [string, string, Partial<Seen>][])('%s', (_name, bytes, expected) => {
    const { frames } = decode([concat(hex(bytes), hex('8a 00'))]);
    expect(frames[0]).toMatchObject(expected);
    expect(frames[1]).toMatchObject({ opcode: 10, received: 0 });
  });

  it.each([2n ** 53n - 1n, 2n ** 53n + 1n, 2n ** 62n, 2n ** 63n - 1n, 2n ** 64n - 1n])(
    'a declared length of %s is exact and costs nothing',
    (length) => {
      const header = encodeFrameHeader({ opcode: 2, length, lengthForm: 64 });
      const [frame] = decode([header, utf8('abc')]).frames;
      expect(frame).toMatchObject({ length, received: 3, payload: utf8('abc') });
    },
  );
});

const anyFields: fc.Arbitrary<FrameFields & { payload: Uint8Array }> = fc.record({
  fin: fc.boolean(),
  rsv1: fc.boolean(),
  rsv2: fc.boolean(),
  rsv3: fc.boolean(),
  opcode: fc.nat(15),
  maskingKey: fc.option(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { nil: undefined }),
  payload: fc.oneof(fc.uint8Array({ maxLength: 130 }), fc.uint8Array({ minLength: 126, maxLength: 70_000 })),
  lengthForm: fc.constantFrom(16 as const, 64 as const),
});

describe('encoder and decoder', () => {
  it('are inverse, however the bytes are split', () => {
    fc.assert(
      fc.property(fc.array(anyFields, { maxLength: 5 }), fc.array(fc.nat(400)), (list, cuts) => {
        const fields = list.map((f) => (f.payload.length < 65_536 ? f : { ...f, lengthForm: 64 as const }));
        const bytes = concat(...fields.map((f) => encodeFrame(f)));
        const recorder = new Recorder();
        const decoder = new FrameDecoder(recorder);
        let at = 0;
        for (const cut of cuts) {
          decoder.push(bytes, at, Math.min(bytes.length, at + cut));
          at = Math.min(bytes.length, at + cut);
        }
        decoder.push(bytes, at);
        decoder.end();
        let streamOffset = 0;
        expect(recorder.frames).toEqual(
          fields.map((f) => {
            const size = 2 + f.lengthForm! / 8 + (f.maskingKey === undefined ? 0 : 4);
            const seen = {
              fin: f.fin,
              rsv: `${Number(f.rsv1)}${Number(f.rsv2)}${Number(f.rsv3)}`,
              opcode: f.opcode,
              key: f.maskingKey,
              form: f.lengthForm,
              length: BigInt(f.payload.length),
              headerLength: size,
              streamOffset,
              payload: f.payload,
              missing: [],
              received: f.payload.length,
            };
            streamOffset += size + f.payload.length;
            return seen;
          }),
        );
        expect(decoder.streamOffset).toBe(bytes.length);
      }),
    );
  });

  it('choose the shortest form by themselves', () => {
    for (const [length, size] of [
      [0, 2],
      [125, 2],
      [126, 4],
      [65_535, 4],
      [65_536, 10],
    ])
      expect(encodeFrameHeader({ opcode: 2, length })).toHaveLength(size);
  });
});

const conversation = concat(
  encodeFrame({ opcode: 1, fin: false, maskingKey: 0x01020304, payload: utf8('first ') }),
  encodeFrame({ opcode: 9, maskingKey: -1, payload: utf8('ping') }),
  encodeFrame({ opcode: 0, maskingKey: 0x7fffffff, payload: utf8('second') }),
  encodeFrame({ opcode: 2, maskingKey: 5, payload: new Uint8Array(200).fill(9) }),
  encodeFrame({ opcode: 2, payload: new Uint8Array(300).fill(1), lengthForm: 64 }),
  encodeFrame({ opcode: 8 }),
);

it('gives the same whole, byte by byte and split everywhere', () => {
  const expected = decode([conversation]).frames;
  expect(expected.map(({ opcode }) => opcode)).toEqual([1, 9, 0, 2, 2, 8]);
  for (const pieces of splits(conversation)) expect(decode(pieces).frames).toEqual(expected);
});

describe('gaps', () => {
  const frames = [utf8('0123456789'), utf8('abc')].map((payload) => encodeFrame({ opcode: 2, payload }));
  const bytes = concat(...frames);
  const gapped = (from: number, length: number): Recorder => {
    const recorder = new Recorder();
    const decoder = new FrameDecoder(recorder);
    decoder.push(bytes, 0, from);
    decoder.skip(length);
    decoder.push(bytes, from + length);
    decoder.end();
    expect(decoder.streamOffset).toBe(bytes.length);
    return recorder;
  };

  it('inside a payload are skipped exactly', () => {
    const { frames, lostAt } = gapped(5, 4);
    expect(lostAt).toEqual([]);
    expect(frames[0]).toMatchObject({ missing: [[3, 4]], payload: utf8('012789'), received: 10 });
    expect(frames[1]).toMatchObject({ missing: [], payload: utf8('abc'), received: 3 });
  });

  it('up to the end of a payload keep the next frame', () => {
    const { frames, lostAt } = gapped(8, 4);
    expect(lostAt).toEqual([]);
    expect(frames[0]).toMatchObject({ missing: [[6, 4]], received: 10 });
    expect(frames[1]).toMatchObject({ payload: utf8('abc') });
  });

  it.each([
    ['into the next header', 8, 5, [[6, 4]], 12],
    ['of a header', 12, 1, [], 12],
    ['of half a header', 13, 1, [], 12],
    ['over whole frames', 0, 14, [], 0],
  ] as [string, number, number, number[][], number][])(
    '%s lose what follows',
    (_n, from, length, missing, lost) => {
      const { frames, lostAt } = gapped(from, length);
      expect(lostAt).toEqual([lost]);
      if (from > 0) expect(frames[0].missing).toEqual(missing);
      expect(frames).toHaveLength(from > 0 ? 1 : 0);
    },
  );
});

it('tells of a header that the end of the stream cuts', () => {
  const decoder = new FrameDecoder(new Recorder());
  decoder.push(hex('81 fe 01'));
  expect(decoder.pendingHeader).toEqual(hex('81 fe 01'));
});

it('unmasks from any offset as octet by octet', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 64 }),
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.nat(9),
      (bytes, key, offset) => {
        const masked = new Uint8Array(bytes.length);
        maskInto(masked, 0, bytes, 0, bytes.length, parseKey(key), offset);
        expect(masked).toEqual(bytes.map((byte, i) => byte ^ key[(i + offset) % 4]));
      },
    ),
  );
});
