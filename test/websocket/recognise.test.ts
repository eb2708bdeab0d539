/**
 * A WebSocket is recognised without its handshake: in the recorded sessions from every segment on, both ways and
 * one way. Other protocols never are: real TLS and HTTP/2 from the loopback, many others and random bytes of many
 * structures, from anywhere in their streams.
 */
import { once } from 'node:events';
import { connect as connectHttp2, createServer as createHttp2 } from 'node:http2';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { connect as connectTls, createServer as createTls } from 'node:tls';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { Place } from '../../src/stream/place.js';
import { isMqtt } from '../../src/websocket/foreign.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import type { Sender } from '../../src/websocket/frame-record.js';
import { MidstreamRecogniser, type Side } from '../../src/websocket/recognise.js';
import { WindowBudget } from '../../src/websocket/segment-window.js';
import { utf8 } from '../support/splits.js';
import { foreignKinds, foreignSegments } from './foreign-traffic.js';
import {
  type Conversation,
  framesOf,
  MSS,
  type Random,
  randomBytes,
  randomOf,
  recordedConversations,
  synthesise,
  whole,
} from './traffic.js';

interface Sent {
  readonly side: Side;
  readonly bytes: Uint8Array;
}

function recognise(segments: Iterable<Sent>): MidstreamRecogniser {
  const recogniser = new MidstreamRecogniser(new Place(), new WindowBudget());
  for (const { side, bytes } of segments) if (recogniser.push(side, bytes) !== 'undecided') break;
  recogniser.end();
  return recogniser;
}

interface Tally {
  starts: number;
  recognised: number;
  /** Starts with at least eight whole frames behind them. */
  ample: number;
  ampleRecognised: number;
}

/** Begins the capture at segment `from`, of both senders or of one; checks what is recognised. */
function begin(conversation: Conversation, from: number, only: Sender | undefined, tally: Tally): void {
  const clientSide: Side = from % 2 === 0 ? 0 : 1;
  const serverSide: Side = clientSide === 0 ? 1 : 0;
  const sideOf = (sender: Sender): Side => (sender === 'client' ? clientSide : serverSide);
  const captured = conversation.segments
    .slice(from)
    .filter(({ sender }) => only === undefined || sender === only)
    .map(({ sender, bytes }) => ({ side: sideOf(sender), bytes }));
  let count = 0;
  const beginnings: Set<number>[] = [new Set(), new Set()];
  for (const sender of ['client', 'server'] as const) {
    const bytesOf = (some: Conversation['segments']) =>
      some.filter((segment) => segment.sender === sender).map(({ bytes }) => bytes);
    const skipped = Buffer.concat(bytesOf(conversation.segments.slice(0, from))).length;
    const all = bytesOf(conversation.segments);
    for (const { start } of framesOf(all)) beginnings[sideOf(sender)].add(start - skipped);
    beginnings[sideOf(sender)].add(Buffer.concat(all).length - skipped);
    if (only === undefined || only === sender)
      count += framesOf(all).filter(({ start }) => start >= skipped).length;
  }
  if (count === 0) return;
  const { recognition } = recognise(captured);
  tally.starts++;
  if (count >= 8) tally.ample++;
  if (recognition === undefined) return;
  tally.recognised++;
  if (count >= 8) tally.ampleRecognised++;
  expect(recognition.clientSide).toBe(clientSide);
  expect(recognition.confidence).toBeGreaterThan(0.96);
  for (const side of [0, 1] as const) {
    const start = recognition.starts[side];
    if (start !== undefined) expect(beginnings[side]).toContain(start);
  }
}

const none = (): Tally => ({ starts: 0, recognised: 0, ample: 0, ampleRecognised: 0 });

