/**
 * WebSockets in HTTP/2 (RFC 8441) from packets to frames: several in one connection beside ordinary requests, how they
 * begin and end, and what a capture lost.
 */
import { describe, expect, it } from 'vitest';
import { concat, u32 } from '../src/bytes/concat.js';
import { encodeH2Data, encodeH2Frame, encodeH2Reset } from '../src/http/h2-frame-encode.js';
import { encodeFrame } from '../src/websocket/frame-encode.js';
import { dissect, fromClient, fromServer } from './support/dissect.js';
import { H2Talk } from './support/h2.js';
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
