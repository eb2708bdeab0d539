/**
 * HPACK: the examples of RFC 7541 Appendix C in both directions, round trips, and blocks that are hostile or come
 * behind a loss.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/bytes/concat.js';
import { HpackDecoder, UNKNOWN } from '../../src/http/hpack.js';
import { encodeInteger, encodeString, HpackEncoder, type HpackField } from '../../src/http/hpack-encode.js';
import { decodeHuffman, encodeHuffman } from '../../src/http/huffman.js';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replace(/\s/g, ''), 'hex'));
const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const decoder = (maxHead = 65_536, maxTable = 65_536) => new HpackDecoder(maxHead, maxTable);
const decode = (on: HpackDecoder, bytes: Uint8Array) => on.decode(bytes, 0, bytes.length);
const lines = (on: HpackDecoder, bytes: Uint8Array) =>
  decode(on, bytes).fields.map(({ name, value }) => `${name}: ${value}`);
const tableOf = ({ table }: HpackDecoder) =>
  Array.from({ length: table.length }, (_, i) => `${table.get(i)!.name}: ${table.get(i)!.value}`);
const fieldOf = (line: string): [string, string] => {
  const at = line.indexOf(': ');
  return [line.slice(0, at), line.slice(at + 2)];
};

describe('integers (RFC 7541 C.1)', () => {
  it.each([
    [10, 5, '0a'],
    [1337, 5, '1f9a0a'],
    [42, 8, '2a'],
    [31, 5, '1f00'],
    [158, 5, '1f7f'],
    [159, 5, '1f8001'],
  ])('%i with a prefix of %i bits', (value, prefix, bytes) => {
    expect(hexOf(encodeInteger(value, 0, prefix))).toBe(bytes);
  });

  it('are read back: C.1.2 as the size of the table, and as a length', () => {
    const on = decoder();
    expect(decode(on, hex('3f9a0a')).fault).toBeUndefined();
    const long = 'x'.repeat(1337);
    expect(lines(on, concat(Uint8Array.of(0), encodeString('a'), encodeString(long, false)))).toEqual([
      `a: ${long}`,
    ]);
  });
});

describe('single fields (RFC 7541 C.2)', () => {
  it.each([
    [
      'C.2.1',
      'custom-key: custom-header',
      '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
      'added',
    ],
    ['C.2.2', ':path: /sample/path', '040c 2f73 616d 706c 652f 7061 7468', 'not-indexed'],
    ['C.2.3', 'password: secret', '1008 7061 7373 776f 7264 0673 6563 7265 74', 'never-indexed'],
    ['C.2.4', ':method: GET', '82', 'indexed'],
  ] as const)('%s', (name, line, bytes, as) => {
    const on = decoder();
    expect(lines(on, hex(bytes))).toEqual([line]);
    expect(tableOf(on)).toEqual(name === 'C.2.1' ? [line] : []);
    const [key, value] = line.startsWith(':')
      ? [line.slice(0, line.indexOf(':', 1)), line.slice(line.indexOf(':', 1) + 2)]
      : fieldOf(line);
    expect(hexOf(new HpackEncoder().block([[key, value, { as, huffman: false }]]))).toBe(hexOf(hex(bytes)));
  });
});

interface Example {
  readonly bytes: string;
  readonly fields: readonly string[];
  readonly table: readonly string[];
  readonly size: number;
}

const REQUESTS = [
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com', 'cache-control: no-cache'],
  [
    ':method: GET',
    ':scheme: https',
    ':path: /index.html',
    ':authority: www.example.com',
    'custom-key: custom-value',
  ],
];
const REQUEST_TABLES = [
  [':authority: www.example.com'],
  ['cache-control: no-cache', ':authority: www.example.com'],
  ['custom-key: custom-value', 'cache-control: no-cache', ':authority: www.example.com'],
];
const DATES = ['Mon, 21 Oct 2013 20:13:21 GMT', 'Mon, 21 Oct 2013 20:13:22 GMT'];
const LOCATION = 'location: https://www.example.com';
const COOKIE = 'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1';
const RESPONSES = [
  [':status: 302', 'cache-control: private', `date: ${DATES[0]}`, LOCATION],
  [':status: 307', 'cache-control: private', `date: ${DATES[0]}`, LOCATION],
  [':status: 200', 'cache-control: private', `date: ${DATES[1]}`, LOCATION, 'content-encoding: gzip', COOKIE],
];
const RESPONSE_TABLES = [
  [LOCATION, `date: ${DATES[0]}`, 'cache-control: private', ':status: 302'],
  [':status: 307', LOCATION, `date: ${DATES[0]}`, 'cache-control: private'],
  [COOKIE, 'content-encoding: gzip', `date: ${DATES[1]}`],
];

const examples = (
  fields: readonly string[][],
  tables: readonly string[][],
  sizes: readonly number[],
  bytes: readonly string[],
): Example[] => bytes.map((one, i) => ({ bytes: one, fields: fields[i], table: tables[i], size: sizes[i] }));

const SEQUENCES: Readonly<Record<string, { examples: Example[]; size?: number; huffman: boolean }>> = {
  'C.3': {
    huffman: false,
    examples: examples(
      REQUESTS,
      REQUEST_TABLES,
      [57, 110, 164],
      [
        '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '8286 84be 5808 6e6f 2d63 6163 6865',
        '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
      ],
    ),
  },
  'C.4': {
    huffman: true,
    examples: examples(
      REQUESTS,
      REQUEST_TABLES,
      [57, 110, 164],
      [
        '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
        '8286 84be 5886 a8eb 1064 9cbf',
        '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
      ],
    ),
  },
  'C.5': {
    huffman: false,
    size: 256,
    examples: examples(
      RESPONSES,
      RESPONSE_TABLES,
      [222, 222, 215],
      [
        `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32
       3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
        '4803 3330 37c1 c0bf',
        `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970
       7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61
       6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31`,
      ],
    ),
  },
  'C.6': {
    huffman: true,
    size: 256,
    examples: examples(
      RESPONSES,
      RESPONSE_TABLES,
      [222, 222, 215],
      [
        `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad
       1718 63c7 8f0b 97c8 e9ae 82ae 43d3`,
        '4883 640e ffc1 c0bf',
        `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2
       e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
      ],
    ),
  },
};

const split = (line: string): [string, string] => {
  const at = line.indexOf(': ', 1);
  return [line.slice(0, at), line.slice(at + 2)];
};

describe.each(Object.entries(SEQUENCES))('RFC 7541 %s', (_, { examples: list, size, huffman }) => {
  it('is decoded, with the table behind each block', () => {
    const on = decoder();
    if (size !== undefined) on.table.resize(size);
    for (const example of list) {
      expect(lines(on, hex(example.bytes))).toEqual(example.fields);
      expect(tableOf(on)).toEqual(example.table);
      expect(on.table.size).toBe(example.size);
    }
  });

  it('is what the encoder writes', () => {
    const encoder = new HpackEncoder();
    if (size !== undefined) encoder.resize(size);
    for (const { fields, bytes } of list) {
      const block = encoder.block(fields.map((line) => [...split(line), { huffman }] as HpackField));
      expect(hexOf(block)).toBe(hexOf(hex(bytes)));
    }
  });
});

describe('the Huffman code', () => {
  it.each([
    ['www.example.com', 'f1e3c2e5f23a6ba0ab90f4ff'],
    ['no-cache', 'a8eb10649cbf'],
    ['302', '6402'],
    [
      'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1',
      '94e7821dd7f2e6c7b335dfdfcd5b3960d5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
    ],
    ['', ''],
  ])('%s', (text, bytes) => {
    expect(hexOf(encodeHuffman(text))).toBe(bytes);
    expect(decodeHuffman(hex(bytes), 0, bytes.length / 2)).toBe(text);
  });

  it('takes any octets there and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        const text = Buffer.from(octets).toString('latin1');
        const coded = encodeHuffman(text);
        expect(decodeHuffman(coded, 0, coded.length)).toBe(text);
      }),
    );
  });

  it.each([
    ['EOS', 'ffffffff'],
    ['padding of eight bits', '1fff'],
    ['padding that is no ones', '18'],
    ['a code that is cut', 'fffffe'],
  ])('refuses %s', (_, bytes) => {
    expect(decodeHuffman(hex(bytes), 0, bytes.length / 2)).toBeUndefined();
  });
});

const anyField: fc.Arbitrary<HpackField> = fc.tuple(
  fc.constantFrom(':path', 'a', 'cookie', 'x-long-name', ':status'),
  fc.string({
    unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 60,
  }),
  fc.record({
    as: fc.constantFrom('indexed', 'added', 'not-indexed', 'never-indexed'),
    huffman: fc.boolean(),
  }),
) as fc.Arbitrary<HpackField>;

it('takes any fields there and back, with any sizes of the table', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(600), fc.array(anyField, { maxLength: 12 })), { maxLength: 8 }),
      (blocks) => {
        const encoder = new HpackEncoder();
        const on = decoder();
        for (const [size, fields] of blocks) {
          const block = concat(
            size % 3 === 0 ? encoder.resize(size) : new Uint8Array(0),
            encoder.block(fields),
          );
          const { fields: decoded, fault } = decode(on, block);
          expect(fault).toBeUndefined();
          expect(decoded.map(({ name, value }) => [name, value])).toEqual(
            fields.map(([name, value]) => [name, value]),
          );
        }
      },
    ),
  );
});

it('never throws, and always ends', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (blocks) => {
      const on = decoder(1000, 300);
      for (const block of blocks) {
        const { fields } = decode(on, block);
        expect(on.table.size).toBeLessThanOrEqual(300);
        expect(
          fields.reduce((sum, { name, value }) => sum + name.length + value.length + 32, 0),
        ).toBeLessThanOrEqual(1000);
      }
    }),
  );
});

describe('a hostile block', () => {
  it.each([
    ['index 0', '80', 'an index is in no table'],
    ['an index beyond both tables', 'be', 'an index is in no table'],
    ['a name beyond both tables', '7f0061', 'an index is in no table'],
    ['an endless integer', 'ffffffffffffffffffffffffffffffff', 'an integer is cut or too large'],
    ['an integer of 2^35', 'ff8080808080ff01', 'an integer is cut or too large'],
    ['a cut integer', 'ff', 'an integer is cut or too large'],
    ['a string longer than the block', '400a6162', 'a string is cut'],
    ['no value', '4001 61', 'a string is cut'],
    ['a string that is no Huffman code', '4084ffffffff', 'a string is no Huffman code'],
    ['a size update behind a field', '8220', 'the table is resized behind a field'],
  ])('%s', (_, bytes, fault) => {
    const on = decoder();
    expect(decode(on, hex(bytes)).fault).toBe(fault);
    // What follows is not of a known table any more, and no fault.
    expect(decode(on, hex('be')).fault).toBeUndefined();
  });

  it('resizes the table beyond what was allowed', () => {
    const on = decoder();
    on.allowedSize = 4096;
    expect(decode(on, hex('3fe11f')).fault).toBeUndefined();
    expect(decode(on, hex('3fe21f')).fault).toBe('the table is resized beyond what is allowed');
  });

  it('resizes it a hundred thousand times', () => {
    const on = decoder();
    expect(decode(on, new Uint8Array(100_000).fill(0x20)).fault).toBeUndefined();
  });

  it('repeats one large field: it is listed as far as the bound goes, and the table follows', () => {
    const on = decoder(65_536);
    const encoder = new HpackEncoder();
    const large: HpackField = ['x', 'y'.repeat(4000)];
    expect(decode(on, encoder.block([large])).cut).toBe(false);
    const bomb = concat(
      encoder.block(Array.from({ length: 10_000 }, () => large)),
      encoder.block([['z', '1']]),
    );
    const { fields, cut } = decode(on, bomb);
    expect(cut).toBe(true);
    expect(fields.length).toBe(Math.floor(65_536 / 4033));
    expect(tableOf(on)).toEqual(['z: 1', `x: ${large[1]}`].slice(0, on.table.length));
    expect(tableOf(on)[0]).toBe('z: 1');
  });

  it('has a table larger than we keep: what is beyond is not known', () => {
    const on = decoder(65_536, 200);
    const encoder = new HpackEncoder();
    const fields: HpackField[] = Array.from({ length: 10 }, (_, i) => [`name${i}`, 'value']);
    decode(on, encoder.block(fields));
    expect(on.table.size).toBeLessThanOrEqual(200);
    expect(lines(on, encoder.block([fields[9], fields[0]]))).toEqual([
      'name9: value',
      `${UNKNOWN}: ${UNKNOWN}`,
    ]);
  });
});

describe('behind a loss', () => {
  const encoder = new HpackEncoder();
  const on = decoder();
  decode(
    on,
    encoder.block([
      ['a', '1'],
      ['b', '2'],
    ]),
  );
  on.table.forget();

  it('old entries are unknown and new ones exact', () => {
    const { fields, unknown, fault } = decode(
      on,
      encoder.block([
        ['c', '3'],
        ['a', '1'],
        ['c', '3'],
        ['b', '9'],
      ]),
    );
    expect(fault).toBeUndefined();
    expect(unknown).toBe(2);
    expect(fields.map(({ name, value }) => `${name}=${value}`)).toEqual([
      'c=3',
      `${UNKNOWN}=${UNKNOWN}`,
      'c=3',
      `${UNKNOWN}=9`,
    ]);
  });

  it('is over when the table has been filled anew', () => {
    expect(on.table.incomplete).toBe(true);
    for (let i = 0; i < 5; i++) decode(on, encoder.block([[`n${i}`, 'x'.repeat(1000)]]));
    expect(on.table.incomplete).toBe(false);
    expect(decode(on, hex('ff7f')).fault).toBe('an index is in no table');
  });

  it('is over when the table is emptied', () => {
    const other = decoder();
    other.table.beginInTheMiddle();
    expect(other.table.incomplete).toBe(true);
    decode(other, hex('20'));
    expect(other.table.incomplete).toBe(false);
  });
});
