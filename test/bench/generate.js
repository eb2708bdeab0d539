/**
 * Makes a capture for measurements: many WebSocket sessions that take turns, small text messages both ways.
 * Deterministic for its arguments. `node test/bench/generate.js OUT.pcap MEGABYTES [MESSAGE_BYTES] [SESSIONS]`
 *
 * Strategy: packets are put together in one buffer of a few megabytes from templates, so that a gigabyte
 * takes seconds; checksums are left zero, as captures of offloaded traffic have them.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

const [, , path, megabytes, messageBytes = '120', sessionCount = '50'] = process.argv;
if (path === undefined || !(Number(megabytes) > 0)) {
  console.error('usage: node test/bench/generate.js OUT.pcap MEGABYTES [MESSAGE_BYTES] [SESSIONS]');
  process.exit(1);
}

const HEADERS = 14 + 20 + 20;
const MSS = 1448;
const SYN = 2;
const ACK = 16;
const PSH_ACK = 24;

const out = openSync(path, 'w');
const buffer = Buffer.alloc(8 << 20);
let used = 0;
let written = 0;
let clock = 1_700_000_000_000_000;
let random = 12345;

const next = () => {
  random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
  return random;
};

function flush() {
  for (let at = 0; at < used; ) at += writeSync(out, buffer, at, used - at);
  written += used;
  used = 0;
}

/** One packet of `session` from `side`, its payload in `parts` (from, to) of `bytes`. */
function packet(session, side, flags, bytes, from, to) {
  const length = to - from;
  if (used + 16 + HEADERS + length > buffer.length) flush();
  clock += 20;
  let at = used;
  buffer.writeUInt32LE(Math.floor(clock / 1e6), at);
  buffer.writeUInt32LE(clock % 1e6, at + 4);
  buffer.writeUInt32LE(HEADERS + length, at + 8);
  buffer.writeUInt32LE(HEADERS + length, at + 12);
  at += 16;
  buffer.fill(0, at, at + HEADERS);
  buffer.writeUInt16BE(0x0800, at + 12);
  at += 14;
  buffer[at] = 0x45;
  buffer.writeUInt16BE(40 + length, at + 2);
  buffer[at + 8] = 64;
  buffer[at + 9] = 6;
  buffer.writeUInt32BE(side === 0 ? session.client : session.server, at + 12);
  buffer.writeUInt32BE(side === 0 ? session.server : session.client, at + 16);
  at += 20;
  buffer.writeUInt16BE(side === 0 ? session.port : 80, at);
  buffer.writeUInt16BE(side === 0 ? 80 : session.port, at + 2);
  buffer.writeUInt32BE(session.sequence[side] >>> 0, at + 4);
  buffer.writeUInt32BE((flags & ACK ? session.sequence[1 - side] : 0) >>> 0, at + 8);
  buffer[at + 12] = 0x50;
  buffer[at + 13] = flags;
  buffer.writeUInt16BE(65_535, at + 14);
  bytes.copy(buffer, at + 20, from, to);
  used = at + 20 + length;
  session.sequence[side] = (session.sequence[side] + length + (flags & SYN ? 1 : 0)) >>> 0;
}

function send(session, side, bytes) {
  for (let at = 0; at < bytes.length; at += MSS)
    packet(session, side, PSH_ACK, bytes, at, Math.min(bytes.length, at + MSS));
}

function frame(text, masked) {
  const payload = Buffer.from(text);
  const length = payload.length;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const header = Buffer.alloc(2 + lengthBytes + (masked ? 4 : 0));
  header[0] = 0x81;
  header[1] = (masked ? 0x80 : 0) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) header.writeUInt16BE(length, 2);
  if (lengthBytes === 8) header.writeBigUInt64BE(BigInt(length), 2);
  if (masked) {
    const at = 2 + lengthBytes;
    header.writeUInt32BE(next(), at);
    for (let i = 0; i < length; i++) payload[i] ^= header[at + (i & 3)];
  }
  return Buffer.concat([header, payload]);
}

const EMPTY = Buffer.alloc(0);
const REQUEST = Buffer.from(
  'GET /feed HTTP/1.1\r\nHost: bench.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
);
const RESPONSE = Buffer.from(
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
    'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
);

const header = Buffer.alloc(24);
header.writeUInt32LE(0xa1b2c3d4, 0);
header.writeUInt16LE(2, 4);
header.writeUInt16LE(4, 6);
header.writeUInt32LE(262_144, 16);
header.writeUInt32LE(1, 20);
header.copy(buffer, 0);
used = 24;

const sessions = Array.from({ length: Number(sessionCount) }, (_, i) => ({
  client: 0x0a000001 + (i >> 14),
  server: 0x0a800001,
  port: 10_000 + (i & 0x3fff),
  sequence: [next(), next()],
}));
for (const session of sessions) {
  packet(session, 0, SYN, EMPTY, 0, 0);
  packet(session, 1, SYN | ACK, EMPTY, 0, 0);
  packet(session, 0, ACK, EMPTY, 0, 0);
  send(session, 0, REQUEST);
  send(session, 1, RESPONSE);
}
const size = Number(messageBytes);
let messages = 0;
for (let i = 0; written + used < Number(megabytes) * 1e6; i++) {
  const session = sessions[i % sessions.length];
  const text = JSON.stringify({ type: 'ticker', id: i, price: next() % 100_000 }).padEnd(size, '.');
  // The sides of a session take turns, so that each acknowledges the other, as real peers do.
  const side = Math.floor(i / sessions.length) & 1;
  send(session, side, frame(text, side === 0));
  messages++;
}
flush();
closeSync(out);
console.log(`${path}: ${written} bytes, ${sessions.length} sessions, ${messages} messages`);
