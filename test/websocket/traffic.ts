/**
 * Streams of frames in TCP segments, as peers make them: those of the recorded captures, and synthetic ones
 * of every kind of payload and of segmentation, the same for the same seed.
 */
import { deflateRawSync } from 'node:zlib';
import { readCaptures } from '../../src/capture/captures.js';
import { HttpConnection } from '../../src/http/connection.js';
import { NetworkDecoder } from '../../src/network/decoder.js';
import { Place } from '../../src/stream/place.js';
import type { StreamSink } from '../../src/stream/stream-sink.js';
import { TcpTable } from '../../src/tcp/table.js';
import { FrameDecoder } from '../../src/websocket/frame.js';
import { encodeFrame } from '../../src/websocket/frame-encode.js';
import type { Sender } from '../../src/websocket/frame-record.js';
import { decodeHandshake } from '../../src/websocket/handshake.js';
import { fixtures } from '../support/fixtures.js';

export interface Traffic {
  readonly name: string;
  readonly sender: Sender;
  readonly deflate: boolean;
  readonly segments: readonly Uint8Array[];
}

/** Numbers 0 ≤ n < 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export type Random = () => number;

/** 0 … below - 1. */
export const whole = (random: Random, below: number): number => Math.floor(random() * below);

export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => whole(random, 256));
}

const WORDS =
  'ticker price the quick error user id null true update "name" value: 3.14 ok größer 日本 дом 🎉'.split(' ');

function words(random: Random, length: number): string {
  let text = '';
  while (text.length < length) text += `${WORDS[whole(random, WORDS.length)]} `;
  return Buffer.from(text.slice(0, length)).toString();
}

const json = (random: Random, length: number): string =>
  JSON.stringify({
    type: 'ticker',
    id: whole(random, 1e6),
    price: random(),
    note: words(random, Math.max(0, length - 60)),
  });

/** A payload of about `length` octets. */
export const payloads: Readonly<Record<string, (random: Random, length: number) => Payload>> = {
  json: (random, length) => ({ opcode: 1, payload: Buffer.from(json(random, length)) }),
  words: (random, length) => ({ opcode: 1, payload: Buffer.from(words(random, length)) }),
  random: (random, length) => ({ opcode: 2, payload: randomBytes(random, length) }),
  numbers: (random, length) => {
    const payload = Buffer.alloc(length & ~3);
    for (let at = 0; at < payload.length; at += 4) payload.writeInt32LE(whole(random, 3000), at);
    return { opcode: 2, payload };
  },
  zeros: (_random, length) => ({ opcode: 2, payload: new Uint8Array(length) }),
  tagged: (random, length) => ({ opcode: 2, payload: tagged(random, length) }),
  compressed: (random, length) => {
    const bytes = deflateRawSync(json(random, length * 2), { finishFlush: 2 });
    return { opcode: 1, payload: bytes.subarray(0, -4), rsv1: true };
  },
};

export interface Payload {
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly rsv1?: boolean;
}

/** CBOR-like: short arrays and maps of small integers, byte strings. */
function tagged(random: Random, length: number): Uint8Array {
  const bytes: number[] = [];
  while (bytes.length < length) {
    const kind = random();
    if (kind < 0.4) bytes.push(0x82, whole(random, 24), whole(random, 24));
    else if (kind < 0.6) bytes.push(0x81, whole(random, 24));
    else if (kind < 0.8) bytes.push(0x18, whole(random, 256));
    else bytes.push(0x44, ...randomBytes(random, 4));
  }
  return Uint8Array.from(bytes.slice(0, length));
}

/** How writes become segments. */
export type Segmentation = 'frame' | 'batch' | 'stream' | 'split-header';
export const MSS = 1448;

export interface Recipe {
  readonly payload: string;
  readonly sender: Sender;
  readonly segmentation: Segmentation;
  /** Payload lengths are spread around it. */
  readonly length: number;
  readonly frames: number;
  /** Share of messages of several frames. */
  readonly fragmented?: number;
  /** Share of pings and pongs. */
  readonly control?: number;
}

