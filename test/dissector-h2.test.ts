/**
 * WebSockets in HTTP/2 (RFC 8441) from packets to frames: several in one connection beside ordinary requests, how they
 * begin and end, and what a capture lost.
 */
import { describe, expect, it } from 'vitest';
import { concat, u32 } from '../src/bytes/concat.js';
import { CarriedConnection } from '../src/carried/connection.js';
import { Dissector } from '../src/dissector.js';
import { encodeH2Data, encodeH2Frame, encodeH2Headers, encodeH2Reset } from '../src/http/h2-frame-encode.js';
import { closeStory } from '../src/output/close-story.js';
import { sessionJson } from '../src/output/session-text.js';
import { Connection } from '../src/tcp/connection.js';
import { encodeFrame } from '../src/websocket/frame-encode.js';
import { encodeHandshakeRequest, encodeHandshakeResponse } from '../src/websocket/handshake.js';
import { dissect, fromClient, fromServer } from './support/dissect.js';
import { H2Talk } from './support/h2.js';
import { utf8 } from './support/splits.js';
import { CLIENT, SERVER, Talk } from './support/tcp.js';

const close = (side: 0 | 1, code = 1000) =>
  encodeFrame({
    opcode: 8,
    payload: concat([code >> 8, code & 0xff]),
    ...(side === CLIENT ? { maskingKey: 7 } : {}),
  });

type Sent = readonly [0 | 1, Uint8Array];

/** Two WebSockets, an ordinary request and a refusal in one connection. */
function conversation(h2 = new H2Talk()): Sent[] {
  return [
    [CLIENT, h2.hello()],
    [SERVER, h2.offer()],
    [
      CLIENT,
      h2.connect(1, { 'sec-websocket-protocol': 'chat', 'user-agent': 'test', origin: 'http://a.test' }),
    ],
    [CLIENT, h2.get(3, '/page')],
    [SERVER, concat(h2.answer(1, 200, { 'sec-websocket-protocol': 'chat' }), h2.page(3, 'hello'))],
    [
      CLIENT,
      concat(
        h2.connect(5, {}, { pieces: 7, padding: 3, priority: true }),
        encodeH2Data(1, fromClient('one')),
      ),
    ],
    [SERVER, encodeH2Data(1, fromServer('two'), { padding: 200 })],
    [
      SERVER,
      concat(encodeH2Frame({ type: 6 }, new Uint8Array(8)), encodeH2Frame({ type: 8 }, u32(9)), h2.answer(5)),
    ],
    [CLIENT, concat(encodeH2Data(5, fromClient('three')), encodeH2Data(1, fromClient('four')))],
    [CLIENT, h2.connect(7)],
    [SERVER, h2.answer(7, 403, {}, { endStream: true })],
    [CLIENT, concat(encodeH2Data(1, close(CLIENT)), encodeH2Frame({ type: 0x10 }, new Uint8Array(5)))],
    [SERVER, encodeH2Data(1, close(SERVER), { endStream: true })],
    [CLIENT, encodeH2Data(1, new Uint8Array(0), { endStream: true })],
    [CLIENT, encodeH2Reset(5, 8)],
  ];
}

const EXPECTED = [
  'client: one',
  'server: two',
  'client: three',
  'client: four',
  'client: \u0003\ufffd',
  'server: \u0003\ufffd',
];

function packetsOf(sent: readonly Sent[], talk = new Talk()): Uint8Array[] {
  const packets = talk.handshake();
  for (const [side, bytes] of sent) packets.push(talk.send(side, bytes));
  return [...packets, talk.fin(CLIENT), talk.fin(SERVER)];
}

const codes = (defects: readonly { code: string }[]) => defects.map(({ code }) => code);

