/**
 * Every limit: set small and hit once through the option of the library, it gives exactly one defect that names it,
 * as it could be given to --limit, and the work goes on. The table must hold each limit that there is.
 */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { concat } from '../src/capture/integers.js';
import type { Input } from '../src/capture/open.js';
import { encodePcap, encodePcapHeader, encodePcapRecord } from '../src/capture/pcap-encode.js';
import { TLS_KEY_LOG } from '../src/capture/pcapng-blocks.js';
import { PcapngEncoder } from '../src/capture/pcapng-encode.js';
import { Contents, Side } from '../src/diff/side.js';
import { type RunConsumer, runDissection } from '../src/dissect.js';
import type { Dissector } from '../src/dissector.js';
import { encodeH2Headers } from '../src/http/h2-frame-encode.js';
import type { HpackField } from '../src/http/hpack-encode.js';
import { atLimit, DEFAULT_LIMITS, LIMIT_KEYS, LIMITS, type LimitKey, limitName } from '../src/limits.js';
import { encodeEthernet } from '../src/link/ethernet.js';
import { LinkType } from '../src/link/link-types.js';
import { encodeIpv4, fragmentIpv4 } from '../src/network/ipv4.js';
import { Collector } from '../src/page/collector.js';
import { PacketComments } from '../src/rewrite/packet-comments.js';
import { Statistics } from '../src/stats/statistics.js';
import type { Defect } from '../src/stream/defect.js';
import { SubprotocolDecoding } from '../src/subprotocol/decoding.js';
import { SYN } from '../src/tcp/segment.js';
import {
  encodeClientHello,
  encodeServerHello,
  handshakeRecord,
  plainRecord,
} from '../src/tls/handshake-encode.js';
import { TLS12, TLS13 } from '../src/tls/key-schedule.js';
import { APPLICATION_DATA } from '../src/tls/record.js';
import { MessageDeflater } from '../src/websocket/deflate-encode.js';
import { encodeFrame } from '../src/websocket/frame-encode.js';
import { fromClient, fromServer, request, response, upgraded } from './support/dissect.js';
import { H2Talk } from './support/h2.js';
import { utf8 } from './support/splits.js';
import { CLIENT, SERVER, Talk } from './support/tcp.js';
import { Peer } from './tls/peer.js';

const START = 1_700_000_000;

/** A session that has nothing to do with what hits the limit. */
const healthy = () => {
  const talk = new Talk([50_000, 80], [1, 2], ['10.9.9.1', '10.9.9.2']);
  return [...upgraded(talk), talk.send(CLIENT, fromClient('after'))];
};

/** Raw IP packets, a hundredth of a second apart, in front of the healthy session. */
function pcap(packets: readonly Uint8Array[], step = 0.01): Uint8Array {
  const timed = [...packets, ...healthy()].map((data, i) => ({
    seconds: START + Math.floor(i * step),
    nanoseconds: Math.round((i * step - Math.floor(i * step)) * 1e9),
    data,
  }));
  return encodePcap(timed, { linkType: LinkType.raw });
}

function pcapng(make: (encoder: PcapngEncoder) => Uint8Array[]): Uint8Array {
  const encoder = new PcapngEncoder();
  const start = [encoder.sectionHeader(), encoder.interfaceDescription({ linkType: LinkType.raw })];
  const end = healthy().map((data) => encoder.enhancedPacket({ timestamp: 1_700_000_000_000_000n, data }));
  return concat([...start, ...make(encoder), ...end]);
}

/** Of a TLS session that is in no capture. */
const keyLogLine = (octet: number) =>
  `CLIENT_RANDOM ${Buffer.alloc(32, octet).toString('hex')} ${Buffer.alloc(48, octet).toString('hex')}\n`;
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const ports = (first: number) => new Talk([first, 80]);
const session = (make: (talk: Talk) => Uint8Array[]) => {
  const talk = new Talk();
  return pcap([...upgraded(talk), ...make(talk)]);
};

