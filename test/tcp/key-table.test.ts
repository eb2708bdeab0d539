import { describe, expect, it } from 'vitest';
import { addressBytes } from '../../src/network/address.js';
import { Datagram } from '../../src/network/datagram.js';
import { KeyTable } from '../../src/tcp/key-table.js';

/** A datagram of which only the addresses count. */
function datagram(source: Uint8Array, destination: Uint8Array): Datagram {
  const made = new Datagram();
  made.addressLength = source.length;
  made.lend(Uint8Array.of(...source, ...destination));
  made.destination = source.length;
  return made;
}

const between = (source: string, destination: string) =>
  datagram(Uint8Array.from(addressBytes(source)), Uint8Array.from(addressBytes(destination)));

const table = (capacity = 1024) => new KeyTable(capacity, () => {});

describe('a connection', () => {
  it.each([
    ['IPv4', '10.0.0.1', '10.0.0.2', 40_000, 80, 1],
    ['IPv4, same ports', '10.0.0.1', '10.0.0.2', 80, 80, 0],
    ['IPv4, same ports, an address above 127', '200.0.0.1', '10.0.0.2', 80, 80, 1],
    ['IPv4, same in all', '10.0.0.1', '10.0.0.1', 80, 80, 0],
    ['IPv6', '2001:db8::1', '2001:db8::2', 80, 40_000, 0],
    ['IPv6, same ports', '2001:db8:1::1', '2001:db8::2', 80, 80, 1],
    ['IPv4 mapped', '::ffff:10.0.0.1', '::ffff:10.0.0.2', 40_000, 80, 1],
  ] as const)('is found from both ends: %s', (_, a, b, portA, portB, side) => {
    const keys = table();
    expect(keys.find(between(a, b), portA, portB)).toBe(-1);
    expect(keys.side).toBe(side);
    const slot = keys.add();
    expect(keys.find(between(a, b), portA, portB)).toBe(slot);
    expect(keys.find(between(b, a), portB, portA)).toBe(slot);
    if (a !== b) expect(keys.side).toBe(1 - side);
  });

  it('is another one where an address, a port or the IP version differs', () => {
    const keys = table();
    const all = [
      [between('10.0.0.1', '10.0.0.2'), 1, 2],
      [between('10.0.0.1', '10.0.0.3'), 1, 2],
      [between('10.0.0.3', '10.0.0.2'), 1, 2],
      [between('10.0.0.1', '10.0.0.2'), 1, 3],
      [between('10.0.0.1', '10.0.0.2'), 2, 1],
      [between('::10.0.0.1', '::10.0.0.2'), 1, 2],
      [between('::ffff:10.0.0.1', '::10.0.0.2'), 1, 2],
      [between('1::10.0.0.1', '::10.0.0.2'), 1, 2],
      [between('::10.0.0.1', '::1:0:10.0.0.2'), 1, 2],
    ] as const;
    for (const [one, from, to] of all) {
      expect(keys.find(one, from, to)).toBe(-1);
      keys.add();
    }
    expect(all.map(([one, from, to]) => keys.find(one, from, to))).toEqual(all.map((_, slot) => slot));
  });

  it('is the same with IPv4 and with IPv6 addresses that are mapped to it', () => {
    const keys = table();
    keys.find(between('10.0.0.1', '10.0.0.2'), 1, 2);
    keys.add();
    expect(keys.find(between('::ffff:10.0.0.1', '::ffff:10.0.0.2'), 1, 2)).toBe(0);
  });

  it('is not found once it is removed, even when the table has grown since', () => {
    const keys = table(4);
    const one = between('10.0.0.1', '10.0.0.2');
    for (let port = 0; port < 4; port++) {
      keys.find(one, port, 80);
      keys.add();
    }
    keys.remove(1);
    keys.remove(3);
    keys.grow();
    expect([0, 1, 2, 3].map((port) => keys.find(one, port, 80))).toEqual([0, -1, 2, -1]);
  });

  it('is added anew after recall(), whatever was looked up before', () => {
    const keys = table();
    for (const one of [between('10.0.0.1', '10.0.0.2'), between('1::1', '2::2')]) {
      keys.find(one, 1, 2);
      const slot = keys.add();
      keys.find(between('10.0.0.9', '10.0.0.8'), 3, 4);
      expect(keys.find(one, 1, 2)).toBe(slot);
      keys.recall(slot);
      keys.remove(slot);
      expect(keys.add()).toBe(keys.find(one, 1, 2));
    }
  });
});

it('finds all of many, in any order of adding and removing', () => {
  const keys = table(4);
  const there = new Map<number, number>();
  let random = 1;
  for (let i = 0; i < 20_000; i++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    const number = (random >>> 16) % 3000;
    const six = number % 3 === 0;
    const one = six ? between('1::1', `2::${number.toString(16)}`) : between('10.0.0.1', '10.0.0.2');
    const slot = keys.find(one, 1, number);
    expect(slot).toBe(there.get(number) ?? -1);
    if (slot < 0) there.set(number, keys.add());
    else {
      keys.remove(slot);
      there.delete(number);
    }
  }
  expect(keys.size).toBe(there.size);
});

describe('keys made to collide', () => {
  const BITS = 9;
  /** Two words whose upper bits differ such that they cancel in a hash that mixes word by word. */
  const pair = (x: number, y: number) => {
    const [first, second] = [x << (32 - BITS), y << (32 - BITS)];
    return [first, second ^ (second >>> 15)] as const;
  };
  const time = (use: (view: DataView, x: number, y: number) => void, length: 4 | 16) => {
    const keys = table();
    const one = datagram(new Uint8Array(length), new Uint8Array(length));
    const begun = performance.now();
    for (let x = 0; x < 1 << BITS; x++)
      for (let y = 0; y < 1 << BITS; y++) {
        use(one.view, x, y);
        if (keys.find(one, 1000, 2000) < 0) keys.add();
      }
    expect(keys.size).toBe(1 << (2 * BITS));
    return performance.now() - begun;
  };

  it.each([[4], [16]] as const)('cost no more than others, with addresses of %i octets', (length) => {
    const crafted = time((view, x, y) => {
      const [first, second] = pair(x, y);
      view.setInt32(0, first);
      view.setInt32(4, second);
    }, length);
    const spread = time((view, x, y) => {
      view.setInt32(0, x * 77_777);
      view.setInt32(4, y * 99_991);
    }, length);
    expect(crafted).toBeLessThan(20 * spread);
  });
});