describe('WebSockets in HTTP/2', () => {
  it('are sessions of their own', () => {
    const findings: string[] = [];
    const { opened, closed, payloads, defects } = dissect(
      packetsOf(conversation()),
      {},
      {
        finding: ({ rule, session, message }) => findings.push(`${session.number} ${rule.id}: ${message}`),
      },
    );
    expect(defects).toEqual([]);
    expect(payloads).toEqual(EXPECTED);
    expect(opened.map(({ path, host, carrier }) => [path, host, carrier.http, carrier.stream])).toEqual([
      ['/chat1', 'a.test', 'h2', 1],
      ['/chat5', 'a.test', 'h2', 5],
    ]);
    const [first] = opened;
    expect(first.handshake).toMatchObject({
      method: 'CONNECT',
      subprotocol: 'chat',
      offeredSubprotocols: ['chat'],
      userAgent: 'test',
      origin: 'http://a.test',
      version: '13',
      status: 200,
      isExtendedConnect: true,
      connectOffered: true,
    });
    const ends = new Map(closed.map(({ session, end }) => [session.carrier.stream, end]));
    expect(ends.get(1)).toEqual({ client: 'fin', server: 'fin' });
    expect(ends.get(5)).toEqual({ client: 'reset', server: 'reset' });
    expect(ends.get(7)).toBeUndefined();
    expect(closed.find(({ session }) => session.carrier.stream === 7)!.session.handshake!.status).toBe(403);
    expect(findings).toEqual([
      '1 masking-key-repeated: the masking key 37 fa 21 3d is that of frame 1, too',
      '2 no-close: the client reset its HTTP/2 stream after 1 frame of the client and 0 of the server, without a Close frame from either side',
    ]);
  });

  it.each([
    ['which opens it', {}, 200, ['1 h2-pseudo-header'], ['client: a', 'server: b']],
    ['which refuses it', {}, 400, ['1 h2-pseudo-header'], []],
    ['which answers it as a GET', { 'content-type': 'text/html' }, 200, [], []],
  ] as const)('are asked for by GET of a server %s', (_, fields, status, expected, said) => {
    const findings: string[] = [];
    const h2 = new H2Talk();
    const sent: Sent[] = [
      [CLIENT, h2.hello()],
      [SERVER, h2.offer()],
      [CLIENT, h2.connect(1, { ':method': 'GET' })],
      [SERVER, h2.answer(1, status, fields, { endStream: said.length === 0 })],
    ];
    if (said.length > 0)
      sent.push([CLIENT, encodeH2Data(1, fromClient('a'))], [SERVER, encodeH2Data(1, fromServer('b'))]);
    const { payloads, closed, defects } = dissect(
      [...packetsOf(sent)],
      {},
      {
        finding: ({ rule, session }) => {
          if (rule.id.startsWith('h2')) findings.push(`${session.number} ${rule.id}`);
        },
      },
    );
    expect(defects).toEqual([]);
    expect(findings).toEqual(expected);
    expect(payloads).toEqual(said);
    expect(closed.map(({ session }) => session.handshake!.method)).toEqual(expected.map(() => 'GET'));
  });

  it.each([
    ['connection', 'h2-handshake-header server', []],
    ['sec-websocket-accept', 'h2-handshake-header server', ['no-close client']],
    [':status', 'h2-status server', []],
  ] as const)('are reset by their client, whose answer has %s', (name, expected, more) => {
    const findings: string[] = [];
    const h2 = new H2Talk();
    const sent: Sent[] = [
      [CLIENT, h2.hello()],
      [SERVER, h2.offer()],
      [CLIENT, h2.connect(1)],
      [SERVER, name === ':status' ? h2.answer(1, 101) : h2.answer(1, 200, { [name]: 'x' })],
      [CLIENT, encodeH2Reset(1, 1)],
    ];
    dissect(packetsOf(sent), {}, { finding: ({ rule, breaker }) => findings.push(`${rule.id} ${breaker}`) });
    expect(findings).toEqual([expected, ...more]);
  });

  it.each([
    ['two frames', 1],
    ['many', 12],
  ])('are opened by 101 against the rules: %s', (_, count) => {
    const findings: string[] = [];
    const h2 = new H2Talk();
    const talk = Array.from({ length: count }, (_, i): Sent[] => [
      [CLIENT, encodeH2Data(1, fromClient(`${i}`))],
      [SERVER, encodeH2Data(1, fromServer(`${i}`))],
    ]).flat();
    const sent: Sent[] = [
      [CLIENT, concat(h2.hello(), h2.connect(1), h2.get(3))],
      [SERVER, concat(h2.offer(), h2.answer(1, 100), h2.answer(1, 101), h2.answer(3, 101))],
      ...talk,
      // As if 101 had been an interim answer.
      [SERVER, concat(h2.answer(1), h2.page(3, 'hello'))],
    ];
    const { payloads, opened, defects } = dissect(
      packetsOf(sent),
      {},
      {
        finding: ({ rule, breaker }) => {
          if (rule.id.startsWith('h2')) findings.push(`${rule.id} ${breaker}`);
        },
      },
    );
    expect(defects).toEqual([]);
    expect(payloads).toHaveLength(2 * count);
    expect(
      opened.map(({ path, host, confidence, handshake }) => [path, host, confidence, handshake!.status]),
    ).toEqual([['/chat1', 'a.test', 1, 101]]);
    expect(findings).toEqual(['h2-status server']);
  });

  it.each([
    [1, 'PROTOCOL_ERROR'],
    [7, 'REFUSED_STREAM'],
    [0, 'NO_ERROR'],
    [0xfe, '0xfe'],
  ])('are refused by a server that resets the stream with %i', (code, name) => {
    const findings: string[] = [];
    const h2 = new H2Talk();
    const sent: Sent[] = [
      [
        CLIENT,
        concat(h2.hello(), h2.connect(1, { ':scheme': undefined }), encodeH2Data(1, fromClient('early'))),
      ],
      [SERVER, concat(h2.offer(), encodeH2Reset(1, code))],
      [SERVER, encodeH2Data(1, fromServer('late'))],
    ];
    const { payloads, opened, closed, defects } = dissect(
      packetsOf(sent),
      {},
      { finding: ({ rule, breaker }) => findings.push(`${rule.id} ${breaker}`) },
    );
    expect([defects, payloads, opened]).toEqual([[], [], []]);
    expect(findings).toEqual(['h2-pseudo-header client']);
    const [{ session, end }] = closed;
    expect([closed.length, end]).toEqual([1, undefined]);
    expect(session).toMatchObject({ path: '/chat1', handshake: { status: undefined, resetWith: name } });
    expect(closeStory(closed[0])).toBe(`refused: server reset the stream with ${name}`);
    expect(JSON.parse(sessionJson(closed[0]))).toMatchObject({ status: null, path: '/chat1' });
  });

  it('do not depend on how TCP cuts them', () => {
    const whole = conversation();
    for (const size of [1, 2, 3, 5, 8, 9, 10, 13, 40]) {
      const sent = whole.flatMap(([side, bytes]) =>
        Array.from(
          { length: Math.ceil(bytes.length / size) },
          (_, i): Sent => [side, bytes.subarray(i * size, (i + 1) * size)],
        ),
      );
      const { payloads, defects, opened } = dissect(packetsOf(sent));
      expect([size, codes(defects)]).toEqual([size, []]);
      expect(payloads).toEqual(EXPECTED);
      expect(opened.map(({ path }) => path)).toEqual(['/chat1', '/chat5']);
    }
  });
});

