/**
 * Frames are found again behind a lost header: on recorded streams with every segment lost in turn, on synthetic
 * ones of every kind, through further gaps; what cannot be told is not invented; and hostile bytes cost no more
 * than others.
 */
import { describe, expect, it } from 'vitest';
import { Place } from '../../src/stream/place.js';
import { ChainSearch } from '../../src/websocket/chain.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import { type Expectation, type Resynchronisation, Resynchroniser } from '../../src/websocket/resync.js';
import { SegmentWindow, WindowBudget } from '../../src/websocket/segment-window.js';
import { concat, embedded, utf8 } from '../support/splits.js';
import { foreignKinds } from './foreign-traffic.js';
import {
  framesOf,
  MSS,
  payloads,
  type Random,
  randomBytes,
  randomOf,
  recordedTraffic,
  type Segmentation,
  synthesise,
  type Traffic,
  whole,
} from './traffic.js';

const SERVER: Expectation = { masked: false, deflate: false, fragmented: undefined };
const CLIENT: Expectation = { masked: true, deflate: false, fragmented: undefined };

const expectationOf = ({ sender, deflate }: Traffic): Expectation => ({
  masked: sender === 'client',
  deflate,
  fragmented: undefined,
});

/** Pushes segments until frames are found, or to the end; `undefined` among them is a gap of a byte. */
function find(
  segments: readonly (Uint8Array | number)[],
  expected: Expectation,
  streamOffset = 0,
): Resynchronisation | undefined {
  const resynchroniser = new Resynchroniser(expected, new Place(), new WindowBudget(), streamOffset);
  for (const segment of segments) {
    if (typeof segment === 'number') resynchroniser.gap(segment);
    else {
      const found = resynchroniser.push(segment);
      if (found !== undefined) return found;
    }
  }
  return resynchroniser.end();
}

interface Tally {
  losses: number;
  wrong: number;
  frames: number;
  back: number;
}

/** Loses segments first … first + count - 1, where they hold a header, and counts what comes back. */
function lose(traffic: Traffic, first: number, count: number, tally: Tally): void {
  const { segments } = traffic;
  const spans = framesOf(segments);
  const sizeOf = (some: readonly Uint8Array[]): number => some.reduce((sum, { length }) => sum + length, 0);
  const lost = sizeOf(segments.slice(0, first));
  const behind = sizeOf(segments.slice(0, first + count));
  if (!spans.some(({ start }) => start >= lost && start < behind)) return;
  const after = spans.filter(({ start }) => start >= behind);
  const found = find(segments.slice(first + count), expectationOf(traffic), behind);
  tally.losses++;
  tally.frames += after.length;
  if (found === undefined) return;
  expect(found.confidence).toBeGreaterThanOrEqual(0.9);
  expect(found.confidence).toBeLessThan(1);
  const begins = after.some(({ start }) => start === found.streamOffset);
  if (!begins && found.streamOffset !== sizeOf(segments)) tally.wrong++;
  else tally.back += after.filter(({ start }) => start >= found.streamOffset).length;
}

const none = (): Tally => ({ losses: 0, wrong: 0, frames: 0, back: 0 });

