/** The evidence of single frames: which of two is the likelier one, and what is no frame at all. */
import { describe, expect, it } from 'vitest';
import { FrameEvidence } from '../../src/websocket/evidence.js';
import { FrameHeader } from '../../src/websocket/frame.js';
import { encodeFrame, type FrameFields } from '../../src/websocket/frame-encode.js';
import { ENDS_WITH_SEGMENT, ENDS_WITHIN_SEGMENT, FrameHabits } from '../../src/websocket/frame-habits.js';
import { closeBits, compressedBits, textBits } from '../../src/websocket/payload-evidence.js';
import { utf8 } from '../support/splits.js';

const KEY = 0x37fa213d;

function bitsOf(fields: FrameFields, aligned = true, inside = false, deflate: boolean | undefined = false) {
  const masked = fields.maskingKey !== undefined;
  const wire = encodeFrame(fields);
  const evidence = new FrameEvidence({ masked, deflate });
  if (evidence.possible[wire[0]] === 0 || !evidence.mayBegin(wire, 0, wire.length)) return undefined;
  expect(evidence.decode(wire, 0, wire.length)).toBe(true);
  const segment = aligned ? wire.length : 0;
  return evidence.bits(wire, 0, wire.length, segment, aligned) + evidence.firstShare(wire[0], inside);
}

const text = utf8('{"type":"ticker"}');

describe('evidence of a frame', () => {
  it.each<[string, FrameFields]>([
    ['a text frame', { opcode: 1, payload: text }],
    ['a masked text frame', { opcode: 1, payload: text, maskingKey: KEY }],
    ['a binary frame', { opcode: 2, payload: new Uint8Array(20) }],
    ['a ping', { opcode: 9, payload: utf8('abcd') }],
    ['a close', { opcode: 8, payload: Uint8Array.of(3, 0xe8) }],
    ['a long frame', { opcode: 2, payload: new Uint8Array(70_000) }],
  ])('is positive for %s', (_, fields) => {
    expect(bitsOf(fields)).toBeGreaterThan(5);
  });

  it.each<[string, FrameFields, FrameFields]>([
    ['text that is text', { opcode: 1, payload: text }, { opcode: 1, payload: new Uint8Array(17) }],
    [
      'masked text that is text',
      { opcode: 1, payload: text, maskingKey: KEY },
      { opcode: 1, payload: Uint8Array.from(text, (octet) => octet ^ 0x55), maskingKey: KEY },
    ],
    [
      'the shortest length form',
      { opcode: 2, payload: new Uint8Array(130) },
      { opcode: 2, payload: new Uint8Array(130), lengthForm: 64 },
    ],
    [
      'a length without its top bit',
      { opcode: 2, lengthForm: 64, length: 70_000 },
      { opcode: 2, lengthForm: 64, length: (1n << 63n) | 70_000n },
    ],
    [
      'a code that exists',
      { opcode: 8, payload: Uint8Array.of(3, 0xf1) },
      { opcode: 8, payload: utf8('zz') },
    ],
    [
      'a control frame that is no longer than it may be',
      { opcode: 2, payload: new Uint8Array(300) },
      { opcode: 9, payload: new Uint8Array(300) },
    ],
    ['a key', { opcode: 2, payload: text, maskingKey: KEY }, { opcode: 2, payload: text, maskingKey: 0 }],
  ])('prefers %s', (_, better, worse) => {
    expect(bitsOf(better)!).toBeGreaterThan(bitsOf(worse)! + 4);
  });

  it('prefers frames that end with a segment', () => {
    const fields = { opcode: 2, payload: text };
    expect(bitsOf(fields, true)!).toBeGreaterThan(bitsOf(fields, false)! + 3);
  });

  it('prefers continuations inside a fragmented message', () => {
    const fields = { opcode: 0, payload: text };
    expect(bitsOf(fields, true, true)!).toBeGreaterThan(bitsOf(fields, true, false)! + 8);
    const start = { opcode: 1, payload: text };
    expect(bitsOf(start, true, false)!).toBeGreaterThan(bitsOf(start, true, true)! + 8);
  });

  it.each<[string, FrameFields, boolean | undefined]>([
    ['RSV1 where nothing was negotiated', { opcode: 1, rsv1: true, payload: text }, false],
    ['RSV2', { opcode: 1, rsv2: true, payload: text }, undefined],
    ['a reserved opcode', { opcode: 3, payload: text }, undefined],
    ['a fragmented ping', { opcode: 9, fin: false }, undefined],
    ['zeros', { opcode: 0, fin: false, payload: new Uint8Array(4), length: 0 }, undefined],
  ])('is none for %s', (_, fields, deflate) => {
    expect(bitsOf(fields, true, false, deflate)).toBeUndefined();
  });

  it('is none where the mask bit is not as expected', () => {
    const evidence = new FrameEvidence({ masked: true, deflate: false });
    expect(evidence.mayBegin(Uint8Array.of(0x81, 0x05), 0, 2)).toBe(false);
    expect(evidence.mayBegin(Uint8Array.of(0x81, 0x85), 0, 2)).toBe(true);
  });

  it('is nothing for octets that were to be expected', () => {
    const evidence = new FrameEvidence({ masked: false, deflate: false });
    const same = new Uint8Array(300).fill(0x82);
    same[11] = 5;
    const other = Uint8Array.from({ length: 300 }, (_, i) => (i * 89) & 0xff);
    other.set([0x82, 5], 10);
    const bits = [same, other].map((bytes) => {
      evidence.decode(bytes, 10, 300);
      return evidence.bits(bytes, 10, 300, 0, false);
    });
    expect(bits[0]).toBeLessThan(bits[1] - 5);
  });

  it('knows habits', () => {
    const habits = new FrameHabits();
    const header = new FrameHeader();
    header.opcode = 2;
    header.length = 21;
    for (let i = 0; i < 20; i++) {
      habits.note(0x82, header, 0x7b);
      habits.noteEnd(ENDS_WITHIN_SEGMENT);
    }
    expect(habits.first(0x82, 0.3)).toBeGreaterThan(0.85);
    expect(habits.length(21)).toBeGreaterThan(habits.length(3000) * 100);
    expect(habits.opening(0x7b, 1 / 64)).toBeGreaterThan(0.8);
    expect(habits.end(ENDS_WITH_SEGMENT)).toBeLessThan(0.1);
    expect(habits.length(2 ** 39)).toBeLessThan(2 ** -50);
  });
});

