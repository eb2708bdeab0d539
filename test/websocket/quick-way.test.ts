/**
 * What is told of a session is the same whether its plain messages take the quick way or not: any frames, in any
 * pieces, with gaps, and an observer that is calm now and then.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/limits.js';
import { Place } from '../../src/stream/place.js';
import type { StreamEnd } from '../../src/stream/stream-sink.js';
import { encodeFrame, type FrameFields } from '../../src/websocket/frame-encode.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import type { DecodedMessage } from '../../src/websocket/message-record.js';
import type { FrameFacts, MessageFacts, SessionObserver } from '../../src/websocket/observer.js';
import { PayloadBudget } from '../../src/websocket/payload-budget.js';
import { WindowBudget } from '../../src/websocket/segment-window.js';
import { type SessionConsumer, SessionDecoder } from '../../src/websocket/session.js';
import type { SessionSummary } from '../../src/websocket/session-record.js';
import { concat } from '../support/splits.js';
import { makeSession } from './recorder.js';

interface Piece {
  readonly client: boolean;
  /** Octets; negative: missing ones. */
  readonly size: number;
}

interface Told {
  readonly log: object[];
  /** First octets of messages, where they are told. */
  readonly contents: (string | undefined)[];
}

const frameOf = ({ header, ...facts }: FrameFacts) => ({
  kind: 'frame',
  sender: facts.sender,
  number: facts.number,
  complete: facts.complete,
  messageUnderWay: facts.messageUnderWay,
  confidence: facts.confidence,
  when: [facts.packet, facts.seconds, facts.nanoseconds, facts.time],
  control: Buffer.from(facts.controlPayload).toString('hex'),
  header: [header.fin, header.rsv1, header.opcode, header.masked, header.maskingKey, header.lengthForm],
  where: [header.length, header.headerLength, header.streamOffset],
});

const messageOf = (facts: Omit<MessageFacts, 'inflated' | 'content' | 'badTextOctets'>) => ({
  kind: 'message',
  sender: facts.sender,
  opcode: facts.opcode,
  frames: [facts.firstFrame, facts.lastFrame, facts.fragments],
  first: [facts.firstPacket, facts.firstSeconds, facts.firstNanoseconds],
  lengths: [facts.wireLength, facts.length, facts.streamOffset],
  bad: facts.badTextOffset,
  complete: facts.complete,
  time: facts.time,
});

/** `quick`: messages may be told of as plain, while the frames seen so far are no multiple of three. */
class Watcher implements SessionObserver, Told {
  readonly log: object[] = [];
  readonly contents: (string | undefined)[] = [];
  private frames = 0;

  constructor(private readonly quick: boolean) {}

  get calm(): boolean {
    return this.quick && this.frames % 3 !== 0;
  }

  plain(facts: FrameFacts): void {
    if (!this.calm) this.log.push({ kind: 'was not calm' });
    this.frames++;
    const { header, number, packet, seconds, nanoseconds } = facts;
    this.log.push(frameOf(facts));
    this.contents.push(undefined);
    this.log.push(
      messageOf({
        ...{
          sender: facts.sender,
          opcode: header.opcode,
          firstFrame: number,
          lastFrame: number,
          fragments: 1,
        },
        ...{ firstPacket: packet, firstSeconds: seconds, firstNanoseconds: nanoseconds, compressed: false },
        ...{ wireLength: header.length, length: header.length, streamOffset: header.streamOffset },
        ...{
          badTextOffset: undefined,
          badTextDetectedAt: 0,
          complete: true,
          confidence: 1,
          time: facts.time,
        },
      }),
    );
  }

  frame(facts: FrameFacts): void {
    this.frames++;
    this.log.push(frameOf(facts));
  }

  message(facts: MessageFacts): void {
    this.log.push(messageOf(facts));
    this.contents.push(Buffer.from(facts.content).toString('hex'));
  }

  lost(): void {
    this.log.push({ kind: 'lost' });
  }

  closed(): void {}
}

type Streams = readonly [Uint8Array, Uint8Array];

function run(
  quick: boolean,
  streams: Streams,
  pieces: readonly Piece[],
  lists?: Pick<SessionConsumer, 'frame' | 'message' | 'joinedOnly'>,
  watched = true,
) {
  const watcher = new Watcher(quick);
  const place = new Place();
  const summaries: SessionSummary[] = [];
  const defects: string[] = [];
  let frames = 0;
  const decoder = new SessionDecoder(
    makeSession(),
    {
      place,
      payloadLimit: 1e6,
      limits: { ...DEFAULT_LIMITS, maxMessage: 400 },
      windowBudget: new WindowBudget(),
      payloadBudget: new PayloadBudget(),
      nextFrameNumber: () => ++frames,
    },
    {
      ...lists,
      observer: watched ? watcher : undefined,
      closed: (summary) => void summaries.push(summary),
      defect: (_code, message) => void defects.push(message),
    },
  );
  const at = [0, 0];
  const deliver = ({ client, size }: Piece) => {
    const side = client ? 0 : 1;
    const sink = client ? decoder.client : decoder.server;
    const from = at[side];
    const to = Math.min(streams[side].length, from + Math.abs(size));
    if (to === from) return;
    at[side] = to;
    Object.assign(place, {
      packet: place.packet + 1,
      seconds: place.packet,
      nanoseconds: place.packet * 1e6,
    });
    Object.assign(place, { sequence: 1000 * (side + 1), acknowledgement: at[1 - side] });
    if (size < 0) sink.gap(to - from);
    else sink.bytes(streams[side], from, to);
  };
  for (const piece of pieces) deliver(piece);
  for (const client of [true, false]) deliver({ client, size: 1e6 });
  for (const [sink, how] of [
    [decoder.client, 'fin'],
    [decoder.server, 'capture-end'],
  ] as [SessionDecoder['client'], StreamEnd][])
    sink.end(how);
  return { watcher, summaries, defects, frames };
}

