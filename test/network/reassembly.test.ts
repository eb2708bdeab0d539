import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/bytes/concat.js';
import { encodeIpv4, fragmentIpv4 } from '../../src/network/ipv4.js';
import { encodeIpv6, fragmentExtension, fragmentIpv6 } from '../../src/network/ipv6-encode.js';
import { encodeUdp, encodeVxlan } from '../../src/network/tunnel-encode.js';
import { FIRST_OFFSET, Harness } from './harness.js';

const four = { source: '192.0.2.1', destination: '198.51.100.2', protocol: 6 };
const six = { source: '2001:db8::1', destination: '2001:db8::2', protocol: 6 };
const tcp = Uint8Array.from({ length: 45 }, (_, i) => i + 1);
const datagram4 = encodeIpv4({ ...four, identification: 9 }, tcp);
const datagram6 = encodeIpv6(six, tcp);
const seen4 = { ...four, payload: tcp, length: 45, offset: Number.NaN };
const seen6 = { ...six, payload: tcp, length: 45, offset: Number.NaN };
/** Three fragments each: 16, 16 and 13 bytes. */
const fragments4 = fragmentIpv4(datagram4, 36);
const fragments6 = fragmentIpv6(datagram6, 64);

/** A fragment of `tcp`, or of other bytes, from..to. */
function piece(
  from: number,
  to: number,
  more = to < tcp.length,
  bytes = tcp,
  fields: object = {},
): Uint8Array {
  const header = { ...four, identification: 9, flags: more ? 1 : 0, fragmentOffset: from };
  return encodeIpv4({ ...header, ...fields }, bytes.subarray(from, to));
}

