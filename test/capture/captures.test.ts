import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { type Input, readCaptures } from '../../src/capture/captures.js';
import { concat } from '../../src/capture/integers.js';
import { encodePcap, encodePcapHeader, type PacketToEncode } from '../../src/capture/pcap-encode.js';
import { PcapngEncoder } from '../../src/capture/pcapng-encode.js';
import { CaptureError, type Defect } from '../../src/stream/defect.js';
import { codes, collect, noise, pieces } from './helpers.js';

const directory = fs.mkdtempSync(path.join(tmpdir(), 'wsdissect-captures-'));
afterAll(() => fs.rmSync(directory, { recursive: true }));
function write(name: string, bytes: Uint8Array): string {
  const file = path.join(directory, name);
  fs.writeFileSync(file, bytes);
  return file;
}

/** Packets at the given times in milliseconds. */
const at = (...milliseconds: number[]): PacketToEncode[] =>
  milliseconds.map((time) => ({
    seconds: 1_700_000_000 + Math.floor(time / 1000),
    nanoseconds: (time % 1000) * 1_000_000,
    data: noise(20 + (time % 7), time),
  }));
const timesOf = (packets: readonly { seconds: number; nanoseconds: number }[]) =>
  packets.map((one) => (one.seconds - 1_700_000_000) * 1000 + one.nanoseconds / 1e6);

async function* trickle(bytes: Uint8Array, size = 1) {
  for (const piece of pieces(bytes, size)) {
    await null;
    yield piece;
  }
}