const payload = fc.oneof(
  fc.string({ maxLength: 20 }).map((text) => Buffer.from(text)),
  fc.nat(450).map((length) => Buffer.alloc(length, 'ab')),
  fc.nat(200).map((length) => Buffer.from('ö'.repeat(length))),
  fc.uint8Array({ maxLength: 150 }),
);
const frame = (masked: boolean) =>
  fc
    .record({
      opcode: fc.constantFrom(1, 1, 1, 1, 1, 2, 2, 2, 2, 0, 9),
      fin: fc.integer({ min: 0, max: 15 }).map((chance) => chance > 0),
      payload,
      maskingKey: fc.integer(),
      odd: fc.integer({ min: 0, max: 15 }).map((chance) => chance === 0),
    })
    .map(({ odd, maskingKey, ...fields }) => {
      const key = masked !== odd ? { maskingKey } : {};
      return encodeFrame({ ...fields, ...key } as FrameFields);
    });
const stream = (masked: boolean) =>
  fc
    .tuple(fc.array(frame(masked), { minLength: 1, maxLength: 12 }), fc.constantFrom(0, 0, 3))
    .map(([frames, cut]) => {
      const all = concat(...frames);
      return all.subarray(0, Math.max(0, all.length - cut));
    });
const pieces = fc.array(
  fc.record({
    client: fc.boolean(),
    size: fc.oneof(
      { weight: 20, arbitrary: fc.nat(160) },
      { weight: 1, arbitrary: fc.integer({ min: -60, max: -1 }) },
    ),
  }),
  { maxLength: 60 },
);

it('is the same as the long way, in whatever pieces, with gaps or an end anywhere', () => {
  let quickOnes = 0;
  fc.assert(
    fc.property(stream(true), stream(false), pieces, (client, server, cuts) => {
      const quick = run(true, [client, server], cuts);
      const long = run(false, [client, server], cuts);
      expect(quick.watcher.log).toEqual(long.watcher.log);
      quick.watcher.contents.forEach((content, index) => {
        if (content !== undefined) expect(content).toBe(long.watcher.contents[index]);
        else quickOnes++;
      });
      expect(quick.summaries).toEqual(long.summaries);
      expect([quick.defects, quick.frames]).toEqual([long.defects, long.frames]);
    }),
    { numRuns: 3000 },
  );
  // Some 1,000: by chance 30 less, or 70 more.
  expect(quickOnes).toBeGreaterThan(500);
});

/** What is listed: all frames, and the messages that a frame is not already. */
function listed(
  quick: boolean,
  streams: Streams,
  pieces: readonly Piece[],
  { watched = true, joinedOnly = true } = {},
) {
  const frames: Frame[] = [];
  const messages: DecodedMessage[] = [];
  const lists = {
    frame: (frame: Frame) => void frames.push(frame),
    message: (message: DecodedMessage) => {
      if (message.frames.length > 1) messages.push(message);
    },
    joinedOnly: () => joinedOnly,
  };
  return { ...run(quick, streams, pieces, lists, watched), listedFrames: frames, messages };
}

it('is the same where frames are listed, and only the messages that no frame is already', () => {
  let quickOnes = 0;
  fc.assert(
    fc.property(stream(true), stream(false), pieces, (client, server, cuts) => {
      const streams: Streams = [client, server];
      const quick = listed(true, streams, cuts);
      const long = listed(false, streams, cuts, { joinedOnly: false });
      expect(quick.watcher.log).toEqual(long.watcher.log);
      quick.watcher.contents.forEach((content, index) => {
        if (content !== undefined) expect(long.watcher.contents[index]).toMatch(new RegExp(`^${content}`));
        else quickOnes++;
      });
      const unwatched = listed(true, streams, cuts, { watched: false });
      for (const other of [quick, unwatched]) {
        expect(other.listedFrames).toEqual(long.listedFrames);
        expect(other.messages).toEqual(long.messages);
        expect([other.summaries, other.frames]).toEqual([long.summaries, long.frames]);
      }
    }),
    { numRuns: 1000 },
  );
  expect(quickOnes).toBeGreaterThan(150);
});
