/**
 * Capture files that lie: lengths of 4 GB, blocks of every wrong length, options without end, times of any kind, and
 * interfaces without a link type. The whole program reads them; peak memory is that of its process, with a generous
 * bound above what an ordinary capture takes (some 70 MB).
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { concat, u16, u32 } from '../../src/bytes/concat.js';
import { encodePcap, encodePcapHeader, encodePcapRecord } from '../../src/capture/pcap-encode.js';
import { PcapngEncoder } from '../../src/capture/pcapng-encode.js';
import { type DissectionSummary, runDissection } from '../../src/dissect.js';
import { LinkType } from '../../src/link/link-types.js';
import type { Defect } from '../../src/stream/defect.js';
import { bin } from '../support/cli.js';
import { fromClient, upgraded } from '../support/dissect.js';
import { CLIENT, Talk } from '../support/tcp.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));

const START = 1_700_000_000;
const GiB4 = 0xffff_ffff;
const talk = new Talk();
const packets = [
  ...upgraded(talk),
  talk.send(CLIENT, fromClient('Hello')),
  talk.send(CLIENT, fromClient('after')),
];

async function read(capture: Uint8Array) {
  const defects: Defect[] = [];
  const payloads: string[] = [];
  const summary: DissectionSummary = await runDissection(capture, {
    defect: (defect) => defects.push(defect),
    frame: ({ payload }) => payloads.push(Buffer.from(payload).toString()),
  });
  return { codes: defects.map(({ code }) => code), payloads, summary };
}

const RSS = 'data:text/javascript,process.on("exit",()=>console.error(process.resourceUsage().maxRSS))';

/** Peak memory of the program in MB, and what it printed. */
function program(capture: Uint8Array, ...args: string[]) {
  const path = join(folder, 'capture');
  writeFileSync(path, capture);
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', RSS, bin, ...args, path], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const lines = stderr.trimEnd().split('\n');
  return { stdout, status, megabytes: Number(lines.pop()) / 1024, stderr: lines };
}

const MOST_MEGABYTES = 200;

describe('a record of 4 GB', () => {
  const record = (data: Uint8Array, capturedLength?: number) =>
    encodePcapRecord({ seconds: START, data, ...(capturedLength === undefined ? {} : { capturedLength }) });

  it('costs itself: what follows is found again', async () => {
    const all = packets.map((data) => record(data));
    const capture = concat(
      encodePcapHeader({ linkType: LinkType.raw }),
      ...all.slice(0, 6),
      record(packets[5], GiB4),
      ...all.slice(6),
    );
    const { codes, payloads } = await read(capture);
    expect(codes).toEqual(['implausible-record-length']);
    expect(payloads).toEqual(['Hello', 'after']);
  });

  it('in front of 32 MB of nothing takes no memory for what it claims', () => {
    const head = concat(encodePcapHeader({ linkType: LinkType.raw }), ...packets.map((data) => record(data)));
    const ran = program(concat(head, record(new Uint8Array(32 << 20), GiB4)), '-T', 'ndjson');
    expect(ran.stdout.trim().split('\n')).toHaveLength(2);
    expect(ran.status).toBe(2);
    expect(ran.stderr.join()).toContain('(limit resync=4194304)');
    expect(ran.megabytes).toBeLessThan(MOST_MEGABYTES);
  });
});

