import { describe, expect, it } from 'vitest';
import { decodeLink, LinkPayload, LinkResult } from '../../src/link/decode.js';
import { encodeLinuxSll, encodeLinuxSll2 } from '../../src/link/linux-sll.js';
import { encodeLoop, encodeNull } from '../../src/link/loopback.js';
import { encodeCiscoHdlc, encodePpp } from '../../src/link/ppp.js';
import { encodeRaw } from '../../src/link/raw.js';

const { decoded, notIp, cut } = LinkResult;

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

function decode(linkType: number, text: string) {
  const bytes = hex(text);
  const out = new LinkPayload();
  const result = decodeLink(linkType, bytes, 0, bytes.length, out);
  return result === decoded ? { etherType: out.etherType, start: out.start, end: out.end } : result;
}

const v4 = (start: number, length = 2) => ({ etherType: 0x0800, start, end: start + length });
const v6 = (start: number, length = 2) => ({ etherType: 0x86dd, start, end: start + length });

describe('link layers by hand', () => {
  const table: [string, number, string, object | number][] = [
    ['SLL', 113, '0000 0001 0006 0200000000010000 0800 4500', v4(16)],
    ['SLL of the loopback device', 113, '0000 0304 0006 0000000000000000 86dd 6000', v6(16)],
    ['SLL without an address', 113, '0000 fffe 0000 0000000000000000 0800 4500', v4(16)],
    ['SLL with a VLAN tag', 113, '0000 0001 0006 0200000000010000 8100 002a 0800 4500', v4(20)],
    ['SLL with LLC', 113, '0000 0001 0006 0200000000010000 0004 aaaa03000000 0800 4500', v4(24)],
    ['SLL, ARP', 113, '0000 0001 0006 0200000000010000 0806 0001', notIp],
    ['SLL, netlink', 113, '0004 0338 0000 0000000000000000 0800 4500', notIp],
    ['SLL, 15 bytes', 113, '0000 0001 0006 0200000000010000 08', cut],
    ['SLL2', 276, '0800 0000 00000003 0001 00 06 0200000000010000 4500', v4(20)],
    ['SLL2, IPv6', 276, '86dd 0000 00000001 0304 04 06 0000000000000000 6000', v6(20)],
    [
      'SLL2 with two tags',
      276,
      '88a8 0000 00000003 0001 00 06 0200000000010000 0064 8100 002a 0800 4500',
      v4(28),
    ],
    ['SLL2, netlink', 276, '0800 0000 00000003 0338 00 06 0200000000010000 4500', notIp],
    ['SLL2, 19 bytes', 276, '0800 0000 00000003 0001 00 06 02000000000100', cut],
    ['NULL little, AF_INET', 0, '02000000 4500', v4(4)],
    ['NULL big, AF_INET', 0, '00000002 4500', v4(4)],
    ['NULL little, AF_INET6 of Linux', 0, '0a000000 6000', v6(4)],
    ['NULL, AF_IPX', 0, '17000000 6000', notIp],
    ['NULL little, AF_INET6 of NetBSD and OpenBSD', 0, '18000000 6000', v6(4)],
    ['NULL little, AF_INET6 of FreeBSD', 0, '1c000000 6000', v6(4)],
    ['NULL little, AF_INET6 of Darwin', 0, '1e000000 6000', v6(4)],
    ['NULL big, AF_INET6 of Linux', 0, '0000000a 6000', v6(4)],
    ['NULL big, AF_INET6 of NetBSD and OpenBSD', 0, '00000018 6000', v6(4)],
    ['NULL big, AF_INET6 of FreeBSD', 0, '0000001c 6000', v6(4)],
    ['NULL big, AF_INET6 of Darwin', 0, '0000001e 6000', v6(4)],
    ['NULL, AF_APPLETALK', 0, '10000000 4500', notIp],
    ['NULL, no family', 0, '02000002 4500', notIp],
    ['NULL, zero', 0, '00000000 4500', notIp],
    ['NULL, cut', 0, '020000', cut],
    ['LOOP', 108, '00000002 4500', v4(4)],
    ['LOOP, IPv6', 108, '00000018 6000', v6(4)],
    ['RAW', 101, '4500', v4(0)],
    ['RAW, IPv6', 101, '6000', v6(0)],
    ['RAW, neither', 101, '5000', notIp],
    ['RAW, empty', 101, '', cut],
    ['DLT_RAW of the BSDs', 12, '4500', v4(0)],
    ['DLT_RAW of OpenBSD', 14, '6000', v6(0)],
    ['IPV4', 228, '4500', v4(0)],
    ['IPV6', 229, '6000', v6(0)],
    ['PPP with ff 03', 9, 'ff03 0021 4500', v4(4)],
    ['PPP without', 9, '0057 6000', v6(2)],
    ['PPP, compressed', 9, '21 4500', v4(1)],
    ['PPP with ff 03, compressed', 9, 'ff03 57 6000', v6(3)],
    ['PPP with MPLS', 9, 'ff03 0281 00010140 45000000', v4(8, 4)],
    ['PPP with multicast MPLS', 9, 'ff03 0283 00010140 60000000', v6(8, 4)],
    ['PPP, LCP', 9, 'ff03 c021 0101', notIp],
    ['PPP, Van Jacobson', 9, 'ff03 002d 0101', notIp],
    ['PPP, cut in the protocol', 9, 'ff03 00', cut],
    ['PPP, cut before it', 9, 'ff03', cut],
    ['PPP_HDLC', 50, 'ff03 0021 4500', v4(4)],
    ['PPP_HDLC holding Cisco HDLC', 50, '0f00 0800 4500', v4(4)],
    ['PPP_HDLC holding Cisco broadcast', 50, '8f00 86dd 6000', v6(4)],
    ['PPP_HDLC holding Cisco keepalives', 50, '8f00 8035 0000', notIp],
    ['PPP_PPPD sent', 166, '01 03 0021 4500', v4(4)],
    ['PPP_PPPD with the whole framing', 166, '00 ff03 0057 6000', v6(5)],
    ['PPP_WITH_DIR', 204, '01 0021 4500', v4(3)],
    ['PPP_PPPD, cut', 166, '01', cut],
    ['PPP_ETHER', 51, '1100 0001 0004 0021 4500', v4(8)],
    ['PPP_ETHER, cut', 51, '1100 0001 00', cut],
    ['C_HDLC', 104, '0f00 0800 4500', v4(4)],
    ['C_HDLC with MPLS', 104, '0f00 8847 00010140 45000000', v4(8, 4)],
    ['C_HDLC, cut', 104, '0f00 08', cut],
  ];
  it.each(table)('%s', (_, linkType, text, expected) => expect(decode(linkType, text)).toEqual(expected));
});