/** A connection of HTTP/2 that goes on with what is made. */
function http2(make: (h2: H2Talk, talk: Talk) => (readonly [0 | 1, Uint8Array])[]): Uint8Array {
  const [h2, talk] = [new H2Talk(), new Talk()];
  const begun = [...talk.handshake(), talk.send(CLIENT, h2.hello()), talk.send(SERVER, h2.offer())];
  return pcap([...begun, ...make(h2, talk).map(([side, bytes]) => talk.send(side, bytes))]);
}

const GET: HpackField[] = [
  [':method', 'GET'],
  [':path', '/'],
];

/** Parts of `bytes`; those that are `lost` only move the sequence number. */
function parts(talk: Talk, bytes: Uint8Array, lengths: readonly number[], lost: readonly number[] = []) {
  const packets: Uint8Array[] = [];
  let at = 0;
  for (const [i, length] of lengths.entries()) {
    const packet = talk.send(CLIENT, bytes.subarray(at, at + length));
    if (!lost.includes(i)) packets.push(packet);
    at += length;
  }
  return packets;
}

const binary = (length: number) => encodeFrame({ opcode: 2, payload: new Uint8Array(length) });
const CONNECT = 'CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n';
const ESTABLISHED = 'HTTP/1.1 200 OK\r\n\r\n';
const datagram = (identification: number) =>
  fragmentIpv4(
    encodeIpv4(
      { source: '192.0.2.1', destination: '192.0.2.2', protocol: 6, identification },
      healthy()[0].subarray(20),
    ),
    36,
  );
const whole = (identification: number) => datagram(identification);

interface Case {
  readonly value: number;
  readonly capture: () => Input | Input[];
  readonly lists?: 'message' | 'decoded' | 'finding' | 'stats' | 'diff' | 'comments' | 'page';
  readonly more?: Partial<Record<LimitKey, number>>;
  /** Of the same input without any limit. */
  readonly others?: readonly string[];
  /** The reading ends there. */
  readonly ends?: boolean;
  /** How often it is hit, where it is told of but once. */
  readonly times?: number;
}

