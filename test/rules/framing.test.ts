/**
 * Rules about single frames: each with what triggers it and what comes close.
 */
import { describe, expect, it } from 'vitest';
import { permessageDeflate } from '../websocket/recorder.js';
import { brokenBySender, bytes, type Case, found, foundFrom, frame, go, open, text } from './frames.js';
import { findingsOf, type Script, type Step } from './harness.js';

const DEFLATE: Script = {
  request: { extensions: [permessageDeflate] },
  response: { extensions: [permessageDeflate] },
};
const extended = (name: string): Script => ({
  request: { extensions: [{ name, parameters: [] }] },
  response: { extensions: [{ name, parameters: [] }] },
});

const SINGLE: readonly Case[] = [
  ['a text', [text()], []],
  [
    'RSV1',
    [text('a', { rsv1: true })],
    ['rsv-without-extension #1: RSV1 is set in the text frame, and no extension defines that'],
  ],
  [
    'RSV2 and RSV3 of a Ping',
    [{ opcode: 9, rsv2: true, rsv3: true }],
    ['rsv-without-extension #1: RSV2 and RSV3 are set in the ping frame, and no extension defines that'],
  ],
  [
    'RSV1 of a Ping',
    [{ opcode: 9, rsv1: true }],
    ['rsv-without-extension #1: RSV1 is set in the ping frame, and no extension defines that'],
  ],
  [
    'RSV1 of a continuation',
    [text('a', open), go('b', { rsv1: true })],
    ['rsv-without-extension #2: RSV1 is set in the continuation frame, and no extension defines that'],
  ],
  ['RSV1 with deflate', [text('\0', { rsv1: true })], [], DEFLATE],
  [
    'RSV2 with deflate',
    [text('a', { rsv2: true })],
    ['rsv-without-extension #1: RSV2 is set in the text frame, and no extension defines that'],
    DEFLATE,
  ],
  [
    'RSV1 of a Ping with deflate',
    [{ opcode: 9, rsv1: true }],
    ['rsv1-misplaced #1: RSV1 is set in a ping frame with 0 bytes of payload'],
    DEFLATE,
  ],
  [
    'RSV1 of a continuation with deflate',
    [text('a', open), go('b', { rsv1: true })],
    ['rsv1-misplaced #2: RSV1 is set in a continuation frame with 1 byte of payload'],
    DEFLATE,
  ],
  [
    'RSV1 of a continuation of nothing with deflate',
    [go('b', { rsv1: true })],
    ['continuation-without-start #1: the continuation of 1 byte continues no message'],
    DEFLATE,
  ],
  [
    'RSV1 of each frame with x-webkit-deflate-frame',
    [text('a', { fin: false, rsv1: true }), go('b', { rsv1: true })],
    [],
    extended('x-webkit-deflate-frame'),
  ],
  [
    'all bits and opcodes with an unknown extension',
    [text('a', { rsv1: true, rsv2: true, rsv3: true }), { opcode: 3 }, { opcode: 11 }],
    [],
    extended('x-foo'),
  ],
  [
    'bits and opcodes without a handshake',
    [text('a', { rsv2: true }), { opcode: 3 }],
    [],
    { session: { handshake: undefined } },
  ],
  ...[3, 7].map(
    (opcode): Case => [
      `opcode ${opcode}`,
      [{ opcode, payload: bytes(5) }],
      [
        `reserved-opcode #1: opcode ${opcode} of the frame with 5 bytes of payload is reserved for data frames`,
      ],
    ],
  ),
  ...[11, 15].map(
    (opcode): Case => [
      `opcode ${opcode}`,
      [{ opcode, fin: false, rsv1: true, payload: bytes(200) }],
      [
        `reserved-opcode #1: opcode ${opcode} of the frame with 200 bytes of payload is reserved for control frames`,
      ],
    ],
  ),
  [
    '0 in 16 bits',
    [text('', { lengthForm: 16 })],
    ['non-minimal-length #1: the length 0 is written in 16 bits, and fits into 7'],
  ],
  [
    '125 in 64 bits',
    [{ opcode: 2, payload: bytes(125), lengthForm: 64 }],
    ['non-minimal-length #1: the length 125 is written in 64 bits, and fits into 7'],
  ],
  [
    '65,535 in 64 bits',
    [{ opcode: 2, payload: bytes(65_535), lengthForm: 64 }],
    ['non-minimal-length #1: the length 65535 is written in 64 bits, and fits into 16'],
  ],
  [
    'a Ping of 5 in 16 bits',
    [{ opcode: 9, payload: bytes(5), lengthForm: 16 }],
    ['non-minimal-length #1: the length 5 is written in 16 bits, and fits into 7'],
  ],
  [
    'lengths at the limits',
    [125, 126, 65_535, 65_536].map((length) => ({ opcode: 2, payload: bytes(length) })),
    [],
  ],
  [
    'the top bit',
    [{ opcode: 2, lengthForm: 64, length: 2n ** 63n + 5n, payload: bytes(5) }],
    ['length-top-bit #1: the length is 0x8000000000000005, with the most significant bit set'],
  ],
  [
    'the top bit of a Ping',
    [{ opcode: 9, lengthForm: 64, length: 2n ** 64n - 1n }],
    ['length-top-bit #1: the length is 0xffffffffffffffff, with the most significant bit set'],
  ],
  ['the bit below', [{ opcode: 2, lengthForm: 64, length: 2n ** 63n - 1n }], []],
  [
    'a fragmented Ping',
    [{ opcode: 9, fin: false, payload: bytes(3) }],
    ['fragmented-control #1: the ping frame with 3 bytes of payload has no FIN'],
  ],
  [
    'a fragmented Ping and what continues it',
    [
      { opcode: 9, fin: false, payload: bytes(3) },
      { opcode: 0, payload: bytes(2) },
      { opcode: 0, payload: bytes(1) },
    ],
    [
      'fragmented-control #1: the ping frame with 3 bytes of payload has no FIN',
      'continuation-without-start #3: the continuation of 1 byte continues no message',
    ],
  ],
  ['control frames without payload', [{ opcode: 9 }, { opcode: 10 }, { opcode: 8 }], []],
  ['a Ping of 125', [{ opcode: 9, payload: bytes(125) }], []],
  [
    'a Ping of 126',
    [{ opcode: 9, payload: bytes(126) }],
    ['oversized-control #1: the ping frame has 126 bytes of payload'],
  ],
  [
    'a Pong of 300 in 64 bits',
    [{ opcode: 10, payload: bytes(300), lengthForm: 64 }],
    ['oversized-control #1: the pong frame has 300 bytes of payload'],
  ],
];

