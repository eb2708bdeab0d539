/**
 * What mutations begin with: every capture under fixtures/, small ones as they lie there, and the first packets of all.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { readCaptures } from '../../src/capture/captures.js';
import { fixturesRoot } from '../support/fixtures.js';
import type { RecordedPacket } from '../support/recoded.js';

export interface Seed {
  readonly name: string;
  /** The file, where it is small. */
  readonly file: Uint8Array | undefined;
  /** The first ones. */
  readonly packets: readonly RecordedPacket[];
}

const SMALL = 24_000;
const MOST_PACKETS = 120;
const MOST_BYTES = 40_000;

export async function loadSeeds(): Promise<Seed[]> {
  const names = readdirSync(fixturesRoot, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.pcap(ng)?(\.(gz|zst|lz4))?$/.test(name))
    .sort();
  return Promise.all(names.map(load));
}

async function load(name: string): Promise<Seed> {
  const file = new Uint8Array(readFileSync(fixturesRoot + name));
  const packets: RecordedPacket[] = [];
  let bytes = 0;
  await readCaptures(
    [file],
    { report: () => {} },
    {
      packet: ({ bytes: block, start, end, seconds, nanoseconds, originalLength, linkType }) => {
        bytes += end - start;
        if (packets.length >= MOST_PACKETS || bytes > MOST_BYTES) return false;
        packets.push({ seconds, nanoseconds, originalLength, linkType, data: block.slice(start, end) });
      },
    },
  ).catch(() => {});
  return { name, file: file.length <= SMALL ? file : undefined, packets };
}