describe('evidence of a payload', () => {
  const bits = (payload: Uint8Array, whole: boolean, masked = true) =>
    textBits(payload, 0, payload.length, 0, masked, whole);

  it('grows with text', () => {
    expect(bits(utf8('hello world'), true)).toBeGreaterThan(15);
    expect(bits(utf8('größer 日本 🎉'), true)).toBeGreaterThan(15);
    expect(bits(utf8('x'.repeat(64)), true)).toBeLessThanOrEqual(44);
    expect(bits(utf8('x'.repeat(64)), true, false)).toBeLessThan(11);
  });

  it.each([
    ['controls', Uint8Array.of(1, 2, 3)],
    ['a lone continuation octet', Uint8Array.of(0x61, 0x80)],
    ['an overlong form', Uint8Array.of(0xc0, 0xaf)],
    ['F5', Uint8Array.of(0xf5, 0x80, 0x80, 0x80)],
    ['a character cut at the end of a message', Uint8Array.of(0x61, 0xc3)],
  ])('is negative for %s', (_, payload) => {
    expect(bits(payload, true)).toBeLessThan(-8);
  });

  it('lets a character be cut elsewhere', () => {
    expect(bits(Uint8Array.of(0x61, 0xc3), false)).toBeGreaterThan(0);
  });

  it.each([
    [[0x03, 0xe8], 12],
    [[0x0b, 0xb8], 5],
    [[0x00, 0x01], -8],
    [[0x03], 0],
  ])('of the Close body %j is %d', (body, expected) => {
    expect(closeBits(Uint8Array.from(body), 0, body.length, 0)).toBe(expected);
  });

  it('knows how compressed messages begin and end', () => {
    expect(compressedBits(Uint8Array.of(0xf2, 0x48, 0xcd, 0x00), 0, 4, 0)).toBeGreaterThan(0);
    expect(compressedBits(Uint8Array.of(0xf2, 0x48, 0xcd, 0x80), 0, 4, 0)).toBeLessThan(0);
    expect(compressedBits(Uint8Array.of(0xf7, 0x48, 0xcd, 0x00), 0, 4, 0)).toBeLessThan(0);
    expect(compressedBits(Uint8Array.of(0), 0, 0, 0)).toBeLessThan(0);
  });
});
