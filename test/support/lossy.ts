/**
 * The recording of the lossy network, captures that lost more of it, and what these may come to.
 *
 * Strategy: every octet has one position in its sender's TCP stream, which any packet that carries it tells.
 * A frame found in a damaged capture is therefore either a frame of the undamaged one, or was invented; and
 * which messages are still whole follows from the positions of the captured octets alone.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { encodePcap } from '../../src/capture/pcap-encode.js';
import { runDissection } from '../../src/dissect.js';
import { LinkType } from '../../src/link/link-types.js';
import type { Defect } from '../../src/stream/defect.js';
import type { Frame, Sender } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import { opcodeName } from '../../src/websocket/opcode.js';
import { fixturesRoot } from './fixtures.js';

export const lossyRoot = `${fixturesRoot}lossy-network/`;

/** A message or control frame as it is compared: its opcode, length and hash. */
export interface LoggedMessage {
  readonly opcode: string;
  readonly length: number;
  readonly sha256: string;
}

export interface LoggedSession {
  readonly path: string;
  readonly port: number;
  readonly clientMessages: readonly LoggedMessage[];
  readonly serverMessages: readonly LoggedMessage[];
}

interface Entry {
  readonly opcode: string;
  readonly length: number;
  readonly payload?: string;
  readonly payloadBase64?: string;
  readonly sha256?: string;
}

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');

/** What the applications logged. */
export function loggedSessions(): LoggedSession[] {
  const { sessions } = JSON.parse(readFileSync(`${lossyRoot}expected.json`, 'utf8'));
  const logged = ({ opcode, length, payload, payloadBase64, sha256: hash }: Entry): LoggedMessage => {
    const bytes = payload === undefined ? Buffer.from(payloadBase64 ?? '', 'base64') : Buffer.from(payload);
    return { opcode, length, sha256: hash ?? sha256(bytes) };
  };
  return sessions.map((session: Record<'clientMessages' | 'serverMessages', Entry[]>) => ({
    ...session,
    clientMessages: session.clientMessages.map(logged),
    serverMessages: session.serverMessages.map(logged),
  }));
}

/** A message in the form of loggedSessions(). */
export function asLogged({ opcode, content, length }: Message): LoggedMessage {
  return { opcode: opcodeName(opcode), length, sha256: sha256(content) };
}

/** A TCP packet of the recording. */
export interface LossyPacket {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly data: Uint8Array;
  /** The server's, which tells the session. */
  readonly port: number;
  readonly sender: Sender;
  /** Where the payload begins in the packet, and in the sender's stream. */
  readonly payloadStart: number;
  readonly position: number;
  readonly length: number;
}

/** The packets of client.pcap.gz or server.pcap.gz: microseconds, bare IPv4. */
export function readPackets(side: Sender): LossyPacket[] {
  const file = gunzipSync(readFileSync(`${lossyRoot}${side}.pcap.gz`));
  const initial = new Map<string, number>();
  const packets: LossyPacket[] = [];
  for (let at = 24; at < file.length; ) {
    const data = file.subarray(at + 16, at + 16 + file.readUInt32LE(at + 8));
    const tcp = (data[0] & 15) * 4;
    const [source, destination] = [data.readUInt16BE(tcp), data.readUInt16BE(tcp + 2)];
    // The servers' ports lie below those that a client is given.
    const sender = source > destination ? 'client' : 'server';
    const port = Math.min(source, destination);
    const key = `${port} ${sender}`;
    const sequence = data.readUInt32BE(tcp + 4);
    const isSyn = (data[tcp + 13] & 2) !== 0;
    if (isSyn) initial.set(key, sequence + 1);
    const payloadStart = tcp + (data[tcp + 12] >> 4) * 4;
    packets.push({
      seconds: file.readUInt32LE(at),
      nanoseconds: file.readUInt32LE(at + 4) * 1000,
      data,
      port,
      sender,
      payloadStart,
      position: isSyn ? 0 : (sequence - initial.get(key)!) | 0,
      length: data.length - payloadStart,
    });
    at += 16 + data.length;
  }
  return packets;
}

/** What is left of the recording: some of its packets, each cut to `snapLength` octets. */
export interface Remains {
  readonly packets: readonly LossyPacket[];
  readonly snapLength?: number;
}

/** As a capture file. */
export function encodeRemains({ packets, snapLength = 262_144 }: Remains): Uint8Array {
  const kept = packets.map(({ seconds, nanoseconds, data }) => {
    return { seconds, nanoseconds, data: data.subarray(0, snapLength), originalLength: data.length };
  });
  return encodePcap(kept, { linkType: LinkType.raw, snapLength });
}

