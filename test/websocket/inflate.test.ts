import { constants, deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concat } from '../../src/bytes/concat.js';
import { deflateMessage } from '../../src/websocket/deflate-encode.js';
import { Inflater } from '../../src/websocket/inflate.js';
import { InflateWindow } from '../../src/websocket/inflate-window.js';
import { embedded, utf8 } from '../support/splits.js';
import { BitWriter, contents, encodings, zlibInflate } from './deflate-oracle.js';

const inflater = new Inflater();
const NO_LIMIT = 1 << 26;

interface Outcome {
  content: Uint8Array;
  fault: string | undefined;
  faultOffset: number | undefined;
}

interface Options {
  whole?: boolean;
  limit?: number;
  dictionary?: Uint8Array;
}

const EMPTY = new Uint8Array(0);

/** Within a larger buffer, as it lies there in a packet. */
function inflate(
  wire: Uint8Array,
  { whole = false, limit = NO_LIMIT, dictionary = EMPTY }: Options = {},
): Outcome {
  const window = new InflateWindow();
  window.append(dictionary, undefined, dictionary.length);
  inflater.inflate(window, ...embedded(wire), whole, limit);
  const { fault } = inflater;
  return {
    content: inflater.output.slice(0, inflater.length),
    fault,
    faultOffset: fault === undefined ? undefined : inflater.faultOffset,
  };
}

/** zlib's words for our faults; both in the order of RFC 1951. */
const FAULTS: [ours: RegExp, zlib: string][] = [
  [/^a reserved block type$/, 'invalid block type'],
  [/^a stored block whose two lengths disagree$/, 'invalid stored block lengths'],
  [/^more codes than DEFLATE has symbols$/, 'too many length or distance symbols'],
  [/^an impossible set of code lengths$/, 'invalid code lengths set'],
  [/^a code length repeated before there is one$/, 'invalid bit length repeat'],
  [/^more code lengths than announced$/, 'invalid bit length repeat'],
  [/^a block without an end-of-block code$/, 'invalid code -- missing end-of-block'],
  [/^an impossible set of literal\/length codes$/, 'invalid literal/lengths set'],
  [/^an impossible set of distance codes$/, 'invalid distances set'],
  [/^an invalid literal\/length code$/, 'invalid literal/length code'],
  [/^an invalid distance code$/, 'invalid distance code'],
  [/^a match \d+ octets back where \d+ precede it$/, 'invalid distance too far back'],
];

/** Compares content, fault and place of the fault with zlib's; gives the fault. */
function compareWithZlib(wire: Uint8Array, dictionary: Uint8Array = EMPTY): string | undefined {
  const ours = inflate(wire, { dictionary });
  const theirs = zlibInflate(wire, dictionary);
  if (theirs instanceof Error) {
    const words = FAULTS.find(([fault]) => fault.test(ours.fault ?? ''))?.[1];
    if (!isEarly(ours)) {
      expect(words).toBe(theirs.message);
      expect(zlibInflate(wire.subarray(0, ours.faultOffset! + 1), dictionary)).toBeInstanceOf(Error);
    }
    const before = zlibInflate(wire.subarray(0, ours.faultOffset), dictionary) as Uint8Array;
    expect(before).not.toBeInstanceOf(Error);
    expect(ours.content.subarray(0, before.length)).toEqual(before);
    expect(ours.content.length - before.length).toBeLessThan(300);
  } else if (isEarly(ours)) expect(ours.content).toEqual(theirs);
  else expect(ours).toEqual({ content: theirs, fault: undefined, faultOffset: undefined });
  return ours.fault;
}

/** Without any code length code zlib goes on to read lengths that are all zero, and fails after that. */
function isEarly({ fault }: Outcome): boolean {
  return fault === 'an impossible set of code lengths';
}

