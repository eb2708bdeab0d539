/** Formats of content: what they take, what they leave, and what hostile octets may cost. */
import { deflateSync, gzipSync } from 'node:zlib';
import { encode as msgpack } from '@msgpack/msgpack';
import { encode as cbor } from 'cbor2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanMessagePack } from '../../src/subprotocol/msgpack-scan.js';
import { readWire } from '../../src/subprotocol/protobuf-wire.js';
import { Conversation, octets, told } from './harness.js';

const decode = (bytes: Uint8Array, options = {}) => new Conversation(options).client(bytes);
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe.each([
  ['msgpack', (value: unknown) => msgpack(value, { useBigInt64: true })],
  ['cbor', (value: unknown) => cbor(value)],
])('%s', (protocol, encode) => {
  it.each([
    ['a map', { id: 1, name: 'Größe' }, 'map of "id", "name"'],
    ['an array', ['text', [1, 2]], 'array of 2'],
    [
      'many names',
      Object.fromEntries([...'abcdefgh'].map((name) => [name.repeat(2), 1])),
      'map of "aa", "bb", "cc", "dd", "ee", "ff", …',
    ],
  ])('%s', (_what, value, summary) => {
    expect(decode(encode(value))).toMatchObject({ protocol, summary, value });
  });

  it('tells what JSON has not', () => {
    const value = { big: 2n ** 63n, safe: 2n ** 40n, bytes: octets(255, 0), at: new Date(0), none: null };
    expect(decode(encode(value))?.value).toEqual({
      big: '9223372036854775808',
      safe: 2 ** 40,
      bytes: { length: 2, payloadBase64: '/wA=' },
      at: '1970-01-01T00:00:00.000Z',
      none: null,
    });
  });

  it.each([
    ['numbers alone', [1, 2, 3, 4, 5]],
    ['a number', 123_456_789],
    ['a string', 'some text'],
    ['octets', octets(1, 2, 3, 4)],
    ['nothing', {}],
  ])('leaves %s', (_what, value) => {
    expect(decode(encode(value))).toBeUndefined();
  });

  it('takes whole messages only', () => {
    const whole = encode({ id: 1, name: 'Größe', list: ['a', { deep: true }] });
    for (let cut = 0; cut < whole.length; cut++)
      expect(decode(whole.subarray(0, cut)), `${cut}`).toBeUndefined();
    expect(decode(Buffer.concat([whole, octets(0)]))).toBeUndefined();
    expect(decode(whole)?.protocol).toBe(protocol);
  });

  it('takes any value of JSON that has text', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{2,8}$/), fc.jsonValue(), { minKeys: 1, maxKeys: 8 }),
        (value) => {
          const bytes = encode(value);
          const decoded = decode(bytes);
          if (decoded !== undefined) expect(decoded.protocol).toBe(protocol);
        },
      ),
      { numRuns: 200, seed: 3 },
    );
  });

  it('ends deep nesting and lengths that are lies', () => {
    const lies =
      protocol === 'msgpack'
        ? [
            Buffer.alloc(100_000, 0x91),
            hex('df ff ff ff ff'),
            hex('93 dd ff ff ff ff a3 61 62 63 01'),
            Buffer.concat(Array(50_000).fill(hex('dd 00 0f ff ff'))),
          ]
        : [
            Buffer.alloc(100_000, 0x81),
            hex('bb ff ff ff ff ff ff ff ff'),
            hex('83 9a ff ff ff ff 63 61 62 63 01'),
            Buffer.concat(Array(50_000).fill(hex('9a 00 0f ff ff'))),
          ];
    const before = process.memoryUsage.rss();
    const start = performance.now();
    for (const lie of lies) expect(decode(lie)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(2000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(200e6);
  });
});

it('a message that says that it is CBOR needs no text', () => {
  expect(decode(hex('d9d9f7 83010203'))).toMatchObject({ protocol: 'cbor', value: [1, 2, 3] });
  expect(decode(hex('d9d9f7 05'))).toMatchObject({ protocol: 'cbor', type: 'item', value: 5 });
});

describe('scanMessagePack()', () => {
  it.each([
    ['05', 1, 0],
    ['a3 616263', 4, 1],
    ['93 01 a2 6162 c0', 6, 1],
    ['de 0001 a2 6162 01', 7, 1],
    ['c4 02 6162', 4, 0],
    ['c7 02 05 6162', 5, 0],
    ['d6 05 01020304', 6, 0],
    ['cb 0102030405060708', 9, 0],
    ['d9 02 6162', 4, 1],
    ['80', 1, 0],
  ])('%s', (bytes, end, texts) => {
    expect(scanMessagePack(hex(bytes), 0)).toMatchObject({ end, texts });
  });

  it.each(['', 'c1', 'a3 6162', '92 01', 'db 00000005 6162', 'cf 01', 'dc 00', 'c7 02 05 61'])(
    '%s is none',
    (bytes) => {
      expect(scanMessagePack(hex(bytes), 0)).toBeUndefined();
    },
  );
});