/** A frame with its place in the stream. */
export interface PlacedFrame {
  readonly frame: Frame;
  /** `port sender` */
  readonly key: string;
  readonly start: number;
}

export interface PlacedMessage {
  readonly message: Message;
  readonly key: string;
  readonly frames: readonly PlacedFrame[];
  /** That of the session and its least certain frame. */
  readonly confidence: number;
}

export interface Dissected {
  readonly frames: readonly PlacedFrame[];
  readonly messages: readonly PlacedMessage[];
  readonly defects: readonly Defect[];
}

export async function dissectRemains(remains: Remains): Promise<Dissected> {
  const found: Frame[] = [];
  const messages: Message[] = [];
  const defects: Defect[] = [];
  await runDissection(encodeRemains(remains), {
    frame: (frame) => void found.push(frame),
    message: (message) => void messages.push(message),
    defect: (defect) => void defects.push(defect),
  });
  const frames = found.map((frame) => placeFrame(frame, remains.packets));
  const byNumber = new Map(frames.map((placed) => [placed.frame.number, placed]));
  const placeMessage = (message: Message): PlacedMessage => {
    const own = message.frames.map((number) => byNumber.get(number)!);
    const confidence = Math.min(message.session.confidence, ...own.map(({ frame }) => frame.confidence));
    return { message, key: own[0].key, frames: own, confidence };
  };
  return { frames, messages: messages.map(placeMessage), defects };
}

function placeFrame(frame: Frame, packets: readonly LossyPacket[]): PlacedFrame {
  const [piece] = frame.pieces;
  if (piece === undefined) return { frame, key: 'nowhere', start: -1 };
  const { port, sender, position, payloadStart } = packets[piece.packet - 1];
  return { frame, key: `${port} ${sender}`, start: position + piece.packetOffset! - payloadStart };
}

export const endOf = ({ start, frame }: PlacedFrame) => start + frame.headerLength + frame.length;

/** mulberry32: numbers 0 … 1, always the same for a seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What a damaged capture came to. */
export interface Verdict {
  /** By what is counted: messages that are not compressed, compressed ones, and frames with a whole header. */
  readonly counts: Readonly<Record<Kind, Count>>;
  /** Octets of the whole compressed messages: all, and those known and right. */
  readonly octets: Count;
  /** What was reported as certain and is not so, in words. */
  readonly wrong: readonly string[];
  /** What is not so, and was reported with a confidence below 1. */
  readonly doubtful: readonly string[];
}

export type Kind = 'plain' | 'compressed' | 'frames';

/** Of `whole` that the capture holds, `found` came back. */
export class Count {
  whole = 0;
  found = 0;

  add(found: number, whole = 1): void {
    this.whole += whole;
    this.found += found;
  }

  get share(): number {
    return this.whole === 0 ? 1 : this.found / this.whole;
  }
}

/** Compares what a damaged capture came to with what the whole one did. */
export class Judge {
  private readonly frames = new Map<string, PlacedFrame>();
  private readonly messages = new Map<PlacedFrame, PlacedMessage>();

  constructor(private readonly truth: Dissected) {
    for (const placed of truth.frames) this.frames.set(placeOf(placed), placed);
    for (const message of truth.messages)
      for (const placed of message.frames) this.messages.set(this.frames.get(placeOf(placed))!, message);
  }

  judge(remains: Remains, dissected: Dissected): Verdict {
    const wrong: string[] = [];
    const doubtful: string[] = [];
    const tell = (confidence: number, what: string) => (confidence < 1 ? doubtful : wrong).push(what);
    const returned = new Map<PlacedMessage, PlacedMessage>();
    const last = new Map<string, number>();
    for (const placed of dissected.messages) {
      const { message, confidence, key } = placed;
      const original = this.originalOf(placed);
      const fault = original === undefined ? 'was never sent' : faultOf(placed, original);
      if (fault !== undefined) tell(confidence, `${key}: ${describe(placed)} ${fault}`);
      else if (message.complete) {
        const end = endOf(original!.frames[original!.frames.length - 1]);
        if (end <= (last.get(key) ?? 0)) wrong.push(`${key}: ${describe(placed)} comes too late`);
        last.set(key, end);
      }
      if (fault === undefined && original!.frames[0].start === placed.frames[0].start)
        returned.set(original!, placed);
    }
    for (const placed of dissected.frames)
      if (!this.isFrame(placed)) tell(placed.frame.confidence, `${placeOf(placed)}: no such frame was sent`);
    return { ...this.count(remains, dissected, returned), wrong, doubtful };
  }

