import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat } from '../../src/capture/integers.js';
import { NpmPcapParserReader } from '../../src/capture/npm-pcap-parser.js';
import { PcapReader } from '../../src/capture/pcap.js';
import { encodePcap } from '../../src/capture/pcap-encode.js';
import { PcapngEncoder } from '../../src/capture/pcapng-encode.js';
import { codes, type MakeReader, noise, pieces, readPieces, readWhole } from './helpers.js';

const own: MakeReader = (context) => new PcapReader(context);
const npm: MakeReader = (context) => new NpmPcapParserReader(context);

const PACKETS = [
  { seconds: 1_700_000_000, nanoseconds: 123_456_000, data: noise(60) },
  { seconds: 1_700_000_001, data: noise(1), originalLength: 1500 },
  { seconds: 1_700_000_001, data: noise(0) },
  { seconds: 1_700_000_002, data: noise(333, 7) },
];

describe('NpmPcapParserReader', () => {
  it.each([true, false])('agrees with our reader, little-endian: %j', (little) => {
    const bytes = encodePcap(PACKETS, { little, linkType: 113 });
    const expected = readWhole(own, bytes);
    for (const cut of [[bytes], pieces(bytes, 1), pieces(bytes, 7), pieces(bytes, 100)]) {
      const { packets, defects, reader } = readPieces(npm, cut);
      expect(packets).toEqual(expected.packets);
      expect([defects, reader.finished, reader.interfaces]).toEqual([[], true, 1]);
    }
  });

  it('agrees on any packets', () => {
    const packet = fc.record({
      seconds: fc.nat(),
      nanoseconds: fc.nat(999_999_999),
      data: fc.uint8Array({ maxLength: 80 }),
      originalLength: fc.nat(100_000),
    });
    fc.assert(
      fc.property(fc.array(packet), fc.boolean(), fc.integer({ min: 1, max: 200 }), (all, little, size) => {
        const cut = pieces(encodePcap(all, { little }), size);
        expect(readPieces(npm, cut).packets).toEqual(readPieces(own, cut).packets);
      }),
    );
  });

  it('agrees on a file cut at every length, the cut packet included', () => {
    const bytes = encodePcap(PACKETS);
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      const [theirs, ours] = [readWhole(npm, cut), readWhole(own, cut)];
      expect(theirs.packets).toEqual(ours.packets);
      expect([length, codes(theirs.defects)]).toEqual([length, codes(ours.defects)]);
      expect(theirs.reader.finished).toBe(true);
    }
  });

  it('stops at a length beyond reason instead of buffering for ever', () => {
    const lying = { seconds: 1, data: noise(10), capturedLength: 0xffff_ffff };
    const bytes = concat([encodePcap([...PACKETS, lying, ...PACKETS]), noise(5000)]);
    for (const cut of [[bytes], pieces(bytes, 11)]) {
      const { packets, defects, reader } = readPieces(npm, cut);
      expect([packets.length, codes(defects), reader.finished]).toEqual([4, ['damaged-capture'], true]);
      expect(defects[0].message).toContain('4294967295');
    }
  });

  it.each([true, false])('stops at the header of another capture, little-endian: %j', (little) => {
    const one = encodePcap(PACKETS, { little });
    const { packets, defects, reader } = readWhole(npm, concat([one, one]));
    expect([packets.length, codes(defects), reader.finished]).toEqual([4, ['damaged-capture'], true]);
    expect(defects[0].message).toMatch(/^another capture begins here; .* the default reader can$/);
  });

  it('stops also where the parser has all the bytes', () => {
    const large = { seconds: 1, data: noise(70_000) };
    const { packets, defects } = readWhole(npm, encodePcap([PACKETS[0], large, PACKETS[1]]));
    expect([packets.length, codes(defects)]).toEqual([1, ['damaged-capture']]);
  });

  it.each([
    ['nanoseconds', encodePcap(PACKETS, { nanoseconds: true })],
    ['the modified variant', encodePcap(PACKETS, { modified: true })],
    ['pcapng', new PcapngEncoder().sectionHeader()],
    ['anything else', noise(50)],
  ])('refuses %s and says what to do', (_, bytes) => {
    expect(() => readWhole(npm, bytes)).toThrow(/only classic microsecond pcap; use the default reader/);
  });

  it('refuses the versions that the parser refuses', () => {
    const bytes = encodePcap(PACKETS);
    bytes[4] = 9;
    bytes[6] = 9;
    expect(() => readWhole(npm, bytes)).toThrow('only pcap version 2.4, this is 9.9');
  });

  it('raises no deprecation warning', () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on('warning', listen);
    const original = globalThis.Buffer;
    let constructed = 0;
    const counting = new Proxy(original, {
      construct(target, args, newTarget) {
        constructed++;
        return Reflect.construct(target, args, newTarget);
      },
    });
    globalThis.Buffer = counting;
    try {
      readPieces(npm, pieces(encodePcap(PACKETS), 5));
    } finally {
      globalThis.Buffer = original;
      process.off('warning', listen);
    }
    expect([constructed, warnings]).toEqual([0, []]);
  });

  it('survives any field lying', () => {
    const bytes = encodePcap(PACKETS);
    for (let at = 24; at + 4 <= bytes.length; at++) {
      for (const lie of [0, 1, 0xffff, 0x7fff_ffff, 0xffff_ffff]) {
        const hostile = bytes.slice();
        new DataView(hostile.buffer).setUint32(at, lie, true);
        expect(readWhole(npm, hostile).reader.finished).toBe(true);
      }
    }
  });
});
