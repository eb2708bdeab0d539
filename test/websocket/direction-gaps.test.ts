/**
 * Bytes that the capture does not hold: gaps of every length at every offset, streams that end anywhere.
 */
import { describe, expect, it } from 'vitest';
import { encodeFrame, encodeFrameHeader } from '../../src/websocket/frame-encode.js';
import { mask } from '../../src/websocket/mask.js';
import { PayloadBudget } from '../../src/websocket/payload-budget.js';
import { concat, utf8 } from '../support/splits.js';
import { SessionRecorder } from './recorder.js';

const KEY = 0x37fa213d;

const frames = [
  { maskingKey: KEY, payload: utf8('0123456789abc') },
  { maskingKey: undefined, payload: utf8('') },
  { maskingKey: undefined, payload: new Uint8Array(126).fill(7) },
  { maskingKey: 1, payload: utf8('end') },
];
const encoded = frames.map((frame) => encodeFrame({ opcode: 2, ...frame }));
const stream = concat(...encoded);

/** Where each frame and its payload lie in the stream. */
const layout = frames.map(({ payload }, i) => {
  const end = encoded.slice(0, i + 1).reduce((sum, { length }) => sum + length, 0);
  return { start: end - encoded[i].length, body: end - payload.length, end, payload };
});

/** What is expected of the frames where stream bytes [from, to) are missing, by the layout alone. */
function expectation(from: number, to: number) {
  const hit = layout.find(({ start, body }) => from < body && to > start);
  const readable = hit === undefined ? layout : layout.slice(0, layout.indexOf(hit));
  const seen = readable.map(({ body, end, payload }) => {
    const [first, last] = [Math.max(from, body), Math.min(to, end)];
    if (first >= last) return { complete: true, missing: [], truncated: false, payload };
    const offset = first - body;
    const kept = payload.map((byte, i) => (i >= offset && i < last - body ? 0 : byte));
    return {
      complete: false,
      missing: [{ offset, length: last - first }],
      truncated: false,
      payload: last === end ? kept.subarray(0, offset) : kept,
    };
  });
  return { seen, lostAt: hit?.start };
}

describe('gaps', () => {
  it('of every length at every offset', () => {
    for (let from = 0; from < stream.length; from++) {
      for (let to = from + 1; to <= stream.length; to += to - from < 20 ? 1 : 13) {
        const recorder = new SessionRecorder();
        recorder.send('client', stream.subarray(0, from)).gap('client', to - from);
        recorder.send('client', stream.subarray(to)).end();
        const { seen, lostAt } = expectation(from, to);
        const sure = recorder.frames.filter(({ confidence }) => confidence === 1);
        expect(
          sure.map(({ complete, missing, truncated, payload }) => ({
            complete,
            missing,
            truncated,
            payload,
          })),
        ).toEqual(seen);
        // What is found again is what was sent there, and never without a doubt.
        for (const { streamOffset, payload } of recorder.frames.slice(seen.length))
          expect(layout.find(({ start }) => start === streamOffset)?.payload).toEqual(payload);
        const { lostAt: lost, missingBytes, frames } = recorder.summaries[0];
        const found = frames.client > seen.length;
        expect([lost.client, missingBytes.client]).toEqual([found ? undefined : lostAt, to - from]);
        expect(recorder.defects.map(([code]) => code)).toEqual(lostAt === undefined ? [] : ['frames-lost']);
      }
    }
  });

  it('leave a doubt for ever: the payload of a long frame may be made of frames', () => {
    const recorder = new SessionRecorder({ messages: true });
    const inner = Array.from({ length: 200 }, (_, i) =>
      encodeFrame({ opcode: 1, maskingKey: 0x1234567 * (i + 1), payload: utf8(`{"n":${i}}`) }),
    );
    const outer = encodeFrame({ opcode: 2, maskingKey: 0, payload: concat(...inner) });
    recorder.send('client', outer.subarray(0, 1)).gap('client', 7);
    for (let at = 8; at < outer.length; at += 500) recorder.send('client', outer.subarray(at, at + 500));
    recorder.end();
    expect(recorder.frames.length).toBeGreaterThan(150);
    expect(recorder.frames.filter(({ confidence }) => confidence === 1)).toEqual([]);
    expect(recorder.messages.filter(({ confidence }) => confidence === 1)).toEqual([]);
    expect(recorder.frames.at(-1)!.confidence).toBe(0.999999);
  });

  it('in pieces are one gap, and two gaps are two', () => {
    const recorder = new SessionRecorder();
    recorder.send('client', stream.subarray(0, 8)).gap('client', 2).gap('client', 1);
    recorder.send('client', stream.subarray(11, 13)).gap('client', 3);
    recorder.send('client', stream.subarray(16));
    expect(recorder.frames[0]).toMatchObject({
      missing: [
        { offset: 2, length: 3 },
        { offset: 7, length: 3 },
      ],
      payload: utf8('01\0\0\x0056\0\0\0abc'),
    });
    expect(recorder.frames[1].missing).toEqual([]);
  });

  it('leave the pieces of the bytes that came', () => {
    const recorder = new SessionRecorder();
    recorder.at(1).send('client', stream.subarray(0, 8)).gap('client', 4);
    recorder.at(2).send('client', stream.subarray(12));
    expect(recorder.frames[0].pieces).toMatchObject([
      { packet: 1, streamOffset: 0, length: 8 },
      { packet: 2, streamOffset: 12, length: 7, packetOffset: 54 },
    ]);
  });

  it('by the thousand cost a bounded list, whose last range takes the rest together', () => {
    const recorder = new SessionRecorder({ payloadLimit: 4 });
    const length = 2 * 70_000;
    recorder.send('server', encodeFrameHeader({ opcode: 2, length }));
    for (let i = 0; i < length / 2; i++) recorder.send('server', Uint8Array.of(1)).gap('server', 1);
    const [{ missing, payload }] = recorder.frames;
    expect(missing).toHaveLength(65_536);
    expect(missing[65_534]).toEqual({ offset: 131_069, length: 1 });
    expect(missing[65_535]).toEqual({ offset: 131_071, length: length - 131_071 });
    expect(payload).toEqual(Uint8Array.of(1, 0, 1));
  });
});

