import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/bytes/concat.js';
import { encodeEthernet } from '../../src/link/ethernet.js';
import { encodeMpls } from '../../src/link/mpls.js';
import { encodeIpv4, fragmentIpv4 } from '../../src/network/ipv4.js';
import { encodeIpv6, fragmentIpv6 } from '../../src/network/ipv6-encode.js';
import {
  encodeErspan,
  encodeGeneve,
  encodeGre,
  encodeGtpU,
  encodeUdp,
  encodeVxlan,
} from '../../src/network/tunnel-encode.js';
import { Harness } from './harness.js';

const tcp = Uint8Array.from({ length: 25 }, (_, i) => i + 1);
const inner4 = { source: '10.0.0.1', destination: '10.0.0.2', protocol: 6 };
const inner6 = { source: 'fd00::1', destination: 'fd00::2', protocol: 6 };
const outer4 = { source: '192.0.2.1', destination: '198.51.100.2' };
const outer6 = { source: '2001:db8::1', destination: '2001:db8::2' };
const ip4 = encodeIpv4(inner4, tcp);
const ip6 = encodeIpv6(inner6, tcp);
const frame4 = encodeEthernet({ etherType: 0x0800, vlan: [9] }, ip4);
const frame6 = encodeEthernet({ etherType: 0x86dd }, ip6);
const seen4 = { packet: 1, ...inner4, payload: tcp, length: 25 };
const seen6 = { packet: 1, ...inner6, payload: tcp, length: 25 };

function udp(destinationPort: number, payload: Uint8Array): Uint8Array {
  const datagram = encodeUdp({ ...outer4, sourcePort: 50_000, destinationPort }, payload);
  return encodeIpv4({ ...outer4, protocol: 17 }, datagram);
}

function gre(etherType: number, payload: Uint8Array, more: object = {}): Uint8Array {
  return encodeIpv4({ ...outer4, protocol: 47 }, encodeGre({ etherType, ...more }, payload));
}

const erspan = (type: 1 | 2 | 3, subheader = false) =>
  encodeIpv4({ ...outer4, protocol: 47 }, encodeErspan(type, frame4, subheader));
const everyField = { checksum: true, key: 0xdeadbeef, sequence: 3 };
const options = Uint8Array.from({ length: 12 }, (_, i) => i);
const gtpExtensions = [
  { type: 0x85, content: Uint8Array.of(1, 2) },
  { type: 0xc0, content: Uint8Array.of(3, 4, 5, 6) },
];

const tunnels: [string, Uint8Array, typeof seen4, number][] = [
  ['IPv4 in IPv4', encodeIpv4({ ...outer4, protocol: 4 }, ip4), seen4, 40],
  ['IPv6 in IPv4', encodeIpv4({ ...outer4, protocol: 41 }, ip6), seen6, 60],
  ['IPv4 in IPv6', encodeIpv6({ ...outer6, protocol: 4 }, ip4), seen4, 60],
  ['IPv6 in IPv6', encodeIpv6({ ...outer6, protocol: 41 }, ip6), seen6, 80],
  ['GRE, IPv4', gre(0x0800, ip4), seen4, 44],
  ['GRE, IPv6', gre(0x86dd, ip6), seen6, 64],
  ['GRE with a checksum', gre(0x0800, ip4, { checksum: true }), seen4, 48],
  ['GRE with a key', gre(0x0800, ip4, { key: 7 }), seen4, 48],
  ['GRE with a sequence number', gre(0x0800, ip4, { sequence: 7 }), seen4, 48],
  ['GRE with everything', gre(0x0800, ip4, everyField), seen4, 56],
  [
    'GRE over IPv6',
    encodeIpv6({ ...outer6, protocol: 47 }, encodeGre({ etherType: 0x0800 }, ip4)),
    seen4,
    64,
  ],
  ['GRE with Ethernet and a VLAN', gre(0x6558, frame4, { key: 1 }), seen4, 66],
  ['GRE with MPLS', gre(0x8847, encodeMpls([1, 2], ip6)), seen6, 72],
  ['ERSPAN I', erspan(1), seen4, 62],
  ['ERSPAN II', erspan(2), seen4, 74],
  ['ERSPAN III', erspan(3), seen4, 78],
  ['ERSPAN III with subheader', erspan(3, true), seen4, 86],
  ['VXLAN', udp(4789, encodeVxlan({ vni: 0xabcdef }, frame6)), seen6, 90],
  ['VXLAN at the port of old Linux', udp(8472, encodeVxlan({}, frame4)), seen4, 74],
  ['GENEVE with Ethernet', udp(6081, encodeGeneve({}, frame4)), seen4, 74],
  ['GENEVE with options and IPv6', udp(6081, encodeGeneve({ etherType: 0x86dd, options }, ip6)), seen6, 88],
  ['GTP-U', udp(2152, encodeGtpU({}, ip4)), seen4, 56],
  ['GTP-U with a sequence number', udp(2152, encodeGtpU({ sequence: 5 }, ip6)), seen6, 80],
  ['GTP-U with extension headers', udp(2152, encodeGtpU({ extensions: gtpExtensions }, ip4)), seen4, 72],
];

