import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/capture/integers.js';
import { PcapngReader } from '../../src/capture/pcapng.js';
import { PcapngEncoder } from '../../src/capture/pcapng-encode.js';
import { codes, hex, type MakeReader, noise, pieces, readPieces, readWhole } from './helpers.js';

const make: MakeReader = (context) => new PcapngReader(context);
const encoder = (little: boolean) => new PcapngEncoder({ little });
const NOW = 1_700_000_000_123_456n;

/** One of everything. */
function sample(little: boolean): Uint8Array {
  const e = encoder(little);
  return concat([
    e.sectionHeader([
      { code: 1, value: 'first section' },
      { code: 2, value: 'some hardware' },
    ]),
    e.interfaceDescription({ linkType: 1, snapLength: 100, options: [{ code: 2, value: 'eth0' }] }),
    e.interfaceDescription({ linkType: 113, resolution: 9, offset: -5n }),
    e.decryptionSecrets(0x544c534b, new TextEncoder().encode('CLIENT_RANDOM 00 11')),
    e.nameResolution([127, 0, 0, 1], 'localhost'),
    e.enhancedPacket({ timestamp: NOW, data: noise(61), comment: 'a «comment»' }),
    e.simplePacket(noise(10)),
    e.custom(32473, noise(9)),
    e.custom(32473, noise(8), false),
    e.obsoletePacket({ interfaceId: 1, timestamp: NOW * 1000n + 789n, data: noise(7), originalLength: 99 }),
    e.interfaceStatistics(0, NOW),
    e.block(0x1234_5678, noise(80_000)),
    e.enhancedPacket({
      timestamp: NOW + 1n,
      data: noise(4),
      options: [
        { code: 2, value: Uint8Array.of(1, 0, 0, 0) },
        { code: 1, value: 'one' },
        { code: 1, value: 'two' },
      ],
    }),
  ]);
}