  private count(remains: Remains, dissected: Dissected, returned: Map<PlacedMessage, PlacedMessage>) {
    const captured = capturedOctets(remains);
    const counts = { plain: new Count(), compressed: new Count(), frames: new Count() };
    const octets = new Count();
    for (const original of this.truth.messages) {
      if (!original.frames.every((placed) => isCaptured(captured, placed, endOf(placed)))) continue;
      const { compressed, length } = original.message;
      const message = returned.get(original)?.message;
      counts[compressed ? 'compressed' : 'plain'].add(message?.complete ? 1 : 0);
      if (compressed) octets.add(message === undefined ? 0 : knownOctets(message), length);
    }
    const listed = new Set(dissected.frames.filter((placed) => this.isFrame(placed)).map(placeOf));
    for (const placed of this.truth.frames)
      if (isCaptured(captured, placed, placed.start + placed.frame.headerLength))
        counts.frames.add(listed.has(placeOf(placed)) ? 1 : 0);
    return { counts, octets };
  }

  private originalOf({ frames }: PlacedMessage): PlacedMessage | undefined {
    const first = this.frames.get(placeOf(frames[0]));
    return first && this.messages.get(first);
  }

  /** Whether a frame with this header was sent where it was found. */
  private isFrame(placed: PlacedFrame): boolean {
    const original = this.frames.get(placeOf(placed))?.frame;
    if (original === undefined) return false;
    const header = ({ fin, rsv1, opcode, masked, maskingKey, length, sender }: Frame) =>
      [fin, rsv1, opcode, masked, maskingKey, length, sender].join();
    return header(original) === header(placed.frame);
  }
}

const placeOf = ({ key, start }: PlacedFrame) => `${key} ${start}`;

function describe({ message, frames }: PlacedMessage): string {
  const { complete, length, opcode, packets } = message;
  const what = `${complete ? '' : 'incomplete '}${opcodeName(opcode)} of ${length} bytes`;
  return `${what} at ${frames[0].start} (packets ${packets.join(' ')})`;
}

/** What is untrue of a message that begins with one of the original's frames. */
function faultOf(placed: PlacedMessage, original: PlacedMessage): string | undefined {
  const { message, frames } = placed;
  const index = original.frames.findIndex(({ start }) => start === frames[0].start);
  if (message.sender !== original.message.sender) return 'has another sender';
  if (message.complete && index > 0) return 'is complete without its beginning';
  if (index === 0 && message.opcode !== original.message.opcode) return 'has another opcode';
  if (index > 0 && message.opcode !== 0) return 'has an opcode, and no beginning';
  if (index === 0 && message.compressed !== original.message.compressed) return 'is compressed or not';
  return contentFault(message, contentFrom(original, index));
}

/** What a message that begins with the original's frame number `index` says: not inflated if index > 0. */
function contentFrom({ message, frames }: PlacedMessage, index: number): Uint8Array {
  if (index === 0) return message.content;
  return Buffer.concat(frames.slice(index).map(({ frame }) => frame.payload));
}

function contentFault(message: Message, sent: Uint8Array): string | undefined {
  const { complete, content, length, unknownRanges } = message;
  if (complete && unknownRanges.length > 0) return 'is complete, with unknown octets';
  if (complete && length !== sent.length) return `is complete, of ${sent.length} bytes`;
  if (length > sent.length) return `is too long by ${length - sent.length} bytes`;
  const unknown = new Uint8Array(length);
  for (const range of unknownRanges) unknown.fill(1, range.offset, range.offset + range.length);
  for (let i = 0; i < length; i++)
    if (unknown[i] === 0 && (i >= content.length || content[i] !== sent[i])) return `differs at octet ${i}`;
  return undefined;
}

function knownOctets({ length, unknownRanges }: Message): number {
  return unknownRanges.reduce((known, range) => known - range.length, length);
}

/** By `port sender`: 1 where the octet of the stream is in the capture. */
function capturedOctets({ packets, snapLength = Infinity }: Remains): Map<string, Uint8Array> {
  const captured = new Map<string, Uint8Array>();
  for (const { port, sender, position, payloadStart, length } of packets) {
    const key = `${port} ${sender}`;
    const octets = captured.get(key) ?? new Uint8Array(STREAM_LIMIT);
    captured.set(key, octets);
    const kept = Math.min(length, snapLength - payloadStart);
    if (kept > 0) octets.fill(1, Math.max(position, 0), position + kept);
  }
  return captured;
}

/** No stream of the recording is longer. */
const STREAM_LIMIT = 1 << 18;

function isCaptured(captured: Map<string, Uint8Array>, { key, start }: PlacedFrame, end: number): boolean {
  const octets = captured.get(key);
  return octets !== undefined && !octets.subarray(start, end).includes(0);
}
