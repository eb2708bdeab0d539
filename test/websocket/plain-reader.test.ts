import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Place } from '../../src/stream/place.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import type { Sender } from '../../src/websocket/frame-record.js';
import type { MessageDecoder } from '../../src/websocket/message.js';
import type { FrameFacts } from '../../src/websocket/observer.js';
import { PlainReader, type PlainStream } from '../../src/websocket/plain-reader.js';
import { concat, utf8 } from '../support/splits.js';

const KEY = 0x37fa213d;

function make(
  sender: Sender,
  { calm = true, maxMessage = 1e6, deflate = false, isSound = true, mayGoOn = true } = {},
) {
  const place = new Place();
  Object.assign(place, { packet: 7, seconds: 1_700_000_000, nanoseconds: 500_000_000 });
  const told: unknown[] = [];
  let frames = 40;
  const observer = {
    calm,
    plain: ({ number, packet, time, complete, messageUnderWay, header }: FrameFacts) => {
      const { opcode, length, streamOffset } = header;
      told.push([number, packet, time, complete, messageUnderWay, opcode, length, streamOffset]);
    },
    frame() {},
    message() {},
    lost() {},
    closed() {},
  };
  const isPlain = () => isSound;
  const stream: PlainStream = {
    plainFrames: 0,
    payloadBytes: 0,
    streamOffset: 1000,
    underWay: undefined,
    mayGoOn,
    anyBits: deflate ? 0x40 : 0,
    observer,
    joined: () => ({ isPlain }) as unknown as MessageDecoder,
  };
  const reader = new PlainReader(sender, { place, limits: { maxMessage }, nextFrameNumber: () => ++frames });
  return {
    read: (chunk: Uint8Array, start: number, end: number) => reader.read(stream, chunk, start, end),
    told,
    stream,
    observer,
  };
}

const text = (payload: string | Uint8Array, maskingKey?: number) =>
  encodeFrame({
    opcode: 1,
    payload: typeof payload === 'string' ? utf8(payload) : payload,
    ...(maskingKey === undefined ? {} : { maskingKey }),
  });