describe('payloads under way', () => {
  const begin = (recorder: SessionRecorder, length: number, size: number) =>
    recorder.send('client', concat(encodeFrameHeader({ opcode: 2, length }), new Uint8Array(size).fill(1)));

  it('cost what was captured, however long the gaps are', () => {
    const budget = new PayloadBudget();
    const recorder = new SessionRecorder({ messages: true, budget });
    begin(recorder, 1 << 26, 10).gap('client', (1 << 26) - 20);
    recorder.send('client', new Uint8Array(10).fill(2));
    const [{ payload, missing, complete }] = recorder.frames;
    expect([payload.length, complete, missing]).toEqual([
      10,
      false,
      [{ offset: 10, length: (1 << 26) - 20 }],
    ]);
    const [message] = recorder.messages;
    expect([message.content.length, message.length, message.unknownRanges]).toEqual([10, 1 << 26, missing]);
    const begun = 'session 1: a';
    expect(recorder.defects).toEqual([
      [
        'payload-limit',
        `${begun} frame of the client has 67108864 bytes of payload; what lies behind a long gap is not kept (limit zeros=65536)`,
      ],
      [
        'payload-limit',
        `${begun} message of the client has 67108864 bytes of payload; 10 are kept, up to a long gap (limit zeros=65536)`,
      ],
    ]);
    recorder.end();
    expect(budget.held).toBe(0);
  });

  it('are bounded together; what is cut is told of', () => {
    const budget = new PayloadBudget(10_000);
    const [idle, cut] = [1, 2].map(() => new SessionRecorder({ budget }));
    begin(idle, 20_000, 9000);
    begin(cut, 2000, 500).send('client', new Uint8Array(1500));
    cut.send('client', encodeFrame({ opcode: 2, payload: new Uint8Array(700) }));
    expect(cut.frames.map(({ payload, length, complete }) => [payload.length, length, complete])).toEqual([
      [500, 2000, true],
      [700, 700, true],
    ]);
    expect(cut.defects).toEqual([
      [
        'payload-limit',
        'session 1: a frame of the client has 2000 bytes of payload; less is kept: ' +
          'all payloads under way hold too much (limit held-payload=10000)',
      ],
    ]);
    idle.end();
    cut.end();
    expect([idle.frames[0].payload.length, budget.held]).toEqual([9000, 0]);
  });

  it('of messages, too', () => {
    const budget = new PayloadBudget(10_000);
    const [idle, cut] = [1, 2].map(() => new SessionRecorder({ budget, frames: false, messages: true }));
    begin(idle, 20_000, 9000);
    begin(cut, 2000, 700).send('client', new Uint8Array(1300));
    cut.send('client', encodeFrame({ opcode: 2, payload: new Uint8Array(900) }));
    expect(cut.messages.map(({ content, length, complete }) => [content.length, length, complete])).toEqual([
      [700, 2000, false],
      [900, 900, true],
    ]);
    expect(cut.defects).toEqual([
      [
        'payload-limit',
        'session 1: a message of the client has 2000 bytes of payload; 700 are kept: ' +
          'all payloads under way hold too much (limit held-payload=10000)',
      ],
    ]);
    idle.end();
    cut.end();
    expect(budget.held).toBe(0);
  });
});

