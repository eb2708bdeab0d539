/**
 * Frames that break one rule of RFC 6455, drawn: which kind, who says them, what they say, how long they are and with which
 * key. What can be seen of the payload alone is said by the server, unmasked.
 */
import type { Draw } from '../../../sample/draw.js';
import type { Step } from '../../../sample/script.js';
import { encodeClose } from '../../../websocket/close.js';
import { deflateMessage } from '../../../websocket/deflate-encode.js';
import { BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT } from '../../../websocket/opcode.js';
import { saidAs, say } from '../question.js';

const WORDS = [
  'Hello',
  'frame',
  'mask',
  'socket',
  'answer',
  'bytes',
  'proxy',
  'bits',
  'key',
  'done',
] as const;
/** No UTF-8 (RFC 3629 §3): Latin-1, a character cut off, a surrogate, an overlong form, an octet that never occurs. */
const BAD_TEXT = ['e921', 'e282', 'eda080', 'c0af', 'ff'] as const;
const BAD_CODES = [0, 401, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] as const;
const GOOD_CODES = [1000, 1001, 1003, 1008, 1011, 3000, 4000, 4242] as const;
const RESERVED = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as const;
const DATA = [TEXT, BINARY] as const;
const PINGS = [PING, PONG] as const;

/** By the rule that they break, and no other. */
export const BREAKING = {
  'unmasked-client-frame': (draw) => [
    saidAs('client', { opcode: draw.one([...DATA, PING]), payload: word(draw) }),
  ],
  'masked-server-frame': (draw) => [
    saidAs('server', {
      opcode: draw.one(DATA),
      payload: word(draw),
      maskingKey: draw.bytes(4).readInt32BE(),
    }),
  ],
  'rsv-without-extension': (draw) => {
    const [opcode, payload, by] = [draw.one(DATA), word(draw), draw.sender()];
    return [
      draw.one([
        say(draw, by, { opcode, rsv1: true, payload: deflateMessage(payload) }),
        say(draw, by, { opcode, rsv2: true, payload }),
        say(draw, by, { opcode, rsv3: true, payload }),
      ]),
    ];
  },
  'reserved-opcode': (draw) => [
    say(draw, draw.sender(), { opcode: draw.one(RESERVED), payload: word(draw) }),
  ],
  'non-minimal-length': (draw) => [
    say(draw, draw.sender(), {
      opcode: draw.one(DATA),
      payload: word(draw),
      lengthForm: draw.one([16, 64] as const),
    }),
  ],
  'fragmented-control': (draw) => [
    say(draw, draw.sender(), { opcode: draw.one(PINGS), fin: false, payload: word(draw) }),
  ],
  'oversized-control': (draw) => [
    say(draw, draw.sender(), {
      opcode: draw.one(PINGS),
      payload: new Uint8Array(draw.between(126, 300)).fill(draw.between(0x61, 0x7a)),
    }),
  ],
  'continuation-without-start': (draw) => {
    const [by, [begin, end]] = [draw.sender(), halves(draw)];
    const before = draw.one([
      { opcode: draw.one(DATA), payload: begin },
      { opcode: PING, payload: begin },
    ]);
    return [say(draw, by, before), say(draw, by, { opcode: CONTINUATION, payload: end })];
  },
  'interleaved-message': (draw) => {
    const [by, [begin, end]] = [draw.sender(), halves(draw)];
    return [
      say(draw, by, { opcode: draw.one(DATA), fin: false, payload: begin }),
      say(draw, by, { opcode: draw.one(DATA), payload: word(draw) }),
      say(draw, by, { opcode: CONTINUATION, payload: end }),
    ];
  },
  'invalid-utf8': (draw) => [
    saidAs('server', {
      opcode: TEXT,
      payload: Buffer.concat([word(draw), Buffer.from(draw.one(BAD_TEXT), 'hex')]),
    }),
  ],
  'close-one-byte': (draw) => [saidAs('server', { opcode: CLOSE, payload: draw.bytes(1) })],
  'close-code-invalid': (draw) => [
    saidAs('server', { opcode: CLOSE, payload: encodeClose(draw.one(BAD_CODES), draw.one(['', '', 'bye'])) }),
  ],
  'close-reason-utf8': (draw) => [
    saidAs('server', {
      opcode: CLOSE,
      payload: Buffer.concat([
        encodeClose(draw.one(GOOD_CODES)),
        word(draw),
        Buffer.from(draw.one(BAD_TEXT), 'hex'),
      ]),
    }),
  ],
  'frame-after-close': (draw) => {
    const by = draw.sender();
    return [
      say(draw, by, { opcode: CLOSE, payload: encodeClose(draw.one(GOOD_CODES)) }),
      say(draw, by, { opcode: draw.one(DATA), payload: word(draw) }),
    ];
  },
} satisfies Readonly<Record<string, (draw: Draw) => readonly Step[]>>;
export type BreakingRule = keyof typeof BREAKING;

function word(draw: Draw): Buffer {
  return Buffer.from(`${draw.one(WORDS)}${draw.below(100)}`);
}

function halves(draw: Draw): readonly [Buffer, Buffer] {
  const whole = word(draw);
  const at = draw.between(1, whole.length - 1);
  return [whole.subarray(0, at), whole.subarray(at)];
}
