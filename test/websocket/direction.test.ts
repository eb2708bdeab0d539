/**
 * What a direction makes of its stream: frames with payload, message, time and provenance, however the bytes
 * are cut and wherever some are missing.
 */
import { describe, expect, it } from 'vitest';
import { encodeClose } from '../../src/websocket/close.js';
import { encodeFrame, type FrameFields } from '../../src/websocket/frame-encode.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import { concat, splits, utf8 } from '../support/splits.js';
import { type RecorderOptions, SessionRecorder } from './recorder.js';

const KEY = 0x37fa213d;

const fields: FrameFields[] = [
  { opcode: 1, fin: false, rsv1: true, maskingKey: KEY, payload: utf8('first ') },
  { opcode: 9, maskingKey: -1, payload: utf8('ping') },
  { opcode: 0, maskingKey: 1, payload: utf8('last') },
  { opcode: 2, maskingKey: 5, payload: new Uint8Array(130).fill(9) },
  { opcode: 2, lengthForm: 64, rsv2: true, rsv3: true, payload: Uint8Array.of(7) },
  { opcode: 1, payload: new Uint8Array(0) },
  { opcode: 8, maskingKey: KEY, payload: encodeClose(1000, 'bye') },
];
const encoded = fields.map((frame) => encodeFrame(frame));
const stream = concat(...encoded);

/** All of a frame but where and when its bytes were captured, which depends on the cuts. */
function facts({ pieces, session, time, timestamp, firstTimestamp, ...rest }: Frame) {
  return rest;
}

function decode(pieces: readonly Uint8Array[], options: RecorderOptions = {}): SessionRecorder {
  const recorder = new SessionRecorder(options);
  for (const [i, piece] of pieces.entries()) recorder.at(i + 1).send('client', piece);
  return recorder.end();
}

const header = { rsv1: false, rsv2: false, rsv3: false, fin: true, complete: true, missing: [] };

it('makes a record of all that a frame says', () => {
  const { frames } = decode([encoded[0]]);
  expect(facts(frames[0])).toEqual({
    ...header,
    number: 1,
    sender: 'client',
    fin: false,
    rsv1: true,
    opcode: 1,
    messageOpcode: 1,
    compressed: false,
    masked: true,
    maskingKey: KEY,
    lengthForm: 7,
    length: 6,
    exactLength: 6n,
    headerLength: 6,
    streamOffset: 0,
    payload: utf8('first '),
    truncated: false,
    confidence: 1,
  });
});

describe('the whole stream', () => {
  const expected = decode([stream]).frames.map(facts);

  it('comes to its frames', () => {
    let offset = 0;
    expect(expected).toMatchObject(
      fields.map((frame, i) => {
        const streamOffset = offset;
        offset += encoded[i].length;
        const length = frame.payload!.length;
        return { number: i + 1, opcode: frame.opcode, length, payload: frame.payload, streamOffset };
      }),
    );
    expect(expected.map(({ messageOpcode }) => messageOpcode)).toEqual([1, 9, 1, 2, 2, 1, 8]);
  });

  it('gives the same byte by byte and split everywhere', () => {
    for (const pieces of splits(stream)) expect(decode(pieces).frames.map(facts)).toEqual(expected);
  });

  it('is kept up to the limit, split everywhere', () => {
    const limited = expected.map((frame) => ({ ...frame, payload: frame.payload.slice(0, 5) }));
    for (const pieces of splits(stream))
      expect(decode(pieces, { payloadLimit: 5 }).frames.map(facts)).toEqual(limited);
  });
});

