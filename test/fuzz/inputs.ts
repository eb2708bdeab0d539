/**
 * The input of each number: the same seed and number give the same bytes.
 */
import { gzipSync } from 'node:zlib';
import { concat } from '../../src/capture/integers.js';
import { encodePcap } from '../../src/capture/pcap-encode.js';
import { PcapngEncoder } from '../../src/capture/pcapng-encode.js';
import { LinkType } from '../../src/link/link-types.js';
import type { RecordedPacket } from '../support/recoded.js';
import { conversation } from './conversation.js';
import { mutateBytes, mutatePackets } from './mutate.js';
import { Random } from './random.js';
import type { Seed } from './seeds.js';

export function makeInput(seeds: readonly Seed[], seed: number, number: number): Uint8Array {
  const random = new Random(Math.imul(seed, 0x9e37_79b1) ^ Math.imul(number, 0x85eb_ca6b));
  const kind = random.below(10);
  if (kind < 2) {
    const files = seeds.flatMap(({ file }) => file ?? []);
    return mutateBytes(random.pick(files), random);
  }
  const packets =
    kind < 6 ? mutatePackets(random.pick(seeds).packets, random) : recorded(conversation(random), random);
  const mixed = random.oneIn(10) ? [...packets, ...random.pick(seeds).packets] : packets;
  const bytes = encode(mixed, random);
  return kind === 9 ? mutateBytes(bytes, random) : bytes;
}

function recorded(packets: readonly Uint8Array[], random: Random): RecordedPacket[] {
  const step = random.pick([1, 1000, 1_000_000, 400_000_000]);
  let time = 1_700_000_000_000_000_000n;
  return packets.map((data) => {
    time += BigInt(random.below(step + 1));
    const seconds = Number(time / 1_000_000_000n);
    const nanoseconds = Number(time % 1_000_000_000n);
    return { seconds, nanoseconds, data, originalLength: data.length, linkType: LinkType.raw };
  });
}

/** pcapng where there is more than one link type, and now and then. */
function encode(packets: readonly RecordedPacket[], random: Random): Uint8Array {
  const linkTypes = [...new Set(packets.map(({ linkType }) => linkType))];
  const little = !random.oneIn(4);
  if (linkTypes.length > 1 || random.oneIn(4)) return encodePcapng(packets, linkTypes, little, random);
  const linkType = linkTypes[0] ?? LinkType.raw;
  const bytes = encodePcap(packets, { linkType, little, nanoseconds: random.oneIn(2) });
  return random.oneIn(12) ? new Uint8Array(gzipSync(bytes)) : bytes;
}

function encodePcapng(
  packets: readonly RecordedPacket[],
  linkTypes: readonly number[],
  little: boolean,
  random: Random,
): Uint8Array {
  const encoder = new PcapngEncoder({ little });
  const comment = random.oneIn(4) ? 'noted\u001b[2J\u202e' : undefined;
  return concat([
    encoder.sectionHeader([{ code: 1, value: 'a comment' }]),
    ...linkTypes.map((linkType) => encoder.interfaceDescription({ linkType, resolution: 9 })),
    ...packets.map(({ seconds, nanoseconds, data, originalLength, linkType }) =>
      encoder.enhancedPacket({
        interfaceId: linkTypes.indexOf(linkType),
        timestamp: BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds),
        data,
        originalLength: originalLength ?? data.length,
        ...(comment !== undefined && { comment }),
      }),
    ),
  ]);
}
