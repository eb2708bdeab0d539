import { describe, expect, it } from 'vitest';
import { type FrameField, frameFields } from '../../src/output/frame-fields.js';
import { encodeClose } from '../../src/websocket/close.js';
import { concat, utf8 } from '../support/splits.js';
import { deflateSession, hostileTexts, makeFrame, UNSAFE } from './samples.js';

type Overrides = Parameters<typeof makeFrame>[0];
type Row = [
  name: string,
  bits: string | undefined,
  value: string,
  meaning: string,
  section: string,
  start: number,
  end: number,
];

const rows = (overrides: Overrides): Row[] =>
  frameFields(makeFrame(overrides)).map((f) => [
    f.name,
    f.bits,
    f.value,
    f.meaning,
    f.section,
    f.start,
    f.end,
  ]);
const field = (overrides: Overrides, name: string): FrameField | undefined =>
  frameFields(makeFrame(overrides)).find((candidate) => candidate.name === name);

const framing = 'RFC 6455 §5.2';

describe('frameFields', () => {
  it('of the example of RFC 6455 §5.7, in wire order', () => {
    expect(rows({})).toEqual([
      ['FIN', '1... ....', '1', 'last frame of its message', framing, 0, 1],
      ['RSV1', '.0.. ....', '0', 'not set', framing, 0, 1],
      ['RSV2', '..0. ....', '0', 'not set', framing, 0, 1],
      ['RSV3', '...0 ....', '0', 'not set', framing, 0, 1],
      ['Opcode', '.... 0001', '1 (text)', 'begins a text message, UTF-8', 'RFC 6455 §5.6', 0, 1],
      ['Mask', '1... ....', '1', 'the payload is masked', 'RFC 6455 §5.3', 1, 2],
      ['Payload length', '.000 0101', '5', 'the length itself', framing, 1, 2],
      [
        'Masking key',
        undefined,
        '37fa213d',
        'byte i of the payload is XORed with byte i mod 4 of it',
        'RFC 6455 §5.3',
        2,
        6,
      ],
      ['Payload, unmasked', undefined, 'Hello', '', 'RFC 6455 §5.6', 6, 11],
    ]);
  });

  it('of an unmasked fragment with reserved bits and the 16-bit form', () => {
    const payload = new Uint8Array(200);
    const overrides = { fin: false, rsv1: true, rsv2: true, rsv3: true, opcode: 5, masked: false, payload };
    expect(rows(overrides).slice(0, -1)).toEqual([
      ['FIN', '0... ....', '0', 'more frames of the message follow', framing, 0, 1],
      ['RSV1', '.1.. ....', '1', 'set, and no extension gives it a meaning', framing, 0, 1],
      ['RSV2', '..1. ....', '1', 'set: only an extension gives it a meaning', framing, 0, 1],
      ['RSV3', '...1 ....', '1', 'set: only an extension gives it a meaning', framing, 0, 1],
      ['Opcode', '.... 0101', '5 (reserved)', 'reserved for data frames', 'RFC 6455 §5.2', 0, 1],
      ['Mask', '0... ....', '0', 'the payload is not masked', 'RFC 6455 §5.3', 1, 2],
      ['Payload length', '.111 1110', '126', 'the length follows in two bytes', framing, 1, 2],
      ['Extended payload length (16 bits)', undefined, '200', 'the payload length', framing, 2, 4],
    ]);
    expect(field(overrides, 'Payload')).toMatchObject({ start: 4, end: 204 });
  });

  it.each([
    ['true', 70_000n, '70000', 'the payload length'],
    ['the greatest', 2n ** 63n - 1n, '9223372036854775807', 'the payload length'],
    ['impossible', 2n ** 63n, '9223372036854775808', 'malformed: the most significant bit must be 0'],
  ])('a %s length in the 64-bit form', (_name, exactLength, value, meaning) => {
    const overrides = { lengthForm: 64 as const, length: Number(exactLength), exactLength };
    expect(field(overrides, 'Payload length')).toMatchObject({
      bits: '.111 1111',
      value: '127',
      meaning: 'the length follows in eight bytes',
    });
    const extended = field(overrides, 'Extended payload length (64 bits)');
    expect(extended).toMatchObject({ value, meaning, start: 2, end: 10 });
    expect(field(overrides, 'Masking key')).toMatchObject({ start: 10, end: 14 });
  });

  it.each([
    [0, '0 (continuation)', 'continues a fragmented message', 'RFC 6455 §5.6'],
    [2, '2 (binary)', 'begins a binary message', 'RFC 6455 §5.6'],
    [7, '7 (reserved)', 'reserved for data frames', 'RFC 6455 §5.2'],
    [8, '8 (close)', 'control: begins or answers the closing handshake', 'RFC 6455 §5.5'],
    [9, '9 (ping)', 'control: asks for a Pong', 'RFC 6455 §5.5'],
    [10, '10 (pong)', 'control: answers a Ping, or a sign of life', 'RFC 6455 §5.5'],
    [11, '11 (reserved)', 'reserved for control frames', 'RFC 6455 §5.2'],
    [15, '15 (reserved)', 'reserved for control frames', 'RFC 6455 §5.2'],
  ])('opcode %i', (opcode, value, meaning, section) => {
    const bits = `.... ${opcode.toString(2).padStart(4, '0')}`;
    expect(field({ opcode }, 'Opcode')).toMatchObject({ bits, value, meaning, section });
  });

  it.each([
    ['a compressed message', { rsv1: true, compressed: true }, 'the message is compressed'],
    ['its other frames', { opcode: 0, compressed: true }, 'not the first frame'],
    ['a plain message', {}, 'not compressed'],
    ['a control frame', { opcode: 9 }, 'not compressed'],
    ['a control frame that has it', { opcode: 9, rsv1: true }, 'set, and has no meaning on this frame'],
    [
      'a continuation that has it',
      { opcode: 0, rsv1: true, compressed: true },
      'set, and has no meaning on this frame',
    ],
  ])('RSV1 of %s, with permessage-deflate', (_name, overrides, meaning) => {
    const frame = { ...overrides, session: deflateSession };
    expect(field(frame, 'RSV1')).toMatchObject({ meaning, section: 'RFC 7692 §6' });
  });
});

