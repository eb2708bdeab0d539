/**
 * The packets of a recording written anew: in every capture format, compressed, and over every link layer.
 */
import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { readCaptures } from '../../src/capture/captures.js';
import { concat } from '../../src/capture/integers.js';
import { encodePcap, type PacketToEncode } from '../../src/capture/pcap-encode.js';
import { PcapngEncoder } from '../../src/capture/pcapng-encode.js';
import { linkEncoders } from '../../src/link/encoders.js';
import { LinkType } from '../../src/link/link-types.js';

export interface RecordedPacket extends PacketToEncode {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly linkType: number;
}

export interface Format {
  readonly name: string;
  /** pcap-parser reads it, too. */
  readonly classic?: boolean;
  /** Made by a program of this name. */
  readonly program?: string;
  encode(packets: readonly RecordedPacket[]): Uint8Array;
}

/** The packets of each file, as it is by itself. */
export function packetsOf(files: readonly string[]): Promise<RecordedPacket[][]> {
  return Promise.all(files.map(packetsOfOne));
}

async function packetsOfOne(file: string): Promise<RecordedPacket[]> {
  const packets: RecordedPacket[] = [];
  const report = () => {
    throw new Error(`${file} is damaged`);
  };
  await readCaptures(
    [file],
    { report },
    {
      packet: ({ bytes, start, end, seconds, nanoseconds, originalLength, linkType }) => {
        const data = bytes.slice(start, end);
        packets.push({ seconds, nanoseconds, data, originalLength, linkType });
      },
    },
  );
  return packets;
}

/** Of a capture that has one only. */
function linkTypeOf(packets: readonly RecordedPacket[]): number {
  const [linkType, ...more] = new Set(packets.map((packet) => packet.linkType));
  if (linkType === undefined || more.length > 0) throw new Error('not one link type');
  return linkType;
}

const orders = [
  ['little-endian', true],
  ['big-endian', false],
] as const;

const pcap: readonly Format[] = orders.flatMap(([order, little]) =>
  [
    { kind: 'microseconds' },
    { kind: 'nanoseconds', nanoseconds: true },
    { kind: 'modified', modified: true },
  ].map(({ kind, ...variant }) => ({
    name: `pcap, ${kind}, ${order}`,
    classic: kind === 'microseconds',
    encode: (packets: readonly RecordedPacket[]) =>
      encodePcap(packets, { ...variant, little, linkType: linkTypeOf(packets) }),
  })),
);

type EncodeBlock = (encoder: PcapngEncoder, packet: RecordedPacket, timestamp: bigint) => Uint8Array;

const blocks: readonly (readonly [string, EncodeBlock])[] = [
  ['Enhanced Packet Blocks', (e, packet, timestamp) => e.enhancedPacket({ ...packet, timestamp })],
  ['Packet Blocks', (e, packet, timestamp) => e.obsoletePacket({ ...packet, timestamp })],
  // They have no times: of several files the one given first goes first.
  ['Simple Packet Blocks', (e, { data, originalLength }) => e.simplePacket(data, originalLength)],
];

const pcapng: readonly Format[] = orders.flatMap(([order, little]) =>
  blocks.map(([kind, encode]) => ({
    name: `pcapng, ${kind}, ${order}`,
    encode: (packets: readonly RecordedPacket[]) => {
      const e = new PcapngEncoder({ little });
      return concat([
        e.sectionHeader(),
        e.interfaceDescription({ linkType: linkTypeOf(packets), resolution: 9 }),
        ...packets.map((packet) =>
          encode(e, packet, BigInt(packet.seconds) * 1_000_000_000n + BigInt(packet.nanoseconds)),
        ),
      ]);
    },
  })),
);

const pack = (program: string) => (bytes: Uint8Array) =>
  new Uint8Array(execFileSync(program, ['-q', '-c'], { input: bytes, maxBuffer: 1 << 28 }));

const compressed: readonly Format[] = [pcap[0], pcapng[0]].flatMap(({ name, classic = false, encode }) =>
  [
    { kind: 'gzip', compress: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)) },
    { kind: 'zstd', program: 'zstd', compress: pack('zstd') },
    { kind: 'lz4', program: 'lz4', compress: pack('lz4') },
  ].map(({ kind, compress, ...rest }) => ({
    name: `${name}, ${kind}`,
    classic,
    ...rest,
    encode: (packets: readonly RecordedPacket[]) => compress(encode(packets)),
  })),
);

export const formats: readonly Format[] = [...pcap, ...pcapng, ...compressed];

/** Longest datagrams of link layers that have a length field. */
const LIMITS: readonly (readonly [RegExp, number])[] = [
  // IEEE 802.3 §3.2.6: up to 1,500 octets, 8 of them 802.2 and SNAP headers; more would be an EtherType.
  [/^ethernet-snap/, 1492],
  // RFC 2516 §4: 16 bits, which count the PPP protocol too.
  [/pppoe|ppp-ether/, 65_533],
];

/** The capture over each link layer that can carry its datagrams, by the layer's name. */
export function overEachLink(packets: readonly RecordedPacket[]): Map<string, Uint8Array> {
  const datagrams = packets.flatMap((packet) => {
    const ip = datagramOf(packet);
    return ip === undefined ? [] : [{ ...packet, ip }];
  });
  const longest = Math.max(...datagrams.map(({ ip }) => ip.length));
  const versions = [...new Set(datagrams.map(({ ip }) => ip[0] >> 4))];
  const captures = new Map<string, Uint8Array>();
  for (const [name, link] of Object.entries(linkEncoders)) {
    if (!versions.every((version) => link.versions.includes(version as 4 | 6))) continue;
    if (LIMITS.some(([layer, limit]) => layer.test(name) && longest > limit)) continue;
    const framed = datagrams.map(({ seconds, nanoseconds, ip }) => ({
      seconds,
      nanoseconds,
      data: link.encode(ip),
    }));
    captures.set(name, encodePcap(framed, { linkType: link.linkType }));
  }
  return captures;
}

/** Of the link types that the recordings have: bytes of the header, and where in it the EtherType is. */
const HEADERS: Readonly<Record<number, readonly [length: number, etherType: number]>> = {
  [LinkType.ethernet]: [14, 12],
  [LinkType.linuxSll]: [16, 14],
  [LinkType.linuxSll2]: [20, 0],
};

/** The IP datagram in a packet, without padding behind it. */
function datagramOf({ linkType, data }: RecordedPacket): Uint8Array | undefined {
  const [length, at] = HEADERS[linkType];
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const etherType = view.getUint16(at);
  if (etherType !== 0x0800 && etherType !== 0x86dd) return undefined;
  const size = etherType === 0x0800 ? view.getUint16(length + 2) : 40 + view.getUint16(length + 4);
  return data.subarray(length, length + size);
}