describe('valid data', () => {
  test('as zlib reads it: all levels, strategies, memory levels and windows, with a dictionary', () => {
    fc.assert(
      fc.property(contents, contents, encodings, fc.boolean(), (content, dictionary, encoding, final) => {
        const options = { ...encoding, dictionary, ending: final ? 'bare' : 'unstripped' } as const;
        const wire = deflateMessage(content, options);
        expect(inflate(wire, { dictionary }).content).toEqual(content);
        expect(compareWithZlib(wire, dictionary)).toBeUndefined();
      }),
      { numRuns: 400 },
    );
  });

  test.each([0, 1, 6, 9])('a megabyte of many blocks, level %i', (level) => {
    const content = new Uint8Array(1_200_000);
    for (let i = 0, state = 1; i < content.length; i++) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      content[i] = i % 70_000 < 30_000 ? state >>> 24 : (state >>> 28) + ((i >> 9) & 0x70);
    }
    expect(Buffer.compare(inflate(deflateRawSync(content, { level })).content, content)).toBe(0);
  });

  test('the longest codes, of 15 bits', () => {
    // Frequencies like Fibonacci's numbers make the code as deep as it may be.
    const counts = [1, 1];
    while (counts.length < 22) counts.push(counts.at(-1)! + counts.at(-2)!);
    const content = concat(...counts.map((count, symbol) => new Uint8Array(count).fill(symbol * 3)));
    const wire = deflateRawSync(content, { strategy: constants.Z_HUFFMAN_ONLY, memLevel: 9 });
    expect(Buffer.compare(inflate(wire).content, content)).toBe(0);
  });

  test.each([1, 2, 3, 7, 47, 48, 49, 257, 258, 300])(
    'matches that overlap themselves: period %i',
    (period) => {
      const content = Uint8Array.from({ length: 5_000 }, (_, i) => (i % period) * 7);
      expect(inflate(deflateRawSync(content)).content).toEqual(content);
    },
  );

  test('matches of the greatest length wherever the output has to grow', () => {
    for (let shift = 0; shift < 258; shift += 6) {
      // A fresh decoder, whose output has its first size.
      const fresh = new Inflater();
      const content = new Uint8Array(shift + 140_000).fill(65, shift);
      for (let i = 0; i < shift; i++) content[i] = i;
      const wire = deflateRawSync(content);
      fresh.inflate(new InflateWindow(), wire, 0, wire.length, false, NO_LIMIT);
      expect(Buffer.compare(fresh.output.subarray(0, fresh.length), content)).toBe(0);
    }
  });

  test.each([1, 4, 5, 100, 24_577, 32_767, 32_768])('a match %i octets back', (distance) => {
    const dictionary = Uint8Array.from({ length: 40_000 }, (_, i) => (i * i) >> 3);
    const wire = new BitWriter().fixed().match(10, distance).end().wire;
    const { content } = inflate(wire, { dictionary });
    expect(content).toEqual(zlibInflate(wire, dictionary.slice(-32_768)));
    expect(inflater.farthest).toBe(distance);
  });

  test('a match from the earlier messages on into its own output', () => {
    const wire = new BitWriter().fixed().text('a').match(9, 4).end().wire;
    expect(inflate(wire, { dictionary: utf8('xyz') }).content).toEqual(utf8('axyzaxyzax'));
  });

  test('a distance code of a single one-bit code, and none at all', () => {
    for (const distances of [[1], [0]]) {
      const wire = dynamicBlock({ literals: { 97: 2, 256: 2, 257: 1 }, distances })
        .code('10')
        .code(distances[0] === 1 ? '00' : '')
        .code('11').wire;
      expect(compareWithZlib(wire)).toBeUndefined();
      expect(inflate(wire).content).toEqual(utf8(distances[0] === 1 ? 'aaaa' : 'a'));
    }
  });
});

