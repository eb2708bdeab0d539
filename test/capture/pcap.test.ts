import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/capture/integers.js';
import { defaultCaptureLimits } from '../../src/capture/packet.js';
import { PcapReader } from '../../src/capture/pcap.js';
import {
  encodePcap,
  encodePcapHeader,
  encodePcapRecord,
  type PacketToEncode,
} from '../../src/capture/pcap-encode.js';
import { codes, hex, type MakeReader, noise, pieces, readPieces, readWhole } from './helpers.js';

const make: MakeReader = (context) => new PcapReader(context);

const PACKETS: PacketToEncode[] = [
  { seconds: 1_700_000_000, nanoseconds: 123_456_789, data: noise(60) },
  { seconds: 1_700_000_001, nanoseconds: 0, data: noise(1), originalLength: 1500 },
  { seconds: 4_294_967_295, nanoseconds: 999_999_999, data: noise(0) },
  { seconds: 1_700_000_002, nanoseconds: 1000, data: noise(333, 7) },
];

const VARIANTS = [true, false].flatMap((little) => [
  { little, nanoseconds: false, modified: false },
  { little, nanoseconds: true, modified: false },
  { little, nanoseconds: false, modified: true },
]);

describe('PcapReader', () => {
  it.each(VARIANTS)('reads what the encoder writes: %j', (variant) => {
    const bytes = encodePcap(PACKETS, { ...variant, linkType: 113 });
    const { packets, defects, reader } = readWhole(make, bytes);
    const header = variant.modified ? 24 : 16;
    let offset = 24;
    const expected = PACKETS.map(({ seconds, nanoseconds = 0, data, originalLength }, index) => {
      const captureOffset = offset + header;
      offset = captureOffset + data.length;
      return {
        number: index + 1,
        seconds,
        nanoseconds: variant.nanoseconds ? nanoseconds : nanoseconds - (nanoseconds % 1000),
        data: hex(data),
        originalLength: originalLength ?? data.length,
        linkType: 113,
        interfaceIndex: 0,
        capture: 0,
        captureOffset,
        comment: undefined,
      };
    });
    expect(packets).toEqual(expected);
    expect(defects).toEqual([]);
    expect([reader.finished, reader.interfaces]).toEqual([true, 1]);
  });

  it('reads captures joined byte for byte, of whatever variants, one after the other', () => {
    for (const first of VARIANTS)
      for (const second of VARIANTS) {
        const one = encodePcap(PACKETS, { ...first, linkType: 1 });
        const bytes = concat([one, encodePcap(PACKETS, { ...second, linkType: 113 })]);
        for (const cut of [[bytes], pieces(bytes, 1), pieces(bytes, 29)]) {
          const { packets, defects, reader } = readPieces(make, cut);
          expect(packets.map(({ data }) => data)).toEqual(
            [...PACKETS, ...PACKETS].map(({ data }) => hex(data)),
          );
          expect(packets.map(({ linkType }) => linkType)).toEqual([1, 1, 1, 1, 113, 113, 113, 113]);
          expect(packets.map(({ interfaceIndex }) => interfaceIndex)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
          expect(packets[4].seconds).toBe(PACKETS[0].seconds);
          expect(defects).toMatchObject([
            { code: 'another-file-header', packet: 4, captureOffset: one.length },
          ]);
          expect([reader.finished, reader.interfaces]).toEqual([true, 2]);
        }
      }
  });

  it('tells of a second file header that is cut', () => {
    const bytes = concat([encodePcap(PACKETS), encodePcapHeader().subarray(0, 20)]);
    const { packets, defects } = readWhole(make, bytes);
    expect([packets.length, codes(defects)]).toEqual([4, ['another-file-header', 'truncated-capture']]);
  });

  it('decodes a header and record laid out by hand', () => {
    const spelt =
      'a1b2c3d4000200040000000000000000' + '00040000f0000101' + '5f5e0ff0000f423f0000000300000005aabbcc';
    const { packets } = readWhole(make, Buffer.from(spelt, 'hex'));
    expect(packets).toMatchObject([
      { seconds: 0x5f5e0ff0, nanoseconds: 999_999_000, data: 'aabbcc', originalLength: 5, linkType: 0x101 },
    ]);
  });

  it('gives the same packets whole, byte by byte, and split at every offset', () => {
    const bytes = encodePcap(PACKETS);
    const whole = readWhole(make, bytes).packets;
    expect(readPieces(make, pieces(bytes, 1)).packets).toEqual(whole);
    for (let at = 0; at <= bytes.length; at++) {
      expect(readPieces(make, [bytes.subarray(0, at), bytes.subarray(at)]).packets).toEqual(whole);
    }
  });

  it('delivers a cut packet as far as it goes and tells of it, at every length of the file', () => {
    const bytes = encodePcap(PACKETS);
    const whole = readWhole(make, bytes).packets;
    const ends = [24];
    for (const packet of whole) ends.push(packet.captureOffset + packet.data.length / 2);
    for (let length = 0; length < bytes.length; length++) {
      const { packets, defects, reader } = readWhole(make, bytes.subarray(0, length));
      const cut = ends.includes(length);
      expect(codes(defects)).toEqual(cut ? [] : ['truncated-capture']);
      const complete = Math.max(ends.filter((end) => end <= length).length - 1, 0);
      expect(packets.slice(0, complete)).toEqual(whole.slice(0, complete));
      if (!cut && length >= 24 && length - ends[complete] >= 16) {
        const { data } = whole[complete];
        const there = data.slice(0, 2 * (length - ends[complete] - 16));
        expect(packets.slice(complete)).toEqual([{ ...whole[complete], data: there }]);
      } else expect(packets.length).toBe(complete);
      expect(reader.finished).toBe(true);
    }
  });

  it('goes on at the next plausible record after a length beyond reason', () => {
    const record = (index: number, capturedLength?: number) =>
      encodePcapRecord({
        seconds: 1_700_000_000 + index,
        data: noise(100, index + 1),
        ...(capturedLength === undefined ? {} : { capturedLength }),
      });
    const records = [0, 1, 2, 3, 4, 5].map((index) => record(index, index === 2 ? 0x7fff_ffff : undefined));
    const bytes = concat([encodePcapHeader(), ...records]);
    for (const cut of [[bytes], pieces(bytes, 1), pieces(bytes, 37)]) {
      const { packets, defects } = readPieces(make, cut);
      expect(packets.map((packet) => packet.seconds - 1_700_000_000)).toEqual([0, 1, 3, 4, 5]);
      expect(defects).toEqual([
        {
          layer: 'capture',
          code: 'implausible-record-length',
          message:
            'record claims a captured length of 2147483647 bytes (limit packet-length=65536); ' +
            '116 bytes skipped to the next plausible record',
          packet: 2,
          captureOffset: 24 + 2 * 116,
          capture: 0,
        },
      ]);
    }
  });

  it('goes on after bytes that are no records at all', () => {
    const some = [0, 1, 2].map((seconds) => ({ seconds: 1_700_000_000 + seconds, data: noise(50) }));
    const damage = new Uint8Array(5000).fill(0xff);
    const bytes = concat([encodePcap(some), damage, ...some.map((packet) => encodePcapRecord(packet))]);
    const { packets, defects } = readPieces(make, pieces(bytes, 1000));
    expect([packets.length, codes(defects)]).toEqual([6, ['implausible-record-length']]);
    expect(defects[0].message).toContain('5000 bytes skipped');
  });

  it('finds the records behind a length that lies within reason and reaches beyond the end', () => {
    const lying = { seconds: 1_700_000_000, data: noise(40), capturedLength: 60_000, originalLength: 40 };
    const rest = [1, 2].map((seconds) => ({ seconds: 1_700_000_000 + seconds, data: noise(40) }));
    const { packets, defects } = readWhole(make, encodePcap([lying, ...rest]));
    expect(packets.map((packet) => packet.seconds)).toEqual([1_700_000_001, 1_700_000_002]);
    expect(codes(defects)).toEqual(['implausible-record-length']);
  });

  it('stops when no plausible record follows', () => {
    const bytes = concat([encodePcap(PACKETS.slice(0, 2)), new Uint8Array(400).fill(0xff)]);
    const { packets, defects, reader } = readWhole(make, bytes);
    expect([packets.length, codes(defects), reader.finished]).toEqual([2, ['damaged-capture'], true]);
  });

  it('gives up looking after a bounded window', () => {
    const defects: string[] = [];
    const report = (defect: { code: string }) => defects.push(defect.code);
    const reader = new PcapReader({
      ...defaultCaptureLimits,
      capture: 0,
      maxPacketLength: 65_536,
      interfaces: { next: 0 },
      report,
    });
    reader.push(encodePcapHeader(), 0, 24);
    let pushed = 0;
    for (; !reader.finished && pushed < 100; pushed++) {
      while (reader.next());
      const damage = new Uint8Array(1 << 18).fill(0xff);
      reader.push(damage, 0, damage.length);
    }
    expect([reader.next(), reader.finished, defects]).toEqual([false, true, ['damaged-capture']]);
    expect(pushed).toBeLessThan(20);
  });

  it('tolerates more captured than there was, and fractions beyond a second', () => {
    const odd = { seconds: 10, nanoseconds: 2_500_000_000, data: noise(20), originalLength: 5 };
    const { packets, defects } = readWhole(make, encodePcap([odd, PACKETS[0]]));
    expect(packets[0]).toMatchObject({ seconds: 12, nanoseconds: 500_000_000, originalLength: 5 });
    expect([packets.length, defects]).toEqual([2, []]);
  });

  it('refuses what is no pcap, and reads on under another version', () => {
    expect(() => readWhole(make, noise(40))).toThrow('not a pcap capture');
    const bytes = encodePcap(PACKETS);
    bytes[4] = 9;
    const { packets, defects } = readWhole(make, bytes);
    expect([packets.length, codes(defects)]).toEqual([4, ['unsupported-version']]);
  });

  it('counts interfaces on from those of other captures', () => {
    const interfaces = { next: 3 };
    const reader = new PcapReader({
      ...defaultCaptureLimits,
      capture: 2,
      maxPacketLength: 65_536,
      interfaces,
      report: () => {},
    });
    const bytes = encodePcap(PACKETS);
    reader.push(bytes, 0, bytes.length);
    expect([reader.next(), reader.packet.interfaceIndex, reader.packet.capture, interfaces.next]).toEqual([
      true,
      3,
      2,
      4,
    ]);
  });

  it('reads back any packets from any blocks', () => {
    const packet = fc.record({
      seconds: fc.nat(),
      nanoseconds: fc.nat(999_999_999),
      data: fc.uint8Array({ maxLength: 80 }),
      originalLength: fc.nat(100_000),
    });
    fc.assert(
      fc.property(
        fc.array(packet),
        fc.constantFrom(...VARIANTS),
        fc.integer({ min: 1, max: 200 }),
        (all, variant, size) => {
          const { packets } = readPieces(make, pieces(encodePcap(all, variant), size));
          const unit = variant.nanoseconds ? 1 : 1000;
          const expected = all.map((one) => ({
            seconds: one.seconds,
            nanoseconds: one.nanoseconds - (one.nanoseconds % unit),
            data: hex(one.data),
            originalLength: one.originalLength,
          }));
          expect(packets).toMatchObject(expected);
        },
      ),
    );
  });

  it('survives any field lying and any bytes, and always comes to an end', () => {
    const bytes = encodePcap(PACKETS);
    for (let at = 4; at + 4 <= bytes.length; at++) {
      for (const lie of [0, 1, 0x7f, 0xffff, 0x7fff_ffff, 0xffff_ffff]) {
        const hostile = bytes.slice();
        new DataView(hostile.buffer).setUint32(at, lie, true);
        expect(readWhole(make, hostile).reader.finished).toBe(true);
      }
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 50 }), (rest, size) => {
        const { reader } = readPieces(make, pieces(concat([encodePcapHeader(), rest]), size));
        expect(reader.finished).toBe(true);
      }),
    );
  });
});
