import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { FrameHeader } from '../../src/websocket/frame.js';
import { mask } from '../../src/websocket/mask.js';
import { PayloadBudget } from '../../src/websocket/payload-budget.js';
import { PayloadBuffer } from '../../src/websocket/payload-buffer.js';
import { embedded, splits } from '../support/splits.js';

const MAX_ZEROS = DEFAULT_LIMITS.maxZeros;

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

describe('a gap', () => {
  /** What is kept of `before` octets, a gap, and three more octets, and the room that it took. */
  function keptOf(before: number, gap: number): [length: number, room: number] {
    const budget = new PayloadBudget();
    const buffer = new PayloadBuffer(budget);
    const header = headerOf(2 ** 40, 0);
    if (before > 0) buffer.add(header, new Uint8Array(before).fill(1), 0, before, 0, 1e9);
    buffer.add(header, Uint8Array.of(7, 8, 9), 0, 3, before + gap, 1e9);
    const { held } = budget;
    const payload = buffer.take();
    expect(
      payload.every((byte, i) => byte === (i < before ? 1 : i < before + gap ? 0 : i - before - gap + 7)),
    ).toBe(true);
    expect(budget.held).toBe(0);
    return [payload.length, held];
  }

  it.each([0, 1, 100, 70_000])('behind %i octets may be as long, and 64 KiB longer', (before) => {
    const longest = before + MAX_ZEROS;
    expect(keptOf(before, longest)[0]).toBe(before + longest + 3);
    expect(keptOf(before, longest + 1)[0]).toBe(before);
  });

  it('of 64 MiB costs nothing', () => {
    expect(keptOf(0, 1 << 26)).toEqual([0, 0]);
    expect(keptOf(10, 1 << 26)).toEqual([10, 4096]);
  });

  it('counts with those before it, however the captured octets are split', () => {
    const octets = new Uint8Array(10_000).fill(5);
    for (const size of [1, 7, 10_000]) {
      const buffer = new PayloadBuffer();
      const header = headerOf(2 ** 40, 0);
      let at = 0;
      for (const gap of [60_000, 15_000, 20_000, 1]) {
        for (
          let from = 0;
          from < octets.length;
          from += size, at += Math.min(size, octets.length - from + size)
        )
          buffer.add(header, octets, from, Math.min(from + size, octets.length), at, 1e9);
        at = Math.ceil(at / 10_000) * 10_000 + gap;
      }
      expect(buffer.take().length).toBeGreaterThan(0);
    }
  });

  it('that ended what is kept ends it for good, and only of this frame', () => {
    const buffer = new PayloadBuffer();
    const header = headerOf(2 ** 40, 0);
    buffer.add(header, Uint8Array.of(1), 0, 1, 0, 1e9);
    buffer.add(header, Uint8Array.of(2), 0, 1, 1 << 20, 1e9);
    buffer.add(header, Uint8Array.of(3), 0, 1, 2, 1e9);
    expect(buffer.take()).toEqual(Uint8Array.of(1));
    expect(buffer.limited).toBe(false);
    buffer.add(header, Uint8Array.of(4), 0, 1, 1, 1e9);
    expect(buffer.take()).toEqual(Uint8Array.of(0, 4));
  });
});

describe('the budget of all payloads', () => {
  const add = (buffer: PayloadBuffer, size: number, offset: number, declared = 1e6) =>
    buffer.add(headerOf(declared, 0), new Uint8Array(size).fill(1), 0, size, offset, 1e9);

  it('ends what is kept where it is spent, and says so', () => {
    const budget = new PayloadBudget(10_000);
    const [first, second] = [new PayloadBuffer(budget), new PayloadBuffer(budget)];
    add(first, 5000, 0);
    add(second, 4000, 0);
    add(second, 2000, 4000);
    add(second, 1, 6000);
    expect([first.limited, second.limited, budget.held]).toEqual([false, true, 9096]);
    expect(second.take().length).toBe(4000);
    expect(second.limited).toBe(false);
    expect(first.take().length).toBe(5000);
    expect(budget.held).toBe(0);
    add(second, 9999, 0);
    expect([second.take().length, second.limited]).toEqual([9999, false]);
  });

  it('is used to the last byte', () => {
    const budget = new PayloadBudget(10_000);
    const buffer = new PayloadBuffer(budget);
    add(buffer, 6000, 0);
    add(buffer, 4000, 6000);
    expect([budget.held, buffer.limited, buffer.take().length]).toEqual([10_000, false, 10_000]);
  });

  it('keeps no payload out that comes whole', () => {
    const budget = new PayloadBudget(10_000);
    const [first, second] = [new PayloadBuffer(budget), new PayloadBuffer(budget)];
    add(first, 10_000, 0);
    add(second, 300, 0, 300);
    expect([second.limited, second.take().length, budget.held]).toEqual([false, 300, 10_000]);
  });
});

describe('a loan', () => {
  const budget = new PayloadBudget(10_000, true);
  const lender = () => new PayloadBuffer(budget, budget.loan);

  it('has what comes whole until the next but one, within the limit', () => {
    for (const limit of [1, 40, 41, 1e9]) {
      const [first, second] = [lender(), lender()];
      fill(first, [wire], headerOf(wire.length), limit);
      const payload = first.take();
      expect(payload).toEqual(plain.subarray(0, limit));
      expect(first.take()).toEqual(new Uint8Array(0));
      const other = plain.map((octet) => octet ^ 0xff);
      fill(second, [other], headerOf(plain.length, 0), limit);
      const next = second.take();
      expect(next).toEqual(other.subarray(0, limit));
      expect(payload).toEqual(plain.subarray(0, limit));
      fill(first, [new Uint8Array(41)], headerOf(41, 0), limit);
      expect(next).toEqual(other.subarray(0, limit));
      expect(first.take()).toBe(payload);
      expect(payload).toEqual(new Uint8Array(Math.min(limit, 41)));
    }
    expect(budget.held).toBe(0);
  });

  it('has nothing of what comes in pieces, or is longer than it', () => {
    for (const pieces of splits(wire)) {
      if (pieces.length === 1) continue;
      const [first, second] = [lender(), lender()];
      fill(first, pieces.slice(0, -1), headerOf(wire.length));
      fill(second, [new Uint8Array(wire.length)], headerOf(wire.length, 0));
      second.take();
      fill(first, pieces.slice(-1), headerOf(wire.length), 1e9, wire.length - pieces.at(-1)!.length);
      expect(first.take()).toEqual(plain);
    }
    const long = new Uint8Array(65_537).fill(7);
    const buffer = lender();
    fill(buffer, [long], headerOf(long.length, 0));
    const payload = buffer.take();
    fill(buffer, [wire], headerOf(wire.length));
    buffer.take();
    expect(payload.length === long.length && payload.every((octet) => octet === 7)).toBe(true);
  });
});