const CASES: Partial<Record<LimitKey, Case>> = {
  maxSalvageInput: {
    value: 100,
    ends: true,
    others: ['truncated-capture', 'corrupt-compression'],
    capture: corrupt,
  },
  maxSalvaged: {
    value: 100,
    ends: true,
    others: ['truncated-capture', 'corrupt-compression'],
    capture: corrupt,
  },
  maxCaptureTurns: {
    value: 1,
    capture: () => {
      const between = new Talk().send(CLIENT, 'x');
      const data = encodePcap([{ seconds: START, nanoseconds: 15_000_000, data: between }], {
        linkType: LinkType.raw,
      });
      return [pcap([]), data];
    },
  },
  maxPacketLength: { value: 2000, capture: () => pcap([new Uint8Array(3000)]) },
  maxBlockLength: {
    value: 100,
    more: { maxPacketLength: 2000 },
    capture: () =>
      pcapng((e) => [e.interfaceDescription({ options: [{ code: 1, value: 'x'.repeat(5000) }] })]),
  },
  maxResync: {
    value: 100,
    ends: true,
    capture: () =>
      concat([
        encodePcapHeader({ linkType: LinkType.raw }),
        ...healthy().map((data) => encodePcapRecord({ seconds: START, data })),
        encodePcapRecord({ seconds: START, data: new Uint8Array(5000), capturedLength: 0x7fff_ffff }),
      ]),
  },
  maxComment: {
    value: 5,
    capture: () =>
      pcapng((e) => [e.enhancedPacket({ timestamp: 1n, data: new Uint8Array(4), comment: 'a long one' })]),
  },
  maxSectionComments: {
    value: 1,
    capture: () =>
      pcapng((e) => [
        e.sectionHeader([{ code: 1, value: 'one' }]),
        e.sectionHeader([{ code: 1, value: 'two' }]),
        e.interfaceDescription({ linkType: LinkType.raw }),
      ]),
  },
  maxSecrets: { value: 10, capture: () => pcapng((e) => [e.decryptionSecrets(1, new Uint8Array(20))]) },
  maxInterfaces: { value: 1, capture: () => pcapng((e) => [e.interfaceDescription()]) },
  maxEncapsulations: {
    value: 2,
    capture: () => {
      const framed = healthy().map((data) => encodeEthernet({ etherType: 0x0800 }, data));
      const deep = encodeEthernet({ etherType: 0x0800, vlan: [1, 2, 3] }, healthy()[0]);
      return encodePcap([deep, ...framed].map((data) => ({ seconds: START, data })));
    },
  },
  maxTunnels: {
    value: 1,
    capture: () => {
      const inside = (data: Uint8Array) =>
        encodeIpv4({ source: '192.0.2.1', destination: '192.0.2.2', protocol: 4 }, data);
      return pcap([inside(inside(new Talk().send(CLIENT, 'x')))]);
    },
  },
  maxFragmentedDatagrams: {
    value: 1,
    capture: () => pcap([datagram(1)[0], ...whole(2)]),
    others: ['fragments-incomplete'],
  },
  maxFragmentBytes: {
    value: 2000,
    capture: () => pcap([datagram(1)[0], ...whole(2)]),
    others: ['fragments-incomplete'],
  },
  fragmentTimeout: {
    value: 15,
    capture: () => pcap([datagram(1)[0], ...whole(2)], 10),
    others: ['fragments-incomplete'],
  },
  maxCompletedDatagrams: { value: 1, capture: () => pcap([...whole(1), ...whole(2)]) },
  maxCompletedBytes: { value: 1500, capture: () => pcap([...whole(1), ...whole(2)]) },
  maxConnections: {
    value: 4,
    capture: () => pcap([1, 2, 3, 4].map((port) => ports(port).send(CLIENT, { flags: SYN }))),
  },
  maxHeldPerDirection: {
    value: 50,
    capture: () => session((talk) => parts(talk, binary(296), [100, 100, 100], [1])),
  },
  maxHeldTotal: {
    value: 50,
    capture: () => session((talk) => parts(talk, binary(296), [100, 100, 100], [1])),
  },
  maxLingering: {
    value: 1,
    capture: () =>
      pcap(
        [1, 2].flatMap((port) => {
          const talk = ports(port);
          return [...upgraded(talk), talk.reset(CLIENT)];
        }),
      ),
  },
  maxSuspects: {
    value: 1,
    capture: () =>
      pcap(
        [1, 2].flatMap((port) => [
          ...upgraded(ports(port)),
          ports(port).send(CLIENT, { flags: SYN, sequence: 9e8 }),
        ]),
      ),
  },
  maxHeadLength: {
    value: 600,
    capture: () => {
      const talk = new Talk();
      return pcap([
        ...talk.handshake(),
        talk.send(CLIENT, `GET / HTTP/1.1\r\nA: ${'x'.repeat(900)}\r\n\r\n`),
      ]);
    },
  },
  maxHeldForSecrets: { value: 500, capture: () => waitingForSecrets(1) },
  maxTlsWaiting: { value: 15_000, capture: () => waitingForSecrets(2) },
  // The records that are lost are more than may be tried, so that none behind them is found.
  maxTlsTried: {
    value: 6000,
    others: ['frames-lost'],
    capture: () =>
      pcapng((encoder) => {
        const talk = new Talk();
        const peer = new Peer({ version: TLS13, suite: 0x1301 }).handshake();
        peer.say(CLIENT, latin1(request())).say(SERVER, latin1(response()));
        const lost = peer.sent.length;
        for (let i = 0; i < 40; i++) peer.say(CLIENT, latin1(fromClient('lost')));
        const found = peer.sent.length;
        peer.say(CLIENT, latin1(fromClient('behind it'))).say(SERVER, latin1(fromServer('answer')));
        const opening = talk.handshake();
        const packets = peer.sent.map(({ side, bytes }) => talk.send(side, bytes));
        const keyLog = peer.told.map(([label, random, secret]) => `${label} ${hex(random)} ${hex(secret)}\n`);
        return [
          encoder.decryptionSecrets(TLS_KEY_LOG, utf8(keyLog.join(''))),
          ...[...opening, ...packets.filter((_, i) => i < lost || i >= found)].map((data) =>
            encoder.enhancedPacket({ timestamp: 1_700_000_000_000_000n, data }),
          ),
        ];
      }),
  },
  // Its ClientHello is lost, and its secrets are the last of all.
  maxTlsGuesses: {
    value: 4,
    capture: () =>
      pcapng((encoder) => {
        const talk = new Talk();
        const peer = new Peer({ version: TLS12, suite: 0xc02f }).handshake();
        peer.say(CLIENT, latin1(request())).say(SERVER, latin1(response()));
        const keyLog = peer.told.map(([label, random, secret]) => `${label} ${hex(random)} ${hex(secret)}\n`);
        const others = [1, 2, 3, 4].map(keyLogLine);
        const opening = talk.handshake();
        const packets = peer.sent.map(({ side, bytes }) => talk.send(side, bytes));
        return [
          encoder.decryptionSecrets(TLS_KEY_LOG, utf8([...others, ...keyLog].join(''))),
          ...[...opening, ...packets.slice(1)].map((data) =>
            encoder.enhancedPacket({ timestamp: 1_700_000_000_000_000n, data }),
          ),
        ];
      }),
  },
  maxTlsSecrets: {
    value: 200,
    capture: () =>
      pcapng((encoder) => [
        encoder.decryptionSecrets(TLS_KEY_LOG, utf8([1, 2, 3, 4].map(keyLogLine).join(''))),
      ]),
  },
  maxHeldForResponse: {
    value: 400,
    others: ['frames-lost'],
    capture: () => {
      const talk = new Talk();
      const packets = [...talk.handshake(), talk.send(CLIENT, request()), talk.send(CLIENT, binary(600))];
      return pcap([...packets, talk.send(SERVER, response())]);
    },
  },
  maxPendingRequests: {
    value: 1,
    capture: () => {
      const talk = new Talk();
      const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
      return pcap([...talk.handshake(), talk.send(CLIENT, get), talk.send(CLIENT, get)]);
    },
  },
  maxH2Table: {
    value: 100,
    capture: () =>
      http2((h2) => [
        [
          CLIENT,
          encodeH2Headers(1, h2.client.block([...GET, ['x', 'y'.repeat(60)], ['z', 'y'.repeat(60)]]), {
            endStream: true,
          }),
        ],
      ]),
  },
  maxH2Streams: {
    value: 1,
    capture: () => http2((h2) => [1, 3].map((stream) => [CLIENT, h2.get(stream, '/', {})])),
  },
  maxH2Searched: {
    value: 500,
    others: ['h2-frames-lost'],
    capture: () =>
      http2((_, talk) => {
        talk.send(CLIENT, 'lost');
        return Array.from({ length: 4 }, () => [CLIENT, new Uint8Array(100).fill(0x73)]);
      }),
  },
  maxProxyTunnels: {
    value: 1,
    capture: () => {
      const talk = new Talk();
      const one = () => [talk.send(CLIENT, CONNECT), talk.send(SERVER, ESTABLISHED)];
      return pcap([...talk.handshake(), ...one(), ...one()]);
    },
  },
  maxUndecided: {
    value: 4000,
    capture: () => {
      const talk = new Talk();
      return pcap([...talk.handshake(), talk.send(CLIENT, 'GE')]);
    },
  },
  maxRecognised: { value: 100, times: 2, capture: () => pcap([...unknown(20), ...unknown(20, 9)]) },
  maxSearched: { value: 500, capture: () => pcap(unknown()) },
  maxSearchedTotal: { value: 500, capture: () => pcap(unknown()) },
  maxPayload: { value: 5, capture: () => session((talk) => [talk.send(CLIENT, binary(6))]) },
  maxMessage: {
    value: 5,
    lists: 'message',
    capture: () => session((talk) => [talk.send(CLIENT, binary(6))]),
  },
  maxHeldPayload: { value: 600, capture: () => session((talk) => parts(talk, binary(900), [500, 404])) },
  maxZeros: { value: 10, capture: () => session((talk) => parts(talk, binary(296), [50, 150, 100], [1])) },
  maxMissingRanges: {
    value: 1,
    capture: () => session((talk) => parts(talk, binary(296), [60, 60, 60, 60, 60], [1, 3])),
  },
  maxUnknownRanges: {
    value: 1,
    lists: 'message',
    others: ['deflate-uncertain'],
    capture: () => {
      const talk = new Talk();
      const deflater = new MessageDeflater();
      const compressed = (text: string) =>
        encodeFrame({ opcode: 1, rsv1: true, payload: deflater.deflate(utf8(text)) });
      const agreed = response({ extensions: [{ name: 'permessage-deflate', parameters: [] }] });
      const first = compressed('The quick brown fox jumps over the lazy dog');
      const packets = [...talk.handshake(), talk.send(CLIENT, request()), talk.send(SERVER, agreed)];
      packets.push(talk.send(SERVER, first.subarray(0, 2)));
      talk.send(SERVER, first.subarray(2));
      packets.push(talk.send(SERVER, compressed('quick brown 0123 jumps over 4567 lazy dog')));
      return pcap(packets);
    },
  },
  maxSegments: { value: 1, capture: () => session((talk) => parts(talk, binary(296), [100, 200])) },
  maxFragments: {
    value: 1,
    lists: 'message',
    capture: () =>
      session((talk) =>
        [0, 1, 2].map((i) =>
          talk.send(
            SERVER,
            encodeFrame({ opcode: i === 0 ? 2 : 0, fin: i === 2, payload: new Uint8Array(2) }),
          ),
        ),
      ),
  },
  maxHeldMessages: {
    value: 6000,
    lists: 'message',
    others: ['frames-lost'],
    capture: () => {
      const [first, second] = [ports(40_000), ports(40_001)];
      const packets = [...upgraded(first), ...upgraded(second)];
      first.send(SERVER, fromServer('lost'));
      packets.push(first.send(SERVER, fromServer('behind the hole')));
      for (let i = 1; i <= 20; i++) packets.push(second.send(CLIENT, fromClient(`other ${i}`)));
      for (let i = 1; i <= 17; i++) packets.push(first.send(CLIENT, fromClient(`ack ${i}`)));
      return pcap(packets);
    },
  },
  maxOpenPings: {
    value: 1,
    lists: 'finding',
    capture: () =>
      session((talk) =>
        ['a', 'b'].map((text) => talk.send(SERVER, encodeFrame({ opcode: 9, payload: utf8(text) }))),
      ),
  },
  maxOpenRequests: {
    value: 1,
    lists: 'decoded',
    capture: () =>
      session((talk) =>
        [1, 2].map((id) => talk.send(CLIENT, fromClient(`{"jsonrpc":"2.0","id":${id},"method":"a"}`))),
      ),
  },
  maxHeldUnits: {
    value: 10,
    lists: 'decoded',
    capture: () => session((talk) => [talk.send(CLIENT, fromClient('SEND\ndestination:/a\n'))]),
  },
  maxUnpacked: {
    value: 1000,
    lists: 'decoded',
    capture: () =>
      session((talk) => [
        talk.send(CLIENT, encodeFrame({ opcode: 2, maskingKey: 1, payload: gzipSync(Buffer.alloc(2000)) })),
      ]),
  },
  // The second client finds no place, nor does its host.
  maxPacketComments: {
    value: 1,
    lists: 'comments',
    capture: () =>
      session((talk) => [talk.send(SERVER, concat([fromServer('a'), fromServer('b'), fromServer('c')]))]),
  },
  maxStatsNames: { value: 1, lists: 'stats', capture: () => session(() => []) },
  // A session takes 16.
  maxDiffMessages: { value: 17, lists: 'diff', capture: () => session(() => []) },
  maxPagePayload: {
    value: 300,
    lists: 'page',
    capture: () => session((talk) => [talk.send(SERVER, fromServer('x'.repeat(301)))]),
  },
  // Frames are packed a thousand at a time.
  maxReport: {
    value: 1000,
    lists: 'page',
    capture: () =>
      session((talk) => Array.from({ length: 1001 }, (_, i) => talk.send(SERVER, fromServer(`${i}`)))),
  },
};