describe('a WebSocket without its handshake', () => {
  it.each([undefined, 'client', 'server'] as const)(
    'is recognised in the recorded sessions from every segment on (only: %s)',
    async (only) => {
      const tally = none();
      for (const conversation of await recordedConversations()) {
        const { length } = conversation.segments;
        const step = Math.max(1, Math.floor(length / 60));
        for (let from = 0; from < length; from += step) begin(conversation, from, only, tally);
      }
      expect(tally.starts).toBeGreaterThan(300);
      expect(tally.recognised / tally.starts).toBeGreaterThan(only === 'server' ? 0.5 : 0.75);
      expect(tally.ampleRecognised / tally.ample).toBeGreaterThan(0.97);
    },
  );

  it('is recognised whatever it carries', () => {
    const random = randomOf(31);
    const tally = none();
    for (const payload of ['json', 'words', 'random', 'numbers', 'zeros', 'compressed'])
      for (const segmentation of ['frame', 'batch', 'stream'] as const)
        for (const length of [8, 100, 2000]) {
          const [client, server] = (['client', 'server'] as const).map((sender) =>
            synthesise({ payload, sender, segmentation, length, frames: 20 }, random).segments.map(
              (bytes) => ({
                sender,
                bytes,
              }),
            ),
          );
          const segments = client.flatMap((sent, i) => [sent, ...server.slice(i, i + 1)]);
          begin({ name: payload, deflate: false, segments }, 0, undefined, tally);
        }
    expect(tally.recognised).toBe(tally.starts);
  });

  it('is recognised inside the payload of a long frame', () => {
    const random = randomOf(32);
    const rest = randomBytes(random, 20_000);
    const wires = Array.from({ length: 4 }, (_, i) =>
      encodeFrame({
        opcode: 1,
        payload: utf8(`{"number":${i},"of":"four"}`),
        maskingKey: 0x5a17 + i * 99_991,
      }),
    );
    const segments = [rest.subarray(0, MSS * 9), rest.subarray(MSS * 9), ...wires];
    const { recognition } = recognise(segments.map((bytes) => ({ side: 1, bytes })));
    expect(recognition).toMatchObject({ clientSide: 1, starts: [undefined, 20_000] });
  });

  it('is recognised across gaps', () => {
    const recogniser = new MidstreamRecogniser(new Place(), new WindowBudget());
    const wire = (i: number) =>
      encodeFrame({ opcode: 2, payload: new Uint8Array(400).fill(i), maskingKey: 0x12345 * (i + 1) });
    for (let i = 0; i < 8 && recogniser.state === 'undecided'; i++) {
      recogniser.push(0, wire(i).subarray(0, 60));
      recogniser.gap(0, wire(i).length - 60);
    }
    expect(recogniser.recognition).toMatchObject({ clientSide: 0, starts: [0, undefined] });
  });

  it('hands on what it held, in the order in which it was captured', () => {
    const place = new Place();
    const recogniser = new MidstreamRecogniser(place, new WindowBudget());
    const told: string[] = [];
    const sink = (side: Side) => ({
      bytes: (chunk: Uint8Array, start: number, end: number) =>
        void told.push(
          `${side} ${place.packet} ${start - place.origin} ${Buffer.from(chunk.subarray(start, end))}`,
        ),
      gap: (length: number) => void told.push(`${side} gap ${length}`),
    });
    const sent: [Side, string | number][] = [
      [1, 'xa'],
      [0, 'b'],
      [1, 7],
      [1, 'c'],
      [0, 'd'],
      [0, 3],
    ];
    for (const [side, what] of sent) {
      place.packet++;
      if (typeof what === 'number') recogniser.gap(side, what);
      else recogniser.push(side, utf8(what));
    }
    place.packet = 99;
    recogniser.replay([sink(0), sink(1)]);
    expect(told).toEqual(['1 1 0 xa', '0 2 0 b', '1 gap 7', '1 4 0 c', '0 5 0 d', '0 gap 3']);
    expect(place.packet).toBe(99);
  });
});

