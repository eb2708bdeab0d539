/**
 * Streams of other protocols, and bytes of many structures, none of which is a WebSocket: what must never be
 * recognised as one. The same for the same random numbers.
 */
import { gzipSync } from 'node:zlib';
import { MSS, payloads, type Random, randomBytes, whole } from './traffic.js';

/** Makes about `length` bytes as one side sends them, in its writes. */
export type Foreign = (random: Random, length: number) => Uint8Array[];

const pick = <T>(random: Random, items: readonly T[]): T => items[whole(random, items.length)];
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
const word = (random: Random): string =>
  Array.from({ length: 2 + whole(random, 8) }, () => LETTERS[whole(random, 26)]).join('');
const u16 = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
const u32 = (value: number): number[] => [...u16(value >>> 16), ...u16(value)];
const u32le = (value: number): number[] => u32(value).reverse();
const ascii = (text: string): number[] => [...Buffer.from(text)];

/** Writes made one by one until there are enough bytes. */
function repeated(make: (random: Random, index: number) => readonly number[] | Uint8Array | string): Foreign {
  return (random, length) => {
    const writes: Uint8Array[] = [];
    for (let size = 0, i = 0; size < length; i++) {
      const made = make(random, i);
      const write = typeof made === 'string' ? Buffer.from(made) : Uint8Array.from(made);
      if (write.length === 0) continue;
      writes.push(write);
      size += write.length;
    }
    return writes;
  };
}

const blob = (make: (random: Random, length: number) => Uint8Array): Foreign => {
  return (random, length) => [make(random, length)];
};

/** BER: tag, length, contents, nested; context tags 80 … 8A are what frames begin with. */
function ber(random: Random, depth: number): number[] {
  const constructed = depth < 3 && random() < 0.4;
  const contents = constructed
    ? Array.from({ length: 1 + whole(random, 5) }, () => ber(random, depth + 1)).flat()
    : [...randomBytes(random, 1 + whole(random, 12))];
  const tag = constructed
    ? pick(random, [0x30, 0xa0, 0xa1, 0xa3])
    : pick(random, [2, 4, 5, 0x80, 0x81, 0x82, 0x83, 0x84, 0x88]);
  const { length } = contents;
  const lengthOctets = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, ...u16(length)];
  return [tag, ...lengthOctets, ...contents];
}

const redis = (random: Random): string => {
  const words = Array.from({ length: 1 + whole(random, 4) }, () => word(random));
  return `*${words.length}\r\n${words.map((item) => `$${item.length}\r\n${item}\r\n`).join('')}`;
};

const dns = (random: Random, index: number): number[] => {
  const name = [3, ...ascii('www'), ...named(word(random)), 3, ...ascii('com'), 0];
  const answer = [0xc0, 0x0c, 0, 1, 0, 1, ...u32(whole(random, 3600)), 0, 4, ...randomBytes(random, 4)];
  const body = [...randomBytes(random, 2), 0x81, 0x80, 0, 1, 0, index % 2, 0, 0, 0, 0, ...name, 0, 1, 0, 1];
  const message = index % 2 ? [...body, ...answer] : body;
  return [...u16(message.length), ...message];
};

const named = (text: string): number[] => [text.length, ...ascii(text)];
const topic = (random: Random): number[] => {
  const text = `${word(random)}/${word(random)}/#`;
  return [...u16(text.length), ...ascii(text)];
};
const mqttPacket = (first: number, body: readonly number[]): number[] =>
  body.length < 128
    ? [first, body.length, ...body]
    : [first, (body.length & 127) | 128, body.length >> 7, ...body];

const subscribe = (random: Random): number[] =>
  mqttPacket(0x82, [...u16(1 + whole(random, 900)), ...topic(random), whole(random, 3)]);

const mqtt = (random: Random): number[] => {
  const kind = whole(random, 6);
  if (kind === 0) return subscribe(random);
  if (kind === 1) return mqttPacket(0x90, [...u16(1 + whole(random, 900)), 1]);
  if (kind === 2) return mqttPacket(0xc0, []);
  if (kind === 3) return mqttPacket(0x40, u16(1 + whole(random, 900)));
  return mqttPacket(pick(random, [0x30, 0x31, 0x32]), [
    ...topic(random),
    ...u16(1 + whole(random, 900)),
    ...ascii(`{"t":${whole(random, 400) / 10}}`),
  ]);
};

