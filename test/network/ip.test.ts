import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, u16, u32 } from '../../src/bytes/concat.js';
import { internetChecksum, transportChecksum } from '../../src/network/checksum.js';
import { IpHeader, IpResult } from '../../src/network/header.js';
import { decodeIpv4, encodeIpv4, fragmentIpv4 } from '../../src/network/ipv4.js';
import { decodeIpv6 } from '../../src/network/ipv6.js';
import {
  encodeIpv6,
  fragmentExtension,
  fragmentIpv6,
  jumboExtension,
} from '../../src/network/ipv6-encode.js';

const { whole, fragment, opaque, cut, bad } = IpResult;
const four = { source: '192.0.2.1', destination: '198.51.100.2', protocol: 6 };
const six = { source: '2001:db8::1', destination: '2001:db8::2', protocol: 6 };
const payload = Uint8Array.from({ length: 30 }, (_, i) => i + 1);

type Decode = typeof decodeIpv4;

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** What a decoder says, with start and end, and the payload's true length. */
function decode(decoder: Decode, bytes: Uint8Array, missing = 0, start = 0, end = bytes.length) {
  const out = new IpHeader();
  const result = decoder(bytes, start, end, missing, out);
  if (result !== whole && result !== fragment) return result;
  const { addressLength, source, destination, protocol, length } = out;
  const ip = { addressLength, source, destination, protocol, start: out.start, end: out.end, length };
  if (result === whole) return ip;
  const { identification, fragmentOffset, moreFragments } = out;
  return { ...ip, identification, fragmentOffset, moreFragments };
}

const v4 = (bytes: Uint8Array, missing = 0) => decode(decodeIpv4, bytes, missing);
const v6 = (bytes: Uint8Array, missing = 0) => decode(decodeIpv6, bytes, missing);
const whole4 = { addressLength: 4, source: 12, destination: 16, protocol: 6, start: 20, end: 50, length: 30 };
const whole6 = { addressLength: 16, source: 8, destination: 24, protocol: 6, start: 40, end: 70, length: 30 };

describe('decodeIpv4', () => {
  const header = concat(encodeIpv4(four, payload));
  const withByte = (at: number, value: number) => {
    const bytes = header.slice();
    bytes[at] = value;
    return bytes;
  };
  const ah = concat([6, 4], new Uint8Array(22), payload);
  const table: [string, unknown, unknown][] = [
    ['a plain header', v4(header), whole4],
    [
      'options',
      v4(encodeIpv4({ ...four, options: new Uint8Array(9) }, payload)),
      { ...whole4, start: 32, end: 62 },
    ],
    ['padding behind it', v4(concat(header, new Uint8Array(6))), whole4],
    ['a snap length', v4(header.subarray(0, 45), 5), { ...whole4, end: 45 }],
    ['a snap length just behind the header', v4(header.subarray(0, 20), 30), { ...whole4, end: 20 }],
    ['a snap length inside the header', v4(header.subarray(0, 19), 31), cut],
    ['nothing at all', v4(header.subarray(0, 0)), cut],
    [
      'options cut',
      v4(encodeIpv4({ ...four, options: new Uint8Array(40) }, payload).subarray(0, 59), 31),
      cut,
    ],
    ['total length 0', v4(encodeIpv4({ ...four, totalLength: 0 }, payload)), whole4],
    [
      'total length 0 and a snap length',
      v4(encodeIpv4({ ...four, totalLength: 0 }, payload), 66_000),
      { ...whole4, length: 66_030 },
    ],
    [
      'total length too large',
      v4(encodeIpv4({ ...four, totalLength: 1500 }, payload)),
      { ...whole4, length: 1480 },
    ],
    [
      'total length without payload',
      v4(encodeIpv4({ ...four, totalLength: 20 }, payload)),
      { ...whole4, end: 20, length: 0 },
    ],
    ['total length inside the header', v4(encodeIpv4({ ...four, totalLength: 19 }, payload)), bad],
    ['a header length of 16', v4(encodeIpv4({ ...four, headerLength: 16 }, payload)), bad],
    ['a header longer than the datagram', v4(encodeIpv4({ ...four, headerLength: 60 }, payload)), bad],
    ['version 6', v4(withByte(0, 0x65)), bad],
    ['do not fragment', v4(encodeIpv4({ ...four, flags: 2 }, payload)), whole4],
    ['the reserved bit', v4(encodeIpv4({ ...four, flags: 4 }, payload)), whole4],
    [
      'a first fragment',
      v4(encodeIpv4({ ...four, flags: 1, identification: 0xfffe }, payload)),
      { ...whole4, identification: 0xfffe, fragmentOffset: 0, moreFragments: true },
    ],
    [
      'a last fragment',
      v4(encodeIpv4({ ...four, fragmentOffset: 65_528, identification: 7 }, payload)),
      { ...whole4, identification: 7, fragmentOffset: 65_528, moreFragments: false },
    ],
    [
      'an authentication header',
      v4(encodeIpv4({ ...four, protocol: 51 }, ah)),
      { ...whole4, start: 44, end: 74 },
    ],
    ['an authentication header, cut', v4(encodeIpv4({ ...four, protocol: 51 }, ah).subarray(0, 43), 31), cut],
    [
      'an authentication header, cut at once',
      v4(encodeIpv4({ ...four, protocol: 51 }, ah).subarray(0, 21), 53),
      cut,
    ],
    [
      'an authentication header, too long',
      v4(encodeIpv4({ ...four, protocol: 51 }, concat([6, 50], payload))),
      bad,
    ],
    [
      'an authentication header, no room',
      v4(encodeIpv4({ ...four, protocol: 51 }, payload.subarray(0, 11))),
      bad,
    ],
  ];
  it.each(table)('%s', (_, decoded, expected) => expect(decoded).toEqual(expected));

  it('reads where the datagram lies', () => {
    const block = concat(new Uint8Array(7).fill(0xff), header, new Uint8Array(7).fill(0xff));
    const expected = { ...whole4, source: 19, destination: 23, start: 27, end: 57 };
    expect(decode(decodeIpv4, block, 0, 7, 57)).toEqual(expected);
  });
});

