/**
 * The recordings under fixtures/messages-*: what the applications logged of their messages, what a dissection
 * finds, in the same form; and the same captures with their segments cut, moved and doubled.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Input } from '../../src/capture/open.js';
import { encodePcap, type PacketToEncode } from '../../src/capture/pcap-encode.js';
import { type DissectOptions, runDissection } from '../../src/dissect.js';
import type { DissectionConsumer } from '../../src/dissector.js';
import { encodeIpv4 } from '../../src/network/ipv4.js';
import type { Defect } from '../../src/stream/defect.js';
import { encodeSegment, FIN, RST, SYN } from '../../src/tcp/segment.js';
import type { Message } from '../../src/websocket/message-record.js';
import { opcodeName } from '../../src/websocket/opcode.js';
import type { Session } from '../../src/websocket/session-record.js';
import { fixturesRoot } from './fixtures.js';

export interface LoggedMessage {
  readonly opcode: string;
  readonly length: number;
  readonly sha256: string;
}

export interface LoggedSession {
  readonly path: string;
  readonly subprotocol: string | null;
  /** Whether control frames are in the logs. */
  readonly controls: boolean;
  readonly clientMessages: readonly LoggedMessage[];
  /** Undefined where the client's stream does not show the bounds of messages. */
  readonly serverMessages?: readonly LoggedMessage[];
  /** All content that the server sent, joined. */
  readonly serverStream?: { readonly length: number; readonly sha256: string };
}

interface RecordedMessage extends LoggedMessage {
  readonly text?: string;
}

export interface RecordedSession extends LoggedSession {
  /** Sec-WebSocket-Extensions of the response. */
  readonly extensions: string | null;
  /** Port, where the same path was asked for on two. */
  readonly server?: number;
  readonly clientMessages: readonly RecordedMessage[];
  readonly serverMessages?: readonly RecordedMessage[];
}

export interface MessageCase {
  readonly name: string;
  readonly capture: string;
  readonly recorded: readonly RecordedSession[];
  readonly sessions: readonly LoggedSession[];
}

/** All cases in the clear, by the name of their folder. */
export const messageCases: readonly MessageCase[] = readdirSync(fixturesRoot)
  .filter((name) => name.startsWith('messages-') && existsSync(`${fixturesRoot}${name}/messages.json`))
  .map((name) => {
    const folder = `${fixturesRoot}${name}/`;
    const { sessions: recorded } = JSON.parse(readFileSync(`${folder}messages.json`, 'utf8')) as {
      sessions: RecordedSession[];
    };
    return { name, capture: `${folder}capture.pcap.gz`, recorded, sessions: recorded.map(bare) };
  });

/** Without what is told for readers only. */
export function bare(recorded: RecordedSession): LoggedSession {
  const { path, subprotocol, controls, clientMessages, serverMessages, serverStream } = recorded;
  const list = (messages: readonly LoggedMessage[]) =>
    messages.map(({ opcode, length, sha256 }) => ({ opcode, length, sha256 }));
  return {
    path,
    subprotocol,
    controls,
    clientMessages: list(clientMessages),
    ...(serverMessages && { serverMessages: list(serverMessages) }),
    ...(serverStream && { serverStream }),
  };
}

export const sha256 = (content: Uint8Array | string): string =>
  createHash('sha256').update(content).digest('hex');

export interface SeenMessages {
  /** In the order of their connections. */
  readonly sessions: readonly Session[];
  readonly messages: readonly Message[];
  readonly defects: readonly Defect[];
}

export async function messagesOf(
  input: Input,
  options: DissectOptions = {},
  more: DissectionConsumer = {},
): Promise<SeenMessages> {
  const sessions: Session[] = [];
  const messages: Message[] = [];
  const defects: Defect[] = [];
  await runDissection(
    input,
    {
      // At its end a session knows its request, also one that was captured behind the response.
      sessionClosed: ({ session }) => void sessions.push(session),
      message: (message) => void messages.push(message),
      defect: (defect) => void defects.push(defect),
      ...more,
    },
    options,
  );
  sessions.sort((a, b) => a.connection - b.connection || a.number - b.number);
  return { sessions, messages, defects };
}

/** A session as it was told, by the library or by the program. */
export interface ToldSession {
  readonly path: string;
  readonly subprotocol: string | null;
  readonly messages: readonly ToldMessage[];
}

interface ToldMessage {
  readonly sender: string;
  readonly opcode: string;
  readonly length: number;
  readonly content: Uint8Array;
}

export const toldBy = ({ sessions, messages }: SeenMessages): ToldSession[] =>
  sessions.map((session) => ({
    path: session.handshake!.target ?? '',
    subprotocol: session.handshake!.subprotocol ?? null,
    messages: messages
      .filter((message) => message.session.number === session.number)
      .map(({ opcode, ...message }) => ({ ...message, opcode: opcodeName(opcode) })),
  }));

const CONTROLS = ['close', 'ping', 'pong'];

/** What was told in the form of the logs, as far as these know it. */
export function asLogged(told: readonly ToldSession[], logs: readonly LoggedSession[]): LoggedSession[] {
  return told.map(({ path, subprotocol, messages }) => {
    const { controls, serverStream } = logs.find((log) => log.path === path) ?? { controls: true };
    const known = messages.filter(({ opcode }) => controls || !CONTROLS.includes(opcode));
    const client = known.filter(({ sender }) => sender === 'client').map(logEntry);
    const server = known.filter(({ sender }) => sender === 'server');
    return {
      path,
      subprotocol,
      controls,
      clientMessages: client,
      ...(serverStream ? { serverStream: joined(server) } : { serverMessages: server.map(logEntry) }),
    };
  });
}