describe('frames behind a lost header', () => {
  it('come back in the recorded sessions, whatever was lost', async () => {
    const tally = none();
    for (const traffic of await recordedTraffic())
      for (const count of [1, 2, 5])
        for (let first = 0; first + count < traffic.segments.length; first++)
          lose(traffic, first, count, tally);
    expect(tally.losses).toBeGreaterThan(1_000);
    expect(tally.wrong).toBe(0);
    expect(tally.back / tally.frames).toBeGreaterThan(0.995);
  });

  const segmentations: readonly Segmentation[] = ['frame', 'batch', 'stream', 'split-header'];
  // `tagged`, data full of what frames begin with, is the hardest kind and has its own test.
  const kinds = Object.keys(payloads).filter((kind) => kind !== 'tagged');
  it.each(kinds.flatMap((payload) => (['client', 'server'] as const).map((sender) => ({ payload, sender }))))(
    'come back in synthetic streams: $payload from the $sender',
    ({ payload, sender }) => {
      const random = randomOf(17);
      const tally = none();
      for (const segmentation of segmentations)
        for (const length of [8, 40, 300, 3000])
          for (let i = 0; i < 10; i++) loseOf(random, { payload, sender, segmentation, length });
      expect(tally.losses).toBeGreaterThan(100);
      // Measured over many seeds: 1 of 10,000, and never more than the confidences told.
      expect(tally.wrong).toBeLessThanOrEqual(1);
      expect(tally.back / tally.frames).toBeGreaterThan(0.985);

      function loseOf(of: Random, recipe: Omit<Parameters<typeof synthesise>[0], 'frames'>): void {
        const traffic = synthesise({ ...recipe, frames: recipe.length > 1000 ? 20 : 60 }, of);
        const { length } = traffic.segments;
        if (length > 3) lose(traffic, whole(of, length - 3), 1 + whole(of, 3), tally);
      }
    },
  );

  it('come back, if not all, in data full of what frames begin with', () => {
    const random = randomOf(3);
    const tally = none();
    for (const segmentation of segmentations)
      for (const length of [40, 300, 3000])
        for (let i = 0; i < 15; i++) {
          const traffic = synthesise(
            { payload: 'tagged', sender: 'server', segmentation, length, frames: 30 },
            random,
          );
          const count = traffic.segments.length;
          if (count > 3) lose(traffic, whole(random, count - 3), 1, tally);
        }
    expect(tally.wrong / tally.losses).toBeLessThan(0.03);
    expect(tally.back / tally.frames).toBeGreaterThan(0.9);
  });

  it('come back from deep inside a payload whose header was lost', () => {
    const random = randomOf(5);
    const payload = randomBytes(random, 400_000);
    for (const key of [undefined, 0x1b2c3d4e]) {
      const big = encodeFrame({ opcode: 2, payload, maskingKey: key });
      const small = Array.from({ length: 6 }, () =>
        encodeFrame({ opcode: 2, payload: randomBytes(random, 50), maskingKey: key }),
      );
      const segments = [...cut(big), ...small];
      const found = find(segments.slice(1), key === undefined ? SERVER : CLIENT, MSS);
      expect(found?.streamOffset).toBe(big.length);
    }
  });

  it('come back across further gaps', () => {
    const random = randomOf(6);
    const wires = Array.from({ length: 30 }, () =>
      encodeFrame({ opcode: 2, payload: randomBytes(random, 700) }),
    );
    // A snap length: of each segment, which holds one frame, 96 bytes are there.
    const snapped = wires.flatMap((wire) => [wire.subarray(0, 96), wire.length - 96]);
    expect(find(snapped, SERVER)).toMatchObject({ streamOffset: 0 });
    // What comes before a gap cannot be told: only what comes behind it.
    const [first, ...rest] = wires;
    expect(find([first.subarray(200, 300), 5_000, ...rest], SERVER, 50)).toMatchObject({
      streamOffset: 5_150,
    });
  });

  it('come back before a gap that swallows the next header, however much comes behind it', () => {
    const wires = Array.from({ length: 40 }, (_, i) =>
      encodeFrame({ opcode: 1, payload: utf8(`{"n":${i}}`) }),
    );
    const [first, second, third, ...rest] = wires;
    const before = concat(first, second, third.subarray(0, 1));
    expect(find([before, 3, ...rest], SERVER)).toMatchObject({ streamOffset: 0 });
    const search = new ChainSearch({ masked: false, deflate: false }, { some: 0.5, inside: 0.15 });
    const window = new SegmentWindow(new Place(), new WindowBudget());
    window.push(before, 0, before.length);
    window.gap(3);
    for (const wire of rest) window.push(wire, 0, wire.length);
    expect(search.first(0.99, search.weigh(window))).toMatchObject({ index: 0, frames: 3 });
  });

  it('come back where it is not known who sends, with the masks told', () => {
    const random = randomOf(7);
    for (const sender of ['client', 'server'] as const) {
      const recipe = { payload: 'json', sender, segmentation: 'frame', length: 100, frames: 10 } as const;
      const { segments } = synthesise(recipe, random);
      const found = find(segments, { masked: undefined, deflate: undefined, fragmented: undefined });
      expect(found).toMatchObject({ streamOffset: 0, masked: sender === 'client' });
    }
  });

  it('are found at once where the first segment shows them', () => {
    const resynchroniser = new Resynchroniser(CLIENT, new Place(), new WindowBudget(), 1000);
    const wire = encodeFrame({ opcode: 1, payload: utf8('{"ask":"something"}'), maskingKey: 0x12345678 });
    expect(resynchroniser.push(wire)).toMatchObject({ streamOffset: 1000, frames: 1 });
  });

  it('are found alike wherever the segments lie in their packets', async () => {
    for (const traffic of (await recordedTraffic()).slice(0, 12)) {
      const { segments } = traffic;
      const lost = segments[0].length;
      const resynchroniser = new Resynchroniser(
        expectationOf(traffic),
        new Place(),
        new WindowBudget(),
        lost,
      );
      let found: Resynchronisation | undefined;
      for (const segment of segments.slice(1)) found ??= resynchroniser.push(...embedded(segment));
      expect(found ?? resynchroniser.end()).toEqual(find(segments.slice(1), expectationOf(traffic), lost));
    }
  });

  it('are taken on from there', () => {
    const random = randomOf(8);
    const wires = Array.from({ length: 5 }, () =>
      encodeFrame({ opcode: 1, payload: utf8(`{"n":${whole(random, 9)}}`) }),
    );
    const place = new Place();
    const resynchroniser = new Resynchroniser(SERVER, place, new WindowBudget(), 70);
    let found: Resynchronisation | undefined;
    let pushed = 0;
    for (const segment of [utf8('the rest of a lost frame'), ...wires]) {
      if (found !== undefined) break;
      place.packet++;
      found = resynchroniser.push(segment);
      pushed++;
    }
    expect(found?.streamOffset).toBe(94);
    const told: [number, number][] = [];
    const bytes = (_: Uint8Array, start: number, end: number) => void told.push([place.packet, end - start]);
    resynchroniser.replay({ bytes, gap() {} }, found!.streamOffset);
    expect(told).toEqual(wires.slice(0, pushed - 1).map((wire, i) => [i + 2, wire.length]));
  });
});