const GET_H2C =
  'GET /page HTTP/1.1\r\nHost: a.test\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n';
const TO_H2C = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';

describe('HTTP/2 begins', () => {
  it('behind Upgrade: h2c', () => {
    const h2 = new H2Talk();
    const sent: Sent[] = [
      [CLIENT, utf8(GET_H2C)],
      [SERVER, concat(utf8(TO_H2C), h2.offer(), h2.page(1, 'hello'))],
      [CLIENT, concat(h2.hello(), h2.connect(3))],
      [SERVER, concat(h2.answer(3), encodeH2Data(3, fromServer('two')))],
    ];
    const { payloads, defects, opened } = dissect(packetsOf(sent));
    expect(defects).toEqual([]);
    expect(payloads).toEqual(['server: two']);
    expect(opened[0].carrier.stream).toBe(3);
  });

  it('where TLS knows it by ALPN: at once', () => {
    const { closed, payloads } = carried(conversation());
    expect(payloads).toEqual(EXPECTED);
    expect(closed).toBe(3);
  });

  it('in a tunnel through a proxy', () => {
    const sent: Sent[] = [
      [CLIENT, utf8('CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n')],
      [SERVER, utf8('HTTP/1.1 200 OK\r\n\r\n')],
      ...conversation(),
    ];
    expect(dissect(packetsOf(sent)).payloads).toEqual(EXPECTED);
  });

  it('with what the server sends, where nothing of the client was captured', () => {
    const sent = conversation().filter(([side]) => side === SERVER);
    const { payloads } = dissect(packetsOf(sent));
    expect(payloads).toEqual([]);
  });
});

