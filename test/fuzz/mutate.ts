/**
 * Captures that nobody would write: mutations of whole files, and of the packets in them.
 *
 * Strategy: a file is changed where it lies (bytes, integers, cuts, repetitions: this hits record and block lengths,
 * options, compressed data); packets are changed one by one with a notion of where IP, TCP and the payload begin
 * (this keeps all that is around the change intact, so that it gets deep), and in their order.
 */
import type { RecordedPacket } from '../support/recoded.js';
import type { Random } from './random.js';

/** A changed copy, by one to a few changes. */
export function mutateBytes(bytes: Uint8Array, random: Random, most = 4): Uint8Array {
  // Not slice: that of a Buffer is no copy.
  let changed: Uint8Array = new Uint8Array(bytes);
  for (let left = 1 + random.small(most); left > 0 && changed.length > 0; left--)
    changed = random.pick(BYTE_MUTATIONS)(changed, random);
  return changed;
}

type ByteMutation = (bytes: Uint8Array, random: Random) => Uint8Array;

/** Record and block headers lie at the beginning, and every change of them tells. */
const place = (bytes: Uint8Array, random: Random): number =>
  random.oneIn(3) ? random.below(Math.min(bytes.length, 160)) : random.below(bytes.length);

function integer(bytes: Uint8Array, at: number, width: number, value: number, little: boolean): void {
  for (let i = 0; i < width && at + i < bytes.length; i++)
    bytes[at + i] = Math.floor(value / 256 ** (little ? i : width - 1 - i)) & 0xff;
}

/** The integer there, changed a little: lengths that are nearly right. */
function nudge(bytes: Uint8Array, random: Random): Uint8Array {
  const at = place(bytes, random) & ~(random.oneIn(2) ? 3 : 0);
  const little = random.oneIn(2);
  const width = random.pick([2, 4]);
  let value = 0;
  for (let i = 0; i < width; i++) value += (bytes[at + (little ? i : width - 1 - i)] ?? 0) * 256 ** i;
  const by = random.pick([1, 2, 3, 4, 8, 12, 16]);
  integer(bytes, at, width, value + (random.oneIn(2) ? by : -by), little);
  return bytes;
}

function splice(bytes: Uint8Array, at: number, remove: number, insert: Uint8Array): Uint8Array {
  const result = new Uint8Array(Math.max(0, bytes.length - remove) + insert.length);
  result.set(bytes.subarray(0, at));
  result.set(insert, at);
  result.set(bytes.subarray(at + remove), at + insert.length);
  return result;
}

