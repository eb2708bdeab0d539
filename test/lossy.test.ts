/**
 * Traffic over a network that loses, reorders, duplicates and delays gives exactly the messages that its
 * applications logged. Of captures that lost some of it, nothing is reported that was not said, and a share
 * of what they still hold whole comes back.
 *
 * WSDISSECT_SHARES=1 prints the shares.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { runDissection } from '../src/dissect.js';
import type { Defect } from '../src/stream/defect.js';
import type { Message } from '../src/websocket/message-record.js';
import {
  asLogged,
  Count,
  type Dissected,
  dissectRemains,
  endOf,
  Judge,
  type Kind,
  type LossyPacket,
  loggedSessions,
  lossyRoot,
  type Remains,
  randomNumbers,
  readPackets,
} from './support/lossy.js';

const SIDES = ['client', 'server'] as const;
const SEEDS = Array.from({ length: 12 }, (_, seed) => seed + 1);

/**
 * Of what the captures hold whole: the shares of messages, and of frame headers, that have to come back; and
 * how much that was never sent may be reported with a confidence below 1 (with one of 1: nothing).
 */
const TARGET: Readonly<Record<string, Readonly<Record<Kind, number> & { doubtful: number }>>> = {
  'each segment of a small session': { plain: 1, compressed: 1, frames: 1, doubtful: 0 },
  '1 % of the packets at random': { plain: 0.999, compressed: 0.83, frames: 0.999, doubtful: 0 },
  'every 10th packet': { plain: 0.997, compressed: 0.41, frames: 0.996, doubtful: 0 },
  bursts: { plain: 0.998, compressed: 0.79, frames: 0.998, doubtful: 0 },
  'the beginning': { plain: 0.997, compressed: 0.5, frames: 0.994, doubtful: 0 },
  'all beyond a snap length': { plain: 0.999, compressed: 0.29, frames: 0.99, doubtful: 0 },
};

/** What of a recording remains after each loss. */
const LOSSES: Readonly<Record<string, (packets: readonly LossyPacket[]) => Remains[]>> = {
  'each segment of a small session': (packets) => {
    const session = packets.filter(({ port }) => port === SMALL);
    const segments = session.filter(({ length }) => length > 0);
    return segments.map((lost) => ({ packets: session.filter((packet) => !overlaps(packet, lost)) }));
  },
  '1 % of the packets at random': (packets) =>
    SEEDS.map((seed) => {
      const random = randomNumbers(seed);
      return { packets: packets.filter(() => random() >= 0.01) };
    }),
  'every 10th packet': (packets) =>
    SEEDS.slice(0, 10).map((first) => ({ packets: packets.filter((_, i) => i % 10 !== first - 1) })),
  bursts: (packets) =>
    SEEDS.map((seed) => {
      const random = randomNumbers(1000 + seed);
      let left = 0;
      const isKept = () => {
        if (left === 0 && random() < 0.004) left = 2 + Math.floor(random() * 12);
        return left === 0 || left-- < 0;
      };
      return { packets: packets.filter(isKept) };
    }),
  'the beginning': (packets) =>
    Array.from({ length: 30 }, (_, i) => ({
      packets: packets.slice(7 + Math.floor((packets.length * i) / 34)),
    })),
  'all beyond a snap length': (packets) =>
    [64, 80, 96, 128, 192, 256].map((snapLength) => ({ packets, snapLength })),
};

const sessions = loggedSessions();
const SMALL = sessions.find(({ path }) => path === '/small')!.port;

/** Whether two packets carry the same octets, or one what the other repeats. */
function overlaps(a: LossyPacket, b: LossyPacket): boolean {
  if (a.port !== b.port || a.sender !== b.sender || a.length === 0) return false;
  return a.position < b.position + b.length && b.position < a.position + a.length;
}

describe.each(SIDES)('the capture of the %s', (side) => {
  it('gives what the applications logged', async () => {
    const messages: Message[] = [];
    const defects: Defect[] = [];
    await runDissection(`${lossyRoot}${side}.pcap.gz`, {
      message: (message) => void messages.push(message),
      defect: (defect) => void defects.push(defect),
    });
    expect(defects).toEqual([]);
    expect(messages.filter(({ complete }) => !complete)).toEqual([]);
    for (const { path, clientMessages, serverMessages } of sessions) {
      const of = (sender: string) =>
        messages
          .filter((one) => one.session.handshake?.target === path && one.sender === sender)
          .map(asLogged);
      expect({ path, sent: of('client') }).toEqual({ path, sent: clientMessages });
      expect({ path, sent: of('server') }).toEqual({ path, sent: serverMessages });
    }
    const logged = sessions.flatMap((one) => [...one.clientMessages, ...one.serverMessages]);
    expect(messages).toHaveLength(logged.length);
  });
});

describe('what remains after a capture lost', () => {
  const recordings: { packets: LossyPacket[]; truth: Dissected; judge: Judge }[] = [];

  beforeAll(async () => {
    for (const side of SIDES) {
      const packets = readPackets(side);
      const truth = await dissectRemains({ packets });
      recordings.push({ packets, truth, judge: new Judge(truth) });
    }
  });

  it('nothing is everything: the frames follow each other', () => {
    for (const { packets, truth, judge } of recordings) {
      const ends = new Map<string, number>();
      for (const placed of truth.frames) {
        if (ends.has(placed.key)) expect(placed.start).toBe(ends.get(placed.key));
        ends.set(placed.key, endOf(placed));
      }
      const { counts, wrong, doubtful } = judge.judge({ packets }, truth);
      expect([...wrong, ...doubtful]).toEqual([]);
      for (const { whole, found } of Object.values(counts)) expect(found).toBe(whole);
      expect(counts.plain.whole + counts.compressed.whole).toBe(truth.messages.length);
      expect(counts.frames.whole).toBe(truth.frames.length);
    }
  });

  it.each(Object.keys(LOSSES))('%s', async (name) => {
    const sum = { plain: new Count(), compressed: new Count(), frames: new Count() };
    const octets = new Count();
    const wrong: string[] = [];
    const doubtful: string[] = [];
    for (const { packets, judge } of recordings)
      for (const remains of LOSSES[name](packets)) {
        const verdict = judge.judge(remains, await dissectRemains(remains));
        for (const kind of Object.keys(sum) as Kind[])
          sum[kind].add(verdict.counts[kind].found, verdict.counts[kind].whole);
        octets.add(verdict.octets.found, verdict.octets.whole);
        wrong.push(...verdict.wrong);
        doubtful.push(...verdict.doubtful);
      }
    if (process.env.WSDISSECT_SHARES) {
      const shares = Object.entries({ ...sum, 'octets of compressed': octets }).map(
        ([what, { share, whole }]) => `${what} ${(100 * share).toFixed(1)} % of ${whole}`,
      );
      console.log(`${name}: ${shares.join(', ')}; ${doubtful.length} doubtful`);
    }
    expect(wrong).toEqual([]);
    expect(doubtful.length, doubtful.join('\n')).toBeLessThanOrEqual(TARGET[name].doubtful);
    for (const kind of Object.keys(sum) as Kind[]) {
      const { share, found, whole } = sum[kind];
      expect(share, `${kind}: ${found} of ${whole}`).toBeGreaterThanOrEqual(TARGET[name][kind]);
    }
  });
});
