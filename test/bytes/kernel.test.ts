import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { isAscii } from '../../src/bytes/ascii.js';
import { addressOf, borrowBlock, hasHighBits, returnBlock } from '../../src/bytes/kernel.js';
import { mask } from '../../src/websocket/mask.js';

const BLOCK = (1 << 20) + (256 << 10);
const borrowed: Uint8Array[] = [];
const borrow = (length: number) => {
  const block = borrowBlock(length);
  if (block !== undefined) borrowed.push(block);
  return block;
};

afterEach(() => {
  for (const block of borrowed.splice(0)) returnBlock(block);
});

describe('blocks of the kernel', () => {
  it('are two, which are lent again once they are given back', () => {
    const first = borrow(BLOCK)!;
    const second = borrow(100)!;
    expect([first.length, second.length, borrowBlock(1)]).toEqual([BLOCK, 100, undefined]);
    expect([addressOf(first), addressOf(second), addressOf(new Uint8Array(100))]).toEqual([0, BLOCK, -1]);
    returnBlock(first);
    expect(addressOf(first)).toBe(-1);
    expect(addressOf(borrow(10)!)).toBe(0);
  });

  it('are not longer than they are', () => {
    expect(borrowBlock(BLOCK + 1)).toBeUndefined();
  });

  it('do not overlap', () => {
    const [first, second] = [borrow(BLOCK)!, borrow(BLOCK)!];
    first.fill(1);
    second.fill(2);
    expect([first.every((octet) => octet === 1), second.every((octet) => octet === 2)]).toEqual([true, true]);
  });
});

describe('hasHighBits', () => {
  it('looks at each octet from the first to the last, and at no other, however they lie', () => {
    const block = borrow(200)!;
    for (const key of [0, 0x37fa213d, -1, 0x80])
      for (let length = 0; length <= 70; length++)
        for (const start of [0, 1, 2, 3, 16, 33]) {
          block.fill(0x80);
          const little = Buffer.alloc(4);
          little.writeInt32LE(key);
          for (let i = 0; i < length; i++) block[start + i] = 0x61 ^ little[i & 3];
          expect(hasHighBits(start, start + length, key)).toBe(false);
          for (let bad = 0; bad < length; bad++) {
            block[start + bad] ^= 0x80;
            expect(hasHighBits(start, start + length, key)).toBe(true);
            block[start + bad] ^= 0x80;
          }
        }
  });

  it('looks at the last octets of the memory', () => {
    borrow(1);
    const last = borrow(BLOCK)!;
    last.fill(0x61);
    expect(hasHighBits(BLOCK, 2 * BLOCK, 0)).toBe(false);
    last[BLOCK - 1] = 0xff;
    expect(hasHighBits(2 * BLOCK - 1, 2 * BLOCK, 0)).toBe(true);
  });
});

it('isAscii says the same of a block of the kernel as of any other memory', () => {
  const block = borrow(300)!;
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