describe('decodeIpv6', () => {
  const extension = (protocol: number, length: number) => ({ protocol, content: new Uint8Array(length) });
  const encoded = (protocol: number, length: number, more: object = {}) =>
    encodeIpv6({ ...six, extensions: [extension(protocol, length)], ...more }, payload);
  const every = [0, 43, 60, 135, 139, 140, 51].map((protocol) => extension(protocol, 14));
  const long = Array.from({ length: 17 }, () => extension(60, 6));
  const withFragment = (offset: number, more: boolean) =>
    encodeIpv6({ ...six, extensions: [fragmentExtension(offset, more, 0x89abcdef)] }, payload);
  const jumbo = encodeIpv6({ ...six, payloadLength: 0, extensions: [jumboExtension(70_000)] }, payload);
  const bogusJumbo = encodeIpv6({ ...six, payloadLength: 0, extensions: [extension(0, 6)] }, payload);
  const table: [string, unknown, unknown][] = [
    ['a plain header', v6(encodeIpv6(six, payload)), whole6],
    ['padding behind it', v6(concat(encodeIpv6(six, payload), [0, 0])), whole6],
    ['hop-by-hop options', v6(encoded(0, 6)), { ...whole6, start: 48, end: 78 }],
    ['a routing header of 24 bytes', v6(encoded(43, 22)), { ...whole6, start: 64, end: 94 }],
    ['destination options', v6(encoded(60, 7)), { ...whole6, start: 56, end: 86 }],
    ['an authentication header', v6(encoded(51, 22)), { ...whole6, start: 64, end: 94 }],
    [
      'a chain of every kind',
      v6(encodeIpv6({ ...six, extensions: every }, payload)),
      { ...whole6, start: 152, end: 182 },
    ],
    [
      'sixteen extensions',
      v6(encodeIpv6({ ...six, extensions: long.slice(1) }, payload)),
      { ...whole6, start: 168, end: 198 },
    ],
    ['seventeen extensions', v6(encodeIpv6({ ...six, extensions: long }, payload)), IpResult.tooDeep],
    ['a snap length', v6(encodeIpv6(six, payload).subarray(0, 50), 20), { ...whole6, end: 50 }],
    ['a snap length inside the header', v6(encodeIpv6(six, payload).subarray(0, 39), 31), cut],
    ['a snap length inside an extension', v6(encoded(43, 22).subarray(0, 63), 31), cut],
    ['a snap length before an extension', v6(encoded(43, 22).subarray(0, 40), 54), cut],
    ['nothing at all', v6(new Uint8Array(0)), cut],
    ['version 4', v6(concat([0x45], new Uint8Array(60))), bad],
    ['a payload that ends inside an extension', v6(encoded(43, 22, { payloadLength: 16 })), bad],
    ['a payload too short for any extension', v6(encoded(43, 22, { payloadLength: 7 })), bad],
    [
      'a payload length too large',
      v6(encodeIpv6({ ...six, payloadLength: 999 }, payload)),
      { ...whole6, length: 999 },
    ],
    [
      'a payload length too small',
      v6(encodeIpv6({ ...six, payloadLength: 29 }, payload)),
      { ...whole6, end: 69, length: 29 },
    ],
    ['payload length 0, left to the card', v6(encodeIpv6({ ...six, payloadLength: 0 }, payload)), whole6],
    [
      'the same, cut',
      v6(encodeIpv6({ ...six, payloadLength: 0 }, payload), 1000),
      { ...whole6, length: 1030 },
    ],
    ['a jumbogram', v6(jumbo, 69_962), { ...whole6, start: 48, end: 78, length: 69_992 }],
    ['payload length 0 and other options', v6(bogusJumbo), { ...whole6, start: 48, end: 78 }],
    ['payload length 0 and cut options', v6(bogusJumbo.subarray(0, 44), 34), cut],
    ['no next header', v6(encodeIpv6({ ...six, protocol: 59 }, payload)), opaque],
    ['ESP', v6(encodeIpv6({ ...six, protocol: 50 }, payload)), opaque],
    ['ESP behind extensions', v6(encoded(60, 6, { protocol: 50 })), opaque],
    ['another transport', v6(encodeIpv6({ ...six, protocol: 17 }, payload)), { ...whole6, protocol: 17 }],
    [
      'a first fragment',
      v6(withFragment(0, true)),
      { ...whole6, start: 48, end: 78, identification: 0x89abcdef, fragmentOffset: 0, moreFragments: true },
    ],
    [
      'a last fragment',
      v6(withFragment(65_528, false)),
      {
        ...whole6,
        start: 48,
        end: 78,
        identification: 0x89abcdef,
        fragmentOffset: 65_528,
        moreFragments: false,
      },
    ],
    ['an atomic fragment', v6(withFragment(0, false)), { ...whole6, start: 48, end: 78 }],
  ];
  it.each(table)('%s', (_, decoded, expected) => expect(decoded).toEqual(expected));

  it('reads where the datagram lies', () => {
    const block = concat(new Uint8Array(7).fill(0xff), encoded(60, 6), new Uint8Array(7).fill(0xff));
    const expected = { ...whole6, source: 15, destination: 31, start: 55, end: 85 };
    expect(decode(decodeIpv6, block, 0, 7, 85)).toEqual(expected);
  });
});