describe.each(['client', 'server'] as const)('frames of the %s', (sender) => {
  for (const [name, frames, lines, script] of SINGLE)
    it(name, () => {
      expect(foundFrom(sender, frames, script)).toEqual(brokenBySender(sender, lines));
    });
});

describe('masks', () => {
  const unmasked: Step = ['client', text('Hello')];
  const masked: Step = ['server', text('Hello', { maskingKey: 0x37fa213d })];

  it('each unmasked frame of a client is told of', () => {
    expect(found({ steps: [unmasked, frame('client', text()), ['client', { opcode: 9 }]] })).toEqual([
      'unmasked-client-frame client #1: the frame with 5 bytes of payload is not masked',
      'unmasked-client-frame client #3: the frame with 0 bytes of payload is not masked',
    ]);
  });

  it('each masked frame of a server is told of', () => {
    expect(found({ steps: [masked, ['server', text()], ['server', { opcode: 8, maskingKey: 0 }]] })).toEqual([
      'masked-server-frame server #1: the frame with 5 bytes of payload is masked, with the key 37 fa 21 3d',
      'masked-server-frame server #3: the frame with 0 bytes of payload is masked, with the key 00 00 00 00',
    ]);
  });

  it('a finding says where the frame is', () => {
    const [one] = findingsOf({ steps: [frame('client', text()), frame('server', text()), unmasked] }).filter(
      ({ rule }) => rule === 'unmasked-client-frame',
    );
    expect(one).toEqual({
      rule: 'unmasked-client-frame',
      breaker: 'client',
      severity: 'error',
      frame: 3,
      packet: 3,
      message: 'the frame with 5 bytes of payload is not masked',
    });
  });
});