/** As TLS would do: HTTP/2 is known before the first byte. */
function carried(
  sent: readonly Sent[],
  options: { initiator?: 0 | 1 | undefined; doubtAt?: number; lost?: number } = {},
) {
  const payloads: string[] = [];
  const defects: string[] = [];
  const confidences: number[] = [];
  let closed = 0;
  const dissector = new Dissector({
    frame: ({ sender, payload }) => payloads.push(`${sender}: ${Buffer.from(payload)}`),
    sessionOpened: ({ confidence }) => confidences.push(confidence),
    sessionClosed: () => closed++,
    defect: ({ code }) => defects.push(code),
  });
  const connection = new Connection(0, [
    { address: '10.0.0.1', port: 40_000 },
    { address: '10.0.0.2', port: 443 },
  ]);
  connection.initiator = 'initiator' in options ? options.initiator : 0;
  const { sinks } = new CarriedConnection(dissector, connection, {
    http: 'h2',
    stream: undefined,
    tunnel: undefined,
    tls: undefined,
  });
  for (const [i, [side, bytes]] of sent.entries()) {
    dissector.place.packet++;
    if (i === options.doubtAt) sinks[CLIENT].inDoubt?.();
    if (i === options.lost) sinks[side].gap(bytes.length);
    else sinks[side].bytes(bytes, 0, bytes.length);
  }
  for (const sink of sinks) sink.end('fin');
  return { payloads, closed, defects, confidences };
}

const texts = (side: 0 | 1, stream: number, from: number, to: number): Sent[] =>
  Array.from({ length: to - from }, (_, i) => {
    const text = `message ${from + i} of stream ${stream}`;
    return [side, encodeH2Data(stream, side === CLIENT ? fromClient(text) : fromServer(text))];
  });

/** Two WebSockets that take turns. */
function turns(h2: H2Talk, count = 30): Sent[] {
  const talk = [1, 5].map((stream) => [CLIENT, SERVER].map((side) => texts(side as 0 | 1, stream, 0, count)));
  return [
    ...conversation(h2).slice(0, 8),
    ...Array.from({ length: count }, (_, i) => talk.flatMap((sides) => sides.map((sent) => sent[i]))).flat(),
  ];
}

/** A plain CONNECT on `stream`, and its answer. */
const tunnel = (h2: H2Talk, stream: number, status = 200): Sent[] => [
  [
    CLIENT,
    h2.connect(stream, {
      ':protocol': undefined,
      ':scheme': undefined,
      ':path': undefined,
      ':authority': 'inner.test:80',
      'sec-websocket-version': undefined,
    }),
  ],
  [SERVER, h2.answer(stream, status)],
];

/** In DATA of `stream`. */
const inStream = (stream: number, sent: readonly Sent[]): Sent[] =>
  sent.map(([side, bytes]) => [side, encodeH2Data(stream, bytes)]);

const overHttp1 = (path: string): Sent[] => [
  [CLIENT, encodeHandshakeRequest({ target: path })],
  [SERVER, encodeHandshakeResponse()],
  [CLIENT, fromClient(`to ${path}`)],
  [SERVER, fromServer(`from ${path}`)],
];