describe('protobuf', () => {
  // https://protobuf.dev/programming-guides/encoding/: field 1 = 150, field 2 = "testing", field 3 = { field 1 = 150 }.
  const known = hex('08 96 01 12 07 74 65 73 74 69 6e 67 1a 03 08 96 01');

  it('tells fields by number, of nested messages as well', () => {
    expect(decode(known)).toMatchObject({
      protocol: 'protobuf',
      summary: 'message with fields 1, 2, 3',
      value: { 1: 150, 2: 'testing', 3: { 1: 150 } },
    });
    expect(
      decode(hex('0a 04 74657374 0a 04 74657375 15 0000c03f 19 000000000000f03f 20 ffffffffffffffffff01'))
        ?.value,
    ).toEqual({
      1: ['test', 'tesu'],
      2: { fixed32: 1_069_547_520, float: 1.5 },
      3: { fixed64: '4607182418800017408', double: 1 },
      4: '18446744073709551615',
    });
  });

  it.each([
    ['cut off', known.subarray(0, -1)],
    ['without text', hex('08 96 01 10 05 18 07 20 08')],
    ['field 0', hex('00 96 01 12 07 74 65 73 74 69 6e 67')],
    ['a group', hex('0b 12 07 74 65 73 74 69 6e 67 0c')],
    ['text as a whole', Buffer.from('\n\x09a text it is'.replace('\x09', '\t'))],
  ])('leaves what is %s', (_what, bytes) => {
    expect(decode(bytes)).toBeUndefined();
  });

  it('bounds what nested guesses cost', () => {
    let nested = hex('0a 00');
    for (let i = 0; i < 14; i++)
      nested = Buffer.concat([hex('0a'), octets(nested.length), nested]).subarray(0, 127);
    const start = performance.now();
    for (const bytes of [
      Buffer.alloc(1_000_000, hex('08 01')),
      Buffer.alloc(1_000_000, hex('0a 00')),
      Buffer.alloc(1_000_000, nested),
    ])
      expect(readWire(bytes)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('JSON in binary messages', () => {
  it('is what it would be in a text', () => {
    const talk = new Conversation();
    expect(told(talk.client(Buffer.from('{"jsonrpc":"2.0","id":1,"method":"a"}')))).toBe(
      'json-rpc request "a" id 1',
    );
    const answer = talk.server(Buffer.from(' {"jsonrpc":"2.0","id":1,"result":2}\n'));
    expect(answer).toMatchObject({ type: 'result', answers: { message: 1 } });
    expect(decode(Buffer.from('{"a":1}'), { plainJson: true })).toMatchObject({
      protocol: 'json',
      value: { a: 1 },
    });
  });

  it.each(['{"a":1', '1', '"a"', '{"a":"\xff"}', '{a}'])('%j is none', (text) => {
    expect(decode(Buffer.from(text, 'latin1'), { plainJson: true })).toBeUndefined();
  });
});

describe('compressed', () => {
  const call = '{"jsonrpc":"2.0","id":1,"method":"a"}';

  it.each([
    ['gzip', gzipSync],
    ['zlib', deflateSync],
  ])('%s is decoded in turn', (name, pack) => {
    expect(told(decode(pack(call)))).toBe(`json-rpc request "a" id 1 (37 bytes in ${name})`);
    expect(told(decode(pack(msgpack({ name: 'ann' }))))).toBe(`msgpack map of "name" (10 bytes in ${name})`);
    expect(decode(pack('{"a":1}'))).toMatchObject({
      protocol: 'json',
      summary: `object of "a" (7 bytes in ${name})`,
      value: { a: 1 },
    });
    expect(decode(pack(octets(255, 0, 255)))).toMatchObject({ value: { length: 3, payloadBase64: '/wD/' } });
    expect(decode(pack(pack(call)))).toMatchObject({ protocol: name, type: 'data' });
  });

  it('is taken only if it is whole, and its checksum right', () => {
    for (const whole of [gzipSync(call), deflateSync(call)]) {
      for (let cut = 0; cut < whole.length; cut++) expect(decode(whole.subarray(0, cut))).toBeUndefined();
      const wrong = Buffer.from(whole);
      wrong[whole.length - 8] ^= 1;
      wrong[whole.length - 1] ^= 1;
      expect(decode(wrong)).toBeUndefined();
    }
  });

  it('may come to no more than the limit', () => {
    const talk = new Conversation({ limits: { maxUnpacked: 5000 } });
    expect(talk.client(gzipSync(Buffer.alloc(5000, 'x')))?.protocol).toBe('gzip');
    expect(talk.client(deflateSync(Buffer.alloc(50_000_000)))).toBeUndefined();
    expect(talk.defects).toEqual([
      [
        'unpacked-limit',
        'session 1: message 2: compressed content comes to too much: it is not decoded (limit unpacked=5000)',
      ],
    ]);
  });
});

it('one message by content decides nothing about the others', () => {
  const talk = new Conversation();
  expect(talk.client(msgpack({ name: 'ann' }))?.protocol).toBe('msgpack');
  expect(talk.client('{"jsonrpc":"2.0","id":1,"method":"a"}')?.protocol).toBe('json-rpc');
  expect(talk.server(cbor({ name: 'ann' }))?.protocol).toBe('cbor');
  expect(told(talk.server('{"jsonrpc":"2.0","id":1,"result":1}'))).toBe('json-rpc result of "a" id 1 ← 2');
});
