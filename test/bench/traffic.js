/**
 * Puts captures of TCP connections together for measurements, quickly: a gigabyte takes seconds.
 *
 * Strategy: packets are written into one buffer of a few megabytes, which goes to the file when it is full.
 * Checksums are left zero, as captures of offloaded traffic have them. All is deterministic: random numbers come
 * from a fixed seed, the clock goes on by 20 µs per packet.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { constants, deflateRawSync } from 'node:zlib';

const HEADERS = 14 + 20 + 20;
const MSS = 1448;
export const FIN = 1;
export const SYN = 2;
export const ACK = 16;
const PSH_ACK = 24;
const EMPTY = Buffer.alloc(0);

export class Traffic {
  packets = 0;
  messages = 0;
  /** Of all packets, the share that changes places with the next one, and the share that comes twice. */
  roughness = 0;
  #out;
  #buffer = Buffer.alloc(8 << 20);
  #used = 0;
  #flushed = 0;
  #clock = 1_700_000_000_000_000;
  #random = 12_345;
  /** Where the last packet lies in the buffer, while it may still change places. */
  #last = -1;

  constructor(path) {
    this.#out = openSync(path, 'w');
    const header = Buffer.alloc(24);
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt16LE(2, 4);
    header.writeUInt16LE(4, 6);
    header.writeUInt32LE(262_144, 16);
    header.writeUInt32LE(1, 20);
    this.#used = header.copy(this.#buffer);
  }

  get bytes() {
    return this.#flushed + this.#used;
  }

  /** 0 … 2^32 - 1. */
  random() {
    this.#random = (this.#random + 0x9e37_79b9) | 0;
    // Masking keys are to look random in all their bits: those of a mere counter or congruence do not.
    let mixed = Math.imul(this.#random ^ (this.#random >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  }

  /** Connection `index`, between two of many hosts. */
  connection(index, serverPort = 80) {
    const client = 0x0a000001 + Math.floor(index / 50_000);
    return {
      client,
      server: 0x0a800001,
      ports: [10_000 + (index % 50_000), serverPort],
      sequence: [this.random(), this.random()],
    };
  }

  open(connection) {
    this.packet(connection, 0, SYN);
    this.packet(connection, 1, SYN | ACK);
    this.packet(connection, 0, ACK);
  }

  close(connection) {
    this.packet(connection, 0, FIN | ACK);
    this.packet(connection, 1, FIN | ACK);
    this.packet(connection, 0, ACK);
  }

  /** `bytes` of `side` (0: client), in segments. */
  send(connection, side, bytes) {
    for (let at = 0; at < bytes.length; at += MSS)
      this.packet(connection, side, PSH_ACK, bytes, at, Math.min(bytes.length, at + MSS));
  }

  packet(connection, side, flags, bytes = EMPTY, from = 0, to = bytes.length) {
    const length = to - from;
    if (this.#used + 2 * (16 + HEADERS + length) > this.#buffer.length) this.#flush();
    const at = this.#used;
    this.#write(connection, side, flags, bytes, from, to);
    if (this.roughness > 0) this.#roughen(at);
    const { sequence } = connection;
    sequence[side] = (sequence[side] + length + ((flags & (SYN | FIN)) === 0 ? 0 : 1)) >>> 0;
    this.packets++;
  }

  end() {
    this.#flush();
    closeSync(this.#out);
  }

  #write(connection, side, flags, bytes, from, to) {
    const length = to - from;
    const buffer = this.#buffer;
    this.#clock += 20;
    let at = this.#used;
    buffer.writeUInt32LE(Math.floor(this.#clock / 1e6), at);
    buffer.writeUInt32LE(this.#clock % 1e6, at + 4);
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
    buffer.writeUInt32BE(side === 0 ? connection.client : connection.server, at + 12);
    buffer.writeUInt32BE(side === 0 ? connection.server : connection.client, at + 16);
    at += 20;
    buffer.writeUInt16BE(connection.ports[side], at);
    buffer.writeUInt16BE(connection.ports[1 - side], at + 2);
    buffer.writeUInt32BE(connection.sequence[side] >>> 0, at + 4);
    buffer.writeUInt32BE((flags & ACK ? connection.sequence[1 - side] : 0) >>> 0, at + 8);
    buffer[at + 12] = 0x50;
    buffer[at + 13] = flags;
    buffer.writeUInt16BE(65_535, at + 14);
    bytes.copy(buffer, at + 20, from, to);
    this.#used = at + 20 + length;
  }

  /** Lets the packet at `at` come twice, or before the one in front of it. */
  #roughen(at) {
    const chance = this.random() / 2 ** 32;
    const packet = Buffer.from(this.#buffer.subarray(at, this.#used));
    if (chance < this.roughness) this.#used += packet.copy(this.#buffer, this.#used);
    else if (chance < 2 * this.roughness && this.#last >= 0) {
      const before = Buffer.from(this.#buffer.subarray(this.#last, at));
      packet.copy(this.#buffer, this.#last);
      before.copy(this.#buffer, this.#last + packet.length);
      this.#last += packet.length;
      return;
    }
    this.#last = at;
  }

  #flush() {
    for (let at = 0; at < this.#used; ) at += writeSync(this.#out, this.#buffer, at, this.#used - at);
    this.#flushed += this.#used;
    this.#used = 0;
    this.#last = -1;
  }
}

/** A frame (RFC 6455 §5.2) around `payload`, which is masked in place if there is a key. */
export function frame(first, payload, key) {
  const { length } = payload;
  const lengthBytes = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const header = Buffer.alloc(2 + lengthBytes + (key === undefined ? 0 : 4));
  header[0] = first;
  header[1] = (key === undefined ? 0 : 0x80) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) header.writeUInt16BE(length, 2);
  if (lengthBytes === 8) header.writeBigUInt64BE(BigInt(length), 2);
  if (key !== undefined) {
    const at = 2 + lengthBytes;
    header.writeUInt32BE(key, at);
    for (let i = 0; i < length; i++) payload[i] ^= header[at + (i & 3)];
  }
  return Buffer.concat([header, payload]);
}

/** Compresses messages of one sender (RFC 7692 §7.2.1). */
export class Deflater {
  #window = EMPTY;

  constructor(takeover) {
    this.takeover = takeover;
  }

  deflate(content) {
    const dictionary = this.#window.length > 0 ? { dictionary: this.#window } : {};
    const wire = deflateRawSync(content, { finishFlush: constants.Z_SYNC_FLUSH, level: 6, ...dictionary });
    if (this.takeover) this.#window = Buffer.concat([this.#window, content]).subarray(-32_768);
    return wire.subarray(0, -4);
  }
}