describe('faults', () => {
  const cases: [string, Uint8Array, fault: string, offset: number, content: string][] = [
    ['block type 3', Uint8Array.of(0x07), 'a reserved block type', 0, ''],
    [
      'block type 3, second block',
      new BitWriter().fixed().text('abc').end().number(6, 3).wire,
      'a reserved block type',
      4,
      'abc',
    ],
    [
      'stored lengths',
      Uint8Array.of(0, 1, 0, 0xff, 0xff, 65),
      'a stored block whose two lengths disagree',
      4,
      '',
    ],
    [
      'literal/length symbol 286',
      new BitWriter().fixed().text('abc').symbol(286).wire,
      'an invalid literal/length code',
      4,
      'abc',
    ],
    [
      'literal/length symbol 287',
      new BitWriter().fixed().symbol(287).wire,
      'an invalid literal/length code',
      1,
      '',
    ],
    [
      'distance symbol 30',
      new BitWriter().fixed().text('abc').symbol(257).code('11110').wire,
      'an invalid distance code',
      4,
      'abc',
    ],
    [
      'distance symbol 31',
      new BitWriter().fixed().symbol(257).code('11111').wire,
      'an invalid distance code',
      1,
      '',
    ],
    [
      'before the beginning',
      new BitWriter().fixed().text('abc').match(3, 4).wire,
      'a match 4 octets back where 3 precede it',
      4,
      'abc',
    ],
    [
      '287 literal/length codes',
      new BitWriter().number(4, 3).number(30, 5).number(0, 9).wire,
      'more codes than DEFLATE has symbols',
      2,
      '',
    ],
    [
      '31 distance codes',
      new BitWriter().number(4, 3).number(0, 5).number(30, 5).number(0, 4).wire,
      'more codes than DEFLATE has symbols',
      2,
      '',
    ],
    [
      'code lengths over-subscribed',
      codeLengths(1, 1, 1, 0).wire,
      'an impossible set of code lengths',
      3,
      '',
    ],
    ['code lengths incomplete', codeLengths(2, 2, 2, 0).wire, 'an impossible set of code lengths', 3, ''],
    ['a single code length', codeLengths(0, 1, 0, 0).wire, 'an impossible set of code lengths', 3, ''],
    [
      'a repetition at first',
      codeLengths(1, 1, 0, 0).code('0').number(0, 2).wire,
      'a code length repeated before there is one',
      3,
      '',
    ],
    [
      'too many lengths',
      codeLengths(0, 1, 1, 0).code('1').number(127, 7).code('1').number(127, 7).wire,
      'more code lengths than announced',
      5,
      '',
    ],
    [
      'no end of block',
      codeLengths(0, 0, 1, 1).code('1').number(127, 7).code('1').number(109, 7).wire,
      'a block without an end-of-block code',
      5,
      '',
    ],
    [
      'literals over-subscribed',
      dynamicBlock({ literals: { 0: 1, 1: 1, 256: 1 }, distances: [0] }).wire,
      'an impossible set of literal/length codes',
      0,
      '',
    ],
    [
      'literals incomplete',
      dynamicBlock({ literals: { 0: 2, 256: 2 }, distances: [0] }).wire,
      'an impossible set of literal/length codes',
      0,
      '',
    ],
    [
      'distances over-subscribed',
      dynamicBlock({ literals: { 0: 1, 256: 1 }, distances: [1, 1, 1] }).wire,
      'an impossible set of distance codes',
      0,
      '',
    ],
    [
      'distances incomplete',
      dynamicBlock({ literals: { 0: 1, 256: 1 }, distances: [2, 2] }).wire,
      'an impossible set of distance codes',
      0,
      '',
    ],
    [
      'a single distance of two bits',
      dynamicBlock({ literals: { 0: 1, 256: 1 }, distances: [2] }).wire,
      'an impossible set of distance codes',
      0,
      '',
    ],
    [
      'the other half of a single code',
      dynamicBlock({ literals: { 256: 1 }, distances: [0] }).code('1').wire,
      'an invalid literal/length code',
      0,
      '',
    ],
    [
      'a match without distances',
      dynamicBlock({ literals: { 97: 2, 256: 2, 257: 1 }, distances: [0] })
        .code('10')
        .code('0')
        .code('0').wire,
      'an invalid distance code',
      0,
      'a',
    ],
  ];
  test.each(cases)('%s', (_, wire, fault, offset, content) => {
    const padded = concat(wire, [0, 0, 0, 0]);
    expect(compareWithZlib(padded)).toBe(fault);
    expect(inflate(padded).content).toEqual(utf8(content));
    expect(inflate(padded, { whole: true }).fault).toBe(fault);
    if (offset > 0) expect(inflate(padded).faultOffset).toBe(offset);
  });

  const damaged = fc
    .tuple(
      contents,
      contents,
      encodings,
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 }),
    )
    .map(([content, dictionary, encoding, changes]) => {
      const wire = deflateMessage(content, { ...encoding, dictionary, ending: 'unstripped' }).slice();
      for (const [at, value] of changes) wire[at % wire.length] ^= value;
      return { wire, dictionary };
    });

  test('damaged data: accepted, or refused at the same octet for the same reason, as by zlib', () => {
    const seen = new Set<string | undefined>();
    fc.assert(
      fc.property(damaged, ({ wire, dictionary }) => {
        seen.add(compareWithZlib(wire, dictionary)?.replace(/\d+/g, 'N'));
      }),
      { numRuns: 2_000 },
    );
    expect(seen.size).toBeGreaterThan(6);
  });

  test('random data, most of it blocks with dynamic codes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.boolean(), (wire, dynamic) => {
        if (dynamic) wire[0] = (wire[0] & 0xf8) | 4;
        compareWithZlib(wire);
      }),
      { numRuns: 2_000 },
    );
  });

  test('random codes that are often valid', () => {
    const sparse = fc.dictionary(fc.nat({ max: 285 }).map(String), fc.integer({ min: 1, max: 4 }), {
      maxKeys: 12,
    });
    const distances = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(sparse, distances, fc.uint8Array({ maxLength: 60 }), (literals, distances, data) => {
        compareWithZlib(dynamicBlock({ literals: { 256: 3, ...literals }, distances }).octets(...data).wire);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('the end of the data', () => {
  const truncated = fc.tuple(contents, encodings).map(([content, encoding]) => ({
    content,
    wire: deflateMessage(content.subarray(0, 700), encoding),
  }));

  test('cut at every offset: what zlib gives, and without the rest no fault', () => {
    fc.assert(
      fc.property(truncated, ({ wire }) => {
        for (let end = 0; end <= wire.length; end++) {
          const cut = wire.subarray(0, end);
          expect(inflate(cut)).toEqual({
            content: zlibInflate(cut),
            fault: undefined,
            faultOffset: undefined,
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  test('cut at every offset, but said to be whole: what zlib gives with the trailer', () => {
    fc.assert(
      fc.property(truncated, ({ wire }) => {
        for (let end = 0; end <= wire.length; end++) {
          const cut = wire.subarray(0, end);
          const { content, fault, faultOffset } = inflate(cut, { whole: true });
          const theirs = zlibInflate(concat(cut, [0, 0, 0xff, 0xff]));
          if (theirs instanceof Error) expect(fault).toBeDefined();
          else expect(content).toEqual(theirs);
          if (end === wire.length) expect(inflater.endsProperly).toBe(true);
          if (fault === 'the data ends within a block') expect(faultOffset).toBe(end);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a stored block whose data is cut takes the trailer as data, as §7.2.2 has it', () => {
    const stored = [0, 6, 0, 0xf9, 0xff, 65, 66];
    expect(inflate(Uint8Array.from(stored), { whole: true })).toEqual({
      content: Uint8Array.of(65, 66, 0, 0, 0xff, 0xff),
      fault: undefined,
      faultOffset: undefined,
    });
    expect(inflater.endsProperly).toBe(false);
    expect(inflate(Uint8Array.from(stored.slice(0, -1)), { whole: true })).toMatchObject({
      content: Uint8Array.of(65, 0, 0, 0xff, 0xff),
      fault: 'the data ends within a block',
      faultOffset: 6,
    });
  });
});

describe('the limit', () => {
  test('one octet less than the content, at it, above it', () => {
    fc.assert(
      fc.property(contents, encodings, fc.nat(), (content, encoding, cut) => {
        const wire = deflateMessage(content, encoding);
        for (const limit of [content.length, content.length + 1, cut % (content.length + 1), 0]) {
          const { content: given, fault } = inflate(wire, { whole: true, limit });
          expect(fault).toBeUndefined();
          expect(given).toEqual(content.subarray(0, limit));
          expect(inflater.limited).toBe(content.length > limit);
        }
      }),
    );
  });

  test('bombs are not worked through', () => {
    const bombs = [
      deflateRawSync(new Uint8Array(200_000_000), { level: 1 }),
      deflateRawSync(new Uint8Array(10_000_000), { level: 0 }),
    ];
    const started = performance.now();
    for (const bomb of bombs) {
      expect(inflate(bomb, { limit: 1_000_000 }).content.length).toBe(1_000_000);
      expect(inflater.limited).toBe(true);
    }
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(inflate(Uint8Array.of(0)).content.length).toBe(0);
    expect(inflater.output.length).toBeLessThan(1 << 21);
  });

  test('a limit of infinity', () => {
    const content = new Uint8Array(300_000).fill(65);
    const given = inflate(deflateRawSync(content), { limit: Number.POSITIVE_INFINITY }).content;
    expect(Buffer.compare(given, content)).toBe(0);
  });

  test('many blocks without output take linear time', () => {
    const writer = new BitWriter();
    for (let i = 0; i < 60_000; i++) writer.fixed().end();
    const block = dynamicBlock({ literals: { 256: 1 }, distances: [0] })
      .code('0')
      .align().wire;
    const codes = concat(...Array<Uint8Array>(20_000).fill(concat(block, [0, 0, 0, 0xff, 0xff])));
    const started = performance.now();
    expect(inflate(writer.wire).content.length).toBe(0);
    expect(inflate(codes).fault).toBe(undefined);
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

/** A dynamic header whose code length code has the given lengths for 16, 17, 18 and 0; no further codes. */
function codeLengths(...lengths: [number, number, number, number]): BitWriter {
  const writer = new BitWriter().number(4, 3).number(0, 5).number(0, 5).number(0, 4);
  for (const length of lengths) writer.number(length, 3);
  return writer;
}

/** A block with dynamic codes, to the first symbol; each code length is written with four bits. */
function dynamicBlock(codes: { literals: Record<number, number>; distances: number[] }): BitWriter {
  const writer = new BitWriter()
    .number(4, 3)
    .number(29, 5)
    .number(codes.distances.length - 1, 5)
    .number(15, 4);
  for (const symbol of [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15])
    writer.number(symbol < 16 ? 4 : 0, 3);
  const lengths = Array.from({ length: 286 }, (_, symbol) => codes.literals[symbol] ?? 0);
  for (const length of [...lengths, ...codes.distances]) writer.code(length.toString(2).padStart(4, '0'));
  return writer;
}