describe('a stream that ends', () => {
  it('anywhere gives the frames before, the cut one, or a defect for a cut header', () => {
    for (let end = 0; end <= stream.length; end++) {
      const recorder = new SessionRecorder();
      recorder.send('client', stream.subarray(0, end)).end();
      const cut = layout.find((frame) => frame.start < end && end < frame.end);
      const whole = layout.filter((frame) => frame.end <= end);
      const expected: object[] = whole.map(({ payload }) => ({ complete: true, truncated: false, payload }));
      if (cut !== undefined && end >= cut.body) {
        const offset = end - cut.body;
        const missing = [{ offset, length: cut.end - end }];
        expected.push({
          complete: false,
          truncated: true,
          payload: cut.payload.subarray(0, offset),
          missing,
        });
      }
      expect(recorder.frames).toMatchObject(expected);
      expect(recorder.frames).toHaveLength(expected.length);
      const header = cut !== undefined && end < cut.body ? end - cut.start : 0;
      expect(recorder.defects).toEqual(
        header === 0
          ? []
          : [
              [
                'truncated-frame-header',
                `session 1: the client's stream ends ${header} bytes into a frame header`,
              ],
            ],
      );
    }
  });

  it('behind a gap in the last payload has one range for both', () => {
    const recorder = new SessionRecorder();
    recorder.send('client', stream.subarray(0, 9)).gap('client', 2).end();
    expect(recorder.frames[0]).toMatchObject({
      truncated: true,
      missing: [{ offset: 3, length: 10 }],
      payload: utf8('012'),
    });
  });

  it('inside a frame that declares more than there can be', () => {
    const recorder = new SessionRecorder();
    const header = encodeFrameHeader({ opcode: 1, maskingKey: KEY, lengthForm: 64, length: 2n ** 64n - 1n });
    recorder.send('server', concat(header, mask(utf8('abc'), KEY))).end();
    expect(recorder.frames[0]).toMatchObject({
      exactLength: 2n ** 64n - 1n,
      length: 2 ** 63,
      payload: utf8('abc'),
      missing: [{ offset: 3, length: 2 ** 63 - 3 }],
      truncated: true,
    });
  });
});

describe('an uncertain gap', () => {
  const texts = Array.from({ length: 20 }, (_, i) =>
    encodeFrame({ opcode: 1, payload: utf8(`message number ${i}`) }),
  );
  const long = encodeFrame({ opcode: 2, payload: new Uint8Array(2000) });

  it.each([
    ['within a payload, though it is shorter than the rest', long.subarray(0, 50), 5, [2000]],
    ['between frames, of no known length', new Uint8Array(0), 0, []],
  ])('%s: the next frame is searched for', (_, before, length, cut) => {
    const recorder = new SessionRecorder();
    if (before.length > 0) recorder.send('server', before);
    recorder.decoder.server.gap(length, true);
    for (const text of texts) recorder.send('server', text);
    recorder.end();
    const { frames } = recorder;
    expect(frames.filter(({ missing }) => missing.length > 0).map((frame) => frame.length)).toEqual(cut);
    const found = frames.filter(({ opcode }) => opcode === 1);
    expect(found.length).toBeGreaterThan(16);
    for (const { confidence, payload } of found) {
      expect(confidence).toBeLessThan(1);
      expect(Buffer.from(payload).toString()).toMatch(/^message number/);
    }
    expect(recorder.summaries[0].missingBytes.server).toBe(length);
  });
});