describe('readCaptures', () => {
  it('reads one capture and says what it was', async () => {
    const bytes = encodePcap(at(0, 1500));
    const { packets, defects, totals } = await collect([write('one.pcap', bytes)]);
    expect(packets.map((one) => one.number)).toEqual([1, 2]);
    expect(defects).toEqual([]);
    expect(totals).toEqual({
      packets: 2,
      skipped: 0,
      bytes: bytes.length,
      truncated: false,
      captures: [
        {
          name: path.join(directory, 'one.pcap'),
          format: 'pcap',
          compression: [],
          packets: 2,
          firstTime: { seconds: 1_700_000_000, nanoseconds: 0 },
          lastTime: { seconds: 1_700_000_001, nanoseconds: 500_000_000 },
          interfaces: 1,
          comments: [],
        },
      ],
      secrets: [],
    });
  });

  it('gives the same from a file, bytes, and a stream byte by byte', async () => {
    const packets = at(...Array.from({ length: 50 }, (_, i) => i * 10));
    const e = new PcapngEncoder();
    const ng = [
      e.sectionHeader(),
      e.interfaceDescription(),
      e.enhancedPacket({ timestamp: 5n, data: noise(30) }),
    ];
    for (const bytes of [encodePcap(packets), concat(ng), gzipSync(encodePcap(packets))]) {
      const whole = await collect([new Uint8Array(bytes)]);
      for (const input of [write('same', bytes), trickle(bytes), trickle(bytes, 17)]) {
        expect((await collect([input])).packets).toEqual(whole.packets);
      }
    }
  });

  it('takes captures in the order of their first packets, and merges where they overlap', async () => {
    const lists = [[40, 50], [0, 3, 9], [10, 20, 30, 41, 45, 90], [5, 9, 12], []];
    const inputs = lists.map((times, index) => write(`m${index}.pcap`, encodePcap(at(...times))));
    const { packets, totals } = await collect(inputs);
    expect(timesOf(packets)).toEqual([0, 3, 5, 9, 9, 10, 12, 20, 30, 40, 41, 45, 50, 90]);
    expect(packets.map((one) => one.number)).toEqual(packets.map((_, index) => index + 1));
    for (const packet of packets) {
      const time = timesOf([packet])[0];
      expect(lists[packet.capture]).toContain(time);
      expect(packet.data).toBe(Buffer.from(noise(20 + (time % 7), time)).toString('hex'));
    }
    expect(totals.captures.map((one) => one.packets)).toEqual([2, 3, 6, 3, 0]);
    expect(new Set(packets.map((one) => one.interfaceIndex)).size).toBe(4);
  });

  it('merges as a sort of all packets does, over blocks and formats', async () => {
    let state = 7;
    const random = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % below;
    };
    const lists = Array.from({ length: 12 }, () => {
      const times = Array.from({ length: 400 }, () => random(100_000)).sort((a, b) => a - b);
      return times;
    });
    const inputs = lists.map((times, index) => {
      const bytes = encodePcap(at(...times), { nanoseconds: index % 2 === 0 });
      return index % 3 === 0 ? new Uint8Array(gzipSync(bytes)) : write(`r${index}.pcap`, bytes);
    });
    const { packets } = await collect(inputs);
    expect(timesOf(packets)).toEqual(lists.flat().sort((a, b) => a - b));
  });

  it('keeps packets apart that share a time, in the order of the inputs', async () => {
    const inputs = [encodePcap(at(1, 2, 2, 3)), encodePcap(at(2, 2, 2)), encodePcap(at(1, 2))];
    const { packets } = await collect(inputs);
    expect(timesOf(packets)).toEqual([1, 1, 2, 2, 2, 2, 2, 2, 3]);
    expect(packets.map((one) => one.capture)).toEqual([0, 2, 0, 0, 1, 1, 1, 2, 0]);
    const captures = async (...lists: number[][]) =>
      (await collect(lists.map((times) => encodePcap(at(...times))))).packets.map((one) => one.capture);
    expect(await captures([1, 2], [2, 2, 2], [1, 2, 2, 3])).toEqual([0, 2, 0, 1, 1, 1, 2, 2, 2]);
    expect(await captures([0, 2], [1, 2])).toEqual([0, 1, 0, 1]);
    expect(await captures([0, 2], [1, 2], [2])).toEqual([0, 1, 0, 1, 2]);
    expect(await captures([2], [1, 2], [0, 2])).toEqual([2, 1, 0, 1, 2]);
  });

  it('takes captures without times in the order in which they were given', async () => {
    const e = new PcapngEncoder();
    const inputs = [3, 4, 5].map((count) =>
      concat([
        e.sectionHeader(),
        e.interfaceDescription(),
        ...Array.from({ length: count }, () => e.simplePacket(noise(count))),
      ]),
    );
    const { packets } = await collect(inputs);
    expect(packets.map((one) => one.capture)).toEqual([0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
  });

  it('numbers packets within their captures, and tells in which one a defect is', async () => {
    const cut = encodePcap(at(2, 4, 6)).subarray(0, -3);
    const numbers: [number, number, number][] = [];
    const defects: Defect[] = [];
    await readCaptures(
      [encodePcap(at(1, 3, 5, 7)), cut],
      { report: (defect) => defects.push(defect) },
      { packet: (one) => void numbers.push([one.number, one.capture, one.numberInCapture]) },
    );
    expect(numbers).toEqual([
      [1, 0, 1],
      [2, 1, 1],
      [3, 0, 2],
      [4, 1, 2],
      [5, 0, 3],
      [6, 1, 3],
      [7, 0, 4],
    ]);
    expect(defects).toMatchObject([{ code: 'truncated-capture', packet: 6, capture: 1, packetInCapture: 3 }]);
  });

  it('counts the packets that it had to skip', async () => {
    const e = new PcapngEncoder();
    const packet = (interfaceId: number) => e.enhancedPacket({ interfaceId, timestamp: 0n, data: noise(8) });
    const lying = packet(0);
    new DataView(lying.buffer).setUint32(20, 9000, true);
    const bytes = concat([
      e.sectionHeader(),
      e.interfaceDescription(),
      packet(1),
      packet(0),
      lying,
      packet(2),
    ]);
    expect((await collect([bytes])).totals).toMatchObject({ packets: 1, skipped: 3, truncated: false });
  });

  it('reads a stream among files from the beginning', async () => {
    const { packets } = await collect([encodePcap(at(10, 30)), trickle(encodePcap(at(5, 20, 40)), 9)]);
    expect(timesOf(packets)).toEqual([5, 10, 20, 30, 40]);
  });

  it('needs few open files for a ring buffer of many', async () => {
    const inputs = Array.from({ length: 300 }, (_, i) =>
      write(`ring${i}.pcap`, encodePcap(at(i * 10, i * 10 + 10))),
    );
    const open = () => fs.readdirSync('/proc/self/fd').length;
    const before = open();
    let most = 0;
    const totals = await readCaptures(
      inputs.reverse(),
      { report: () => {} },
      {
        packet: () => {
          most = Math.max(most, open());
        },
      },
    );
    expect([totals.packets, most - before <= 6]).toEqual([600, true]);
    expect(open()).toBeLessThanOrEqual(before);
  });

  it('reads many captures that all overlap', async () => {
    const inputs = Array.from({ length: 200 }, (_, i) =>
      write(`all${i}.pcap`, encodePcap(at(i, 1000 + i, 2000 + i))),
    );
    const { packets } = await collect(inputs);
    const times = timesOf(packets);
    expect([packets.length, times]).toEqual([600, [...times].sort((a, b) => a - b)]);
  });

  it('goes on with the next capture after a cut one', async () => {
    const cut = encodePcap(at(1, 2)).subarray(0, 24 + 16 + 21 + 16 + 5);
    const { packets, defects, totals } = await collect([cut, encodePcap(at(3))]);
    expect([timesOf(packets), codes(defects), totals.truncated]).toEqual([
      [1, 2, 3],
      ['truncated-capture'],
      true,
    ]);
    expect(defects[0]).toMatchObject({ packet: 2, capture: 0 });
  });

  it('is not bothered by a capture without packets', async () => {
    for (const inputs of [[encodePcapHeader()], [encodePcapHeader(), encodePcapHeader()]]) {
      const { packets, defects, totals } = await collect(inputs);
      expect([packets, defects, totals.truncated, totals.captures[0].firstTime]).toEqual([
        [],
        [],
        false,
        undefined,
      ]);
    }
  });

  it('passes over an empty capture among others, and says so once', async () => {
    const none = () => new Uint8Array(0);
    const empty = write('newest', none());
    const [first, second] = [encodePcap(at(1)), encodePcap(at(2))];
    const defect = (capture: number) => ({
      layer: 'capture',
      code: 'empty-capture',
      message: 'this capture is empty: it is skipped',
      packet: 2,
      capture,
      packetInCapture: 0,
    });
    const orders: [Input[], number[]][] = [
      [[first, empty, second], [1]],
      [
        [empty, trickle(second), first, none()],
        [0, 3],
      ],
      [[first, trickle(none()), second], [1]],
      [[gzipSync(none()), first, write('second.pcap', second)], [0]],
    ];
    for (const [inputs, empties] of orders) {
      const { packets, defects, totals } = await collect(inputs);
      expect(timesOf(packets)).toEqual([1, 2]);
      expect(defects).toEqual(empties.map(defect));
      expect(totals.truncated).toBe(true);
      expect(totals.captures.map((one) => one.packets).sort()).toEqual([...empties.map(() => 0), 1, 1]);
    }
    const { totals, defects } = await collect([empty, encodePcapHeader()]);
    expect([totals.packets, totals.truncated, codes(defects)]).toEqual([0, true, ['empty-capture']]);
    expect(totals.captures[0]).toMatchObject({ name: empty, format: undefined, firstTime: undefined });
  });

  it('says nothing of an empty capture when the consumer wants no more', async () => {
    const defects: Defect[] = [];
    const totals = await readCaptures(
      [new Uint8Array(0), encodePcap(at(1, 2))],
      { report: (defect) => defects.push(defect) },
      { packet: () => false },
    );
    expect([totals.packets, totals.truncated, defects]).toEqual([1, false, []]);
  });

  it('collects secrets and comments', async () => {
    const e = new PcapngEncoder({ little: false });
    const bytes = concat([e.sectionHeader([{ code: 1, value: 'hello' }]), e.decryptionSecrets(7, noise(5))]);
    const { totals } = await collect([Buffer.from(bytes), bytes]);
    expect(totals.secrets).toEqual([
      { type: 7, data: noise(5) },
      { type: 7, data: noise(5) },
    ]);
    expect(totals.captures[1]).toMatchObject({ format: 'pcapng', comments: ['hello'], interfaces: 0 });
  });

  it('keeps secrets although their block is overwritten', async () => {
    const e = new PcapngEncoder();
    const bytes = Buffer.from(concat([e.sectionHeader(), e.decryptionSecrets(7, noise(5))]));
    const { totals } = await collect([bytes]);
    bytes.fill(0);
    expect(totals.secrets[0].data).toEqual(noise(5));
  });

  it('stops at once when the consumer says so', async () => {
    let seen = 0;
    const totals = await readCaptures(
      [encodePcap(at(1, 2, 3)), trickle(encodePcap(at(1, 2, 3)))],
      { report: () => {} },
      {
        packet: () => (++seen === 2 ? false : undefined),
      },
    );
    expect([seen, totals.packets]).toEqual([2, 2]);
  });

  it('awaits the end of each block, and tells of progress', async () => {
    const bytes = encodePcap(at(...Array.from({ length: 30 }, (_, i) => i)));
    let inBlock = 0;
    const perBlock: number[] = [];
    const progress: [number, number | undefined][] = [];
    const options = {
      report: () => {},
      progress: (read: number, total: number | undefined) => progress.push([read, total]),
    };
    let waiting = false;
    await readCaptures([trickle(bytes, 400)], options, {
      packet: () => {
        expect(waiting).toBe(false);
        inBlock++;
      },
      block: async () => {
        waiting = true;
        await new Promise((resolve) => setTimeout(resolve, 2));
        waiting = false;
        perBlock.push(inBlock);
        inBlock = 0;
      },
    });
    expect(perBlock.reduce((a, b) => a + b)).toBe(30);
    expect(perBlock.length).toBeGreaterThanOrEqual(3);
    expect(progress.at(-1)).toEqual([bytes.length, undefined]);
    progress.length = 0;
    await readCaptures([bytes, bytes], options, { packet: () => {} });
    expect(progress.at(-1)).toEqual([2 * bytes.length, 2 * bytes.length]);
  });

  it('stops when aborted, also while it waits for a pipe', async () => {
    const bytes = encodePcap(at(1, 2, 3));
    const controller = new AbortController();
    async function* endless() {
      yield bytes;
      await new Promise<never>(() => {});
    }
    const run = collect([endless()], { signal: controller.signal });
    setTimeout(() => controller.abort(), 30);
    const { packets, defects, totals } = await run;
    expect([packets.length, defects, totals.packets, totals.truncated]).toEqual([3, [], 3, false]);
    const none = await collect([bytes], { signal: controller.signal });
    expect(none.packets).toEqual([]);
  });

  it('delivers what tcpdump -U writes while the pipe stays open', async () => {
    const script =
      "const b=Buffer.from(process.argv[1],'base64');process.stdout.write(b.subarray(0,80));" +
      'setTimeout(()=>process.stdout.write(b.subarray(80)),1500)';
    const bytes = encodePcap(at(1, 2, 3));
    const child = spawn(process.execPath, ['-e', script, Buffer.from(bytes).toString('base64')]);
    const arrivals: number[] = [];
    await readCaptures(
      [child.stdout],
      { report: () => {} },
      { packet: () => void arrivals.push(performance.now()) },
    );
    expect(arrivals.length).toBe(3);
    expect(arrivals[2] - arrivals[0]).toBeGreaterThan(700);
  });

  it('leaves out nothing of a packet larger than the headroom of a block', async () => {
    const large = Array.from({ length: 7 }, (_, i) => ({ seconds: i + 1, data: noise(900_000, i) }));
    const { packets } = await collect([write('large.pcap', encodePcap(large))]);
    expect(packets.map((one) => one.data.length / 2)).toEqual(Array(7).fill(900_000));
    expect(packets[6].data).toBe(Buffer.from(noise(900_000, 6)).toString('hex'));
  });

  it('reads with pcap-parser when asked, and agrees', async () => {
    const file = write('npm.pcap', encodePcap(at(...Array.from({ length: 5000 }, (_, i) => i))));
    const [own, npm] = [await collect([file, file]), await collect([file, file], { reader: 'pcap-parser' })];
    expect(npm.packets).toEqual(own.packets);
    expect(npm.totals).toEqual(own.totals);
    const ng = new PcapngEncoder().sectionHeader();
    await expect(collect([ng], { reader: 'pcap-parser' })).rejects.toThrow('pcap-parser cannot read pcapng');
    const nanoseconds = write('ns.pcap', encodePcap(at(1), { nanoseconds: true }));
    await expect(collect([nanoseconds], { reader: 'pcap-parser' })).rejects.toThrow(
      `${nanoseconds}: pcap-parser reads only classic microsecond pcap`,
    );
  });

  it('throws one line for what cannot be used', async () => {
    await expect(collect([])).rejects.toThrow('no capture given');
    await expect(collect(['-', '-'])).rejects.toThrow('standard input (-) can be read only once');
    const empty = write('empty', new Uint8Array(0));
    for (const inputs of [[empty], [empty, new Uint8Array(0)], [trickle(new Uint8Array(0)), empty].reverse()])
      await expect(collect(inputs)).rejects.toThrow(new CaptureError('empty', `${empty} is empty (0 bytes)`));
    await expect(collect([empty, path.join(directory, 'absent')])).rejects.toThrow('no such file');
    const text = write('notes.txt', Buffer.from('some notes\n'));
    await expect(collect([encodePcap(at(1)), text])).rejects.toThrow('is a text file, not a capture');
    await expect(collect([write('e\x1b[31mvil', noise(100))])).rejects.toThrow(
      /e\\x1b\[31mvil is not a pcap/,
    );
    await expect(collect([path.join(directory, 'absent')])).rejects.toThrow('no such file');
  });

  it('reads each fixture with both readers alike', async () => {
    const fixtures = listFixtures();
    for (const fixture of fixtures) {
      const [own, npm] = [await collect([fixture]), await collect([fixture], { reader: 'pcap-parser' })];
      expect(own.packets.length).toBeGreaterThan(0);
      expect(npm.packets).toEqual(own.packets);
      expect(npm.totals).toEqual(own.totals);
    }
  });
});

function listFixtures(): string[] {
  const folders = fs.existsSync('fixtures') ? fs.readdirSync('fixtures') : [];
  return folders.map((name) => `fixtures/${name}/capture.pcap`).filter((file) => fs.existsSync(file));
}