/** A gzip stream that ends in a member with a fault. */
async function* corrupt(): AsyncGenerator<Uint8Array> {
  yield gzipSync(pcap([]));
  const fault = gzipSync(Buffer.alloc(5000, 'no packet'));
  fault[fault.length - 20] ^= 0xff;
  yield fault;
}

/** TLS connections whose secrets do not come, although others do. */
function waitingForSecrets(connections: number): Uint8Array {
  const packets = Array.from({ length: connections }, (_, i) => {
    const talk = ports(50_100 + i);
    const hello = { random: new Uint8Array(32).fill(1 + i) };
    const data = plainRecord(APPLICATION_DATA, new Uint8Array(300));
    return [
      ...talk.handshake(),
      talk.send(CLIENT, handshakeRecord(encodeClientHello(hello))),
      talk.send(SERVER, handshakeRecord(encodeServerHello({ ...hello, suite: 0x1301, version: TLS13 }))),
      talk.send(SERVER, data),
      talk.send(SERVER, data),
    ];
  }).flat();
  return pcapng((encoder) => [
    encoder.decryptionSecrets(TLS_KEY_LOG, utf8(keyLogLine(9))),
    ...packets.map((data) => encoder.enhancedPacket({ timestamp: 1_700_000_000_000_000n, data })),
  ]);
}