/** Frames as text, compressed or not, each with another key where they are masked. */
function texts(count: number, of: string, { masked = true, compressed = false } = {}): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => {
    const text = utf8(`${of} ${i} of them`);
    const payload = compressed ? deflateRawSync(text, { finishFlush: 2 }).subarray(0, -4) : text;
    const maskingKey = masked ? 0x1234_5671 + i * 7_654_321 : undefined;
    return encodeFrame({ opcode: 1, rsv1: compressed, payload, maskingKey });
  });
}

/** Side 0 asks, side 1 answers. */
function talk(count: number, compressed = false): Sent[] {
  const answers = texts(count, 'answer', { masked: false, compressed });
  return texts(count, 'question', { compressed }).flatMap((bytes, i): Sent[] => [
    { side: 0, bytes },
    { side: 1, bytes: answers[i] },
  ]);
}

const bySide = (side: Side, wires: readonly Uint8Array[]): Sent[] => wires.map((bytes) => ({ side, bytes }));
const joined = (wires: readonly Uint8Array[]): Uint8Array => Buffer.concat(wires);
const inSegments = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / MSS) }, (_, i) => bytes.subarray(i * MSS, (i + 1) * MSS));

describe('who is the client, where the capture begins in a message that is made of masked frames', () => {
  it.each(
    [1, 2, 3, 8, 40].flatMap((count) => [false, true].map((compressed) => [count, compressed] as const)),
  )('%i of them: not the side that sent it (compressed: %s)', (count, compressed) => {
    const rest = joined(texts(count, 'inner'));
    const segments = [...bySide(1, inSegments(rest)), ...talk(20, compressed)];
    const { recognition } = recognise(segments);
    expect(recognition).toMatchObject({ clientSide: 0, starts: [0, rest.length] });
    expect(recognition?.confidence).toBeGreaterThan(0.99);
  });

  it('140 KB of them', () => {
    const rest = joined(texts(6_000, 'inner'));
    expect(rest.length).toBeGreaterThan(130_000);
    const { recognition } = recognise([...bySide(1, inSegments(rest)), ...talk(6)]);
    expect(recognition?.clientSide).toBe(0);
  });

  it('a whole frame of which they are the payload', () => {
    const wire = encodeFrame({ opcode: 2, payload: joined(texts(6, 'inner')) });
    const { recognition } = recognise([{ side: 1, bytes: wire }, ...talk(6)]);
    expect(recognition).toMatchObject({ clientSide: 0, starts: [0, 0] });
  });

  it('the other side is silent at first', () => {
    const pushed = texts(5, 'pushed', { masked: false });
    const { recognition } = recognise([...bySide(1, [joined(texts(3, 'inner')), ...pushed]), ...talk(4)]);
    expect(recognition?.clientSide).toBe(0);
  });

  it('both sides have sent masked frames, and no more: rather the side that was heard later, with doubt', () => {
    const { recognition } = recognise([
      { side: 1, bytes: texts(1, 'inner')[0] },
      { side: 0, bytes: texts(1, 'question')[0] },
    ]);
    expect(recognition?.clientSide).toBe(0);
    expect(recognition?.confidence).toBeLessThan(0.99);
    expect(recognition?.confidence).toBeGreaterThan(0.9);
  });
});

