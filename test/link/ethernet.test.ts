import { describe, expect, it } from 'vitest';
import { concat } from '../../src/bytes/concat.js';
import { decodeEthernet, encodeEthernet, encodeSnap } from '../../src/link/ethernet.js';
import { encodeControlWord, encodeMpls } from '../../src/link/mpls.js';
import { LinkPayload, LinkResult } from '../../src/link/payload.js';
import { encodePppoe } from '../../src/link/ppp.js';

const { decoded, notIp, cut, tooDeep } = LinkResult;
const ip = concat([0x45, 0, 0, 24], new Uint8Array(20));
const ip6 = concat([0x60, 0, 0, 0], new Uint8Array(40));
const macs = 'ffffffffffff 020000000001';

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

function decode(bytes: Uint8Array) {
  const out = new LinkPayload();
  const result = decodeEthernet(bytes, 0, bytes.length, out);
  return result === decoded ? { result, ...out } : { result };
}

describe('decodeEthernet', () => {
  const table: [string, string, object][] = [
    ['IPv4', `${macs} 0800 45000014`, { result: decoded, etherType: 0x0800, start: 14, end: 18 }],
    ['IPv6', `${macs} 86dd 60000000`, { result: decoded, etherType: 0x86dd, start: 14, end: 18 }],
    ['ARP', `${macs} 0806 00010800`, { result: notIp }],
    ['spanning tree over LLC', `${macs} 0026 424203 0000`, { result: notIp }],
    ['an EtherType between length and type', `${macs} 05dd aaaa03000000 0800 45`, { result: notIp }],
    [
      'SNAP, ended by the length field',
      `${macs} 000a aaaa03 000000 0800 4500 eeee`,
      { result: decoded, etherType: 0x0800, start: 22, end: 24 },
    ],
    ['SNAP of another organisation', `${macs} 000a aaaa03 00000c 2000 4500`, { result: notIp }],
    ['SNAP with a length for a type', `${macs} 000a aaaa03 000000 0004 aaaa`, { result: notIp }],
    ['SNAP cut', `${macs} 000a aaaa03 0000`, { result: cut }],
    ['a length field of zero', `${macs} 0000 aaaa03 000000 0800`, { result: cut }],
    [
      'one VLAN tag with priority bits',
      `${macs} 8100 e02a 0800 45`,
      { result: decoded, etherType: 0x0800, start: 18, end: 19 },
    ],
    ['a VLAN tag around ARP', `${macs} 8100 002a 0806 45`, { result: notIp }],
    ['a VLAN tag, cut', `${macs} 8100 002a 08`, { result: cut }],
    ['PPPoE discovery', `${macs} 8864 1109 0000 0004 01010000`, { result: notIp }],
    ['PPPoE, LCP', `${macs} 8864 1100 0001 0006 c021 01010004`, { result: notIp }],
    [
      'PPPoE, ended by its length',
      `${macs} 8864 1100 0001 0004 0021 4500 ffffff`,
      { result: decoded, etherType: 0x0800, start: 22, end: 24 },
    ],
    [
      'PPPoE, length beyond the capture',
      `${macs} 8864 1100 0001 05dc 0057 60`,
      { result: decoded, etherType: 0x86dd, start: 22, end: 23 },
    ],
    ['PPPoE, length zero', `${macs} 8864 1100 0001 0000 0021 4500`, { result: cut }],
    ['PPPoE, other version', `${macs} 8864 2100 0001 0004 0021 4500`, { result: notIp }],
    [
      'MPLS explicit null and IPv6',
      `${macs} 8847 00002140 60000000`,
      { result: decoded, etherType: 0x86dd, start: 18, end: 22 },
    ],
    ['MPLS associated channel', `${macs} 8847 00010140 10000021 45`, { result: notIp }],
    ['MPLS without a bottom, cut', `${macs} 8847 00010040 0001`, { result: cut }],
    [
      'MPLS pseudowire without control word',
      `${macs} 8847 00010140 001122334455 020000000001 0800 45`,
      { result: decoded, etherType: 0x0800, start: 32, end: 33 },
    ],
    [
      'transparent bridging inside',
      `${macs} 6558 ${macs} 86dd 60`,
      { result: decoded, etherType: 0x86dd, start: 28, end: 29 },
    ],
  ];
  it.each(table)('%s', (_, text, expected) => expect(decode(hex(text))).toEqual(expected));

  it('takes 16 VLAN tags off, and says so of one more', () => {
    const tags = (count: number) => new Array<number>(count).fill(5);
    const inside = encodeEthernet({ etherType: 0x0800, vlan: tags(16) }, ip);
    expect(decode(inside)).toEqual({ result: decoded, etherType: 0x0800, start: 78, end: 102 });
    const beyond = encodeEthernet({ etherType: 0x0800, vlan: tags(17) }, ip);
    expect(decode(beyond)).toEqual({ result: tooDeep });
    expect(decode(encodeEthernet({ etherType: 0x0806, vlan: tags(1000) }, ip))).toEqual({ result: tooDeep });
  });

  it('takes 16 labels off, and says so of one more', () => {
    const labels = (count: number) => encodeMpls(new Array<number>(count).fill(1000), ip);
    const inside = encodeEthernet({ etherType: 0x8847 }, labels(16));
    expect(decode(inside)).toEqual({ result: decoded, etherType: 0x0800, start: 78, end: 102 });
    expect(decode(encodeEthernet({ etherType: 0x8847 }, labels(17)))).toEqual({ result: tooDeep });
  });

  it('takes everything off that lies inside each other', () => {
    const pppoe = encodePppoe({ etherType: 0x86dd, compressed: true }, ip6);
    const inner = encodeEthernet({ etherType: 0x8864, vlan: [3, 4] }, pppoe);
    const wire = encodeMpls([5, 6], encodeControlWord(inner));
    const outer = encodeEthernet({}, encodeSnap(0x8848, wire));
    // 14 Ethernet, 8 SNAP, 8 labels, 4 control word, 14 Ethernet, 8 tags, 6 PPPoE, 1 PPP
    expect(decode(outer)).toEqual({ result: decoded, etherType: 0x86dd, start: 63, end: 107 });
  });
});