/** Bytes of a connection whose opening was not captured, that are nothing known. */
function unknown(segments = 4, port = 7): Uint8Array[] {
  const talk = new Talk([port, 8]);
  const octets = Uint8Array.from({ length: 20 }, (_, i) => 0x73 ^ (i * 29));
  return Array.from({ length: segments }, () => talk.send(CLIENT, octets));
}

async function run(
  capture: Input | Input[],
  limits: Partial<Record<LimitKey, number>>,
  lists?: Case['lists'],
) {
  const defects: Defect[] = [];
  const payloads: string[] = [];
  let dissector: Dissector | undefined;
  const decoding = new SubprotocolDecoding({
    limits,
    defect: (code, message) => dissector?.defect('subprotocol', code, message),
  });
  const comments = new PacketComments({
    most: limits.maxPacketComments ?? DEFAULT_LIMITS.maxPacketComments,
    hidden: false,
    defect: (code, message) => dissector?.defect('websocket', code, message),
  });
  const consumer: RunConsumer = {
    opened: (its) => {
      dissector = its;
    },
    defect: (defect) => defects.push(defect),
    ...(lists === 'stats' && counting(limits)),
    ...(lists === 'diff' && comparing(limits)),
    ...(lists === 'page' && paging(limits, payloads)),
    ...(lists === 'comments' && { message: (message) => comments.message(message, undefined) }),
    ...(lists === 'decoded' && { sessionClosed: ({ session: closed }) => decoding.close(closed) }),
    ...(lists === 'message' || lists === 'decoded'
      ? {
          message: (message) => {
            if (lists === 'decoded') decoding.decode(message);
            payloads.push(Buffer.from(message.content).toString());
          },
        }
      : lists === 'finding'
        ? { finding() {}, frame: ({ payload }) => payloads.push(Buffer.from(payload).toString()) }
        : lists !== 'page' && { frame: ({ payload }) => payloads.push(Buffer.from(payload).toString()) }),
  };
  const summary = await runDissection(capture, consumer, { limits });
  for (let packet = 1; lists === 'comments' && packet <= summary.packets; packet++) comments.take(packet);
  return { defects, payloads, summary };
}