describe('reassembly', () => {
  const orders = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  const versions = [
    { version: 4, fragments: fragments4, seen: seen4 },
    { version: 6, fragments: fragments6, seen: seen6 },
  ];
  const table = versions.flatMap((version) => orders.map((order) => ({ ...version, order })));

  it.each(table)('IPv$version in the order $order', ({ fragments, seen, order }) => {
    expect(fragments).toHaveLength(3);
    const harness = new Harness();
    for (const index of order) harness.ip(fragments[index]);
    harness.decoder.end();
    expect(harness.seen).toEqual([{ ...seen, packet: 3 }]);
    expect(harness.defects).toEqual([]);
    const { fragments: count, reassembled } = harness.decoder.counts;
    expect([count, reassembled]).toEqual([3, 1]);
  });

  it.each(versions)('IPv$version with every fragment twice', ({ fragments, seen }) => {
    const harness = new Harness();
    for (const fragment of [0, 0, 1, 0, 1, 2].map((index) => fragments[index])) harness.ip(fragment);
    expect(harness.seen).toEqual([{ ...seen, packet: 6 }]);
    expect(harness.defects).toEqual([]);
  });

  it.each(versions)('IPv$version takes late copies for what they are', ({ fragments, seen }) => {
    const harness = new Harness();
    for (const index of [0, 1, 2, 2, 1, 0, 1, 2]) harness.ip(fragments[index]);
    harness.decoder.end();
    expect(harness.seen).toEqual([{ ...seen, packet: 3 }]);
    expect(harness.decoder.counts.fragments).toBe(8);
    expect(harness.defects).toEqual([]);
  });

  it.each(table)('IPv$version in the order $order, every packet twice', ({ fragments, seen, order }) => {
    const harness = new Harness();
    for (const index of order) harness.ip(fragments[index]).ip(fragments[index]);
    harness.decoder.end();
    expect(harness.seen).toEqual([{ ...seen, packet: 5 }]);
    expect(harness.defects).toEqual([]);
  });

  it.each(orders)(
    'gives a new datagram that reuses the identification, in the order %i %i %i',
    (...order) => {
      const other = tcp.map((byte) => byte ^ 0xff);
      const cuts = [0, 16, 32, 45];
      for (const copies of [1, 2]) {
        const harness = new Harness();
        for (const payload of [tcp, other, tcp])
          for (const index of order)
            for (let copy = 0; copy < copies; copy++)
              harness.ip(piece(cuts[index], cuts[index + 1], index < 2, payload));
        harness.decoder.end();
        const seen = [tcp, other, tcp].map((payload, index) => ({
          ...seen4,
          payload,
          packet: (3 * index + 2) * copies + 1,
        }));
        expect(harness.seen).toEqual(seen);
        expect(harness.defects).toEqual([]);
      }
    },
  );

  it.each([
    ['length', piece(32, 40, true)],
    ['offset', piece(8, 24)],
    ['flag', piece(16, 32, false)],
    ['bytes', piece(16, 32, true, new Uint8Array(45))],
  ])('does not take for a copy what has another %s', (_name, fragment) => {
    const harness = new Harness();
    for (const known of fragments4) harness.ip(known);
    harness.ip(fragment);
    harness.decoder.end();
    expect(harness.codes).toEqual(['fragments-incomplete']);
  });

  it('takes for a copy only what comes within a second', () => {
    for (const [seconds, codes] of [
      [11, []],
      [9, []],
      [12, ['fragments-incomplete']],
      [8, ['fragments-incomplete']],
    ] as const) {
      const harness = new Harness();
      for (const fragment of fragments4) harness.ip(fragment, { seconds: 10 });
      harness.ip(fragments4[2], { seconds });
      harness.decoder.end();
      expect(harness.codes, `${seconds}`).toEqual(codes);
    }
  });

  it('prefers a copy that a snap length cut less', () => {
    const harness = new Harness();
    for (const fragment of fragments4) harness.ip(fragment, { snapLength: 28 });
    for (const fragment of fragments4) harness.ip(fragment, { snapLength: 28 });
    for (const fragment of fragments4) harness.ip(fragment);
    harness.decoder.end();
    expect(harness.seen).toEqual([
      { ...seen4, packet: 3, payload: tcp.subarray(0, 8) },
      { ...seen4, packet: 9 },
    ]);
    expect(harness.defects).toEqual([]);
  });

  it('remembers the latest datagrams only', () => {
    const copiesOf = (count: number, length: number) => {
      const payload = new Uint8Array(length);
      const harness = new Harness();
      const last = (identification: number) => piece(length - 8, length, false, payload, { identification });
      for (let identification = 0; identification < count; identification++)
        harness.ip(piece(0, length - 8, true, payload, { identification })).ip(last(identification));
      for (let identification = 0; identification < count; identification++) harness.ip(last(identification));
      harness.decoder.end();
      expect(harness.seen).toHaveLength(count);
      return harness.codes;
    };
    expect(copiesOf(1024, 16)).toEqual([]);
    expect(copiesOf(1027, 16)).toEqual([
      'completed-datagrams-limit',
      ...Array(3).fill('fragments-incomplete'),
    ]);
    expect(copiesOf(60, 60_000)).toEqual([]);
    expect(copiesOf(80, 60_000).length).toBeGreaterThan(0);
  });

  it('keeps datagrams apart by addresses, protocol and identification', () => {
    const harness = new Harness();
    const variants = [
      {},
      { source: '192.0.2.9' },
      { destination: '192.0.2.9' },
      { protocol: 4 },
      { identification: 8 },
    ];
    for (const fields of variants) harness.ip(piece(0, 16, true, tcp, fields));
    for (const fields of variants) harness.ip(piece(16, 45, false, tcp, fields));
    const ids = [1, 2, 0xffffffff].map((identification) => fragmentIpv6(datagram6, 64, identification));
    for (let index = 0; index < 3; index++) for (const fragments of ids) harness.ip(fragments[index]);
    expect(harness.seen.map(({ packet }) => packet)).toEqual([6, 7, 8, 10, 17, 18, 19]);
    expect(harness.codes).toEqual(['bad-ipv4-header']);
  });

  it('takes the protocol of IPv6 from the first fragment, and walks the chain behind it', () => {
    const options = { protocol: 60, content: new Uint8Array(6) };
    const fragments = fragmentIpv6(encodeIpv6({ ...six, extensions: [options, options] }, tcp), 72);
    const last = fragments.at(-1)!;
    last[40] = 17;
    const harness = new Harness();
    for (const fragment of [last, ...fragments.slice(0, -1)]) harness.ip(fragment);
    expect(harness.seen).toEqual([{ ...seen6, packet: fragments.length }]);
  });

  it('reports a fragment header inside fragments', () => {
    const inner = encodeIpv6({ ...six, extensions: [fragmentExtension(0, true, 5)] }, tcp.subarray(0, 40));
    const fragments = fragmentIpv6(
      concat(
        inner.subarray(0, 6),
        [60, 64],
        inner.subarray(8, 40),
        [44, 0, 1, 4, 0, 0, 0, 0],
        inner.subarray(40),
      ),
      72,
    );
    const harness = new Harness();
    for (const fragment of fragments) harness.ip(fragment);
    expect(harness.codes).toEqual(['bad-ipv6-header']);
    expect(harness.seen).toEqual([]);
  });

  it('reassembles behind an authentication header in IPv4', () => {
    const whole = encodeIpv4({ ...four, protocol: 51 }, concat([6, 4], new Uint8Array(22), tcp));
    const harness = new Harness();
    for (const fragment of fragmentIpv4(whole, 36)) harness.ip(fragment);
    expect(harness.seen).toEqual([{ ...seen4, packet: 5 }]);
  });

  it('says what a snap length left out of the last fragment', () => {
    const harness = new Harness().ip(fragments4[0]).ip(fragments4[1]).ip(fragments4[2], { snapLength: 23 });
    expect(harness.seen).toEqual([{ ...seen4, packet: 3, payload: tcp.subarray(0, 35) }]);
  });

  it('ends the captured payload where a snap length cut a fragment in the middle', () => {
    const harness = new Harness().ip(fragments4[2]).ip(fragments4[1], { snapLength: 30 }).ip(fragments4[0]);
    expect(harness.seen).toEqual([{ ...seen4, packet: 3, payload: tcp.subarray(0, 26) }]);
    const whole = new Harness()
      .ip(fragments4[1])
      .ip(fragments4[1], { snapLength: 21 })
      .ip(fragments4[0])
      .ip(fragments4[2]);
    expect(whole.seen).toEqual([{ ...seen4, packet: 4 }]);
    expect(whole.defects).toEqual([]);
  });

  it('gives the whole of what any cut, order, duplication and overlap leaves', () => {
    const cuts = fc.array(fc.integer({ min: 0, max: 39 }), { maxLength: 12 });
    const payload = Uint8Array.from({ length: 317 }, (_, i) => i * 7);
    fc.assert(
      fc.property(cuts, fc.infiniteStream(fc.nat()), (extra, random) => {
        const spans = extra.map((unit): [number, number] => [
          unit * 8,
          Math.min(317, (unit + 1 + (random.next().value % 5)) * 8),
        ]);
        for (let unit = 0; unit < 40; unit++)
          spans.splice(random.next().value % (spans.length + 1), 0, [unit * 8, Math.min(317, unit * 8 + 8)]);
        const harness = new Harness();
        for (const [from, to] of spans) {
          if (harness.seen.length === 0) harness.ip(piece(from, to, to < 317, payload));
        }
        expect(harness.seen.map((seen) => seen.payload)).toEqual([payload]);
        expect(harness.codes).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe('overlaps', () => {
  const other = tcp.map((byte) => byte ^ 0xff);

  it('keep the first copy and are reported', () => {
    const harness = new Harness()
      .ip(piece(0, 16))
      .ip(piece(8, 32, true, other))
      .ip(piece(32, 45));
    const payload = concat(tcp.subarray(0, 16), other.subarray(16, 32), tcp.subarray(32));
    expect(harness.seen).toEqual([{ ...seen4, packet: 3, payload }]);
    expect(harness.defects).toEqual([
      {
        layer: 'network',
        code: 'fragment-overlap',
        message:
          'the fragment at offset 8 (24 bytes, identification 9) overlaps others with other bytes: the first copy is kept',
        packet: 2,
        captureOffset: FIRST_OFFSET,
        capture: 0,
      },
    ]);
  });

  it('are not reported when the bytes agree', () => {
    const harness = new Harness().ip(piece(0, 16)).ip(piece(8, 32)).ip(piece(24, 45));
    expect(harness.codes).toEqual([]);
    expect(harness.seen).toEqual([{ ...seen4, packet: 3 }]);
  });

  it('are reported when one byte of what overlaps differs, at either end of it', () => {
    for (const at of [8, 15]) {
      const changed = tcp.slice();
      changed[at] ^= 1;
      const harness = new Harness()
        .ip(piece(0, 16))
        .ip(piece(8, 32, true, changed))
        .ip(piece(32, 45));
      expect(harness.codes).toEqual(['fragment-overlap']);
      expect(harness.seen).toEqual([{ ...seen4, packet: 3 }]);
    }
  });

  it('are reported when a second copy differs', () => {
    const harness = new Harness()
      .ip(piece(0, 16))
      .ip(piece(0, 16, true, other))
      .ip(piece(16, 45));
    expect(harness.codes).toEqual(['fragment-overlap']);
    expect(harness.seen).toEqual([{ ...seen4, packet: 3 }]);
  });

  it('are reported when only the first byte of a second copy differs', () => {
    const changed = tcp.slice();
    changed[0] ^= 1;
    const harness = new Harness()
      .ip(piece(0, 16))
      .ip(piece(0, 16, true, changed))
      .ip(piece(16, 45));
    expect(harness.codes).toEqual(['fragment-overlap']);
  });

  it('are not reported when the first copy was only cut', () => {
    const harness = new Harness().ip(fragments4[1], { snapLength: 30 }).ip(fragments4[1]);
    harness.ip(fragments4[0]).ip(fragments4[2]);
    expect(harness.codes).toEqual([]);
    expect(harness.seen).toEqual([{ ...seen4, packet: 4, payload: tcp.subarray(0, 26) }]);
  });
});

describe('bad fragments', () => {
  it('are refused when they contradict the length', () => {
    const beyond = new Uint8Array(100);
    const harness = new Harness().ip(piece(32, 45));
    harness
      .ip(piece(32, 48, true, beyond))
      .ip(piece(32, 40, false, beyond))
      .ip(piece(48, 56, true, beyond));
    expect(harness.codes).toEqual(['bad-fragment', 'bad-fragment', 'bad-fragment']);
    harness.ip(piece(0, 32));
    expect(harness.seen).toEqual([{ ...seen4, packet: 5 }]);
    const shorter = new Harness().ip(piece(16, 32)).ip(piece(8, 16, false));
    expect(shorter.codes).toEqual(['bad-fragment']);
    expect(shorter.defects[0].message).toBe(
      'the fragment at offset 8 (8 bytes, identification 9) contradicts the length that others gave',
    );
  });

  it('are refused when not the last and not a multiple of eight', () => {
    const harness = new Harness().ip(piece(0, 13, true)).ip(piece(8, 8, true));
    expect(harness.codes).toEqual(['bad-fragment', 'bad-fragment']);
    expect(harness.defects[0].message).toBe(
      'the fragment at offset 0 (13 bytes, identification 9) is not the last, but not a multiple of 8 bytes long',
    );
  });

  it('are refused beyond 65,535 bytes', () => {
    const long = { fragmentOffset: 65_528 };
    const harness = new Harness().ip(piece(0, 8, false, tcp, long));
    expect(harness.codes).toEqual(['fragment-too-long']);
    expect(harness.defects[0].message).toBe(
      'the fragment at offset 65528 (8 bytes, identification 9) ends at 65536, more than the 65535 bytes allowed',
    );
    expect(new Harness().ip(piece(0, 7, false, tcp, long)).defects).toEqual([]);
  });

  it('reassembles the longest datagram there is', () => {
    const payload = Uint8Array.from({ length: 65_535 }, (_, i) => i);
    const harness = new Harness();
    for (let from = 0; from < payload.length; from += 1480) {
      const to = Math.min(payload.length, from + 1480);
      harness.ip(piece(from, to, to < payload.length, payload));
    }
    expect(harness.seen).toEqual([{ ...seen4, packet: 45, payload, length: 65_535 }]);
  });
});

describe('limits', () => {
  const first = (identification: number) => piece(0, 16, true, tcp, { identification });
  const rest = (identification: number) => piece(16, 45, false, tcp, { identification });
  const code = (code: string, packet: number, message: string) => ({
    layer: 'network',
    code,
    packet,
    message: `a fragmented datagram of IP protocol 6 begun in packet ${message}`,
    captureOffset: FIRST_OFFSET,
    capture: 0,
  });

  it('of datagrams drops the oldest', () => {
    const harness = new Harness({ maxFragmentedDatagrams: 2 })
      .ip(first(1))
      .ip(first(2))
      .ip(first(3))
      .ip(rest(2))
      .ip(rest(3));
    expect(harness.seen.map(({ packet }) => packet)).toEqual([4, 5]);
    const message =
      '1 is still incomplete since too many are waiting (limit fragmented-datagrams=2): 2 of an unknown number of 8-byte units arrived';
    expect(harness.defects).toEqual([code('too-many-fragmented-datagrams', 3, message)]);
  });

  it('of bytes drops the oldest', () => {
    const harness = new Harness({ maxFragmentBytes: 3000 }).ip(first(1)).ip(first(2)).ip(rest(3)).ip(rest(2));
    const message =
      '1 is still incomplete since fragments hold too many bytes (limit fragment-bytes=3000): 2 of an unknown number of 8-byte units arrived';
    expect(harness.defects).toEqual([code('too-many-fragment-bytes', 3, message)]);
    expect(harness.seen.map(({ packet }) => packet)).toEqual([4]);
    const far = piece(0, 8, false, tcp, { fragmentOffset: 60_000 });
    expect(new Harness({ maxFragmentBytes: 3000 }).ip(far).codes).toEqual(['too-many-fragment-bytes']);
  });

  it('of time drops what is older than 30 s of capture time', () => {
    const harness = new Harness().ip(first(1), { seconds: 100 }).ip(first(2), { seconds: 101 });
    harness.ip(rest(1), { seconds: 130 }).ip(first(1), { seconds: 130 }).ip(rest(2), { seconds: 132 });
    expect(harness.seen.map(({ packet }) => packet)).toEqual([3]);
    const message =
      '2 is still incomplete after its time (limit fragment-timeout=30): 2 of an unknown number of 8-byte units arrived';
    expect(harness.defects).toEqual([code('fragment-timeout', 5, message)]);
  });

  it('of time holds backwards too', () => {
    const harness = new Harness({ fragmentTimeout: 5 })
      .ip(first(1), { seconds: 100 })
      .ip(rest(1), { seconds: 94 });
    expect(harness.seen).toEqual([]);
    expect(harness.codes).toEqual(['fragment-timeout']);
  });

  it('at the end of the capture', () => {
    const harness = new Harness().ip(first(1)).ip(rest(2));
    harness.decoder.end();
    harness.decoder.end();
    expect(harness.defects).toEqual([
      code(
        'fragments-incomplete',
        1,
        '1 is still incomplete at the end of the capture: 2 of an unknown number of 8-byte units arrived',
      ),
      code(
        'fragments-incomplete',
        2,
        '2 is still incomplete at the end of the capture: 4 of 6 of 8-byte units arrived',
      ),
    ]);
  });

  it('hold against a flood', () => {
    const harness = new Harness({ maxFragmentedDatagrams: 50, maxFragmentBytes: 200_000 });
    for (let i = 0; i < 5000; i++)
      harness.ip(piece(0, 8, true, tcp, { identification: i, fragmentOffset: (i % 8000) * 8 }));
    harness.decoder.end();
    expect(harness.defects).toHaveLength(5000);
  });
});

describe('fragments of what is not TCP', () => {
  const udp = encodeUdp({ ...four, sourcePort: 1, destinationPort: 53 }, tcp);
  const plain = fragmentIpv4(encodeIpv4({ ...four, protocol: 17, identification: 9 }, udp), 36);
  const vxlan = encodeUdp({ ...four, sourcePort: 1, destinationPort: 4789 }, encodeVxlan({}, tcp));
  const tunnel = fragmentIpv4(encodeIpv4({ ...four, protocol: 17, identification: 9 }, vxlan), 36);

  it('are dropped without a word', () => {
    const harness = new Harness();
    for (const fragment of fragmentIpv4(encodeIpv4({ ...four, protocol: 1 }, tcp), 36).slice(1))
      harness.ip(fragment);
    for (const fragment of plain) harness.ip(fragment);
    for (const fragment of plain.slice(0, -1)) harness.ip(fragment);
    harness.decoder.end();
    expect(harness.defects).toEqual([]);
    expect(harness.seen).toEqual([]);
    expect(harness.decoder.counts.fragments).toBe(9);
  });

  it('are dropped without a word when every packet comes twice, in any order', () => {
    const orders = [
      [0, 1, 2, 3],
      [0, 3, 1, 2],
      [3, 2, 1, 0],
    ];
    for (const order of orders) {
      const harness = new Harness();
      for (const index of order) harness.ip(plain[index]).ip(plain[index]);
      harness.decoder.end();
      expect(harness.defects).toEqual([]);
      expect(harness.seen).toEqual([]);
    }
  });

  it('are forgotten when the first fragment comes late', () => {
    const harness = new Harness().ip(plain[1]).ip(plain[0]).ip(plain[2]).ip(plain[3]);
    harness.decoder.end();
    expect(harness.defects).toEqual([]);
  });

  it('do not hide a tunnel that takes over the identification', () => {
    const harness = new Harness().ip(plain[0]).ip(plain[1]);
    for (const fragment of tunnel) harness.ip(fragment);
    harness.decoder.end();
    expect(harness.decoder.counts.reassembled).toBe(1);
    expect(harness.codes).toEqual([]);
  });
});