describe('tunnels', () => {
  it.each(tunnels)('%s', (_, bytes, expected, offset) => {
    const harness = new Harness().ip(bytes);
    expect(harness.defects).toEqual([]);
    expect(harness.seen).toEqual([{ ...expected, offset }]);
    expect(harness.decoder.counts.tunnelled).toBe(1);
  });

  it.each(tunnels)('%s, cut anywhere', (_, bytes, expected, offset) => {
    for (let snapLength = 0; snapLength < bytes.length; snapLength++) {
      const harness = new Harness().ip(bytes, { snapLength });
      if (snapLength >= offset) {
        expect(harness.seen).toEqual([
          { ...expected, payload: tcp.subarray(0, snapLength - offset), offset },
        ]);
        expect(harness.defects).toEqual([]);
      } else expect(harness.seen).toEqual([]);
      expect(harness.codes.every((code) => code === 'cut-packet')).toBe(true);
    }
  });

  it.each(tunnels)('%s, in fragments', (_, bytes, expected) => {
    const fragments = bytes[0] >>> 4 === 4 ? fragmentIpv4(bytes, 44) : fragmentIpv6(bytes, 64);
    const harness = new Harness();
    for (const fragment of fragments) harness.ip(fragment);
    harness.decoder.end();
    expect(harness.defects).toEqual([]);
    expect(harness.seen).toEqual([{ ...expected, packet: fragments.length, offset: Number.NaN }]);
  });

  it('write what the RFCs say', () => {
    const payload = Uint8Array.of(0x45, 0xee);
    const table: [Uint8Array, string][] = [
      [encodeGre({ etherType: 0x0800 }, payload), '0000080045ee'],
      [
        encodeGre({ etherType: 0x0800, ...everyField }, payload),
        'b000 0800 6470 0000 deadbeef 00000003 45ee',
      ],
      [encodeVxlan({ vni: 0x123456 }, payload), '08000000 12345600 45ee'],
      [
        encodeGeneve({ vni: 0x123456, options: options.subarray(4, 8) }, payload),
        '0100 6558 12345600 04050607 45ee',
      ],
      [encodeGtpU({ tunnel: 0x11223344, sequence: 9 }, payload), '32ff 0006 11223344 0009 00 00 45ee'],
      [
        encodeGtpU({ extensions: gtpExtensions }, payload),
        '34ff 0012 00000001 0000 00 85 01 0102 c0 02 03040506 0000 00 45ee',
      ],
      [encodeErspan(2, payload), '1000 88be 00000001 1000 0001 00000000 45ee'],
      [encodeErspan(3, payload), '1000 22eb 00000001 2000 0001 00000000 0000 0000 45ee'],
      // Summed by hand: c000 + 0201 + c633 + 6402 + 0011 + 000a (pseudo-header), 0001 + 0002 + 000a + 45ee.
      [encodeUdp({ ...outer4, sourcePort: 1, destinationPort: 2 }, payload), '0001 0002 000a cdb1 45ee'],
    ];
    for (const [encoded, expected] of table) {
      expect(Buffer.from(encoded).toString('hex')).toBe(expected.replaceAll(' ', ''));
    }
  });
});