describe('a tunnel by CONNECT', () => {
  const begin = (h2: H2Talk): Sent[] => [
    [CLIENT, h2.hello()],
    [SERVER, h2.offer()],
  ];

  it('may hold WebSockets over HTTP/1.1, each stream its own', () => {
    const h2 = new H2Talk();
    const [a, b] = [1, 3].map((stream) => inStream(stream, overHttp1(`/${stream}`)));
    const sent = [
      ...begin(h2),
      ...tunnel(h2, 1),
      ...tunnel(h2, 3),
      ...a.flatMap((one, i) => [one, b[i]]),
      [CLIENT, encodeH2Reset(3, 10)] as const,
      [CLIENT, encodeH2Data(1, close(CLIENT), { endStream: true })] as const,
      [SERVER, encodeH2Data(1, close(SERVER), { endStream: true })] as const,
    ];
    const { payloads, opened, closed, defects } = dissect(packetsOf(sent));
    expect(defects).toEqual([]);
    expect(opened.map(({ path, carrier }) => [path, carrier])).toEqual(
      [1, 3].map((tunnel) => [`/${tunnel}`, { http: 'http/1.1', stream: undefined, tunnel, tls: undefined }]),
    );
    expect(payloads.slice(0, 4)).toEqual([
      'client: to /1',
      'client: to /3',
      'server: from /1',
      'server: from /3',
    ]);
    expect(new Map(closed.map(({ session, end }) => [session.path, end!.client]))).toEqual(
      new Map([
        ['/3', 'reset'],
        ['/1', 'fin'],
      ]),
    );
    expect(closed.map(closeStory)).toEqual([
      'client reset the stream without a Close (1006, Abnormal Closure)',
      'client closed with 1000 (Normal Closure), server answered, client ended the stream first',
    ]);
  });

  it('may be in a tunnel, and hold HTTP/2', () => {
    const h2 = new H2Talk();
    const [outer, middle] = [new H2Talk(), new H2Talk()];
    const inner = inStream(1, [...begin(middle), ...tunnel(middle, 5), ...inStream(5, conversation(h2))]);
    const packets = packetsOf([...begin(outer), ...tunnel(outer, 1), ...inner]);
    expect(dissect(packets).payloads).toEqual(EXPECTED);
    const { payloads, defects } = dissect(packets, { limits: { maxProxyTunnels: 1 } });
    expect([payloads, codes(defects)]).toEqual([[], ['proxy-tunnel-limit']]);
  });

  it('does not depend on how TCP cuts it, nor on what is sent before the answer', () => {
    const h2 = new H2Talk();
    const [asked, answered] = tunnel(h2, 1);
    const [request, ...rest] = inStream(1, overHttp1('/1'));
    const whole: Sent[] = [...begin(h2), asked, request, answered, ...rest];
    for (const size of [1, 2, 9, 10, 50]) {
      const sent = whole.flatMap(([side, bytes]) =>
        Array.from(
          { length: Math.ceil(bytes.length / size) },
          (_, i): Sent => [side, bytes.subarray(i * size, (i + 1) * size)],
        ),
      );
      const { payloads, defects } = dissect(packetsOf(sent));
      expect([size, payloads, defects]).toEqual([size, ['client: to /1', 'server: from /1'], []]);
    }
  });

  it.each([407, 502])('that is refused with %i is none', (status) => {
    const h2 = new H2Talk();
    const sent = [...begin(h2), ...tunnel(h2, 1, status), ...inStream(1, overHttp1('/1'))];
    const { payloads, closed, defects } = dissect(packetsOf(sent));
    expect([payloads, closed, defects]).toEqual([[], [], []]);
  });

  it('that holds something else leaves the others alone', () => {
    const h2 = new H2Talk();
    const sent = [
      ...begin(h2),
      ...tunnel(h2, 1),
      ...tunnel(h2, 3),
      ...inStream(1, [
        [CLIENT, utf8('EHLO a.test\r\n')],
        [SERVER, utf8('220 b.test\r\n')],
      ]),
      ...inStream(3, overHttp1('/3')),
      ...inStream(1, overHttp1('/1')),
    ];
    const { payloads, defects } = dissect(packetsOf(sent));
    expect([payloads, defects]).toEqual([['client: to /3', 'server: from /3'], []]);
  });

  it.each([0, 1])(
    'is known behind a loss by what begins in it (both sides or only the server: %i)',
    (from) => {
      const h2 = new H2Talk();
      const settings: Sent = [CLIENT, encodeH2Frame({ type: 4, flags: 1 }, new Uint8Array(0))];
      const first = [...tunnel(h2, 1), ...inStream(1, overHttp1('/1'))];
      const second = [...tunnel(h2, 3), ...inStream(3, overHttp1('/3').slice(from))];
      const talk = new Talk();
      const packets = talk.handshake();
      for (const one of [...begin(h2), ...first, settings, ...second]) {
        const packet = talk.send(...one);
        if (one !== settings) packets.push(packet);
      }
      const { payloads, opened, defects } = dissect([...packets, talk.fin(CLIENT), talk.fin(SERVER)]);
      expect(opened.map(({ path }) => path)).toEqual(['/1', from === 0 ? '/3' : undefined]);
      // Of the first session it cannot be told whether something of it is lost.
      expect(codes(defects)).toEqual(['frames-lost']);
      expect(payloads).toEqual(['client: to /1', 'server: from /1', 'client: to /3', 'server: from /3']);
    },
  );

  it('or something else: behind a loss that it stays unread is told', () => {
    const h2 = new H2Talk();
    const settings: Sent = [CLIENT, encodeH2Frame({ type: 4, flags: 1 }, new Uint8Array(0))];
    const other = inStream(3, [
      [CLIENT, utf8('EHLO a.test\r\n')],
      [SERVER, utf8('220 b.test\r\n')],
    ]);
    const talk = new Talk();
    const packets = talk.handshake();
    for (const one of [...begin(h2), ...tunnel(h2, 1), settings, ...tunnel(h2, 3), ...other, ...other]) {
      const packet = talk.send(...one);
      if (one !== settings) packets.push(packet);
    }
    const { payloads, defects } = dissect([...packets, talk.fin(CLIENT), talk.fin(SERVER)]);
    expect([payloads, codes(defects)]).toEqual([[], ['h2-stream-unknown']]);
  });

  it('is known without its answer', () => {
    const h2 = new H2Talk();
    const sent = [...begin(h2), ...tunnel(h2, 1), ...inStream(1, overHttp1('/1'))];
    const talk = new Talk();
    const packets = talk.handshake();
    for (const [i, [side, bytes]] of sent.entries()) {
      const packet = talk.send(side, bytes);
      if (i !== 3) packets.push(packet);
    }
    const { payloads, opened } = dissect([...packets, talk.fin(CLIENT), talk.fin(SERVER)]);
    expect(opened.map(({ path }) => path)).toEqual(['/1']);
    expect(payloads).toEqual(['client: to /1', 'server: from /1']);
  });
});