export function synthesise(recipe: Recipe, random: Random): Traffic {
  const { payload, sender, segmentation, length, frames } = recipe;
  const wires: Uint8Array[] = [];
  const add = (fields: Payload & { readonly fin?: boolean }): void => {
    const key = sender === 'client' ? whole(random, 0x1_0000_0000) | 0 : undefined;
    wires.push(encodeFrame({ ...fields, maskingKey: key }));
  };
  while (wires.length < frames) {
    if (random() < (recipe.control ?? 0.03)) {
      const body = random() < 0.5 ? new Uint8Array(0) : randomBytes(random, 4);
      add({ opcode: random() < 0.5 ? 9 : 10, payload: body });
      continue;
    }
    const size = Math.max(1, Math.round(length * 2 ** (random() * 2 - 1)));
    const made = payloads[payload](random, size);
    if (random() < (recipe.fragmented ?? 0.03) && made.payload.length > 3) {
      const cut = 1 + whole(random, made.payload.length - 2);
      add({ ...made, payload: made.payload.subarray(0, cut), fin: false });
      add({ opcode: 0, payload: made.payload.subarray(cut), fin: true });
    } else add(made);
  }
  const { name, deflate } = { name: Object.values(recipe).join(' '), deflate: payload === 'compressed' };
  return { name, sender, deflate, segments: segment(wires, segmentation, random) };
}

function segment(wires: readonly Uint8Array[], how: Segmentation, random: Random): Uint8Array[] {
  const writes: Uint8Array[] = [];
  if (how === 'frame') writes.push(...wires);
  else if (how === 'stream') writes.push(Buffer.concat(wires));
  else if (how === 'split-header')
    for (const wire of wires) {
      const header = (wire[1] & 0x7f) < 126 ? 2 : (wire[1] & 0x7f) === 126 ? 4 : 10;
      const cut = header + (wire[1] > 0x7f ? 4 : 0);
      writes.push(wire.subarray(0, cut));
      if (cut < wire.length) writes.push(wire.subarray(cut));
    }
  else
    for (let at = 0; at < wires.length; ) {
      const count = 1 + whole(random, 12);
      writes.push(Buffer.concat(wires.slice(at, at + count)));
      at += count;
    }
  const segments: Uint8Array[] = [];
  for (const write of writes)
    for (let at = 0; at < write.length; at += MSS) segments.push(write.subarray(at, at + MSS));
  return segments;
}

export interface FrameSpan {
  readonly start: number;
  readonly end: number;
}

/** Where the frames of a whole stream lie. */
export function framesOf(segments: readonly Uint8Array[]): FrameSpan[] {
  const spans: FrameSpan[] = [];
  const decoder = new FrameDecoder({
    header() {},
    payload() {},
    missing() {},
    finished: (header, received) => {
      const { streamOffset: start, headerLength, length } = header;
      if (received === length) spans.push({ start, end: start + headerLength + length });
    },
    lost() {},
  });
  for (const bytes of segments) decoder.push(bytes);
  decoder.end();
  return spans;
}

export interface Conversation {
  readonly name: string;
  readonly deflate: boolean;
  /** In the order in which they were captured. */
  readonly segments: { readonly sender: Sender; readonly bytes: Uint8Array }[];
}

/** All recorded sessions. */
export async function recordedConversations(): Promise<Conversation[]> {
  const all: Conversation[] = [];
  for (const { name, recordings } of fixtures) {
    const [files] = recordings;
    if (files !== undefined) all.push(...(await conversationsOf(name, files)));
  }
  return all;
}

/** The streams of all recorded sessions, both directions. */
export async function recordedTraffic(): Promise<Traffic[]> {
  return (await recordedConversations()).flatMap(directionsOf);
}

export function directionsOf({ name, deflate, segments }: Conversation): Traffic[] {
  return (['client', 'server'] as const)
    .map((sender) => ({
      name: `${name} ${sender}`,
      sender,
      deflate,
      segments: segments.filter((segment) => segment.sender === sender).map(({ bytes }) => bytes),
    }))
    .filter(({ segments }) => segments.length > 0);
}

export async function conversationsOf(name: string, files: readonly string[]): Promise<Conversation[]> {
  const place = new Place();
  const all: Conversation[] = [];
  const open = (): readonly [StreamSink, StreamSink] =>
    new HttpConnection({
      place,
      owner: {
        answered() {},
        tunnelled: open,
        lost() {},
        defect() {},
        switched: ({ request, response }) => {
          const { extensions } = decodeHandshake(request, response).extensions;
          const deflate = extensions.some((extension) => extension.name === 'permessage-deflate');
          const conversation: Conversation = { name: `${name} ${all.length}`, deflate, segments: [] };
          all.push(conversation);
          const carry = (sender: Sender): StreamSink => ({
            bytes: (chunk, start, end) =>
              void conversation.segments.push({ sender, bytes: chunk.slice(start, end) }),
            gap: () => {},
            end: () => {},
          });
          return { client: carry('client'), server: carry('server') };
        },
      },
    }).sides;
  const report = () => {};
  const sink = new TcpTable({ place, report, open });
  const network = new NetworkDecoder({ sink, report });
  await readCaptures([...files], { report }, { packet: (packet) => network.packet(packet) });
  network.end();
  sink.end();
  return all;
}