describe('the roles do not keep a WebSocket waiting', () => {
  /** How many segments were pushed before it was recognised; undefined where only the end made it. */
  function waited(segments: readonly Sent[]): number | undefined {
    const recogniser = new MidstreamRecogniser(new Place(), new WindowBudget());
    const last = segments.findIndex(({ side, bytes }) => recogniser.push(side, bytes) !== 'undecided');
    return recogniser.recognition === undefined ? undefined : last + 1;
  }
  const questions = texts(20, 'question');
  const pushed = texts(1, 'pushed', { masked: false })[0];

  it.each<[string, Sent[], number | undefined]>([
    ['where the other side answers', talk(3), 2],
    ['where the server was heard first', [{ side: 1, bytes: pushed }, ...bySide(0, questions)], 2],
    ['where frames come in segments of their own', bySide(0, questions), 3],
    ['but one segment alone may be of a payload', bySide(0, [joined(questions)]), undefined],
  ])('%s', (_name, segments, count) => {
    expect(waited(segments)).toBe(count);
    expect(recognise(segments).recognition?.clientSide).toBe(0);
  });

  it('where the other side sends what begins as TLS: it may be tunnelled', () => {
    const record = Buffer.concat([Buffer.of(23, 3, 3, 0, 40), randomBytes(randomOf(71), 40)]);
    const { recognition } = recognise([{ side: 0, bytes: questions[0] }, ...bySide(1, [record, record])]);
    expect(recognition?.clientSide).toBe(0);
  });

  it('for good: where all of it looks like a payload, the budget ends it', () => {
    const budget = new WindowBudget(100_000);
    const recogniser = new MidstreamRecogniser(new Place(), budget);
    const segments = inSegments(joined(texts(6_000, 'inner')));
    segments.find((bytes) => recogniser.push(0, bytes) !== 'undecided');
    expect(recogniser.recognition?.clientSide).toBe(0);
    expect(budget.held).toBeLessThan(110_000);
  });
});

describe('segments that begin as no frame does', () => {
  it('are no reason to give up where the rest of a long message comes in shorter segments than what came before', () => {
    const [first, second] = [200, 6_000].map((length) =>
      encodeFrame({ opcode: 1, payload: utf8('{"text":"not so short"},'.repeat(length / 24)) }),
    );
    const more = texts(12, 'pushed', { masked: false });
    const cut = Array.from({ length: Math.ceil(second.length / 100) }, (_, i) =>
      second.subarray(i * 100, i * 100 + 100),
    );
    const { recognition } = recognise([...bySide(1, [joined(more), first, ...cut]), ...talk(3)]);
    expect(recognition).toMatchObject({ clientSide: 0, starts: [0, 0] });
  });
});

describe('where it is known that it is a WebSocket', () => {
  const known = () => new MidstreamRecogniser(new Place(), new WindowBudget(), { known: true });

  it('frames that are too few to tell it tell the roles', () => {
    const recogniser = known();
    recogniser.push(1, Uint8Array.of(0x88, 2, 3, 0xe8));
    recogniser.end();
    expect(recogniser.recognition?.clientSide).toBe(0);
  });

  it('what tells nothing is kept for who knows more', () => {
    const recogniser = known();
    const told: Uint8Array[] = [];
    const sink = {
      bytes: (chunk: Uint8Array, start: number, end: number) => void told.push(chunk.slice(start, end)),
      gap: () => {},
    };
    recogniser.push(1, utf8('nothing'));
    expect(recogniser.end()).toBe('other');
    recogniser.replay([sink, sink]);
    expect(told).toEqual([utf8('nothing')]);
  });

  it('nothing is kept where it is something else after all', () => {
    const budget = new WindowBudget();
    const recogniser = new MidstreamRecogniser(new Place(), budget, { known: true });
    recogniser.push(1, utf8('nothing'));
    recogniser.abandon();
    expect(budget.held).toBe(0);
  });
});

/** Cuts a recorded conversation at `offset` of its bytes: the capture begins there. */
function* from(segments: readonly Sent[], offset: number): Generator<Sent> {
  let skip = offset;
  for (const { side, bytes } of segments) {
    if (skip < bytes.length) yield { side, bytes: bytes.subarray(skip) };
    skip = Math.max(0, skip - bytes.length);
  }
}