const postgres = (random: Random): number[] => {
  const row = ['D'.charCodeAt(0), 0, 0, 0, 0, 0, 2, 0, 0, 0, 4, ...u32(whole(random, 1e6))];
  const text = ascii(word(random));
  row.push(...u32(text.length), ...text);
  row.splice(1, 4, ...u32(row.length - 1));
  return random() < 0.9 ? row : ['Z'.charCodeAt(0), ...u32(5), 0x49];
};

const mysql = (random: Random, index: number): number[] => {
  const body = Array.from({ length: 1 + whole(random, 5) }, () => named(word(random))).flat();
  return [body.length & 0xff, body.length >> 8, 0, index & 0xff, ...body];
};

const smb = (random: Random): number[] => {
  const body = [0xfe, ...ascii('SMB'), 64, 0, 1, 0, 0, 0, 0, 0, whole(random, 18), 0, 1, 0, 0, 0, 0, 0];
  const message = [...body, ...new Array<number>(44).fill(0), ...randomBytes(random, whole(random, 300))];
  return [0, 0, ...u16(message.length), ...message];
};

const memcached = (random: Random): number[] => {
  const value = ascii(word(random));
  const header = [pick(random, [0x80, 0x81]), whole(random, 12), 0, 0, 4, 0, 0, 0];
  return [
    ...header,
    ...u32(4 + value.length),
    ...randomBytes(random, 4),
    ...u32(0),
    ...u32(whole(random, 9)),
    0,
    0,
    0,
    0,
    ...value,
  ];
};

const rpc = (random: Random): number[] => {
  const body = [
    ...randomBytes(random, 4),
    ...u32(1),
    ...u32(0),
    ...randomBytes(random, 4 * whole(random, 60)),
  ];
  return [0x80, ...u32(body.length).slice(1), ...body];
};

const netbios = (random: Random): number[] => [
  pick(random, [0, 0, 0, 0x81, 0x82, 0x85]),
  0,
  ...u16(68),
  ...randomBytes(random, 68),
];

const http2 = (random: Random, index: number): number[] => {
  const length = whole(random, 200);
  const type = pick(random, [0, 0, 1, 3, 4, 6, 8]);
  return [
    0,
    ...u16(length),
    type,
    whole(random, 2) * 4,
    ...u32(1 + 2 * (index >> 2)),
    ...randomBytes(random, length),
  ];
};

const ssh = (random: Random): Uint8Array => randomBytes(random, 16 * (2 + whole(random, 20)) + 20);

const tls = (random: Random): number[] => {
  const length = 24 + whole(random, 900);
  return [23, 3, 3, ...u16(length), ...randomBytes(random, length)];
};

/** Type, length, value with the first octets of frames as types: as near to frames as it gets. */
const tlv = (types: readonly number[], lengthOctets: 1 | 2): Foreign =>
  repeated((random) => {
    const length = 1 + whole(random, 40);
    const value = randomBytes(random, length);
    return [pick(random, types), ...(lengthOctets === 1 ? [length] : u16(length)), ...value];
  });

const prefixed = (octets: (length: number) => number[], text: boolean): Foreign =>
  repeated((random) => {
    const body = text
      ? ascii(`{"${word(random)}":${whole(random, 999)}}`)
      : [...randomBytes(random, 1 + whole(random, 300))];
    return [...octets(body.length), ...body];
  });

const logLine = (random: Random, i: number): string =>
  `2026-11-21T07:32:${String(i % 60).padStart(2, '0')}Z ${pick(random, ['INFO', 'WARN'])} ${word(random)}: ${word(random)} took ${whole(random, 900)} ms\n`;

const CYRILLIC = 'съешь ещё этих мягких французских булок да выпей чаю';
const CHINESE = '我能吞下玻璃而不伤身体这里有很多中文字符和标点。';

const letters = (of: string) => (random: Random, length: number) => {
  const characters = [...of];
  return Buffer.from(Array.from({ length }, () => pick(random, characters)).join(''));
};