describe('a plain message', () => {
  it('is told of with what lies where, and nothing else', () => {
    const { read, told, stream } = make('client');
    const frames = [
      text('Hello', KEY),
      encodeFrame({ opcode: 2, maskingKey: KEY, payload: Uint8Array.of(0xff, 0xfe) }),
    ];
    const chunk = concat(Uint8Array.of(1, 2, 3), ...frames);
    expect(read(chunk, 3, chunk.length)).toBe(chunk.length);
    expect(told).toEqual([
      [41, 7, 1_700_000_000.5, true, false, 1, 5, 1000],
      [42, 7, 1_700_000_000.5, true, false, 2, 2, 1011],
    ]);
    expect([stream.plainFrames, stream.payloadBytes, stream.streamOffset]).toEqual([2, 7, 1019]);
  });

  it.each<[string, Sender, Uint8Array, boolean]>([
    ['empty', 'server', text(''), true],
    ['of 125 bytes', 'server', text('a'.repeat(125)), true],
    ['of 126 bytes', 'client', text('a'.repeat(126), KEY), true],
    ['of 65,535 bytes', 'client', text('a'.repeat(65_535), KEY), true],
    ['of 65,536 bytes', 'server', text('a'.repeat(65_536)), true],
    ['in other letters', 'client', text('ἀντίο 👋', KEY), true],
    ['in other letters, of 5,000 of them', 'client', text('ö'.repeat(5000), KEY), true],
    ['that is not UTF-8', 'client', text(Uint8Array.of(0x61, 0xff), KEY), false],
    ['that ends within a character', 'server', text(Uint8Array.of(0x61, 0xc3)), false],
    ['with a mask from a server', 'server', text('Hello', KEY), false],
    ['without a mask from a client', 'client', text('Hello'), false],
    ['with a length in more octets than it needs', 'server', Uint8Array.of(0x81, 126, 0, 1, 0x61), false],
    [
      'with a length in eight octets',
      'server',
      Uint8Array.of(0x81, 127, 0, 0, 0, 0, 0, 0, 0, 1, 0x61),
      false,
    ],
    ['that a limit would cut', 'server', text('a'.repeat(70_000)), false],
    ['in a fragment', 'server', encodeFrame({ opcode: 1, fin: false, payload: utf8('a') }), false],
    ['that goes on', 'server', encodeFrame({ opcode: 0, payload: utf8('a') }), false],
    ['that is compressed', 'server', encodeFrame({ opcode: 1, rsv1: true, payload: utf8('a') }), false],
    ['that is a Ping', 'server', encodeFrame({ opcode: 9, payload: utf8('a') }), false],
    ['of a reserved opcode', 'server', encodeFrame({ opcode: 3, payload: utf8('a') }), false],
  ])('%s', (_name, sender, frame, isPlain) => {
    const { read, told } = make(sender, { maxMessage: 66_000 });
    expect(read(frame, 0, frame.length)).toBe(isPlain ? frame.length : 0);
    expect(told).toHaveLength(isPlain ? 1 : 0);
  });

  it.each([
    ['that is compressed as it should be', { deflate: true, isSound: true }, { rsv1: true }, true],
    ['that is compressed in another way', { deflate: true, isSound: false }, { rsv1: true }, false],
    ['with RSV2', { deflate: true, isSound: true }, { rsv1: true, rsv2: true }, false],
    ['that is compressed where nothing may be', { deflate: false, isSound: true }, { rsv1: true }, false],
  ])('%s', (_name, options, bits, isPlain) => {
    const { read, told } = make('server', options);
    const frame = encodeFrame({ opcode: 1, ...bits, payload: utf8('a') });
    expect(read(frame, 0, frame.length)).toBe(isPlain ? frame.length : 0);
    expect(told).toHaveLength(isPlain ? 1 : 0);
  });

  it('is none while its receiver has to see each frame', () => {
    const { read, told } = make('server', { calm: false });
    expect(read(text('Hello'), 0, 7)).toBe(0);
    expect(told).toEqual([]);
  });

  it('that makes its receiver look more closely is the last one', () => {
    const { read, told, observer } = make('server');
    const { plain } = observer;
    observer.plain = (facts) => {
      plain(facts);
      observer.calm = false;
    };
    const chunk = concat(text('one'), text('two'));
    expect(read(chunk, 0, chunk.length)).toBe(5);
    expect(told).toHaveLength(1);
  });

  it('that is cut anywhere is left to the decoder where it may not go on, with nothing read beyond it', () => {
    const frame = text('a'.repeat(80), KEY);
    for (let end = 0; end < frame.length; end++) {
      const { read, told } = make('client', { mayGoOn: false });
      expect(read(frame, 0, end)).toBe(0);
      expect(told).toEqual([]);
    }
  });

  it.each([
    ['ASCII', text('a'.repeat(80), KEY), 6],
    ['binary', encodeFrame({ opcode: 2, maskingKey: KEY, payload: new Uint8Array(80).fill(0xff) }), 6],
    ['of 200 bytes', text('b'.repeat(200), KEY), 8],
  ])('that is cut anywhere behind its header goes on: %s', (_name, frame, header) => {
    for (let cut = 0; cut < frame.length; cut++) {
      const { read, told, stream } = make('client');
      expect(read(frame, 0, cut)).toBe(cut < header ? 0 : cut);
      expect(told).toEqual([]);
      if (cut < header) continue;
      const rest = concat(frame.subarray(cut), text('next', KEY));
      expect(read(rest, 0, rest.length)).toBe(rest.length);
      const { length } = frame;
      expect(told.map((one) => (one as unknown[]).slice(-3))).toEqual([
        [frame[0] & 15, length - header, 1000],
        [1, 4, 1000 + length],
      ]);
      expect([stream.plainFrames, stream.payloadBytes, stream.streamOffset]).toEqual([
        2,
        length - header + 4,
        1000 + length + 10,
      ]);
    }
  });

  it('that goes on in letters beyond ASCII, or while its receiver has to see each, is left to the decoder', () => {
    const frame = text(`${'a'.repeat(40)}ä`, KEY);
    const { read, told, stream, observer } = make('client');
    expect(read(frame, 0, 20)).toBe(20);
    expect(read(frame, 20, frame.length)).toBe(20);
    expect([stream.underWay!.rest, stream.underWay!.received]).toEqual([28, 14]);
    expect(read(frame, 20, 30)).toBe(30);
    observer.calm = false;
    expect(read(frame, 30, 40)).toBe(40);
    expect(read(frame, 40, frame.length)).toBe(40);
    expect(Buffer.from(stream.underWay!.opening).toString()).toBe('a'.repeat(34));
    expect(told).toEqual([]);
  });

  it('is read up to what is none, whatever follows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ maxLength: 200 }), { maxLength: 5 }),
        fc.uint8Array(),
        (texts, rest) => {
          const { read, told } = make('client');
          const plain = concat(...texts.map((payload) => text(payload, KEY)));
          const chunk = concat(plain, Uint8Array.of(0x09), rest);
          expect(read(chunk, 0, chunk.length)).toBe(plain.length);
          expect(told).toHaveLength(texts.length);
        },
      ),
    );
  });
});