/** As the command does it. */
function comparing(limits: Partial<Record<LimitKey, number>>): RunConsumer {
  let dissector: Dissector | undefined;
  const side = new Side(new Contents(), {
    ...limits,
    report: (code, message) => dissector?.defect('websocket', code, message),
  });
  return {
    opened: (opened) => {
      dissector = opened;
    },
    message: (message) => side.message(message),
    sessionClosed: (summary) => side.closed(summary),
  };
}

/** As the commands do it that make a page. */
function paging(limits: Partial<Record<LimitKey, number>>, payloads: string[]): RunConsumer {
  let dissector: Dissector | undefined;
  const collector = new Collector({
    ...DEFAULT_LIMITS,
    ...limits,
    take() {},
    report: (code, message) => dissector?.defect('websocket', code, message),
  });
  return {
    opened: (opened) => {
      dissector = opened;
    },
    frame(frame) {
      payloads.push(Buffer.from(frame.payload).toString());
      collector.frame(frame);
    },
    message: (message) => collector.message(message, undefined),
  };
}

/** As the command does it: what statistics hit is a defect like others. */
function counting(limits: Partial<Record<LimitKey, number>>): RunConsumer {
  let dissector: Dissector | undefined;
  const statistics = new Statistics({
    limits,
    report: (code, message) => dissector?.defect('websocket', code, message),
  });
  return {
    opened: (opened) => {
      dissector = opened;
    },
    sessionClosed: (summary) => statistics.sessionClosed(summary),
  };
}