const BYTE_MUTATIONS: readonly ByteMutation[] = [
  (bytes, random) => {
    bytes[place(bytes, random)] ^= 1 << random.below(8);
    return bytes;
  },
  (bytes, random) => {
    bytes[place(bytes, random)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
    return bytes;
  },
  (bytes, random) => {
    const width = random.pick([2, 4, 8]);
    integer(bytes, place(bytes, random) & ~3, width, random.odd(), random.oneIn(2));
    return bytes;
  },
  nudge,
  nudge,
  (bytes, random) => bytes.subarray(0, place(bytes, random)),
  (bytes, random) => {
    const at = place(bytes, random);
    return splice(bytes, at, Math.min(1 + random.small(200), bytes.length - at), new Uint8Array(0));
  },
  (bytes, random) => splice(bytes, place(bytes, random), 0, random.bytes(1 + random.small(64))),
  (bytes, random) => {
    const from = random.below(bytes.length);
    const piece = bytes.slice(from, from + 1 + random.small(400));
    return splice(bytes, place(bytes, random), 0, piece);
  },
  (bytes, random) => {
    const at = place(bytes, random);
    return bytes.fill(random.pick([0, 0xff, 0x20]), at, at + random.small(40));
  },
];

/** Where the layers of a packet begin. */
interface Layers {
  readonly ip: number;
  readonly tcp: number;
  readonly payload: number;
}

/** Finds IPv4 or IPv6 with TCP by its looks, whatever is in front of it. */
function layersOf(data: Uint8Array): Layers | undefined {
  for (let ip = 0; ip < 80 && ip + 40 <= data.length; ip++) {
    const isV4 = data[ip] >> 4 === 4 && data[ip + 9] === 6;
    if (!isV4 && !(data[ip] >> 4 === 6 && data[ip + 6] === 6)) continue;
    const tcp = ip + (isV4 ? (data[ip] & 15) * 4 : 40);
    const payload = tcp + (data[tcp + 12] >> 4) * 4;
    if (tcp + 20 <= data.length && payload <= data.length && payload >= tcp + 20) return { ip, tcp, payload };
  }
  return undefined;
}

/** Changed copies of packets, in a changed order. */
export function mutatePackets(packets: readonly RecordedPacket[], random: Random): RecordedPacket[] {
  const result = [...packets];
  for (let left = 1 + random.small(8); left > 0 && result.length > 0; left--) {
    const at = random.below(result.length);
    if (random.oneIn(3)) reorder(result, at, random);
    else result[at] = mutatePacket(result[at], random);
  }
  return result;
}

function reorder(packets: RecordedPacket[], at: number, random: Random): void {
  const other = random.oneIn(4) ? random.below(packets.length) : Math.min(packets.length - 1, at + 1);
  const choice = random.below(5);
  if (choice === 0) packets.splice(at, 1 + random.small(4));
  else if (choice === 1) packets.splice(other, 0, packets[at]);
  else if (choice === 2) [packets[at], packets[other]] = [packets[other], packets[at]];
  else if (choice === 3) packets.splice(at, 0, ...packets.slice(other, other + 1 + random.small(10)));
  else packets.splice(random.below(packets.length), 0, ...packets.splice(at, 1 + random.small(5)));
}

function mutatePacket(packet: RecordedPacket, random: Random): RecordedPacket {
  const data = new Uint8Array(packet.data);
  const layers = layersOf(data);
  const choice = random.below(12);
  if (choice === 0) return { ...packet, seconds: random.oneIn(2) ? random.odd() : packet.seconds - 5 };
  if (choice === 1) return { ...packet, linkType: random.pick([0, 1, 9, 12, 101, 108, 113, 276, 228, 229]) };
  if (choice === 2) return { ...packet, data: data.subarray(0, random.below(data.length + 1)) };
  if (choice === 3) return { ...packet, originalLength: random.odd() };
  if (layers === undefined || choice === 4) return { ...packet, data: mutateBytes(data, random) };
  const { ip, tcp, payload } = layers;
  if (choice === 5) data[ip + random.below(tcp - ip)] = random.below(256);
  else if (choice === 6) data[tcp + 13] ^= 1 << random.below(6);
  else if (choice === 7) shift(data, tcp + (random.oneIn(3) ? 8 : 4), random);
  else if (choice === 8) data[tcp + random.below(Math.min(20, payload - tcp))] = random.below(256);
  else if (payload < data.length) mutatePayload(data, payload, random);
  return { ...packet, data };
}

/** A sequence or acknowledgement number that is off by a little, or by anything. */
function shift(data: Uint8Array, at: number, random: Random): void {
  const view = new DataView(data.buffer, data.byteOffset);
  const by = random.oneIn(3) ? random.odd() : random.below(64) - 32;
  view.setUint32(at, view.getUint32(at) + by);
}

/** In place: what a frame header, a head, or deflated data may have. */
function mutatePayload(data: Uint8Array, from: number, random: Random): void {
  const at = random.oneIn(2) ? from : from + random.below(data.length - from);
  const choice = random.below(6);
  if (choice === 0) data[at] = random.below(256);
  else if (choice === 1) data[at] ^= 1 << random.below(8);
  else if (choice === 2 && at + 1 < data.length)
    data[at + 1] = random.pick([0, 125, 126, 127, 128, 253, 254, 255]);
  else if (choice === 3) {
    const header = [
      0x80 | random.below(128),
      0xff,
      random.pick([0, 0x80, 0x7f]),
      0,
      0,
      0,
      0,
      random.below(256),
    ];
    data.set(header.slice(0, data.length - at), at);
  } else if (choice === 4) data.fill(random.pick([0, 10, 13, 0x20, 0xff]), at, at + 1 + random.small(20));
  else data.copyWithin(at, from + random.below(data.length - from));
}
