import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { isAscii } from '../../src/bytes/ascii.js';
import { addressOf, borrow, giveBack, hasHighBits } from '../../src/bytes/kernel.js';
import { mask, maskInto } from '../../src/websocket/mask.js';

const BLOCK = (1 << 20) + (256 << 10);
const PAYLOAD = 64 << 10;
const borrowed: Uint8Array[] = [];
const take = (length: number) => {
  const block = borrow(length);
  if (block !== undefined) borrowed.push(block);
  return block;
};

afterEach(() => {
  for (const block of borrowed.splice(0)) giveBack(block);
});

describe('the memory of the kernel', () => {
  it('is lent in parts, the smallest that does, and again once they are given back', () => {
    const [first, second, third, fourth] = [take(PAYLOAD + 1)!, take(BLOCK)!, take(100)!, take(PAYLOAD)!];
    expect([first.length, second.length, third.length, fourth.length]).toEqual([
      PAYLOAD + 1,
      BLOCK,
      100,
      PAYLOAD,
    ]);
    expect([first, second, third, fourth, new Uint8Array(100)].map(addressOf)).toEqual([
      0,
      BLOCK,
      2 * BLOCK,
      2 * BLOCK + PAYLOAD,
      -1,
    ]);
    expect(borrow(1)).toBeUndefined();
    giveBack(first);
    expect(addressOf(first)).toBe(-1);
    expect(addressOf(take(10)!)).toBe(0);
  });

  it('is not larger than it is', () => {
    expect(borrow(BLOCK + 1)).toBeUndefined();
  });

  it('has parts that do not overlap', () => {
    const all = [BLOCK, BLOCK, PAYLOAD, PAYLOAD].map((size) => take(size)!);
    for (const [index, part] of all.entries()) part.fill(index);
    expect(all.map((part, index) => part.every((octet) => octet === index))).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });
});

describe('hasHighBits', () => {
  it('looks at each octet from the first to the last, and at no other, however they lie', () => {
    const block = take(200)!;
    const base = addressOf(block);
    for (const key of [0, 0x37fa213d, -1, 0x80])
      for (let length = 0; length <= 70; length++)
        for (const start of [0, 1, 2, 3, 16, 33]) {
          block.fill(0x80);
          const little = Buffer.alloc(4);
          little.writeInt32LE(key);
          for (let i = 0; i < length; i++) block[start + i] = 0x61 ^ little[i & 3];
          expect(hasHighBits(base + start, base + start + length, key)).toBe(false);
          for (let bad = 0; bad < length; bad++) {
            block[start + bad] ^= 0x80;
            expect(hasHighBits(base + start, base + start + length, key)).toBe(true);
            block[start + bad] ^= 0x80;
          }
        }
  });

  it('looks at the last octets of the memory', () => {
    take(PAYLOAD);
    const last = take(PAYLOAD)!;
    last.fill(0x61);
    const end = 2 * BLOCK + 2 * PAYLOAD;
    expect(hasHighBits(end - PAYLOAD, end, 0)).toBe(false);
    last[PAYLOAD - 1] = 0xff;
    expect(hasHighBits(end - 1, end, 0)).toBe(true);
  });
});

it('isAscii says the same of a block of the kernel as of any other memory', () => {
  const block = take(300)!;
  fc.assert(
    fc.property(
      fc.array(fc.nat(0x80), { maxLength: 250 }),
      fc.integer(),
      fc.nat(40),
      (octets, key, start) => {
        const payload = mask(Uint8Array.from(octets), key);
        block.set(payload, start);
        const end = start + payload.length;
        const elsewhere = block.slice();
        expect(isAscii(block, start, end, key)).toBe(octets.every((octet) => octet < 0x80));
        expect(isAscii(elsewhere, start, end, key)).toBe(isAscii(block, start, end, key));
      },
    ),
    { numRuns: 1000 },
  );
});

it('maskInto says the same of parts of the kernel as of any other memory, and writes nothing else', () => {
  const [source, target] = [take(400)!, take(400)!];
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.integer(),
      fc.nat(40),
      fc.nat(40),
      fc.nat(7),
      (payload, key, start, at, offset) => {
        source.set(payload, start);
        const end = start + payload.length;
        const expected = new Uint8Array(400).fill(0xee);
        maskInto(expected, at, source.slice(), start, end, key, offset);
        target.fill(0xee);
        maskInto(target, at, source, start, end, key, offset);
        expect(target).toEqual(expected);
      },
    ),
    { numRuns: 1000 },
  );
});
