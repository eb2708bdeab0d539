/**
 * Conversations that are wrong in places: two streams of heads and frames, most of them sound, cut into segments
 * anywhere, lost, doubled, overlapping and out of order. What mutations of recorded packets hardly reach.
 */
import { deflateRawSync } from 'node:zlib';
import { encodeFrame, type FrameFields } from '../../src/websocket/frame-encode.js';
import { request, response } from '../support/dissect.js';
import { concat, utf8 } from '../support/splits.js';
import { type Sent, Talk } from '../support/tcp.js';
import { mutateBytes } from './mutate.js';
import type { Random } from './random.js';

const EXTENSIONS = [
  'permessage-deflate',
  'permessage-deflate; client_no_context_takeover; server_no_context_takeover',
  'permessage-deflate; server_max_window_bits=9; client_max_window_bits=8',
  'permessage-deflate; server_max_window_bits=99, x-unknown; a="b;c"',
];

/** Raw IP packets of one to three connections. */
export function conversation(random: Random): Uint8Array[] {
  const packets: Uint8Array[][] = [];
  for (let index = 1 + random.small(3); index > 0; index--) packets.push(connection(random, index));
  return packets.length === 1 ? packets[0] : interleaved(packets, random);
}

function interleaved(lists: readonly Uint8Array[][], random: Random): Uint8Array[] {
  const result: Uint8Array[] = [];
  const rest = lists.filter((list) => list.length > 0);
  while (rest.length > 0) {
    const at = random.below(rest.length);
    result.push(rest[at].shift()!);
    if (rest[at].length === 0) rest.splice(at, 1);
  }
  return result;
}

function connection(random: Random, index: number): Uint8Array[] {
  const ipv6 = random.oneIn(5);
  const talk = new Talk(
    [40_000 + (random.oneIn(4) ? 0 : index), 80],
    random.oneIn(4) ? [-20, 0x7fff_ff00] : [1000, 5000],
    ipv6 ? ['2001:db8::1', '2001:db8::2'] : ['10.0.0.1', '10.0.0.2'],
  );
  const packets = random.oneIn(6) ? [] : talk.handshake();
  const value = random.pick(EXTENSIONS);
  const headers = random.oneIn(2) ? [] : [{ name: 'Sec-WebSocket-Extensions', value }];
  const heads = [request('/', { headers }), response({ headers })];
  if (!random.oneIn(6))
    for (const side of [0, 1] as const) packets.push(talk.send(side, maybe(heads[side], random, 8)));
  for (let turns = 1 + random.small(24); turns > 0; turns--) {
    const side = random.pick([0, 1] as const);
    packets.push(...segments(talk, side, stream(random, side, headers.length > 0), random));
  }
  if (!random.oneIn(3)) packets.push(talk.fin(0), talk.fin(1));
  else if (random.oneIn(3)) packets.push(talk.reset(random.pick([0, 1] as const)));
  return disturbed(packets, random);
}

/** Now and then not as it was. */
function maybe(bytes: Uint8Array, random: Random, times: number): Uint8Array {
  return random.oneIn(times) ? mutateBytes(bytes, random) : bytes;
}

/** Some frames of one sender. */
function stream(random: Random, side: 0 | 1, compressed: boolean): Uint8Array {
  const frames: Uint8Array[] = [];
  for (let count = 1 + random.small(8); count > 0; count--)
    frames.push(encodeFrame(frame(random, side, compressed)));
  return maybe(concat(...frames), random, 12);
}

function frame(random: Random, side: 0 | 1, compressed: boolean): FrameFields {
  const opcode = random.pick([0, 1, 1, 1, 2, 2, 8, 9, 10, random.below(16)]);
  const rsv1 = (compressed && opcode < 3 && !random.oneIn(3)) || random.oneIn(40);
  const content = contentOf(opcode, random);
  const payload = rsv1
    ? maybe(deflateRawSync(content, { finishFlush: 2, level: random.below(10) }).subarray(0, -4), random, 4)
    : content;
  const masked = (side === 0) !== random.oneIn(40);
  const small = payload.length < 126;
  return {
    opcode,
    rsv1,
    payload,
    fin: !random.oneIn(5),
    rsv2: random.oneIn(60),
    ...(masked && { maskingKey: random.oneIn(20) ? 0 : random.next() | 0 }),
    ...(random.oneIn(30) && { lengthForm: small ? random.pick([7, 16, 64] as const) : 64 }),
    ...(random.oneIn(60) && { length: random.oneIn(2) ? random.odd() : 2n ** BigInt(random.below(64)) - 1n }),
  };
}

function contentOf(opcode: number, random: Random): Uint8Array {
  if (opcode === 8 && random.oneIn(2)) return concat(Uint8Array.of(3, 0xe0 + random.below(24)), utf8('bye'));
  const length = random.oneIn(12) ? 100 + random.below(4000) : random.small(140);
  if (random.oneIn(4)) return random.bytes(length);
  const text = random.pick(['{"id":1,"text":"hello"}', 'a£€😀ä漢', 'x', '0123456789', '=1+1\u001b[2J\u202e']);
  return utf8(text.repeat(1 + Math.floor(length / text.length))).subarray(0, length);
}

/** Cut anywhere; some acknowledge nothing new, some acknowledge too much. */
function segments(talk: Talk, side: 0 | 1, bytes: Uint8Array, random: Random): Uint8Array[] {
  const packets: Uint8Array[] = [];
  const longest = random.oneIn(4) ? 1 + random.below(8) : 1460;
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(bytes.length, at + 1 + random.below(longest));
    const sent: Sent = { text: bytes.subarray(at, end) };
    const acknowledgement = talk.sequences[side === 0 ? 1 : 0] + random.below(2000) - 1000;
    packets.push(talk.send(side, random.oneIn(20) ? { ...sent, acknowledgement } : sent));
    if (random.oneIn(20)) packets.push(overlapping(talk, side, bytes, at, end, random));
    at = end;
  }
  return packets;
}

/** Sent again with more, less, or something else. */
function overlapping(
  talk: Talk,
  side: 0 | 1,
  bytes: Uint8Array,
  at: number,
  end: number,
  random: Random,
): Uint8Array {
  const back = Math.min(at, random.below(30));
  const text = maybe(bytes.slice(at - back, end + random.below(30)), random, 3);
  return talk.send(side, { text, sequence: (talk.sequences[side] - (end - at) - back) | 0 });
}

function disturbed(packets: Uint8Array[], random: Random): Uint8Array[] {
  const rate = random.pick([1000, 100, 20, 8]);
  const result: Uint8Array[] = [];
  for (const packet of packets) {
    if (random.oneIn(rate)) continue;
    result.push(random.oneIn(rate) ? packet.subarray(0, random.below(packet.length)) : packet);
    if (random.oneIn(rate)) result.push(packet);
    if (random.oneIn(rate) && result.length > 1) {
      const other = Math.max(0, result.length - 2 - random.below(12));
      result.splice(other, 0, ...result.splice(-1));
    }
  }
  return result;
}