describe('encoders', () => {
  it('write what the standards say', () => {
    const payload = Uint8Array.of(0x45, 0xee);
    const source = hex('0a0b0c0d0e0f');
    const destination = hex('010203040506');
    const table: [Uint8Array, string][] = [
      [encodeEthernet({ etherType: 0x0800 }, payload), '020000000002 020000000001 0800 45ee'],
      [
        encodeEthernet({ source, destination, etherType: 0x0806 }, payload),
        '010203040506 0a0b0c0d0e0f 0806 45ee',
      ],
      [encodeEthernet({}, payload), '020000000002 020000000001 0002 45ee'],
      [
        encodeEthernet({ etherType: 0x0800, vlan: [1, { id: 2, tagType: 0x9100 }, 4095] }, payload),
        '020000000002 020000000001 88a8 0001 9100 0002 8100 0fff 0800 45ee',
      ],
      [encodeSnap(0x0800, payload, 0xf8), 'aaaa03 0000f8 0800 45ee'],
      [encodeMpls([16, 0xfffff], payload), '00010040 fffff140 45ee'],
      [encodeControlWord(payload, 0x1234), '00001234 45ee'],
      [encodePppoe({ etherType: 0x0800, session: 0xabcd }, payload), '1100 abcd 0004 0021 45ee'],
      [encodePppoe({ etherType: 0x0800, compressed: true, length: 9 }, payload), '1100 0001 0009 21 45ee'],
    ];
    for (const [encoded, expected] of table) expect(encoded).toEqual(hex(expected));
  });

  it('pads to 60 bytes, and leaves a longer frame alone', () => {
    expect(encodeEthernet({ etherType: 0x0800, pad: true }, ip)).toHaveLength(60);
    expect(encodeEthernet({ etherType: 0x0800, pad: true }, new Uint8Array(47))).toHaveLength(61);
  });
});
