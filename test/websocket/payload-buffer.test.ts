import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameHeader } from '../../src/websocket/frame.js';
import { mask } from '../../src/websocket/mask.js';
import { PayloadBuffer } from '../../src/websocket/payload-buffer.js';
import { embedded, splits } from '../support/splits.js';

const KEY = 0x01f0a355;
const plain = Uint8Array.from({ length: 41 }, (_, i) => i * 5 + 1);
const wire = mask(plain, KEY);

function headerOf(length: number, key = KEY): FrameHeader {
  const header = new FrameHeader();
  header.length = length;
  header.maskingKey = key;
  return header;
}

/** Adds pieces one behind the other, from `offset` on. */
function fill(
  buffer: PayloadBuffer,
  pieces: readonly Uint8Array[],
  header: FrameHeader,
  limit = 1e9,
  offset = 0,
): void {
  let at = offset;
  for (const piece of pieces) {
    buffer.add(header, ...embedded(piece), at, limit);
    at += piece.length;
  }
}

describe('PayloadBuffer', () => {
  it('gives the same whole, byte by byte and split everywhere', () => {
    for (const pieces of splits(wire)) {
      const buffer = new PayloadBuffer();
      fill(buffer, pieces, headerOf(wire.length));
      expect(buffer.take()).toEqual(plain);
    }
  });

  it('keeps exactly the limit, whatever it is and however the payload is split', () => {
    for (let limit = 0; limit <= plain.length + 2; limit++) {
      for (const pieces of splits(wire, limit < 5 || limit > 38 ? 50 : 3)) {
        const buffer = new PayloadBuffer();
        fill(buffer, pieces, headerOf(wire.length), limit);
        expect(buffer.take()).toEqual(plain.subarray(0, limit));
      }
    }
  });

  it('leaves octets that are missing zero, at every offset', () => {
    for (let from = 0; from < plain.length; from++) {
      for (let to = from + 1; to < plain.length; to += 7) {
        const buffer = new PayloadBuffer();
        fill(buffer, [wire.subarray(0, from)], headerOf(wire.length));
        fill(buffer, [wire.subarray(to)], headerOf(wire.length), 1e9, to);
        expect(buffer.take()).toEqual(plain.map((byte, i) => (i >= from && i < to ? 0 : byte)));
      }
    }
  });

  it('ends with the last octet that came', () => {
    const buffer = new PayloadBuffer();
    fill(buffer, [wire.subarray(0, 7)], headerOf(wire.length));
    expect(buffer.take()).toEqual(plain.subarray(0, 7));
  });

  it('starts anew behind take(), with nothing of the frame before', () => {
    const buffer = new PayloadBuffer();
    fill(buffer, [wire.subarray(0, 20), wire.subarray(20)], headerOf(wire.length));
    const first = buffer.take();
    expect(buffer.take()).toEqual(new Uint8Array(0));
    fill(buffer, [Uint8Array.of(9)], headerOf(3, 0), 1e9, 2);
    expect(buffer.take()).toEqual(Uint8Array.of(0, 0, 9));
    expect(first).toEqual(plain);
  });

  it('copies: the chunk is only borrowed', () => {
    const buffer = new PayloadBuffer();
    const chunk = wire.slice();
    buffer.add(headerOf(wire.length), chunk, 0, chunk.length, 0, 1e9);
    chunk.fill(0);
    expect(buffer.take()).toEqual(plain);
  });

  it('believes no declared length', () => {
    const buffer = new PayloadBuffer();
    fill(buffer, [wire.subarray(0, 3)], headerOf(2 ** 63), 2 ** 40);
    const payload = buffer.take();
    expect(payload).toEqual(plain.subarray(0, 3));
    expect(payload.buffer.byteLength).toBe(3);
  });

  it('takes a long trickle in time', () => {
    const buffer = new PayloadBuffer();
    const length = 300_000;
    const start = performance.now();
    for (let i = 0; i < length; i++) buffer.add(headerOf(length, 0), Uint8Array.of(i & 0xff), 0, 1, i, 1e9);
    const payload = buffer.take();
    expect(payload.length).toBe(length);
    expect(payload.every((byte, i) => byte === (i & 0xff))).toBe(true);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  it('equals unmasking of the whole, with any gaps, cuts and limit', () => {
    const piece = fc.record({ size: fc.integer({ min: 1, max: 5000 }), lost: fc.boolean() });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.nat(20_000), (pieces, limit) => {
        const length = pieces.reduce((sum, { size }) => sum + size, 0);
        const header = headerOf(length);
        const buffer = new PayloadBuffer();
        const expected = new Uint8Array(length);
        let at = 0;
        let end = 0;
        for (const { size, lost } of pieces) {
          const octets = Uint8Array.from({ length: size }, (_, i) => (at + i) % 253);
          const masked = new Uint8Array(at + size);
          masked.set(octets, at);
          if (!lost) {
            buffer.add(header, mask(masked, KEY), at, at + size, at, limit);
            expected.set(octets, at);
            if (at < limit) end = Math.min(at + size, limit);
          }
          at += size;
        }
        expect(buffer.take()).toEqual(expected.subarray(0, end));
      }),
    );
  });
});
