import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linkEncoders } from '../../src/link/encoders.js';
import { encodeEthernet } from '../../src/link/ethernet.js';
import { encodeIpv4 } from '../../src/network/ipv4.js';
import { encodeIpv6 } from '../../src/network/ipv6-encode.js';
import { FIRST_OFFSET, Harness } from './harness.js';

const tcp = Uint8Array.from({ length: 25 }, (_, i) => i + 1);
const four = { source: '192.0.2.1', destination: '198.51.100.2', protocol: 6 };
const six = { source: '2001:db8::1', destination: '2001:db8::2', protocol: 6 };
const ip4 = encodeIpv4(four, tcp);
const ip6 = encodeIpv6(six, tcp);
const seen4 = { packet: 1, ...four, payload: tcp, length: 25, offset: 34 };
const seen6 = { packet: 1, ...six, payload: tcp, length: 25, offset: 54 };

describe('NetworkDecoder', () => {
  const layers = Object.entries(linkEncoders).flatMap(([name, encoder]) =>
    encoder.versions.map((version) => ({ name, version, ...encoder })),
  );
  it.each(layers)('IPv$version over $name', ({ version, linkType, encode }) => {
    const ip = version === 4 ? ip4 : ip6;
    const packet = encode(ip);
    const harness = new Harness().link(packet, { linkType });
    const offset = Buffer.from(packet).indexOf(ip) + ip.length - tcp.length;
    expect(harness.seen).toEqual([{ ...(version === 4 ? seen4 : seen6), offset }]);
    expect(harness.defects).toEqual([]);
    const { ipv4, ipv6, tcp: handedOn } = harness.decoder.counts;
    expect([ipv4, ipv6, handedOn]).toEqual(version === 4 ? [1, 0, 1] : [0, 1, 1]);
  });

  it('trims the padding of short frames', () => {
    const short = encodeIpv4(four, tcp.subarray(0, 20));
    const { seen } = new Harness().link(linkEncoders['ethernet-padded'].encode(short));
    expect(seen).toEqual([{ ...seen4, payload: tcp.subarray(0, 20), length: 20 }]);
  });

  it('says what a snap length left out', () => {
    const harness = new Harness();
    harness.link(linkEncoders.ethernet.encode(ip4), { snapLength: 44 });
    harness.link(linkEncoders.ethernet.encode(ip6), { snapLength: 64 });
    harness.link(encodeEthernet({ etherType: 0x0800 }, encodeIpv4({ ...four, totalLength: 0 }, tcp)), {
      snapLength: 44,
    });
    harness.link(encodeEthernet({ etherType: 0x86dd }, encodeIpv6({ ...six, payloadLength: 0 }, tcp)), {
      snapLength: 64,
    });
    const payload = tcp.subarray(0, 10);
    expect(harness.seen).toEqual([
      { ...seen4, payload },
      { ...seen6, payload, packet: 2 },
      { ...seen4, payload, packet: 3 },
      { ...seen6, payload, packet: 4 },
    ]);
    expect(harness.defects).toEqual([]);
  });

  it('hands only TCP on, and counts the rest', () => {
    const harness = new Harness();
    harness.ip(encodeIpv4({ ...four, protocol: 17 }, tcp)).ip(encodeIpv4({ ...four, protocol: 1 }, tcp));
    harness.ip(encodeIpv6({ ...six, protocol: 58 }, tcp)).ip(encodeIpv6({ ...six, protocol: 50 }, tcp));
    harness.link(encodeEthernet({ etherType: 0x0806 }, tcp)).ip(ip4);
    expect(harness.seen).toHaveLength(1);
    expect(harness.defects).toEqual([]);
    expect({ ...harness.decoder.counts }).toEqual({
      packets: 6,
      ipv4: 3,
      ipv6: 2,
      tcp: 1,
      notIp: 1,
      fragments: 0,
      reassembled: 0,
      tunnelled: 0,
      cut: 0,
      bad: 0,
      unknownLinkType: 0,
    });
  });

  it('reports an unknown link type once per interface, and counts', () => {
    const harness = new Harness();
    for (let i = 0; i < 3; i++) harness.link(tcp, { linkType: 127, interfaceIndex: 4 });
    harness.link(tcp, { linkType: 9999, interfaceIndex: 5 });
    harness.link(tcp, { linkType: 127, interfaceIndex: 4 });
    const common = { layer: 'link', code: 'unknown-link-type', captureOffset: FIRST_OFFSET, capture: 0 };
    const message = (which: string) => `interface ${which}, which has no decoder: its packets are skipped`;
    expect(harness.defects).toEqual([
      { ...common, packet: 1, message: message('4 has link type 127 (IEEE802_11_RADIOTAP)') },
      { ...common, packet: 4, message: message('5 has link type 9999') },
    ]);
    expect([...harness.decoder.skipped]).toEqual([
      [4, 4],
      [5, 1],
    ]);
    expect(harness.decoder.counts.unknownLinkType).toBe(5);
  });

  it('reports headers that are cut, bad or too many, with their place', () => {
    const ethernet = (ip: Uint8Array, etherType = 0x0800) => encodeEthernet({ etherType, vlan: [1] }, ip);
    const padding = { protocol: 60, content: new Uint8Array(6) };
    const table: [Uint8Array, object][] = [
      [ethernet(ip4).subarray(0, 13), { layer: 'link', code: 'cut-packet', captureOffset: FIRST_OFFSET }],
      [ethernet(ip4).subarray(0, 37), { code: 'cut-packet', captureOffset: FIRST_OFFSET + 18 }],
      [ethernet(ip6, 0x86dd).subarray(0, 57), { code: 'cut-packet', captureOffset: FIRST_OFFSET + 18 }],
      [ethernet(ip6), { code: 'bad-ipv4-header', captureOffset: FIRST_OFFSET + 18 }],
      [ethernet(ip4, 0x86dd), { code: 'bad-ipv6-header', captureOffset: FIRST_OFFSET + 18 }],
      [
        encodeEthernet({ etherType: 0x0800, vlan: new Array<number>(20).fill(1) }, ip4),
        { layer: 'link', code: 'too-many-headers', captureOffset: FIRST_OFFSET },
      ],
      [
        ethernet(encodeIpv6({ ...six, extensions: new Array(17).fill(padding) }, tcp), 0x86dd),
        { code: 'too-many-headers', captureOffset: FIRST_OFFSET + 18 },
      ],
    ];
    const harness = new Harness();
    for (const [bytes] of table) harness.link(bytes);
    expect(harness.defects).toEqual(
      table.map(([, expected], index) => ({
        layer: 'network',
        packet: index + 1,
        capture: 0,
        message: expect.any(String),
        ...expected,
      })),
    );
    expect(harness.defects.map(({ message }) => message)).toEqual([
      'the captured bytes end inside the headers of link type 1',
      'the captured bytes end inside an IPv4 header',
      'the captured bytes end inside an IPv6 header',
      'an IPv4 header contradicts itself in version or lengths',
      'an IPv6 header contradicts itself in version or lengths',
      'too many tags, labels or headers inside link type 1 (limit encapsulations=16)',
      'too many extension headers behind an IPv6 header (limit encapsulations=16)',
    ]);
    expect(harness.seen).toEqual([]);
    expect([harness.decoder.counts.cut, harness.decoder.counts.bad]).toEqual([3, 4]);
  });

  it('decodes the same the short way as the long one, whatever the header says', () => {
    const changes = fc.array(fc.tuple(fc.nat(ip4.length - 1), fc.nat(255)), { maxLength: 3 });
    const parts = fc.record({ changes, cut: fc.nat(20), padding: fc.nat(20) });
    fc.assert(
      fc.property(parts, ({ changes, cut, padding }) => {
        const changed = Uint8Array.of(...ip4, ...new Uint8Array(padding));
        for (const [at, value] of changes) changed[at] = value;
        const ip = changed.subarray(0, changed.length - cut);
        const [short, long] = [encodeEthernet({ etherType: 0x0800 }, ip), ip].map((bytes, i) => {
          const harness = new Harness().link(bytes, { linkType: i === 0 ? 1 : 228 });
          const seen = harness.seen.map((one) => ({ ...one, offset: one.offset + (i === 0 ? 0 : 14) }));
          return {
            seen,
            counts: { ...harness.decoder.counts },
            codes: harness.defects.map(({ code }) => code),
          };
        });
        expect(short).toEqual(long);
      }),
      { numRuns: 3000 },
    );
  });

  it('survives any bytes on any link type', () => {
    const types = [...Object.values(linkEncoders).map(({ linkType }) => linkType), 204, 105];
    const packets = fc.array(fc.tuple(fc.constantFrom(...types), fc.uint8Array({ maxLength: 120 })), {
      maxLength: 10,
    });
    fc.assert(
      fc.property(packets, (list) => {
        const harness = new Harness();
        for (const [linkType, bytes] of list) harness.link(bytes, { linkType });
        harness.decoder.end();
        for (const { payload, length } of harness.seen) expect(length).toBeGreaterThanOrEqual(payload.length);
      }),
      { numRuns: 2000 },
    );
  });
});