describe('where the capture begins in the middle', () => {
  it.each([undefined, 0] as const)(
    'the WebSockets are recognised, with confidence (initiator %s)',
    (initiator) => {
      const sent = turns(new H2Talk());
      const from = 8;
      const { payloads, confidences } = carried(sent.slice(from), { initiator });
      expect(payloads).toHaveLength(120);
      expect(payloads).toContain('server: message 29 of stream 5');
      expect(confidences).toHaveLength(2);
      for (const confidence of confidences) {
        expect(confidence).toBeGreaterThan(0.99);
        expect(confidence).toBeLessThan(1);
      }
    },
  );

  it('within an HTTP/2 frame: the next one is found', () => {
    const sent = turns(new H2Talk());
    sent[8] = [sent[8][0], sent[8][1].subarray(5)];
    sent[9] = [sent[9][0], sent[9][1].subarray(3)];
    const { payloads, defects } = carried(sent.slice(8), { initiator: undefined });
    expect(payloads).toHaveLength(118);
    expect(defects.filter((code) => code === 'h2-frames-lost')).toHaveLength(2);
  });

  it('and requests follow whose fields refer to what was not captured: they are marked', () => {
    const h2 = new H2Talk();
    const sent = turns(h2, 3).slice(8);
    // Method, protocol and authority are of the table, the path is new.
    sent.push(
      [CLIENT, h2.connect(9)],
      [SERVER, h2.answer(9)],
      ...texts(CLIENT, 9, 0, 20),
      ...texts(SERVER, 9, 0, 20),
    );
    const { payloads } = carried(sent, { initiator: 0 });
    expect(payloads.filter((text) => text.includes('of stream 9'))).toHaveLength(40);
  });
});

