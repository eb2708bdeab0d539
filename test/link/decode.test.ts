import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/bytes/concat.js';
import { decodeLink, LinkPayload, LinkResult } from '../../src/link/decode.js';
import { linkEncoders } from '../../src/link/encoders.js';
import { linkTypeName } from '../../src/link/link-types.js';

const ipv4 = concat([0x45, 0, 0, 21], new Uint8Array(16), [0xaa]);
const ipv6 = concat([0x60, 0, 0, 0, 0, 1, 6, 64], new Uint8Array(32), [0xbb]);
const datagrams = [
  { version: 4, ip: ipv4, etherType: 0x0800 },
  { version: 6, ip: ipv6, etherType: 0x86dd },
] as const;

function decode(linkType: number, bytes: Uint8Array, start = 0, end = bytes.length) {
  const out = new LinkPayload();
  const result = decodeLink(linkType, bytes, start, end, out);
  return { result, ...out };
}

/** Bytes in front of the datagram, per link layer. */
const headerLengths: Record<keyof typeof linkEncoders, number> = {
  ethernet: 14,
  'ethernet-padded': 14,
  'ethernet-vlan': 18,
  'ethernet-qinq': 22,
  'ethernet-qinq-9100': 22,
  'ethernet-qinq-9200': 22,
  'ethernet-vlan-service': 18,
  'ethernet-vlan-twice': 22,
  'ethernet-snap': 22,
  'ethernet-snap-bridged': 26,
  'ethernet-mpls': 18,
  'ethernet-mpls-stack': 30,
  'ethernet-mpls-pseudowire': 40,
  'ethernet-pppoe': 22,
  'ethernet-pppoe-compressed': 25,
  'linux-sll': 16,
  'linux-sll2': 20,
  'null-little': 4,
  'null-big': 4,
  'null-linux': 4,
  'null-freebsd': 4,
  'null-darwin': 4,
  loop: 4,
  raw: 0,
  'raw-bsd': 0,
  'raw-openbsd': 0,
  ipv4: 0,
  ipv6: 0,
  ppp: 4,
  'ppp-bare': 2,
  'ppp-compressed': 1,
  'ppp-mpls': 8,
  'ppp-hdlc': 4,
  'ppp-hdlc-cisco': 4,
  'ppp-pppd': 4,
  'ppp-ether': 8,
  'cisco-hdlc': 4,
};

const cases = Object.entries(linkEncoders).flatMap(([name, encoder]) =>
  datagrams
    .filter(({ version }) => encoder.versions.includes(version))
    .map((datagram) => ({ name, ...encoder, ...datagram, header: headerLengths[name as 'ethernet'] })),
);

describe('every link layer, both versions', () => {
  it('covers each encoder', () => {
    expect(Object.keys(headerLengths)).toEqual(Object.keys(linkEncoders));
    expect(cases).toHaveLength(2 * Object.keys(linkEncoders).length - 2);
  });

  it.each(cases)('$name, IPv$version', ({ name, linkType, encode, ip, etherType, header }) => {
    const packet = encode(ip);
    const padding = name === 'ethernet-padded' ? Math.max(0, 60 - 14 - ip.length) : 0;
    expect(packet.length).toBe(header + ip.length + padding);
    expect(packet.subarray(header, header + ip.length)).toEqual(ip);
    const end = packet.length;
    expect(decode(linkType, packet)).toEqual({ result: LinkResult.decoded, etherType, start: header, end });
  });

  it.each(cases)(
    '$name, IPv$version, in the middle of a block',
    ({ linkType, encode, ip, etherType, header }) => {
      const packet = encode(ip);
      const block = concat(new Uint8Array(5).fill(0xff), packet, new Uint8Array(9).fill(0xff));
      const expected = { result: LinkResult.decoded, etherType, start: 5 + header, end: 5 + packet.length };
      expect(decode(linkType, block, 5, 5 + packet.length)).toEqual(expected);
    },
  );

  it.each(cases)('$name, IPv$version, cut anywhere', ({ linkType, encode, ip, etherType, header }) => {
    const packet = encode(ip);
    for (let length = 0; length < packet.length; length++) {
      const around = [0x00, 0x45, 0xff].map((fill) => {
        const block = new Uint8Array(packet.length + 8).fill(fill);
        block.set(packet.subarray(0, length), 4);
        return decode(linkType, block, 4, 4 + length);
      });
      expect(around[1]).toEqual(around[0]);
      expect(around[2]).toEqual(around[0]);
      if (length >= header + 4) {
        const end = 4 + length;
        expect(around[0]).toEqual({ result: LinkResult.decoded, etherType, start: 4 + header, end });
      } else if (length < header) expect(around[0].result).toBe(LinkResult.cut);
    }
  });
});

describe('link types', () => {
  it('decodes random bytes of any link type without throwing, within bounds', () => {
    const types = [...Object.values(linkEncoders).map(({ linkType }) => linkType), 204];
    fc.assert(
      fc.property(fc.constantFrom(...types), fc.uint8Array({ maxLength: 80 }), (linkType, bytes) => {
        const { result, start, end } = decode(linkType, bytes);
        if (result !== LinkResult.decoded) return;
        expect(start).toBeLessThanOrEqual(bytes.length);
        expect(end).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 5000 },
    );
  });

  it('says which it does not know', () => {
    expect(decode(105, ipv4).result).toBe(LinkResult.unknownLinkType);
    expect(decode(65_535, ipv4).result).toBe(LinkResult.unknownLinkType);
    expect(linkTypeName(105)).toBe('IEEE802_11');
    expect(linkTypeName(127)).toBe('IEEE802_11_RADIOTAP');
    expect(linkTypeName(9999)).toBeUndefined();
  });
});