describe('time and provenance', () => {
  it('name every packet that carried a byte of the frame, at every split', () => {
    const frame = encoded[3];
    for (let at = 1; at < frame.length; at++) {
      const recorder = new SessionRecorder();
      recorder.at(4, 'noted').send('client', frame.subarray(0, at), 54);
      recorder.at(7).send('client', frame.subarray(at), 66).end();
      const piece = { packetOffset: 54, streamOffset: 0, length: at };
      expect(recorder.frames[0]).toMatchObject({
        time: 1_700_000_007.000007,
        timestamp: { seconds: 1_700_000_007, nanoseconds: 7000 },
        firstTimestamp: { seconds: 1_700_000_004, nanoseconds: 4000 },
        pieces: [
          { ...piece, packet: 4, comment: 'noted' },
          { packet: 7, packetOffset: 66, streamOffset: at, length: frame.length - at, comment: undefined },
        ],
      });
    }
  });

  it('cover every byte of every frame, split everywhere', () => {
    for (const pieces of splits(stream)) {
      for (const frame of decode(pieces).frames) {
        let at = frame.streamOffset;
        for (const piece of frame.pieces) {
          expect(piece.streamOffset).toBe(at);
          at += piece.length;
        }
        expect(at).toBe(frame.streamOffset + frame.headerLength + frame.length);
      }
    }
  });

  it('know where each frame of a shared packet lies', () => {
    const { frames } = decode([stream]);
    for (const { pieces, streamOffset, headerLength, length } of frames)
      expect(pieces).toEqual([
        {
          packet: 1,
          packetOffset: 54 + streamOffset,
          streamOffset,
          length: headerLength + length,
          comment: undefined,
          sequence: 1000 + streamOffset,
        },
      ]);
  });

  it('have no place in a packet for a datagram reassembled from fragments', () => {
    const recorder = new SessionRecorder();
    recorder.place.origin = Number.NaN;
    recorder.decoder.server.bytes(encoded[5], 0, 2);
    expect(recorder.frames[0].pieces).toMatchObject([{ packet: 1, packetOffset: undefined, length: 2 }]);
  });
});

describe('messages (RFC 6455 §5.4)', () => {
  const start = (opcode: number, fin: boolean, rsv1 = false) => encodeFrame({ opcode, fin, rsv1 });
  const cases: [name: string, frames: Uint8Array[], opcodes: number[], compressed: boolean[]][] = [
    [
      'a control frame between fragments',
      [start(1, false, true), start(9, true), start(0, true)],
      [1, 9, 1],
      [true, false, true],
    ],
    [
      'two messages',
      [start(2, false), start(0, true), start(1, true, true)],
      [2, 2, 1],
      [false, false, true],
    ],
    ['a control frame with RSV1', [start(10, true, true), start(1, true)], [10, 1], [false, false]],
    ['a continuation without a message', [start(0, false, true), start(0, true)], [0, 0], [false, false]],
    [
      'a continuation behind the end of a message',
      [start(1, true, true), start(0, true)],
      [1, 0],
      [true, false],
    ],
    [
      'a message inside a message',
      [start(1, false, true), start(2, false), start(0, true)],
      [1, 2, 2],
      [true, false, false],
    ],
    ['a reserved opcode', [start(3, false, true), start(0, true)], [3, 3], [true, true]],
    ['RSV1 on a continuation', [start(1, false), start(0, true, true)], [1, 1], [false, false]],
  ];
  it.each(cases)('%s', (_name, sent, opcodes, compressed) => {
    for (const deflate of [true, false]) {
      const { frames } = decode([concat(...sent)], { deflate });
      expect(frames.map(({ messageOpcode }) => messageOpcode)).toEqual(opcodes);
      expect(frames.map((frame) => frame.compressed)).toEqual(compressed.map((value) => deflate && value));
    }
  });

  it('are kept apart by sender', () => {
    const recorder = new SessionRecorder({ deflate: true });
    recorder.send('client', start(1, false, true)).send('server', start(2, false));
    recorder.send('client', start(0, true)).send('server', start(0, true));
    expect(recorder.frames.map((f) => [f.sender, f.messageOpcode, f.compressed])).toEqual([
      ['client', 1, true],
      ['server', 2, false],
      ['client', 1, true],
      ['server', 2, false],
    ]);
  });
});
