/**
 * Hostile packets below HTTP: connections without end, holes, overlaps, keys that collide, fragments.
 * Bounds are of what is held and of counted work, never of the clock.
 */
import { describe, expect, it } from 'vitest';
import { Packet } from '../../src/capture/packet.js';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { IpHeader } from '../../src/network/header.js';
import { encodeIpv4 } from '../../src/network/ipv4.js';
import { Reassembler } from '../../src/network/reassembly.js';
import { KeyTable } from '../../src/tcp/key-table.js';
import { SYN } from '../../src/tcp/segment.js';
import { fromClient, upgraded } from '../support/dissect.js';
import { Hostile, Template } from '../support/hostile.js';
import { utf8 } from '../support/splits.js';
import { CLIENT, Talk } from '../support/tcp.js';

/** What is in a key table that nobody else may see. */
interface Inside {
  readonly index: Int32Array;
  readonly keys: Int32Array;
  readonly mask: number;
  hash(words: Int32Array, at: number): number;
}

/** Steps that all look-ups of what is in the table take together, and the longest one. */
function probes(table: KeyTable): { total: number; longest: number } {
  const { index, keys, mask, hash } = table as unknown as Inside;
  let [total, longest] = [0, 0];
  for (let at = 0; at <= mask; at++) {
    if (index[at] < 0) continue;
    const steps = ((at - hash.call(table, keys, index[at] * 10)) & mask) + 1;
    total += steps;
    longest = Math.max(longest, steps);
  }
  return { total, longest };
}

const tableOf = (hostile: Hostile) =>
  (hostile.dissector.tcp as unknown as { slots: { keys: KeyTable } }).slots.keys;

describe('a million SYNs', () => {
  const MILLION = 1_000_000;

  it('are a million slots, found in few steps, and no objects', () => {
    const hostile = new Hostile();
    const syn = new Template({ flags: SYN });
    for (let i = 0; i < MILLION; i++) hostile.take(syn.from(i));
    const keys = tableOf(hostile);
    expect([keys.size, hostile.dissector.tcp.counts.connections]).toEqual([MILLION, MILLION]);
    expect(keys.capacity).toBeLessThanOrEqual(2 ** 20);
    expect(hostile.most).toEqual({ holes: 0, undecided: 0, payload: 0 });
    const { total, longest } = probes(keys);
    expect(total / MILLION).toBeLessThan(2.5);
    expect(longest).toBeLessThan(500);
  });

  it('keep to the limit of connections, and leave the session that talks alone', () => {
    const payloads: string[] = [];
    const hostile = new Hostile(
      { limits: { maxConnections: 10_000 } },
      { frame: ({ payload }) => payloads.push(Buffer.from(payload).toString()) },
    );
    const talk = new Talk([50_000, 80], [1, 2], ['172.16.0.1', '172.16.0.2']);
    hostile.takeAll(upgraded(talk));
    const syn = new Template({ flags: SYN });
    for (let i = 0; i < MILLION; i++) {
      hostile.take(syn.from(i));
      if (i % 1000 === 0) hostile.take(talk.send(CLIENT, fromClient(`${i}`)));
    }
    hostile.end();
    expect(payloads).toHaveLength(1000);
    expect(tableOf(hostile).capacity).toBeLessThanOrEqual(16_384);
    const evictions = hostile.counts.get('connection-limit')!;
    // A quarter goes at a time: each sweep is paid for by as many new connections.
    expect(evictions).toBeLessThanOrEqual(MILLION / (10_000 / 4) + 1);
    expect([...hostile.counts.keys()]).toEqual(['connection-limit']);
  });
});

it('4-tuples that collide in one table do not in the next: the hash is seeded', () => {
  const hashes = (table: KeyTable) => {
    const { hash } = table as unknown as Inside;
    const words = new Int32Array(10);
    return (ports: number, address: number) => {
      words.set([ports, address, 0x0a00_0001, 0]);
      return hash.call(table, words, 0) & 0xffff;
    };
  };
  const one = hashes(new KeyTable(1024, () => {}));
  const other = hashes(new KeyTable(1024, () => {}));
  const colliding: [number, number][] = [];
  const wanted = one(0, 0);
  for (let i = 1; colliding.length < 50; i++) {
    const key: [number, number] = [Math.imul(i, 0x9e37_79b1), i];
    if (one(...key) === wanted) colliding.push(key);
  }
  const places = new Set(colliding.map((key) => other(...key)));
  expect(places.size).toBeGreaterThan(40);
});