/** Runs `talk` against `server` through a relay that records what both say, as TCP segments would carry it. */
async function recorded(server: Server, talk: (port: number) => Promise<void>): Promise<Sent[]> {
  const sent: Sent[] = [];
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const record = (side: Side, bytes: Buffer) => {
    for (let at = 0; at < bytes.length; at += MSS) sent.push({ side, bytes: bytes.subarray(at, at + MSS) });
  };
  const relay = createServer((down) => {
    const up = connect((server.address() as AddressInfo).port, '127.0.0.1');
    down.on('data', (bytes) => record(0, bytes)).pipe(up);
    up.on('data', (bytes) => record(1, bytes)).pipe(down);
    for (const socket of [up, down]) socket.on('error', () => {});
  });
  relay.listen(0, '127.0.0.1');
  await once(relay, 'listening');
  await talk((relay.address() as AddressInfo).port);
  relay.close();
  server.close();
  return sent;
}

async function recordedTls(maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<Sent[]> {
  const psk = Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex');
  const ciphers = 'PSK-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256';
  const options = { ciphers, maxVersion, minVersion: maxVersion } as const;
  const server = createTls({ ...options, pskCallback: () => psk, pskIdentityHint: 'hint' }, (socket) => {
    socket.on('data', (bytes) => socket.write(Buffer.concat([bytes, bytes])));
    socket.on('error', () => {});
  });
  return recorded(server, async (port) => {
    const socket = connectTls({
      ...options,
      port,
      host: '127.0.0.1',
      pskCallback: () => ({ psk, identity: 'me' }),
      checkServerIdentity: () => undefined,
    });
    await once(socket, 'secureConnect');
    const random = randomOf(41);
    for (let i = 0; i < 30; i++) {
      socket.write(randomBytes(random, 1 + whole(random, 2_000)));
      await once(socket, 'data');
    }
    socket.destroy();
  });
}

function recordedHttp2(): Promise<Sent[]> {
  const server = createHttp2();
  server.on('stream', (stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/json' });
    stream.end(
      JSON.stringify({ items: Array.from({ length: 80 }, (_, i) => ({ id: i, name: `item ${i}` })) }),
    );
  });
  return recorded(server as unknown as Server, async (port) => {
    const session = connectHttp2(`http://127.0.0.1:${port}`);
    for (let i = 0; i < 25; i++) {
      const request = session.request({ ':path': `/items/${i}`, ':method': i % 3 ? 'GET' : 'POST' });
      request.end(i % 3 ? undefined : randomBytes(randomOf(i), 500));
      for await (const _ of request);
    }
    session.ping(() => {});
    session.destroy();
  });
}

describe('other protocols', () => {
  it.each([
    ['TLS 1.2', () => recordedTls('TLSv1.2')],
    ['TLS 1.3', () => recordedTls('TLSv1.3')],
    ['HTTP/2', recordedHttp2],
  ] as const)('%s is never taken for a WebSocket, wherever the capture begins', async (_, record) => {
    const segments = await record();
    const total = segments.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(total).toBeGreaterThan(5_000);
    for (let offset = 0; offset < total; offset += 61) {
      const captured = [...from(segments, offset)];
      expect(recognise(captured).state).not.toBe('websocket');
      for (const side of [0, 1])
        expect(recognise(captured.filter((sent) => sent.side === side)).state).not.toBe('websocket');
    }
  });

  it('TLS is given up at its first segments', async () => {
    const segments = await recordedTls('TLSv1.3');
    const recogniser = new MidstreamRecogniser(new Place(), new WindowBudget());
    let pushed = 0;
    for (const { side, bytes } of from(segments, 3_000))
      if (recogniser.push(side, bytes) === 'undecided') pushed++;
      else break;
    expect(recogniser.state).toBe('other');
    expect(pushed).toBeLessThan(10);
  });

  // Run with other seeds, 123,000 connections: none was taken for a WebSocket.
  it.each(Object.keys(foreignKinds))('%s is never taken for a WebSocket', (name) => {
    const random = randomOf(51);
    for (let i = 0; i < 150; i++) {
      const segments = conversationIn(name, random);
      const { state, recognition } = recognise(segments);
      expect({ state, recognition }).toEqual({ state: 'other', recognition: undefined });
    }
  });

  it('what looks like unmasked frames on both sides is no WebSocket: a client masks', () => {
    const random = randomOf(53);
    for (let i = 0; i < 60; i++) {
      const type = 0x81 + (i & 1);
      const segments = Array.from({ length: 6 + whole(random, 60) }, () => {
        const body = randomBytes(random, whole(random, 126));
        return { side: whole(random, 2) as Side, bytes: Buffer.concat([Buffer.of(type, body.length), body]) };
      });
      expect(recognise(segments).state).toBe('other');
    }
  });

  it('random bytes are never taken for a WebSocket', () => {
    const random = randomOf(52);
    let taken = 0;
    for (let i = 0; i < 20_000; i++) {
      const segments = Array.from({ length: 1 + whole(random, 6) }, () => ({
        side: whole(random, 2) as Side,
        bytes: randomBytes(random, 1 + whole(random, 60)),
      }));
      if (recognise(segments).state === 'websocket') taken++;
    }
    expect(taken).toBe(0);
  });

  it('MQTT subscriptions are told from binary frames', () => {
    const subscribe = Buffer.from([0x82, 8, 0, 1, 0, 3, ...utf8('a/b'), 1]);
    expect(isMqtt(subscribe, 0, subscribe.length)).toBe(true);
    // MQTT 5: properties.
    const five = Buffer.from([0x82, 11, 0, 1, 2, 0x0b, 7, 0, 3, ...utf8('a/b'), 1]);
    expect(isMqtt(five, 0, five.length)).toBe(true);
    const frame = Buffer.from([0x82, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(isMqtt(frame, 0, frame.length)).toBe(false);
    expect(isMqtt(subscribe, 0, 6)).toBe(false);
  });
});

/** One side or both speak the protocol. */
function conversationIn(name: string, random: Random): Sent[] {
  const length = [50, 300, 2_000, 8_000][whole(random, 4)];
  const sideOf = (side: Side) =>
    foreignSegments(foreignKinds[name], random, length).map((bytes) => ({ side, bytes }));
  const [a, b] = [sideOf(0), random() < 0.5 ? sideOf(1) : []];
  const mixed: Sent[] = [];
  while (a.length + b.length > 0) {
    const next = (random() < 0.5 && a.length > 0) || b.length === 0 ? a : b;
    mixed.push(next.shift()!);
  }
  return mixed;
}

describe('bounds', () => {
  it('gives a connection up behind 64 KiB of a side', () => {
    const random = randomOf(61);
    const budget = new WindowBudget();
    const recogniser = new MidstreamRecogniser(new Place(), budget);
    let pushed = 0;
    while (recogniser.push(0, randomBytes(random, MSS)) === 'undecided') pushed += MSS;
    expect(pushed).toBeLessThanOrEqual(66_000);
    expect(recogniser.state).toBe('other');
    expect(budget.held).toBe(0);
    expect(recogniser.push(1, utf8('more'))).toBe('other');
  });

  it('gives up where all connections together hold too much', () => {
    const budget = new WindowBudget(1 << 20, 50_000);
    const random = randomOf(62);
    for (let i = 0; i < 30; i++) {
      const recogniser = new MidstreamRecogniser(new Place(), budget);
      for (let j = 0; j < 4; j++) recogniser.push(0, randomBytes(random, MSS));
      expect(budget.held).toBeLessThan(53_000);
    }
  });

  it('gives up a side whose segments begin as no frame does', () => {
    const recogniser = new MidstreamRecogniser(new Place(), new WindowBudget());
    let pushed = 0;
    while (recogniser.push(0, utf8(`line ${'x'.repeat(pushed % 7)}\n`)) === 'undecided') pushed++;
    expect(pushed).toBeLessThan(60);
  });

  it('says nothing of nothing', () => {
    expect(new MidstreamRecogniser(new Place(), new WindowBudget()).end()).toBe('other');
  });
});