describe('hostile headers', () => {
  const samples: [string, Decode, Uint8Array][] = [
    [
      'IPv4',
      decodeIpv4,
      encodeIpv4({ ...four, options: new Uint8Array(8), protocol: 51 }, concat([6, 1], payload)),
    ],
    ['IPv6', decodeIpv6, encodeIpv6({ ...six, extensions: [{ protocol: 0, content: payload }] }, payload)],
    [
      'jumbo',
      decodeIpv6,
      encodeIpv6({ ...six, payloadLength: 0, extensions: [jumboExtension(99_999)] }, payload),
    ],
  ];

  it.each(samples)('%s, cut anywhere: nothing outside is read', (_, decoder, bytes) => {
    for (let length = 0; length <= bytes.length; length++) {
      const results = [0x00, 0x06, 0xff].map((fill) => {
        const block = new Uint8Array(bytes.length + 8).fill(fill);
        block.set(bytes.subarray(0, length), 4);
        return decode(decoder, block, bytes.length - length, 4, 4 + length);
      });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    }
  });

  it.each(samples)('%s, any byte changed: the payload stays in bounds', (_, decoder, bytes) => {
    const change = fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 });
    fc.assert(
      fc.property(change, fc.nat(bytes.length), (changes, length) => {
        const changed = bytes.slice(0, length);
        for (const [at, value] of changes) if (at < length) changed[at] = value;
        const out = new IpHeader();
        const result = decoder(changed, 0, length, bytes.length - length, out);
        if (result !== whole && result !== fragment) return;
        expect(out.start).toBeLessThanOrEqual(out.end);
        expect(out.end).toBeLessThanOrEqual(length);
        expect(out.length).toBeGreaterThanOrEqual(out.end - out.start);
      }),
      { numRuns: 3000 },
    );
  });
});