it('a hole in each of 100,000 connections holds no more than the bounds', () => {
  const limits = { maxHeldTotal: 4 << 20, maxUndecided: 32 << 20 };
  const hostile = new Hostile({ limits });
  const syn = new Template({ flags: SYN, sequence: 0 });
  const begun = new Template({ payload: utf8('GET / HT') });
  const behind = new Template({ payload: utf8('behind the hole'), sequence: 1000 });
  for (let i = 0; i < 100_000; i++) {
    hostile.take(syn.from(i));
    hostile.take(begun.from(i));
    hostile.take(behind.from(i));
  }
  expect(hostile.most.holes).toBeLessThanOrEqual(limits.maxHeldTotal);
  expect(hostile.most.undecided).toBeLessThanOrEqual(limits.maxUndecided + 16_384);
  hostile.end();
  expect(hostile.dissector.tcp.held).toBe(0);
  expect([...hostile.counts.keys()].sort()).toEqual(['undecided-limit']);
  expect(hostile.counts.get('undecided-limit')).toBeGreaterThan(80_000);
});

describe('segments that overlap with other content', () => {
  /** One message, in copies of which each says something else; `order` is where each begins. */
  function overlapped(order: readonly number[]): string[] {
    const payloads: string[] = [];
    const hostile = new Hostile(
      {},
      { frame: ({ payload }) => payloads.push(Buffer.from(payload).toString()) },
    );
    const talk = new Talk();
    hostile.takeAll(upgraded(talk));
    const from = talk.sequences[0];
    const letters = 'abcdefghij';
    order.forEach((at, copy) => {
      const text = at === 0 ? `\x82\x14${letters[copy].repeat(8)}` : letters[copy].repeat(10);
      hostile.take(talk.send(CLIENT, { text: Buffer.from(text, 'latin1'), sequence: from + at }));
    });
    hostile.end();
    return payloads;
  }

  /** The first one to say an octet is believed. */
  function modelled(order: readonly number[]): string {
    const said = new Array<string | undefined>(22).fill(undefined);
    order.forEach((at, copy) => {
      for (let i = at; i < at + 10; i++) said[i] ??= 'abcdefghij'[copy];
    });
    return said.slice(2).join('');
  }

  it.each([
    [[0, 5, 10, 12]],
    [[12, 10, 5, 0]],
    [[12, 0, 5, 10]],
    [[5, 12, 10, 0]],
    [[10, 8, 12, 6, 0]],
    [[8, 12, 0, 4]],
  ])('%j: the first copy of each byte counts', (order) => {
    expect(overlapped(order)).toEqual([modelled(order)]);
  });

  it('behind a hole are held once, however often they come', () => {
    const hostile = new Hostile({ limits: { maxHeldPerDirection: 1 << 20 } });
    const talk = new Talk();
    hostile.takeAll(upgraded(talk));
    const base = talk.sequences[0] + 10;
    for (let i = 0; i < 20_000; i++) {
      const at = (i * 7919) % 4000;
      hostile.take(talk.send(CLIENT, { text: `${i % 10}`.repeat(1 + (i % 300)), sequence: base + at }));
    }
    // Each octet once, and what each of at most 4,300 pieces costs beside.
    expect(hostile.most.holes).toBeLessThanOrEqual(4300 * 161);
    expect(hostile.dissector.tcp.duplicates).toBeGreaterThan(2_000_000);
    hostile.end();
    expect(hostile.dissector.tcp.held).toBe(0);
  });
});

it('fragments that never become datagrams hold no more than the bounds, whatever they overlap', () => {
  const defects = new Map<string, number>();
  const limits = { ...DEFAULT_LIMITS, maxFragmentedDatagrams: 100, maxFragmentBytes: 1 << 20 };
  const reassembler = new Reassembler(limits, ({ code }) => defects.set(code, (defects.get(code) ?? 0) + 1));
  const header = new IpHeader();
  const bytes = new Uint8Array(
    encodeIpv4({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 6 }, new Uint8Array(1480)),
  );
  header.lend(bytes);
  header.packet = new Packet();
  Object.assign(header, {
    addressLength: 4,
    source: 12,
    destination: 16,
    protocol: 6,
    start: 20,
    moreFragments: true,
  });
  let [most, count] = [0, 0];
  for (let i = 0; i < 50_000; i++) {
    bytes[20 + (i % 1480)] = i;
    header.identification = (i * 31) % 150;
    header.fragmentOffset = ((i * 13) % 8000) * 8;
    header.length = 8 * (1 + (i % 180));
    header.end = header.start + header.length;
    expect(reassembler.add(header)).toBe(false);
    most = Math.max(most, reassembler.bytes);
    count = Math.max(count, reassembler.size);
  }
  expect(most).toBeLessThanOrEqual((1 << 20) + 70_000);
  expect(count).toBeLessThanOrEqual(100);
  expect(defects.get('too-many-fragment-bytes')).toBeGreaterThan(0);
  reassembler.end();
  expect(reassembler.bytes).toBe(0);
});