describe('a gap', () => {
  const lossy = (lost: readonly number[], sent = turns(new H2Talk())) => {
    const talk = new Talk();
    const packets = talk.handshake();
    for (const [i, [side, bytes]] of sent.entries()) {
      const packet = talk.send(side, bytes);
      if (!lost.includes(i)) packets.push(packet);
    }
    return dissect([...packets, talk.fin(CLIENT), talk.fin(SERVER)]);
  };

  it('that swallows HTTP/2 frames costs them and, at most, what is needed to find WebSocket frames again', () => {
    const { frames, payloads, opened, defects } = lossy([40]);
    expect(opened).toHaveLength(2);
    const all = turns(new H2Talk()).length;
    expect(payloads.length).toBeGreaterThan(all - 20);
    expect(new Set(codes(defects))).toEqual(new Set(['frames-lost']));
    for (const { payload, confidence } of frames)
      if (confidence === 1 || payload.length > 0)
        expect(String(Buffer.from(payload))).toMatch(/^(message|one|two)/);
    expect(frames.some(({ confidence }) => confidence < 1)).toBe(true);
    expect(payloads).toContain('client: message 29 of stream 1');
    expect(payloads).toContain('server: message 29 of stream 5');
  });

  it('inside DATA is exact', () => {
    const long = encodeH2Data(1, encodeFrame({ opcode: 2, payload: new Uint8Array(300).fill(65) }), {
      padding: 9,
    });
    const sent: Sent[] = [
      ...conversation().slice(0, 8),
      [SERVER, long.subarray(0, 100)],
      [SERVER, long.subarray(100, 200)],
      [SERVER, long.subarray(200)],
      ...texts(SERVER, 1, 0, 2),
    ];
    const { frames, defects } = lossy([9], sent);
    expect(defects).toEqual([]);
    const found = frames.find(({ length }) => length === 300)!;
    expect(found.missing).toEqual([{ offset: 86, length: 100 }]);
    expect(frames.slice(-2).map(({ confidence }) => confidence)).toEqual([1, 1]);
  });

  it('that TLS can tell only later puts in doubt that all requests were seen', () => {
    const h2 = new H2Talk();
    const connect: Sent = [CLIENT, h2.connect(1)];
    const begin: Sent[] = [
      [CLIENT, h2.hello()],
      [SERVER, h2.offer()],
    ];
    const rest: Sent[] = [
      [SERVER, h2.answer(1)],
      ...texts(SERVER, 1, 0, 9),
      connect,
      ...texts(CLIENT, 1, 0, 9),
    ];
    const sent = [...begin, ...rest];
    const lost = sent.indexOf(connect);
    const all = rest.filter((one, i) => i > 0 && one !== connect).length;
    const { payloads, defects } = carried(sent, { doubtAt: 2, lost });
    expect([payloads.length, defects]).toEqual([all, []]);
    // It was none: what comes behind it is all.
    const idle = carried([...begin, [CLIENT, new H2Talk().get(3, '/')], ...texts(SERVER, 5, 0, 9)], {
      doubtAt: 2,
    });
    expect([idle.payloads, idle.defects]).toEqual([[], ['h2-stream-idle']]);
  });

  it('over the answer to a CONNECT: frames tell that it was one of 2xx', () => {
    const h2 = new H2Talk();
    const sent: Sent[] = [
      [CLIENT, h2.hello()],
      [SERVER, h2.offer()],
      [CLIENT, h2.connect(1)],
      [SERVER, h2.answer(1)],
      ...texts(CLIENT, 1, 0, 20).flatMap((one, i) => [one, texts(SERVER, 1, i, i + 1)[0]]),
    ];
    const { opened, payloads } = lossy([3], sent);
    expect(opened.map(({ path, confidence }) => [path, confidence < 1])).toEqual([['/chat1', true]]);
    expect(payloads.length).toBeGreaterThan(36);
  });
});