describe('encoders', () => {
  it('write the headers of the RFCs', () => {
    const known = { source: '192.168.0.1', destination: '192.168.0.199', protocol: 17, flags: 2 };
    const ip = encodeIpv4(known, new Uint8Array(95));
    expect(hex(ip.subarray(0, 20))).toBe('4500007300004000' + '4011b861c0a80001c0a800c7');
    expect(internetChecksum(ip, 0, 20)).toBe(0);
    const detailed = {
      ...four,
      identification: 0x1234,
      ttl: 9,
      fragmentOffset: 16,
      options: Uint8Array.of(7),
    };
    const ip4 = encodeIpv4(detailed, payload);
    expect(hex(ip4.subarray(0, 10))).toBe('46000036123400020906');
    expect(hex(ip4.subarray(20, 25))).toBe('0700000001');
    const ip6 = encodeIpv6(
      { ...six, hopLimit: 9, trafficClass: 0xab, flowLabel: 0xcdef0 },
      Uint8Array.of(0xee),
    );
    expect(hex(ip6)).toBe(
      '6abcdef000010609 20010db8000000000000000000000001 20010db8000000000000000000000002 ee'.replaceAll(
        ' ',
        '',
      ),
    );
  });

  it('write extension headers in order', () => {
    const options = { protocol: 60, content: Uint8Array.of(1, 0) };
    const ip6 = encodeIpv6(
      { ...six, extensions: [jumboExtension(0x11223344), options] },
      Uint8Array.of(0xee),
    );
    expect(hex(ip6.subarray(4, 8))).toBe('00110040');
    expect(hex(ip6.subarray(40))).toBe('3c00c20411223344 0600010001020000 ee'.replaceAll(' ', ''));
  });

  it('know the checksum of RFC 1071 §3', () => {
    expect(internetChecksum(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7))).toBe(0x220d);
    expect(internetChecksum(Uint8Array.of(0x01))).toBe(0xfeff);
    expect(internetChecksum(new Uint8Array(200_000).fill(0xff))).toBe(0);
    expect(internetChecksum(new Uint8Array(0))).toBe(0xffff);
  });

  it('sum the pseudo-header', () => {
    const segment = concat(u16(1), u16(2), u16(9), [0, 0], [0x61]);
    const pseudo4 = concat([192, 0, 2, 1, 198, 51, 100, 2, 0, 17], u16(9), segment);
    expect(transportChecksum('192.0.2.1', '198.51.100.2', 17, segment)).toBe(internetChecksum(pseudo4));
    const addresses6 = encodeIpv6(six, new Uint8Array(0)).subarray(8);
    const pseudo6 = concat(addresses6, u32(9), u32(17), segment);
    expect(transportChecksum(six.source, six.destination, 17, segment)).toBe(internetChecksum(pseudo6));
  });
});

describe('fragmenters', () => {
  it('split IPv4 at multiples of eight', () => {
    const fragments = fragmentIpv4(encodeIpv4({ ...four, identification: 5 }, payload), 36);
    expect(fragments.map((bytes) => v4(bytes))).toEqual([
      { ...whole4, end: 36, length: 16, identification: 5, fragmentOffset: 0, moreFragments: true },
      { ...whole4, end: 34, length: 14, identification: 5, fragmentOffset: 16, moreFragments: false },
    ]);
    expect(concat(...fragments.map((bytes) => bytes.subarray(20)))).toEqual(payload);
    for (const bytes of fragments) expect(internetChecksum(bytes, 0, 20)).toBe(0);
    const again = fragmentIpv4(fragments[0], 28);
    expect(again.map((bytes) => v4(bytes))).toEqual([
      { ...whole4, end: 28, length: 8, identification: 5, fragmentOffset: 0, moreFragments: true },
      { ...whole4, end: 28, length: 8, identification: 5, fragmentOffset: 8, moreFragments: true },
    ]);
    expect(() => fragmentIpv4(fragments[0], 27)).toThrow(RangeError);
  });

  it('split IPv6 behind hop-by-hop options and routing', () => {
    const extensions = [
      { protocol: 0, content: new Uint8Array(6) },
      { protocol: 43, content: new Uint8Array(6) },
      { protocol: 60, content: new Uint8Array(6) },
    ];
    const datagram = encodeIpv6({ ...six, extensions }, payload);
    const fragments = fragmentIpv6(datagram, 88, 77);
    const common = { ...whole6, protocol: 60, start: 64, identification: 77 };
    expect(fragments.map((bytes) => v6(bytes))).toEqual([
      { ...common, end: 88, length: 24, fragmentOffset: 0, moreFragments: true },
      { ...common, end: 78, length: 14, fragmentOffset: 24, moreFragments: false },
    ]);
    expect(concat(...fragments.map((bytes) => bytes.subarray(64)))).toEqual(datagram.subarray(56));
    expect(() => fragmentIpv6(datagram, 71)).toThrow(RangeError);
  });
});