/** All kinds, by name. */
export const foreignKinds: Readonly<Record<string, Foreign>> = {
  random: blob(randomBytes),
  zeros: blob((_, length) => new Uint8Array(length)),
  'all 81': blob((_, length) => new Uint8Array(length).fill(0x81)),
  'all 82': blob((_, length) => new Uint8Array(length).fill(0x82)),
  'all ff': blob((_, length) => new Uint8Array(length).fill(0xff)),
  'eight octets': blob((random, length) => {
    const octets = randomBytes(random, 8);
    return Uint8Array.from({ length }, () => octets[whole(random, 8)]);
  }),
  period: blob((random, length) => {
    const octets = randomBytes(random, 1 + whole(random, 24));
    return Uint8Array.from({ length }, (_, i) => octets[i % octets.length]);
  }),
  counters: blob((random, length) => {
    const step = 1 + whole(random, 8);
    return Uint8Array.from({ length }, (_, i) => Math.floor(i / step));
  }),
  'numbers, little end first': blob((random, length) => payloads.numbers(random, length).payload),
  'numbers, big end first': repeated((random) => u32(whole(random, 70_000))),
  doubles: blob(
    (random, length) =>
      new Uint8Array(Float64Array.from({ length: length >> 3 }, () => random() * 100).buffer),
  ),
  tagged: blob((random, length) => payloads.tagged(random, length).payload),
  gzip: blob((random, length) => gzipSync(Buffer.from(randomBytes(random, length)).toString('hex'))),
  'log lines': repeated(logLine),
  'JSON lines': repeated(
    (random) => `${JSON.stringify({ id: whole(random, 1e5), name: word(random), ok: true })}\n`,
  ),
  base64: blob((random, length) => Buffer.from(Buffer.from(randomBytes(random, length)).toString('base64'))),
  hexadecimal: blob((random, length) =>
    Buffer.from(Buffer.from(randomBytes(random, length)).toString('hex')),
  ),
  Cyrillic: blob(letters(CYRILLIC)),
  Chinese: blob(letters(CHINESE)),
  'latin-1': blob((random, length) =>
    Uint8Array.from({ length }, () => (random() < 0.1 ? 0xc0 + whole(random, 64) : 97 + whole(random, 26))),
  ),
  BER: repeated((random) => ber(random, 0)),
  Redis: repeated(redis),
  'DNS over TCP': repeated(dns),
  MQTT: repeated(mqtt),
  'MQTT SUBSCRIBE': repeated(subscribe),
  PostgreSQL: repeated(postgres),
  MySQL: repeated(mysql),
  SMB: repeated(smb),
  memcached: repeated(memcached),
  'ONC RPC': repeated(rpc),
  NetBIOS: repeated(netbios),
  'HTTP/2': repeated(http2),
  SSH: repeated(ssh),
  TLS: repeated(tls),
  'type-length-value': tlv([1, 2, 3, 4, 5, 6, 0x81, 0x82], 1),
  'type-length-value, 16 bits': tlv([0x81, 0x82, 0x83, 0x84], 2),
  'length of 16 bits': prefixed(u16, false),
  'length of 32 bits': prefixed(u32, false),
  'length of 32 bits, little end first': prefixed(u32le, false),
  'length of 32 bits, text': prefixed(u32, true),
  'length of 8 bits, text': prefixed((length) => [length & 0xff], true),
};

/** Cuts writes into segments as a sender would, beginning somewhere in the stream. */
export function foreignSegments(kind: Foreign, random: Random, length: number): Uint8Array[] {
  const writes = kind(random, length);
  const total = writes.reduce((sum, write) => sum + write.length, 0);
  let skip = random() < 0.5 ? 0 : whole(random, total);
  const joined = random() < 0.4 ? [Buffer.concat(writes)] : writes;
  const most = random() < 0.8 ? MSS : 1 + whole(random, 400);
  const segments: Uint8Array[] = [];
  for (const write of joined) {
    const kept = write.subarray(Math.min(skip, write.length));
    skip = Math.max(0, skip - write.length);
    for (let at = 0; at < kept.length; at += most) segments.push(kept.subarray(at, at + most));
  }
  return segments;
}