const logEntry = ({ opcode, length, content }: ToldMessage): LoggedMessage => ({
  opcode,
  length,
  sha256: sha256(content),
});

function joined(messages: readonly ToldMessage[]): { length: number; sha256: string } {
  const content = Buffer.concat(messages.map((message) => message.content));
  return { length: content.length, sha256: sha256(content) };
}

/** A captured TCP segment over IPv4 and Ethernet. */
interface Captured {
  readonly seconds: number;
  readonly microseconds: number;
  readonly ethernet: Uint8Array;
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgement: number;
  readonly flags: number;
  readonly options: Uint8Array;
  readonly payload: Uint8Array;
}

/** The segments of a recording, which is a classic pcap of TCP over IPv4 and Ethernet; read by hand. */
export function segmentsOf(capture: string): Captured[] {
  const file = gunzipSync(readFileSync(capture));
  if (file.readUInt32LE(0) !== 0xa1b2c3d4 || file.readUInt32LE(20) !== 1)
    throw new Error('unexpected format');
  const segments: Captured[] = [];
  for (let at = 24; at < file.length; ) {
    const end = at + 16 + file.readUInt32LE(at + 8);
    const packet = file.subarray(at + 16, end);
    const ip = packet.subarray(14, 14 + packet.readUInt16BE(16));
    if (ip[0] !== 0x45 || ip[9] !== 6) throw new Error('unexpected packet');
    const tcp = ip.subarray(20);
    const headerLength = (tcp[12] >> 4) * 4;
    segments.push({
      seconds: file.readUInt32LE(at),
      microseconds: file.readUInt32LE(at + 4),
      ethernet: packet.subarray(0, 14),
      source: ip.subarray(12, 16),
      destination: ip.subarray(16, 20),
      sourcePort: tcp.readUInt16BE(0),
      destinationPort: tcp.readUInt16BE(2),
      sequence: tcp.readInt32BE(4),
      acknowledgement: tcp.readInt32BE(8),
      flags: tcp[13],
      options: tcp.subarray(20, headerLength),
      payload: tcp.subarray(headerLength),
    });
    at = end;
  }
  return segments;
}

export function captureOf(segments: readonly Captured[]): Uint8Array {
  const packets = segments.map((segment): PacketToEncode => {
    const { seconds, microseconds, ethernet, source, destination, payload } = segment;
    const tcp = encodeSegment(segment, payload, source, destination);
    const ip = encodeIpv4({ source, destination, protocol: 6 }, tcp);
    return { seconds, nanoseconds: microseconds * 1000, data: Buffer.concat([ethernet, ip]) };
  });
  return encodePcap(packets);
}

/** Numbers below a limit, the same ones each time. */
export function randomNumbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

/** Payloads cut into pieces of 1 to `longest` bytes, those longer than `most` only in their first `most` bytes. */
export function inPieces(
  segments: readonly Captured[],
  longest: number,
  seed: number,
  most = Number.POSITIVE_INFINITY,
): Captured[] {
  const random = randomNumbers(seed);
  return segments.flatMap((segment) => {
    const { payload, sequence, flags } = segment;
    const pieces: Captured[] = [];
    let at = 0;
    do {
      const end = at < most ? Math.min(at + 1 + random(longest), payload.length) : payload.length;
      const last = end === payload.length;
      pieces.push({
        ...segment,
        sequence: (sequence + at) | 0,
        flags: last ? flags : flags & ~FIN,
        payload: payload.subarray(at, end),
      });
      at = end;
    } while (at < payload.length);
    return pieces;
  });
}

/** Segments with payload change places within `window` of them; connections begin and end where they did. */
export function outOfOrder(segments: readonly Captured[], window: number, seed: number): Captured[] {
  const random = randomNumbers(seed);
  const result = [...segments];
  let places: number[] = [];
  const shuffle = () => {
    for (let i = places.length - 1; i > 0; i--) {
      const j = random(i + 1);
      [result[places[i]], result[places[j]]] = [result[places[j]], result[places[i]]];
    }
    places = [];
  };
  result.forEach(({ flags, payload }, index) => {
    if ((flags & (SYN | FIN | RST)) !== 0) shuffle();
    else if (payload.length > 0 && places.push(index) === window) shuffle();
  });
  shuffle();
  return inTheirTime(result, segments);
}

/** Each segment with payload comes again some packets later; now and then together with the one behind it. */
export function duplicated(segments: readonly Captured[], seed: number): Captured[] {
  const random = randomNumbers(seed);
  const result: Captured[] = [];
  const late: Captured[] = [];
  segments.forEach((segment, index) => {
    result.push(segment);
    if (segment.payload.length > 0 && (segment.flags & SYN) === 0)
      late.push(withNext(segments, index, random));
    if ((segment.flags & (FIN | RST)) !== 0 || random(3) === 0) result.push(...late.splice(0));
  });
  return inTheirTime(result, result);
}

function withNext(segments: readonly Captured[], index: number, random: (limit: number) => number): Captured {
  const segment = segments[index];
  const next = segments[index + 1];
  const follows =
    next?.sourcePort === segment.sourcePort &&
    next.sequence === ((segment.sequence + segment.payload.length) | 0) &&
    (next.flags & (SYN | FIN | RST)) === 0;
  if (!follows || random(2) === 0) return segment;
  return { ...segment, payload: Buffer.concat([segment.payload, next.payload]) };
}

/** The order of `segments` with times that do not go back. */
function inTheirTime(segments: readonly Captured[], times: readonly Captured[]): Captured[] {
  return segments.map((segment, index) => {
    const { seconds, microseconds } = times[index];
    return { ...segment, seconds, microseconds };
  });
}