describe('what is odd', () => {
  const begin = (h2: H2Talk): Sent[] => [
    [CLIENT, h2.hello()],
    [SERVER, h2.offer()],
  ];
  const odd = (make: (h2: H2Talk) => Sent[], limits = {}) => {
    const h2 = new H2Talk();
    const sent = [...begin(h2), ...make(h2)];
    const { defects, payloads, opened } = dissect(packetsOf(sent), { limits });
    return { codes: codes(defects), payloads, opened, messages: defects.map(({ message }) => message) };
  };
  const healthy = (h2: H2Talk, stream = 99): Sent[] => [
    [CLIENT, h2.connect(stream)],
    [SERVER, h2.answer(stream)],
    [CLIENT, encodeH2Data(stream, fromClient('after'))],
  ];

  const CASES: [string, string[], (h2: H2Talk) => Sent[]][] = [
    [
      'a CONTINUATION flood',
      ['head-limit'],
      (h2) => [
        [CLIENT, encodeH2Frame({ type: 1, stream: 1 }, new Uint8Array(1000))],
        ...Array.from(
          { length: 100 },
          (): Sent => [CLIENT, encodeH2Frame({ type: 9, stream: 1 }, new Uint8Array(1000))],
        ),
        [CLIENT, encodeH2Frame({ type: 9, flags: 4, stream: 1 })],
        ...healthy(h2),
      ],
    ],
    [
      'DATA on stream 0',
      ['h2-stream-zero'],
      (h2) => [[CLIENT, encodeH2Data(0, fromClient('x'))], ...healthy(h2)],
    ],
    [
      'DATA on a stream that was not opened',
      ['h2-stream-idle'],
      (h2) => [
        ...Array.from({ length: 50 }, (_, i): Sent => [CLIENT, encodeH2Data(101 + 2 * i, fromClient('x'))]),
        ...healthy(h2),
      ],
    ],
    [
      'DATA behind the end',
      ['h2-stream-closed'],
      (h2) => [
        [CLIENT, h2.connect(1)],
        [SERVER, h2.answer(1)],
        [CLIENT, encodeH2Data(1, fromClient('x'), { endStream: true })],
        [CLIENT, concat(encodeH2Data(1, fromClient('y')), encodeH2Data(1, fromClient('y')))],
        ...healthy(h2),
      ],
    ],
    [
      'a stream used again',
      ['h2-stream-reused'],
      (h2) => [
        [CLIENT, h2.get(7)],
        [SERVER, h2.page(7, 'x')],
        [CLIENT, concat(h2.connect(7), h2.connect(5))],
        ...healthy(h2),
      ],
    ],
    [
      'a header block that others break',
      ['h2-header-block'],
      (h2) => [
        [CLIENT, encodeH2Frame({ type: 1, stream: 1 }, Uint8Array.of(0x82))],
        [CLIENT, encodeH2Frame({ type: 6 }, new Uint8Array(8))],
        ...healthy(h2),
      ],
    ],
    [
      'a CONTINUATION of nothing',
      ['h2-header-block'],
      (h2) => [
        [CLIENT, encodeH2Frame({ type: 9, flags: 4, stream: 1 }, Uint8Array.of(0x82))],
        ...healthy(h2),
      ],
    ],
    [
      'more padding than bytes',
      ['h2-padding', 'h2-padding'],
      (h2) => [
        [CLIENT, encodeH2Frame({ type: 1, flags: 0x0c, stream: 1 }, Uint8Array.of(9, 0x82))],
        ...healthy(h2),
        [CLIENT, encodeH2Frame({ type: 0, flags: 8, stream: 99 }, Uint8Array.of(9, 0x82))],
      ],
    ],
    [
      'an h2Frame larger than allowed',
      ['h2-frame-size'],
      (h2) => [
        ...healthy(h2),
        [CLIENT, encodeH2Frame({ type: 0x33, stream: 99, length: 16_385 }, new Uint8Array(16_385))],
        [CLIENT, encodeH2Data(99, fromClient('more'))],
      ],
    ],
    [
      'an index that is in no table',
      ['hpack-undecodable'],
      (h2) => [
        [CLIENT, encodeH2Frame({ type: 1, flags: 5, stream: 1 }, Uint8Array.of(0xfe))],
        ...healthy(h2),
      ],
    ],
    [
      'a reset by the client before the answer',
      ['unanswered-upgrade'],
      (h2) => [[CLIENT, concat(h2.connect(1), encodeH2Reset(1, 8))], ...healthy(h2)],
    ],
    ['no answer', ['unanswered-upgrade'], (h2) => [[CLIENT, h2.connect(1)], ...healthy(h2)]],
  ];

  it.each(CASES)('%s', (_, expected, make) => {
    const { codes: found, payloads } = odd(make);
    expect(found).toEqual(expected);
    expect(payloads).toContain('client: after');
  });

  it('a hundred thousand streams that stay open', () => {
    const { codes: found, payloads } = odd((h2) => {
      const many = (from: number): Sent => [
        CLIENT,
        concat(
          ...Array.from({ length: 5000 }, (_, i) => encodeH2Headers(2 * (from + i) + 1, Uint8Array.of(0x82))),
        ),
      ];
      return [...Array.from({ length: 20 }, (_, i) => many(5000 * i)), ...healthy(h2, 300_001)];
    });
    expect(found).toEqual(['h2-streams-limit']);
    expect(payloads).toEqual(['client: after']);
  });

  it('trailers, pushed responses and interim answers change nothing', () => {
    const { codes: found, payloads } = odd((h2) => [
      [CLIENT, h2.connect(1)],
      [
        SERVER,
        encodeH2Frame({ type: 5, flags: 4, stream: 1 }, concat(u32(2), h2.server.block([['x', 'pushed']]))),
      ],
      [SERVER, concat(h2.answer(1, 103), h2.answer(1))],
      [SERVER, h2.answer(2, 200, { 'content-type': 'a' })],
      [
        SERVER,
        concat(
          encodeH2Data(1, fromServer('x')),
          encodeH2Headers(1, h2.server.block([['x', 'pushed']]), { endStream: true }),
        ),
      ],
      ...healthy(h2),
    ]);
    expect(found).toEqual([]);
    expect(payloads).toEqual(['server: x', 'client: after']);
  });
});
