/**
 * Captures with a snap length: what of a handshake's heads is left tells the path, and that a frame begins
 * behind them.
 */
import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../src/websocket/frame-encode.js';
import type { Frame } from '../src/websocket/frame-record.js';
import { encodeHandshakeRequest } from '../src/websocket/handshake.js';
import { dissect, fromClient, fromServer, request, response } from './support/dissect.js';
import { concat, utf8 } from './support/splits.js';
import { CLIENT, SERVER, Talk } from './support/tcp.js';

/** IPv4 and TCP without options. */
const HEADERS = 40;

/** Each packet as a snap length leaves it that keeps so many octets of payload. */
const snapped = (packets: readonly Uint8Array[], kept: number) =>
  packets.map((packet) => packet.subarray(0, HEADERS + kept));

const asked = (n: number) => fromClient(`{"ask":${n},"of":"${'a'.repeat(90)}"}`);
const said = (n: number) => fromServer(`{"say":${n},"of":"${'b'.repeat(90)}"}`);

/** What the client and the server send by turns behind the handshake. */
function exchange(talk: Talk, turns: number): Uint8Array[] {
  return Array.from({ length: turns }, (_, n) => [
    talk.send(CLIENT, asked(n)),
    talk.send(SERVER, said(n)),
  ]).flat();
}

const header = ({ sender, opcode, length, complete }: Frame) =>
  `${sender} ${opcode} ${length}${complete ? '' : ' incomplete'}`;
const turn = ['client 1 107 incomplete', 'server 1 107 incomplete'];
const turns = (count: number) => Array.from({ length: count }, () => turn).flat();
/** Frames behind a loss are told late. */
const inOrder = (frames: readonly Frame[]) =>
  [...frames].sort((a, b) => a.firstTimestamp.seconds - b.firstTimestamp.seconds);