describe('the payload', () => {
  it.each([
    ['text', {}, 'RFC 6455 §5.6'],
    ['reserved', { opcode: 11 }, 'RFC 6455 §5.2'],
    ['compressed', { compressed: true }, 'RFC 7692 §6'],
    ['control', { opcode: 10 }, 'RFC 6455 §5.5'],
  ])('of a frame (%s) has its section', (_name, overrides, section) => {
    expect(field(overrides, 'Payload, unmasked')).toMatchObject({ section, start: 6, end: 11 });
  });

  it('is left out where there is none', () => {
    expect(rows({ payload: '' }).at(-1)?.[0]).toBe('Masking key');
    expect(rows({ payload: '', masked: false }).at(-1)?.[0]).toBe('Payload length');
  });

  const closeRows = (payload: Uint8Array) => rows({ opcode: 8, payload, masked: false }).slice(7);

  it.each<[string, Uint8Array, Row[]]>([
    ['one octet', Uint8Array.of(3), []],
    ['a code', encodeClose(1001), [['Status code', undefined, '1001', 'Going Away', 'RFC 6455 §7.4', 2, 4]]],
    [
      'a reason',
      encodeClose(1000, 'bye'),
      [
        ['Status code', undefined, '1000', 'Normal Closure', 'RFC 6455 §7.4', 2, 4],
        ['Reason', undefined, '62 79 65', 'bye', 'RFC 6455 §7.1.6', 4, 7],
      ],
    ],
    [
      'a code of five digits and a reason',
      encodeClose(65_535, 'x\x1b'),
      [
        ['Status code', undefined, '65535', 'not defined', 'RFC 6455 §7.4', 2, 4],
        ['Reason', undefined, '78 1b', 'x\\x1b', 'RFC 6455 §7.1.6', 4, 6],
      ],
    ],
  ])('of a Close with %s', (_name, payload, expected) => {
    const [whole, ...parts] = closeRows(payload);
    expect(whole.slice(4)).toEqual(['RFC 6455 §5.5', 2, 2 + payload.length]);
    expect(parts).toEqual(expected);
  });

  it('of a Close shows 16 bytes of the reason', () => {
    const [, , reason] = closeRows(encodeClose(1000, 'x'.repeat(17)));
    expect(reason[2]).toBe(`${'78 '.repeat(16)}…`);
  });

  it.each(hostileTexts)('is safe to print: %s', (_name, text) => {
    for (const opcode of [1, 2, 8, 9]) {
      const payload = opcode === 8 ? concat([3, 0xe8], utf8(text)) : utf8(text);
      for (const { value, meaning } of frameFields(makeFrame({ opcode, payload })))
        expect(value + meaning).not.toMatch(UNSAFE);
    }
  });
});

it('the ranges of the fields cover header and payload without a hole', () => {
  for (const lengthForm of [7, 16, 64] as const)
    for (const masked of [true, false])
      for (const payload of ['', 'Hello']) {
        const frame = makeFrame({ lengthForm, masked, payload });
        let at = 0;
        for (const { start, end } of frameFields(frame)) {
          expect(start === at || end === at).toBe(true);
          at = end;
        }
        expect(at).toBe(frame.headerLength + payload.length);
      }
});