describe('PcapngReader', () => {
  it.each([true, false])('reads one of every block, little-endian: %j', (little) => {
    const { packets, defects, reader } = readWhole(make, sample(little));
    const first = { seconds: 1_700_000_000, nanoseconds: 123_456_000, linkType: 1, interfaceIndex: 0 };
    expect(packets).toMatchObject([
      { ...first, number: 1, data: hex(noise(61)), originalLength: 61, comment: 'a «comment»' },
      { ...first, number: 2, data: hex(noise(10)), originalLength: 10, comment: undefined },
      {
        number: 3,
        seconds: 1_699_999_995,
        nanoseconds: 123_456_789,
        linkType: 113,
        interfaceIndex: 1,
        data: hex(noise(7)),
        originalLength: 99,
      },
      { ...first, number: 4, nanoseconds: 123_457_000, comment: 'one\ntwo' },
    ]);
    expect(defects).toEqual([]);
    const pcapng = reader as PcapngReader;
    expect(pcapng.sectionComments).toEqual(['first section']);
    expect(pcapng.secrets).toEqual([
      { type: 0x544c534b, data: new TextEncoder().encode('CLIENT_RANDOM 00 11') },
    ]);
    expect([pcapng.interfaces, pcapng.finished]).toEqual([2, true]);
  });

  it('gives places in the capture', () => {
    const bytes = sample(true);
    for (const { captureOffset, data } of readWhole(make, bytes).packets) {
      expect(hex(bytes.subarray(captureOffset, captureOffset + data.length / 2))).toBe(data);
    }
  });

  it('gives the same packets whole, byte by byte, and split everywhere', () => {
    const bytes = sample(false);
    const whole = readWhole(make, bytes).packets;
    expect(readPieces(make, pieces(bytes, 1)).packets).toEqual(whole);
    for (let at = 0; at <= bytes.length; at += at < 700 || at > 80_700 ? 1 : 997) {
      expect(readPieces(make, [bytes.subarray(0, at), bytes.subarray(at)]).packets).toEqual(whole);
    }
  });

  it('changes byte order and interfaces with each section', () => {
    const [little, big] = [encoder(true), encoder(false)];
    const bytes = concat([
      little.sectionHeader(),
      little.interfaceDescription({ linkType: 1 }),
      little.enhancedPacket({ timestamp: NOW, data: noise(5) }),
      big.sectionHeader([{ code: 1, value: 'second' }]),
      big.enhancedPacket({ timestamp: NOW, data: noise(5) }),
      big.interfaceDescription({ linkType: 276 }),
      big.enhancedPacket({ timestamp: NOW, data: noise(6) }),
    ]);
    const { packets, defects, reader } = readWhole(make, bytes);
    expect(packets.map((one) => [one.linkType, one.interfaceIndex])).toEqual([
      [1, 0],
      [276, 1],
    ]);
    expect(codes(defects)).toEqual(['unknown-interface']);
    expect((reader as PcapngReader).sectionComments).toEqual(['second']);
  });

  it.each([
    [6, 1_700_000_000_123_456n, 1_700_000_000, 123_456_000],
    [9, 1_700_000_000_123_456_789n, 1_700_000_000, 123_456_789],
    [9, 0xffff_ffff_ffff_ffffn, 18_446_744_073, 709_551_615],
    [6, 0xffff_ffff_ffff_ffffn, 18_446_744_073_709 % 8.64e12, 0],
    [0, 1_700_000_000n, 1_700_000_000, 0],
    [3, 1_700_000_000_999n, 1_700_000_000, 999_000_000],
    [12, 1_700_000_000_123_456_789n, 1_700_000, 123_456],
    [15, 1_700_000_000_123_456_789n, 1_700, 123],
    [0x80 | 10, (1_700_000_000n << 10n) | 512n, 1_700_000_000, 500_000_000],
    [0x80 | 30, (1_700_000_000n << 30n) | 1n, 1_700_000_000, 0],
    [0x80 | 32, (1_700_000_000n << 32n) | 0xffff_ffffn, 1_700_000_000, 999_999_999],
    [0xff, 0xffff_ffff_ffff_ffffn, 0, 0],
  ])('times of resolution %i: %d', (resolution, timestamp, seconds, nanoseconds) => {
    const e = encoder(true);
    const bytes = concat([
      e.sectionHeader(),
      e.interfaceDescription({ resolution }),
      e.enhancedPacket({ timestamp, data: noise(4) }),
    ]);
    const { packets, defects } = readWhole(make, bytes);
    if (resolution === 6 && timestamp === 0xffff_ffff_ffff_ffffn) {
      expect([packets[0].seconds, codes(defects)]).toEqual([0, ['implausible-timestamp']]);
    } else expect(packets).toMatchObject([{ seconds, nanoseconds }]);
  });

  it('computes the common resolutions exactly, whatever the time', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.bigInt({ min: 0n, max: 1n << 63n }),
          fc.bigInt({ min: 0n, max: 1n << 54n }),
          // Just before a whole second, where a quotient that is not exact would be one too many.
          fc.bigInt({ min: 1n, max: (1n << 53n) / 1_000_000n }).map((seconds) => seconds * 1_000_000n - 1n),
        ),
        fc.constantFrom(6, 7, 8, 9),
        (timestamp, resolution) => {
          const e = encoder(true);
          const one = e.enhancedPacket({ timestamp, data: noise(1) });
          const { packets } = readWhole(
            make,
            concat([e.sectionHeader(), e.interfaceDescription({ resolution }), one]),
          );
          const unit = 10n ** BigInt(resolution);
          if (timestamp / unit >= 8_640_000_000_000n) return;
          expect(BigInt(packets[0].seconds)).toBe(timestamp / unit);
          expect(BigInt(packets[0].nanoseconds)).toBe(((timestamp % unit) * 1_000_000_000n) / unit);
        },
      ),
    );
  });

  it('cuts simple packets at the snap length', () => {
    const e = encoder(true);
    const bytes = concat([
      e.sectionHeader(),
      e.interfaceDescription({ snapLength: 6 }),
      e.simplePacket(noise(6), 1000),
    ]);
    expect(readWhole(make, bytes).packets).toMatchObject([
      { data: hex(noise(6)), originalLength: 1000, seconds: 0 },
    ]);
  });

  it('bounds the text of comments and the number of secrets', () => {
    const e = encoder(true);
    const long = 'x'.repeat(30_000);
    const secret = new Uint8Array(6 << 20);
    const bytes = concat([
      e.sectionHeader(),
      e.interfaceDescription(),
      e.decryptionSecrets(1, secret),
      e.decryptionSecrets(1, secret),
      e.decryptionSecrets(1, secret),
      e.enhancedPacket({
        timestamp: NOW,
        data: noise(5),
        comment: long,
        options: [{ code: 1, value: long }],
      }),
    ]);
    const { packets, defects, reader } = readWhole(make, bytes);
    expect(packets[0].comment).toBe(`${'x'.repeat(16_384)}…`);
    expect([(reader as PcapngReader).secrets.length, codes(defects)]).toEqual([
      2,
      ['secrets-limit', 'comment-limit'],
    ]);
  });

  it('keeps so many blocks of secrets as the limit has room for, however little is in them', () => {
    const e = encoder(true);
    const blocks = Array.from({ length: 70_000 }, () => e.decryptionSecrets(1, new Uint8Array(0)));
    const { defects, reader } = readWhole(make, concat([e.sectionHeader(), ...blocks]));
    expect([(reader as PcapngReader).secrets.length, codes(defects).length]).toEqual([
      65_536,
      70_000 - 65_536,
    ]);
  });

  it('skips a packet of an interface that was not described', () => {
    const e = encoder(true);
    const bytes = concat([
      e.sectionHeader(),
      e.interfaceDescription(),
      e.enhancedPacket({ interfaceId: 7, timestamp: NOW, data: noise(5) }),
      e.enhancedPacket({ timestamp: NOW, data: noise(6) }),
    ]);
    const { packets, defects } = readWhole(make, bytes);
    expect(packets.map((one) => one.data)).toEqual([hex(noise(6))]);
    expect(defects).toMatchObject([{ code: 'unknown-interface', packet: 0, captureOffset: 28 + 20 }]);
  });

  it('skips a packet that claims more than its block holds', () => {
    const e = encoder(true);
    const lying = e.enhancedPacket({ timestamp: NOW, data: noise(8) });
    new DataView(lying.buffer).setUint32(20, 9000, true);
    const good = e.enhancedPacket({ timestamp: NOW, data: noise(6) });
    const { packets, defects } = readWhole(
      make,
      concat([e.sectionHeader(), e.interfaceDescription(), lying, good]),
    );
    expect([packets.length, codes(defects)]).toEqual([1, ['implausible-record-length']]);
  });

  it.each([
    ['too small', 4, 8],
    ['no multiple of four', 4, 43],
    ['huge', 4, 0xffff_fff0],
    ['beyond the end, but within reason', 4, 100_000],
    ['unlike the one at its end', 4, 44],
    ['unlike the one at its beginning', 36, 44],
  ])('goes on after a block whose length is %s', (_, at, lie) => {
    const e = encoder(true);
    const packet = (index: number) =>
      e.enhancedPacket({ timestamp: NOW + BigInt(index), data: noise(8, index) });
    const lying = packet(1);
    new DataView(lying.buffer).setUint32(at, lie, true);
    const head = [e.sectionHeader(), e.interfaceDescription()];
    const bytes = concat([...head, packet(0), lying, packet(2), packet(3), packet(4)]);
    for (const cut of [[bytes], pieces(bytes, 1), pieces(bytes, 33)]) {
      const { packets, defects } = readPieces(make, cut);
      expect(packets.map((one) => one.nanoseconds % 1e6)).toEqual([456_000, 458_000, 459_000, 460_000]);
      expect(codes(defects)).toEqual(['implausible-block-length']);
      expect(defects[0].message).toContain('40 bytes skipped');
    }
  });

  it('goes on at the next section when the byte order is lost', () => {
    const bytes = concat([sample(true), noise(4000), sample(false)]);
    const { packets, defects } = readWhole(make, bytes);
    expect([packets.length, codes(defects)]).toEqual([8, ['implausible-block-length']]);
  });

  it('stops when no block can be believed any more', () => {
    const { packets, defects, reader } = readWhole(
      make,
      concat([sample(true), new Uint8Array(100).fill(0xff)]),
    );
    expect([packets.length, codes(defects), reader.finished]).toEqual([4, ['damaged-capture'], true]);
  });

  it('skips an unknown block without keeping it', () => {
    const e = encoder(true);
    const huge = e.block(0x7777, new Uint8Array(15 << 20));
    const bytes = concat([
      e.sectionHeader(),
      e.interfaceDescription(),
      huge,
      e.enhancedPacket({ timestamp: NOW, data: noise(3) }),
    ]);
    const { packets, defects, reader } = readPieces(make, pieces(bytes, 65_537));
    expect([packets.length, defects]).toEqual([1, []]);
    const { queue } = reader as unknown as { queue: { own: Uint8Array } };
    expect(queue.own.length).toBeLessThan(200_000);
  });

  it.each([
    ['unknown', 0x7777],
    ['custom', 0xbad],
    ['statistics', 5],
  ])('skips a block beyond the limit for what is decoded: %s', (_name, type) => {
    const e = encoder(true);
    const packet = e.enhancedPacket({ timestamp: NOW, data: noise(3) });
    const bytes = concat([
      e.sectionHeader(),
      e.interfaceDescription(),
      e.block(type, new Uint8Array(30_000_000)),
      packet,
      e.block(type, noise(20_000_000)),
      packet,
    ]);
    for (const size of [1_000_003, bytes.length]) {
      const { packets, defects, reader } = readPieces(make, pieces(bytes, size));
      expect([packets.length, defects]).toEqual([2, []]);
      expect(packets[1].captureOffset).toBe(bytes.length - packet.length + 28);
      const { queue } = reader as unknown as { queue: { own: Uint8Array } };
      expect(queue.own.length).toBeLessThan(5_000_000);
    }
  });

  it('does not believe a long block in which blocks are found, and tells of one that the end cuts', () => {
    const e = encoder(true);
    const packet = e.enhancedPacket({ timestamp: NOW, data: noise(3) });
    const head = concat([e.sectionHeader(), e.interfaceDescription()]);
    const lying = e.block(0x7777, noise(100));
    new DataView(lying.buffer).setUint32(4, 0x7fff_fff0, true);
    const damaged = readWhole(make, concat([head, lying, packet, packet]));
    expect([damaged.packets.length, codes(damaged.defects)]).toEqual([2, ['implausible-block-length']]);
    const long = e.block(0x7777, new Uint8Array(30_000_000));
    for (const length of [20_000_000, long.length - 1, long.length - 4]) {
      const cut = readWhole(make, concat([head, packet, long.subarray(0, length)]));
      expect([cut.packets.length, codes(cut.defects)]).toEqual([1, ['truncated-capture']]);
    }
    const trailer = concat([head, long, packet]);
    new DataView(trailer.buffer).setUint32(head.length + long.length - 4, 12, true);
    const { packets, defects } = readWhole(make, trailer);
    expect([packets.length, codes(defects)]).toEqual([1, ['implausible-block-length']]);
  });

  it('does not believe a block that is decoded beyond the limit', () => {
    const e = encoder(true);
    const secrets = e.decryptionSecrets(7, new Uint8Array(20_000_000));
    const bytes = concat([e.sectionHeader(), e.interfaceDescription(), secrets]);
    expect(codes(readWhole(make, bytes).defects)).toEqual(['damaged-capture']);
  });

  it('delivers a cut packet as far as it goes and tells of it, at every length of the file', () => {
    const e = encoder(true);
    const packets = [0, 1, 2].map((i) =>
      e.enhancedPacket({ timestamp: NOW, data: noise(21 + i, i), comment: 'c' }),
    );
    const blocks = [e.sectionHeader(), e.interfaceDescription(), ...packets, e.simplePacket(noise(9))];
    const bytes = concat(blocks);
    const whole = readWhole(make, bytes).packets;
    const ends = [0];
    for (const one of blocks) ends.push(ends[ends.length - 1] + one.length);
    for (let length = 0; length < bytes.length; length++) {
      const { packets: got, defects, reader } = readWhole(make, bytes.subarray(0, length));
      expect(codes(defects)).toEqual(ends.includes(length) && length > 0 ? [] : ['truncated-capture']);
      expect(reader.finished).toBe(true);
      const complete = Math.max(ends.filter((end) => end <= length).length - 3, 0);
      expect(got.slice(0, complete)).toEqual(whole.slice(0, complete));
      for (const cut of got.slice(complete)) {
        const expected = whole[complete];
        expect(expected.data.startsWith(cut.data)).toBe(true);
        expect(cut.data.length / 2).toBe(Math.min(length - expected.captureOffset, expected.data.length / 2));
        expect(cut.originalLength).toBe(expected.originalLength);
      }
      const header = whole[complete]?.captureOffset ?? Number.POSITIVE_INFINITY;
      expect(got.length).toBe(complete + (length >= header && !ends.includes(length) ? 1 : 0));
    }
  });

  it('refuses what is no pcapng, and reads on under another version', () => {
    expect(() => readWhole(make, noise(40))).toThrow('not a pcapng capture');
    const bytes = sample(true);
    bytes[12] = 9;
    const { packets, defects } = readWhole(make, bytes);
    expect([packets.length, codes(defects)]).toEqual([4, ['unsupported-version']]);
  });

  it('survives any field lying and any bytes, and always comes to an end', () => {
    const bytes = concat([sample(true).subarray(0, 700), sample(false).subarray(0, 700)]);
    for (let at = 12; at + 4 <= bytes.length; at++) {
      for (const lie of [0, 1, 0x0a, 0xffff, 0x0010_0000, 0xffff_ffff]) {
        const hostile = bytes.slice();
        new DataView(hostile.buffer).setUint32(at, lie, at % 8 < 4);
        expect(readWhole(make, hostile).reader.finished).toBe(true);
      }
    }
    const head = encoder(true).sectionHeader();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 1, max: 50 }), (rest, size) => {
        expect(readPieces(make, pieces(concat([head, rest]), size)).reader.finished).toBe(true);
      }),
    );
  });

  it('comes to an end, in time, on blocks that each swallow the rest', () => {
    const e = encoder(true);
    const lying = e.interfaceDescription();
    new DataView(lying.buffer).setUint32(4, 0x00f0_0000, true);
    const pair = [lying, e.enhancedPacket({ timestamp: NOW, data: noise(4) })];
    const many = Array.from({ length: 20_000 }, () => pair).flat();
    const bytes = concat([e.sectionHeader(), e.interfaceDescription(), ...many]);
    const { packets, defects } = readWhole(make, bytes);
    expect([packets.length, defects.length]).toEqual([20_000, 20_000]);
  });

  it('limits the interfaces of a section', () => {
    const e = encoder(true);
    const bytes = concat([e.sectionHeader(), ...Array<Uint8Array>(65_540).fill(e.interfaceDescription())]);
    const { defects, reader } = readWhole(make, bytes);
    expect([reader.interfaces, defects.length, defects[0].code]).toEqual([65_536, 4, 'too-many-interfaces']);
  });

  it('tells of options that do not add up', () => {
    const e = encoder(true);
    const packet = e.enhancedPacket({ timestamp: NOW, data: noise(4), comment: 'abcd' });
    new DataView(packet.buffer).setUint16(34, 200, true);
    const { packets, defects } = readWhole(
      make,
      concat([e.sectionHeader(), e.interfaceDescription(), packet]),
    );
    expect([packets.length, packets[0].comment, codes(defects)]).toEqual([
      1,
      undefined,
      ['malformed-options'],
    ]);
  });
});