describe('what is not a tunnel', () => {
  const header = (bytes: number[], port: number) => udp(port, concat(bytes, ip4));
  const silent: [string, Uint8Array][] = [
    ['UDP to another port', udp(53, encodeVxlan({}, frame4))],
    ['VXLAN without the I flag', header([0, 0, 0, 0, 0, 0, 0, 0], 4789)],
    ['VXLAN with ARP', udp(4789, encodeVxlan({}, encodeEthernet({ etherType: 0x0806 }, tcp)))],
    ['a few bytes to the port of VXLAN', udp(4789, Uint8Array.of(8, 0, 0))],
    ['nothing to the port of GENEVE', udp(6081, new Uint8Array(0))],
    ['GENEVE of another version', header([0x40, 0, 8, 0, 0, 0, 0, 0], 6081)],
    ['GENEVE whose options are longer than it', udp(6081, concat([0x3f, 0, 8, 0, 0, 0, 0, 0], tcp))],
    ['GTP-U echo', header([0x30, 1, 0, 0, 0, 0, 0, 0], 2152)],
    ["GTP'", header([0x2e, 255, 0, 0, 0, 0, 0, 0], 2152)],
    ['GTP-U with an empty extension', header([0x34, 255, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x85, 0, 0, 0, 0], 2152)],
    ['GTP-U with neither version', udp(2152, encodeGtpU({}, Uint8Array.of(0x15, 0)))],
    ['GTP-U of nothing', udp(2152, encodeGtpU({}, new Uint8Array(0)))],
    ['GRE with another protocol', gre(0x880b, ip4)],
    ['GRE with source routing', encodeIpv4({ ...outer4, protocol: 47 }, concat([0x40, 0, 8, 0], ip4))],
    ['GRE version 1', encodeIpv4({ ...outer4, protocol: 47 }, concat([0x30, 1, 0x08, 0], ip4))],
  ];
  it.each(silent)('%s', (_, bytes) => {
    const harness = new Harness().ip(bytes);
    expect(harness.seen).toEqual([]);
    expect(harness.defects).toEqual([]);
  });

  const defects: [string, Uint8Array, string][] = [
    ['GRE of two bytes', encodeIpv4({ ...outer4, protocol: 47 }, Uint8Array.of(0, 0)), 'cut-packet'],
    [
      'GRE without its key',
      encodeIpv4({ ...outer4, protocol: 47 }, Uint8Array.of(0x20, 0, 8, 0, 1)),
      'cut-packet',
    ],
    ['ERSPAN II without its header', gre(0x88be, tcp.subarray(0, 3), { sequence: 1 }), 'cut-packet'],
    ['ERSPAN III without its header', gre(0x22eb, tcp.subarray(0, 11)), 'cut-packet'],
    ['IPv4 that is none', encodeIpv4({ ...outer4, protocol: 4 }, ip6), 'bad-ipv4-header'],
    ['IPv6 that is none', encodeIpv4({ ...outer4, protocol: 41 }, ip4), 'bad-ipv6-header'],
    [
      'GTP-U with too many extensions',
      udp(2152, encodeGtpU({ extensions: new Array(17).fill(gtpExtensions[0]) }, ip4)),
      'too-many-headers',
    ],
  ];
  it.each(defects)('%s', (_, bytes, code) => {
    const harness = new Harness().ip(bytes);
    expect(harness.seen).toEqual([]);
    expect(harness.codes).toEqual([code]);
  });

  it('reads no header beyond the datagram', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(4, 41, 47, 17),
        fc.uint8Array({ maxLength: 60 }),
        fc.nat(4),
        (protocol, bytes, port) => {
          if (protocol === 17 && bytes.length >= 4)
            bytes.set(
              [
                [0, 0],
                [8, 104],
                [18, 181],
                [23, 193],
                [33, 24],
              ][port],
              2,
            );
          const harness = new Harness().ip(encodeIpv4({ ...outer4, protocol }, bytes));
          for (const { payload, length } of harness.seen) expect(payload.length).toBeLessThanOrEqual(length);
        },
      ),
      { numRuns: 5000 },
    );
  });
});

describe('nesting', () => {
  const nested = (depth: number) => {
    let bytes = ip4;
    for (let i = 0; i < depth; i++) {
      bytes = i % 2 === 0 ? encodeIpv4({ ...outer4, protocol: 4 }, bytes) : gre(0x0800, bytes);
    }
    return bytes;
  };

  it('is followed eight tunnels deep, and reported beyond', () => {
    const harness = new Harness().ip(nested(8)).ip(nested(9)).ip(nested(30));
    expect(harness.seen).toEqual([{ ...seen4, offset: 40 + 7 * 20 + 4 * 4 }]);
    expect(harness.defects).toEqual(
      [2, 3].map((packet) =>
        expect.objectContaining({
          layer: 'network',
          code: 'tunnel-too-deep',
          message: 'too many tunnels inside each other (limit tunnels=8)',
          packet,
        }),
      ),
    );
    expect(harness.decoder.counts.tunnelled).toBe(24);
  });

  it('has a limit of its own', () => {
    const harness = new Harness({ maxTunnels: 1 }).ip(nested(1)).ip(nested(2));
    expect(harness.seen).toHaveLength(1);
    expect(harness.codes).toEqual(['tunnel-too-deep']);
  });

  it('may fragment on both levels', () => {
    const harness = new Harness();
    for (const fragment of fragmentIpv4(ip4, 36)) {
      const tunnel = udp(4789, encodeVxlan({}, encodeEthernet({ etherType: 0x0800 }, fragment)));
      for (const piece of fragmentIpv4(tunnel, 60)) harness.ip(piece);
      tunnel[4]++;
    }
    expect(harness.defects).toEqual([]);
    expect(harness.seen).toEqual([{ ...seen4, packet: 4, offset: Number.NaN }]);
    expect(harness.decoder.counts.reassembled).toBe(3);
  });
});