describe('behind a handshake that a snap length cuts', () => {
  /** Frames of one packet, the header of the second cut away, before anything else. */
  const coalesced = concat(fromServer('x'.repeat(114)), fromServer('y'.repeat(211)));

  /** Likewise, and seldom seen: the first fragment of a binary message, and the second. */
  const fragment = (fin: boolean, opcode: number, length: number) =>
    encodeFrame({ fin, opcode, payload: Uint8Array.from({ length }, (_, i) => (i * 151 + 77) & 0xff) });
  const rare = concat(fragment(false, 2, 115), fragment(true, 0, 185));

  it('a frame is listed although nothing but its place tells it: its length is true, some doubt is left', () => {
    const talk = new Talk();
    const packets = [
      ...talk.handshake(),
      talk.send(CLIENT, request()),
      talk.send(SERVER, response()),
      talk.send(SERVER, coalesced),
      ...exchange(talk, 4),
      talk.fin(CLIENT),
      talk.fin(SERVER),
    ];
    const { frames, closed } = dissect(snapped(packets, 42));
    expect(inOrder(frames).map(header)).toEqual(['server 1 114 incomplete', ...turns(4)]);
    const [first] = inOrder(frames);
    expect(first).toMatchObject({ pieces: [{ packet: 6 }], missing: [{ offset: 40, length: 74 }] });
    expect(first.confidence).toBeGreaterThan(0.99);
    expect(first.confidence).toBeLessThan(1);
    // The second frame of the packet is lost: 213 octets and its header of 4, but for what was captured.
    expect(closed).toMatchObject([{ undecodedBytes: { client: 0, server: 215 } }]);
  });

  it('so is one of a rare kind', () => {
    const talk = new Talk();
    const packets = [
      ...talk.handshake(),
      talk.send(CLIENT, request()),
      talk.send(SERVER, response()),
      talk.send(SERVER, rare),
      ...exchange(talk, 4),
      talk.fin(CLIENT),
      talk.fin(SERVER),
    ];
    const { frames } = dissect(snapped(packets, 42));
    expect(inOrder(frames).map(header)).toEqual(['server 2 115 incomplete', ...turns(4)]);
  });

  it('so is the only frame of the server, whether it comes before the client tells what it is or after', () => {
    for (const first of [true, false]) {
      const talk = new Talk();
      const start = [...talk.handshake(), talk.send(CLIENT, request()), talk.send(SERVER, response())];
      const early = first ? [talk.send(SERVER, rare)] : [];
      const sent = [0, 1, 2, 3].map((n) => talk.send(CLIENT, asked(n)));
      const late = first ? [] : [talk.send(SERVER, rare)];
      const packets = [...start, ...early, ...sent, ...late, talk.fin(CLIENT), talk.fin(SERVER)];
      const { frames } = dissect(snapped(packets, 42));
      const client = Array.from({ length: 4 }, () => 'client 1 107 incomplete');
      const server = ['server 2 115 incomplete'];
      expect(inOrder(frames).map(header)).toEqual(first ? [...server, ...client] : [...client, ...server]);
    }
  });

  it('so is one behind a request whose head goes on in more segments, and is whole or cut', () => {
    for (const kept of [42, 100, 1000]) {
      const talk = new Talk();
      const cookie = { name: 'Cookie', value: 'c'.repeat(900) };
      const head = encodeHandshakeRequest({ target: '/long', headers: [cookie] });
      const packets = [
        ...talk.handshake(),
        ...[0, 400, 800].map((at) => talk.send(CLIENT, head.subarray(at, at + 400))),
        talk.send(CLIENT, head.subarray(1200)),
        talk.send(SERVER, response()),
        talk.send(CLIENT, fromClient('z'.repeat(1200))),
        ...exchange(talk, 4),
        talk.fin(CLIENT),
        talk.fin(SERVER),
      ].filter((packet) => packet.length >= HEADERS);
      const { frames, opened } = dissect(snapped(packets, kept));
      expect(inOrder(frames).map(({ sender, length }) => `${sender} ${length}`)).toEqual([
        'client 1200',
        ...Array.from({ length: 4 }, () => ['client 107', 'server 107']).flat(),
      ]);
      expect(opened).toMatchObject([{ path: '/long', host: 'example.test' }]);
    }
  });

  it('none is made of what is no header there', () => {
    const talk = new Talk();
    const packets = [
      ...talk.handshake(),
      talk.send(CLIENT, request()),
      // The header of a long frame is in the part of this that is cut away.
      talk.send(SERVER, concat(response(), Uint8Array.of(0x82, 126, 4, 0))),
      talk.send(SERVER, new Uint8Array(1024).fill(0x91)),
      ...exchange(talk, 4),
      talk.fin(CLIENT),
      talk.fin(SERVER),
    ];
    const { frames } = dissect(snapped(packets, 42));
    expect(inOrder(frames).map(header)).toEqual(turns(4));
  });

  it('there is no WebSocket where frames do not tell it', () => {
    const talk = new Talk();
    const packets = [
      ...talk.handshake(),
      talk.send(CLIENT, request()),
      talk.send(SERVER, response()),
      talk.send(SERVER, fromServer('x'.repeat(114))),
      talk.send(CLIENT, 'no frame'),
      talk.send(SERVER, 'nor this'),
      talk.fin(CLIENT),
      talk.fin(SERVER),
    ];
    expect(dissect(snapped(packets, 42))).toMatchObject({ opened: [], frames: [] });
  });
});

describe('of a request that a gap cuts', () => {
  const host = 'Host: example.test\r\n';
  const line = 'GET /chat HTTP/1.1\r\n';

  it.each([
    ['less than its first line', line.length - 1, undefined, undefined],
    ['its first line', line.length, '/chat', undefined],
    ['its first line and a part of the second', line.length + host.length - 1, '/chat', undefined],
    ['two lines', line.length + host.length, '/chat', 'example.test'],
  ])('%s is known', (_name, kept, path, knownHost) => {
    expect(
      Buffer.from(request())
        .toString('latin1')
        .startsWith(line + host),
    ).toBe(true);
    const talk = new Talk();
    const start = [...talk.handshake(), ...snapped([talk.send(CLIENT, request())], kept)];
    const answer = talk.send(SERVER, response());
    const rest = exchange(talk, 4);
    const ways = {
      'a cut answer': dissect([...start, ...snapped([answer], 30), ...rest]),
      'a whole answer': dissect([...start, answer, ...rest]),
    };
    for (const [way, { opened, closed }] of Object.entries(ways)) {
      expect({ way, opened }).toMatchObject({ way, opened: [{ path, host: knownHost }] });
      expect({ way, closed }).toMatchObject({ way, closed: [{ frames: { client: 4, server: 4 } }] });
    }
  });

  it('nothing is said of the session that a later request opens', () => {
    const talk = new Talk();
    const { opened } = dissect([
      ...talk.handshake(),
      ...snapped([talk.send(CLIENT, request('/cut'))], 30),
      talk.send(SERVER, utf8('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n')),
      talk.send(CLIENT, request('/later')),
      talk.send(SERVER, response()),
    ]);
    expect(opened).toMatchObject([{ path: '/later' }]);
  });
});