describe('each limit', () => {
  it('has a case, or costs nothing but patience', () => {
    const silent = LIMIT_KEYS.filter((key) => LIMITS[key].defect === undefined);
    expect(silent).toEqual(['graceSegments', 'graceSeconds', 'maxQueryMemory']);
    expect([...Object.keys(CASES), ...silent].sort()).toEqual([...LIMIT_KEYS].sort());
  });

  it.each(Object.entries(CASES) as [LimitKey, Case][])('%s', async (key, theCase) => {
    const { value, capture, lists, more, others = [], ends, times = 1 } = theCase;
    const bytes = capture();
    const { defects, payloads, summary } = await run(bytes, { ...more, [key]: value }, lists);
    const expected = LIMITS[key].defect!;
    const named = defects.filter(({ message }) => message.includes(atLimit(key, value)));
    expect(named.map(({ code }) => code)).toEqual([expected]);
    const rest = defects.filter((defect) => !named.includes(defect)).map(({ code }) => code);
    for (const code of rest) expect(others).toContain(code);
    expect(payloads).toContain('after');
    expect(summary.capture.truncated).toBe(ends === true);
    expect(summary.defects.get(expected)).toBe(times);
  });

  it.each(Object.entries(CASES) as [LimitKey, Case][])('%s is not hit by default', async (key, theCase) => {
    if (key === 'maxResync') return;
    const { defects } = await run(theCase.capture(), {}, theCase.lists);
    expect(defects.map(({ code }) => code).filter((code) => !theCase.others?.includes(code))).toEqual([]);
    expect(defects.filter(({ message }) => message.includes(`(limit ${limitName(key)}=`))).toEqual([]);
  });
});

describe('patience', () => {
  /** A hole that the other side has acknowledged, and what comes behind it. */
  const lossy = () => {
    const talk = new Talk();
    const packets = upgraded(talk);
    talk.send(CLIENT, fromClient('lost'));
    packets.push(talk.send(CLIENT, fromClient('behind')));
    for (let i = 0; i < 10; i++) packets.push(talk.send(SERVER, fromServer(`${i}`)));
    return packets;
  };

  it.each([
    [{ graceSegments: 3 }, true],
    [{ graceSeconds: 0.025 }, true],
    [{}, false],
  ])('%j: what comes behind an acknowledged hole is told at once: %s', async (limits, atOnce) => {
    const { payloads } = await run(pcap(lossy()), limits);
    expect(payloads.indexOf('0')).toBeGreaterThanOrEqual(0);
    expect(payloads.indexOf('0') < payloads.indexOf('after')).toBe(atOnce);
  });
});

it('names are what the command line takes', () => {
  expect(new Set(LIMIT_KEYS.map(limitName)).size).toBe(LIMIT_KEYS.length);
  for (const key of LIMIT_KEYS) expect(limitName(key)).toMatch(/^[a-z][a-z\d]*(-[a-z]+)*$/);
  for (const key of LIMIT_KEYS) expect(DEFAULT_LIMITS[key]).toBe(LIMITS[key].default);
});
