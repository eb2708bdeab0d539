import { describe, expect, it } from 'vitest';
import { formatRsv, frameColumns, isMalformed, remarks } from '../../src/output/frame-columns.js';
import { encodeClose } from '../../src/websocket/close.js';
import { context, makeFrame, makeSession } from './samples.js';

describe('frameColumns', () => {
  it('of the example of RFC 6455 §5.7', () => {
    expect(frameColumns(makeFrame(), context())).toEqual({
      number: '1',
      time: '1.000203',
      session: '1',
      direction: 'client→server',
      fin: 'FIN',
      rsv: '---',
      opcode: 'text',
      mask: '37fa213d',
      length: '5',
      form: '7-bit',
      remark: '',
      payload: 'Hello',
    });
  });

  it('of a frame with everything odd', () => {
    const frame = makeFrame({
      number: 1_000_000,
      sender: 'server',
      fin: false,
      rsv1: true,
      rsv3: true,
      opcode: 11,
      masked: false,
      payload: new Uint8Array(3),
      lengthForm: 64,
      length: 2 ** 63,
      exactLength: 2n ** 63n + 1n,
      truncated: true,
      missing: [
        { offset: 1, length: 1 },
        { offset: 3, length: 2 ** 63 },
      ],
    });
    expect(frameColumns(frame, context('utc'))).toEqual({
      number: '1000000',
      time: '2023-11-14 22:13:21.000203Z',
      session: '1',
      direction: 'server→client',
      fin: '---',
      rsv: '1-3',
      opcode: '11',
      mask: '-',
      length: '9223372036854775809',
      form: '64-bit',
      remark: '[malformed] [reserved opcode] [gap: 1 byte missing] [truncated: about 9.2e+18 bytes missing]',
      payload: '00 00 00',
    });
  });

  it.each([
    ['a masking key of zero', { maskingKey: 0 }, { mask: '00000000' }],
    ['a negative masking key', { maskingKey: -1 }, { mask: 'ffffffff' }],
    ['the largest exact length', { length: Number.MAX_SAFE_INTEGER }, { length: '9007199254740991' }],
    ['the 16-bit form', { lengthForm: 16 as const }, { form: '16-bit' }],
  ])('%s', (_name, overrides, expected) => {
    expect(frameColumns(makeFrame(overrides), context())).toMatchObject(expected);
  });
});

it.each([
  [0, '---'],
  [1, '1--'],
  [2, '-2-'],
  [3, '12-'],
  [4, '--3'],
  [5, '1-3'],
  [6, '-23'],
  [7, '123'],
])('RSV bits %i are shown as %s', (bits, text) => {
  const [rsv1, rsv2, rsv3] = [1, 2, 4].map((bit) => (bits & bit) !== 0);
  expect(formatRsv(makeFrame({ rsv1, rsv2, rsv3 }))).toBe(text);
});

describe('remarks', () => {
  const gap = (offset: number, length: number) => ({ offset, length });
  it.each([
    ['nothing', {}, []],
    ['a gap', { missing: [gap(2, 3)] }, ['gap: 3 bytes missing']],
    ['two gaps', { missing: [gap(0, 1), gap(3, 1)] }, ['gap: 2 bytes missing']],
    ['a gap of one', { missing: [gap(2, 1)] }, ['gap: 1 byte missing']],
    ['a cut', { missing: [gap(4, 1)], truncated: true }, ['truncated: 1 byte missing']],
    [
      'a gap and a cut',
      { missing: [gap(1, 1), gap(3, 2)], truncated: true },
      ['gap: 1 byte missing', 'truncated: 2 bytes missing'],
    ],
    ['doubt', { confidence: 0.99999 }, ['found again, 99.9 %']],
    [
      'doubt without a handshake',
      { confidence: 0.5, session: { ...makeSession(), handshake: undefined } },
      ['recognised, 50.0 %'],
    ],
    ['a reserved opcode', { opcode: 3 }, ['reserved opcode']],
    ['RSV bits, no mask, wasteful lengths', { rsv1: true, masked: false, lengthForm: 64 as const }, []],
  ])('of %s', (_name, overrides, expected) => {
    expect(remarks(makeFrame(overrides))).toEqual(expected);
  });
});

describe('malformed is', () => {
  it.each([
    ['a length of 2^63', { exactLength: 2n ** 63n }, true],
    ['a length of 2^64 - 1', { exactLength: 2n ** 64n - 1n }, true],
    ['not a length of 2^63 - 1', { exactLength: 2n ** 63n - 1n }, false],
    ['a Close of one octet', { opcode: 8, payload: 'x' }, true],
    ['not an empty Close', { opcode: 8, payload: '' }, false],
    ['not a Close with a code', { opcode: 8, payload: encodeClose(0) }, false],
    ['not a Close of which little was kept', { opcode: 8, payload: 'x', length: 7 }, false],
    [
      'not a Close cut by the end of the stream',
      { opcode: 8, payload: 'x', length: 2, truncated: true, missing: [{ offset: 1, length: 1 }] },
      false,
    ],
    ['not a text of one octet', { payload: 'x' }, false],
  ])('%s', (_name, overrides, expected) => {
    const frame = makeFrame(overrides);
    expect(isMalformed(frame)).toBe(expected);
    expect(remarks(frame).includes('malformed')).toBe(expected);
  });
});