describe('what is not told', () => {
  it.each([
    'random',
    'zeros',
    'all 82',
    'all ff',
    'gzip',
    'doubles',
    'base64',
    'log lines',
    'Chinese',
    'counters',
  ])('in %s there are no frames', (name) => {
    const random = randomOf(9);
    let found = 0;
    for (let i = 0; i < 40; i++) {
      const segments = foreignKinds[name](random, 6_000).flatMap((bytes) => cut(bytes));
      for (const expected of [SERVER, CLIENT]) if (find(segments, expected) !== undefined) found++;
    }
    expect(found).toBeLessThanOrEqual(1);
  });

  it('an empty end says nothing', () => {
    expect(find([], SERVER)).toBeUndefined();
    expect(find([100], SERVER)).toBeUndefined();
    expect(find([Uint8Array.of(0x81)], SERVER)).toBeUndefined();
  });
});

describe('bounds', () => {
  it('gives up the oldest bytes, and still finds frames behind them', () => {
    const random = randomOf(10);
    const budget = new WindowBudget(64 << 10);
    const resynchroniser = new Resynchroniser(SERVER, new Place(), budget, 0);
    const lost = cut(randomBytes(random, 300_000));
    for (const segment of lost) expect(resynchroniser.push(segment)).toBeUndefined();
    expect(budget.held).toBeLessThanOrEqual(64 << 10);
    expect(resynchroniser.givenUp).toBeGreaterThan(200_000);
    let found: Resynchronisation | undefined;
    for (let i = 0; i < 60 && found === undefined; i++)
      found = resynchroniser.push(encodeFrame({ opcode: 1, payload: utf8(`{"a":${i}}`) }));
    expect(found?.streamOffset).toBe(300_000);
    resynchroniser.clear();
    expect(budget.held).toBe(0);
  });

  it('keeps within the budget of all', () => {
    const budget = new WindowBudget(1 << 20, 100_000);
    const all = Array.from({ length: 10 }, () => new Resynchroniser(SERVER, new Place(), budget, 0));
    const random = randomOf(11);
    for (let i = 0; i < 300; i++) {
      all[i % 10].push(randomBytes(random, 1000));
      expect(budget.held).toBeLessThan(100_000 + 2_000);
    }
  });

  it.each<[string, (i: number, random: Random) => number]>([
    [
      'what frames begin with',
      (_, random) => [0x81, 0x82, 1, 2, 0x89, 0x8a, 0x80, 0, 0xc1, 0x10, 0x7e][whole(random, 11)],
    ],
    ['81 05', (i) => (i % 2 ? 5 : 0x81)],
    ['81', () => 0x81],
    ['continuations', (i) => i % 2],
  ])('costs little more for %s than for others', (_, octet) => {
    const random = randomOf(12);
    const bytes = Uint8Array.from({ length: 400_000 }, (__, i) => octet(i, random));
    for (const masked of [true, false]) {
      const begun = process.cpuUsage().user;
      const resynchroniser = new Resynchroniser(
        { masked, deflate: undefined, fragmented: undefined },
        new Place(),
        new WindowBudget(),
        0,
      );
      for (const segment of cut(bytes)) resynchroniser.push(segment);
      resynchroniser.end();
      // Measured: 0.3 µs a byte at most.
      expect((process.cpuUsage().user - begun) / bytes.length).toBeLessThan(5);
    }
  });

  it('bears segments of one byte', () => {
    const random = randomOf(13);
    const wire = concat(
      ...Array.from({ length: 40 }, () => encodeFrame({ opcode: 1, payload: utf8(words(random)) })),
    );
    const found = find(
      Array.from(wire, (octet) => Uint8Array.of(octet)),
      SERVER,
    );
    expect(framesOf([wire]).map(({ start }) => start)).toContain(found?.streamOffset);
  });
});

const words = (random: Random): string => `{"word":"${'abcdefgh'.slice(whole(random, 8))}"}`;

function cut(bytes: Uint8Array): Uint8Array[] {
  const segments: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += MSS) segments.push(bytes.subarray(at, at + MSS));
  return segments;
}