describe('encoders', () => {
  it('write what the link types say', () => {
    const ip = Uint8Array.of(0x45, 0xee);
    const ip6 = Uint8Array.of(0x60, 0xee);
    const address = hex('aabbccdd');
    const table: [Uint8Array, string][] = [
      [encodeLinuxSll({ etherType: 0x0800 }, ip), '0000 0001 0006 0200000000010000 0800 45ee'],
      [
        encodeLinuxSll({ etherType: 0x86dd, packetType: 4, arphrd: 772, address }, ip6),
        '0004 0304 0004 aabbccdd00000000 86dd 60ee',
      ],
      [encodeLinuxSll2({ etherType: 0x0800 }, ip), '0800 0000 00000001 0001 00 06 0200000000010000 45ee'],
      [
        encodeLinuxSll2({ etherType: 0x86dd, packetType: 4, arphrd: 772, address, interfaceIndex: 9 }, ip6),
        '86dd 0000 00000009 0304 04 04 aabbccdd00000000 60ee',
      ],
      [encodeNull({}, ip), '02000000 45ee'],
      [encodeNull({ byteOrder: 'big' }, ip), '00000002 45ee'],
      [encodeNull({ inet6: 30 }, ip6), '1e000000 60ee'],
      [encodeLoop(ip6), '00000018 60ee'],
      [encodeRaw(ip), '45ee'],
      [encodePpp({ etherType: 0x0800 }, ip), 'ff03 0021 45ee'],
      [encodePpp({ etherType: 0x86dd, framing: 'direction', compressed: true }, ip6), '0003 57 60ee'],
      [encodePpp({ etherType: 0x8848, framing: 'none', compressed: true }, ip6), '0283 60ee'],
      [encodeCiscoHdlc(0x86dd, ip6), '0f00 86dd 60ee'],
    ];
    for (const [encoded, expected] of table) expect(encoded).toEqual(hex(expected));
    expect(() => encodePpp({ etherType: 0x0806 }, ip)).toThrow(RangeError);
  });
});