describe('pcapng blocks', () => {
  const e = new PcapngEncoder();
  const begin = [e.sectionHeader(), e.interfaceDescription({ linkType: LinkType.raw })];
  const timed = packets.map((data) => e.enhancedPacket({ timestamp: 1n, data }));

  it.each([0, 1, 2, 3, 4, 6, 8, 11, 12, 16, 20, 28, 31, 32, 36, 0x7fff_ffff, 0x8000_0000, GiB4 - 3, GiB4])(
    'of a length of %i cost themselves',
    async (length) => {
      for (const type of [1, 2, 3, 4, 5, 6, 10, 0xbad, 77]) {
        const lying = e.block(type, new Uint8Array(24));
        new DataView(lying.buffer, lying.byteOffset).setUint32(4, length, true);
        const { codes, payloads } = await read(
          concat(...begin, ...timed.slice(0, 6), lying, ...timed.slice(6)),
        );
        expect(payloads, `type ${type}`).toEqual(['Hello', 'after']);
        // 36 is what it has.
        if (length !== 36) expect(codes.length, `type ${type}`).toBeGreaterThan(0);
      }
    },
  );

  it('with options without end cost what they are long', () => {
    const empty = concat(...Array<Uint8Array>(2000).fill(concat(u16le(1), u16le(0))));
    const options = concat(...Array<Uint8Array>(1900).fill(empty));
    const fixed = concat(u32le(0), u32le(0), u32le(0), u32le(4), u32le(4), new Uint8Array(4));
    const many = e.block(6, fixed, options);
    expect(many.length).toBeGreaterThan(15_000_000);
    const ran = program(concat(...begin, ...timed.slice(0, 6), many, ...timed.slice(6)), '-V');
    expect(ran.stdout).toContain('after');
    expect(ran.stdout.length).toBeLessThan(100_000);
    expect(ran.stderr.join()).toMatch(/\(limit comment=16384\)/);
    expect(ran.megabytes).toBeLessThan(MOST_MEGABYTES);
  });

  it.each([
    ['of an unknown link type', [e.interfaceDescription({ linkType: 0xffff })], 'unknown-link-type', 1],
    ['of an interface that is not described', [], 'unknown-interface', 3],
  ])('%s are told of, and skipped', async (_name, described, code, times) => {
    const id = 1;
    const odd = packets.slice(0, 3).map((data) => e.enhancedPacket({ interfaceId: id, timestamp: 1n, data }));
    const { codes, payloads, summary } = await read(concat(...begin, ...described, ...odd, ...timed));
    expect(codes).toEqual(Array(times).fill(code));
    expect(payloads).toEqual(['Hello', 'after']);
    expect(summary.skippedPackets).toBe(3);
    expect(summary.dropped.packets).toBe(3);
  });

  it('an interface description too short to hold a link type is a defect', async () => {
    const { codes, payloads } = await read(concat(...begin, e.block(1, new Uint8Array(4)), ...timed));
    expect([codes, payloads]).toEqual([['malformed-block'], ['Hello', 'after']]);
  });
});

describe('times', () => {
  const at = (...seconds: number[]) =>
    encodePcap(
      packets.map((data, i) => ({ seconds: seconds[i % seconds.length], data })),
      { linkType: LinkType.raw },
    );

  it.each([
    ['zero', [0]],
    ['of 2038 and beyond', [0x7fff_ffff, 0x8000_0000, GiB4]],
    ['that go back', [START, START - 1, START - 1_000_000]],
    ['that go back to the beginning and beyond the end', [GiB4, 0, START]],
  ] as [string, number[]][])('%s are told as they are, in each command and form', (_name, seconds) => {
    const capture = at(...seconds);
    for (const command of ['frames', 'messages', 'sessions', 'check'])
      for (const [time, format] of [
        ['relative', 'text'],
        ['utc', 'table'],
        ['epoch', 'ndjson'],
      ]) {
        const ran = program(capture, command, '-t', time, '-T', format);
        expect([0, 3]).toContain(ran.status);
        expect(ran.stdout).not.toMatch(/NaN|Invalid|undefined/);
      }
    const lines = program(capture, '-T', 'ndjson').stdout.trim().split('\n');
    expect(lines.map((line) => JSON.parse(line)).map(({ payload, time }) => [payload, time])).toEqual([
      ['Hello', seconds[5 % seconds.length]],
      ['after', seconds[6 % seconds.length]],
    ]);
  });
});

const u16le = (value: number) => u16(((value & 0xff) << 8) | (value >>> 8));
const u32le = (value: number) => Uint8Array.from(u32(value)).reverse();
