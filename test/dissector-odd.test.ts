/**
 * What the composition root does about connections that are odd: foreign, out of order, or tunnelled.
 */
import { describe, expect, it } from 'vitest';
import { Dissector } from '../src/dissector.js';
import { dissect, fromClient, fromServer, refusal, request, response, upgraded } from './support/dissect.js';
import { concat } from './support/splits.js';
import { CLIENT, deliver, SERVER, Talk } from './support/tcp.js';

const connect = 'CONNECT example.test:80 HTTP/1.1\r\nHost: example.test:80\r\n\r\n';
const established = 'HTTP/1.1 200 Connection established\r\n\r\n';

describe('a connection is abandoned', () => {
  it.each([
    ['of another protocol', ['SSH-2.0-OpenSSH_9.2\r\n'], []],
    ['of TLS', [Uint8Array.of(22, 3, 1, 0, 5, 1, 0, 0, 1, 0)], []],
    [
      'that switches to another protocol',
      ['GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: irc\r\n\r\n'],
      ['HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: irc\r\n\r\n'],
    ],
  ])('%s', (_name, asked, answered) => {
    const talk = new Talk();
    const { opened, closed, defects, dissector, frames } = dissect([
      ...talk.handshake(),
      ...asked.map((bytes) => talk.send(CLIENT, bytes)),
      ...answered.map((bytes) => talk.send(SERVER, bytes)),
      talk.send(CLIENT, request()),
      talk.send(SERVER, response()),
      talk.send(SERVER, fromServer('never read')),
    ]);
    expect([opened, closed, frames, defects]).toEqual([[], [], [], []]);
    expect(dissector.tcp.counts.discarded).toBe(1);
  });

  it('not where its beginning was not captured: a head may still come', () => {
    const talk = new Talk();
    const { payloads, dissector } = dissect([
      talk.send(CLIENT, 'the end of something'),
      talk.send(CLIENT, request()),
      talk.send(SERVER, response()),
      talk.send(SERVER, fromServer('Hello')),
    ]);
    expect(payloads).toEqual(['server: Hello']);
    expect(dissector.tcp.counts.discarded).toBe(0);
  });
});

describe('an upgrade whose answer was not captured', () => {
  it('is a session once its frames show it, with the path that was asked for, from its first byte', () => {
    const talk = new Talk();
    const start = [...talk.handshake(), talk.send(CLIENT, request('/lost'))];
    talk.send(SERVER, response());
    const words = ['one', 'two', 'three', 'four', 'five', 'six'];
    const frames = words.flatMap((word) => [
      talk.send(CLIENT, fromClient(`{"ask":"${word}"}`)),
      talk.send(SERVER, fromServer(`{"say":"${word}"}`)),
    ]);
    const { opened, payloads, closed } = dissect([...start, ...frames, talk.fin(CLIENT), talk.fin(SERVER)]);
    expect(opened).toMatchObject([
      { number: 1, handshake: undefined, path: '/lost', host: 'example.test', client: '10.0.0.1:40000' },
    ]);
    expect(opened[0].openedPacket).toBeLessThanOrEqual(6);
    expect([...payloads].sort()).toEqual(
      words.flatMap((word) => [`client: {"ask":"${word}"}`, `server: {"say":"${word}"}`]).sort(),
    );
    expect(closed).toMatchObject([{ frames: { client: 6, server: 6 }, session: { path: '/lost' } }]);
  });
});

describe('a 101 captured before its request', () => {
  /** Client bytes in packets 4 and 6, the answer in packet 5, in the order given. */
  const run = (order: readonly number[], acknowledgement?: number) => {
    const talk = new Talk();
    const start = talk.handshake();
    const told = acknowledgement === undefined ? {} : { acknowledgement };
    const rest = [
      talk.send(CLIENT, request('/late')),
      talk.send(SERVER, { text: concat(response({ subprotocol: 'chat' }), fromServer('early')), ...told }),
      talk.send(CLIENT, fromClient('Hello')),
      talk.send(SERVER, fromServer('World')),
    ];
    return dissect([...start, ...order.map((index) => rest[index])]);
  };

  it('waits for it, since it acknowledges it', () => {
    const { opened, payloads, defects } = run([1, 0, 2, 3]);
    expect(opened).toMatchObject([{ handshake: { target: '/late', subprotocol: 'chat' } }]);
    expect(payloads).toEqual(['server: early', 'client: Hello', 'server: World']);
    expect(defects).toEqual([]);
  });

  it('opens the session without it where it acknowledges nothing, and knows it from then on', () => {
    const { opened, frames, closed, payloads, defects } = run([1, 0, 2, 3], 1001);
    expect(defects).toEqual([]);
    expect(opened).toMatchObject([
      { handshake: { target: undefined, subprotocol: 'chat', isWebSocketResponse: true } },
    ]);
    expect(payloads).toEqual(['server: early', 'client: Hello', 'server: World']);
    expect(frames.map(({ session }) => session.handshake!.target)).toEqual([undefined, '/late', '/late']);
    expect(frames.every(({ session }) => session.number === 1)).toBe(true);
    expect(closed).toMatchObject([
      { session: { number: 1, opened: opened[0].opened, handshake: { target: '/late', status: 101 } } },
    ]);
  });

  it('is judged by both, once', () => {
    const talk = new Talk();
    const start = talk.handshake();
    const asked = talk.send(CLIENT, request('/late'));
    const answered = talk.send(SERVER, response({ accept: 'd3Jvbmc=', subprotocol: 'unasked' }));
    const rest = [talk.send(CLIENT, fromClient('Hello')), talk.send(SERVER, fromServer('World'))];
    const judge = (packets: readonly Uint8Array[]) => {
      const found: string[] = [];
      dissect(
        packets,
        {},
        {
          finding: ({ rule, session }) => found.push(`${rule.id} of ${session.path}`),
        },
      );
      return found.sort().filter((id) => !id.startsWith('no-close'));
    };
    const inOrder = judge([...start, asked, answered, ...rest]);
    expect(inOrder).toEqual(['accept of /late', 'subprotocol-not-offered of /late']);
    expect(judge([...start, answered, asked, ...rest])).toEqual(inOrder);
    expect(judge([...start, answered, ...rest])).toEqual([]);
  });

  it.each([[[0, 2, 1, 3]], [[2, 0, 1, 3]], [[1, 2, 0, 3]], [[0, 1, 2, 3]]])(
    'packets in the order %j',
    (order) => {
      const { closed, payloads, defects } = run(order);
      expect(payloads.sort()).toEqual(['client: Hello', 'server: World', 'server: early']);
      expect(closed).toMatchObject([{ session: { handshake: { target: '/late' } } }]);
      expect(defects).toEqual([]);
    },
  );
});

describe('CONNECT', () => {
  const tunnelled = (depth: number) => {
    const talk = new Talk([40_000, 3128]);
    const packets = talk.handshake();
    for (let i = 0; i < depth; i++) packets.push(talk.send(CLIENT, connect), talk.send(SERVER, established));
    packets.push(
      talk.send(CLIENT, request()),
      talk.send(SERVER, response()),
      talk.send(CLIENT, fromClient('in')),
    );
    return dissect(packets);
  };

  it.each([
    [1, ['client: in']],
    [4, ['client: in']],
    [5, []],
    [6, []],
  ])('%i deep', (depth, payloads) => {
    const result = tunnelled(depth);
    expect(result.payloads).toEqual(payloads);
    expect(result.opened.length).toBe(payloads.length);
    expect(result.defects.map(({ code }) => code)).toEqual(depth > 4 ? ['proxy-tunnel-limit'] : []);
  });

  it('that carries something else is let go', () => {
    const talk = new Talk();
    const { opened, defects, dissector } = dissect([
      ...talk.handshake(),
      talk.send(CLIENT, connect),
      talk.send(SERVER, established),
      talk.send(CLIENT, 'SSH-2.0-OpenSSH_9.2\r\n'),
      talk.send(CLIENT, request()),
    ]);
    expect([opened, defects, dissector.tcp.counts.discarded]).toEqual([[], [], 1]);
  });

  it('that is refused leaves an HTTP connection', () => {
    const talk = new Talk();
    const { payloads } = dissect([
      ...talk.handshake(),
      talk.send(CLIENT, connect),
      talk.send(SERVER, refusal),
      talk.send(CLIENT, request()),
      talk.send(SERVER, response()),
      talk.send(SERVER, fromServer('direct')),
    ]);
    expect(payloads).toEqual(['server: direct']);
  });
});

it('frames behind a gap that is given up when the other side has ended are looked for, and let go', () => {
  const talk = new Talk();
  const cut = request().subarray(0, 40);
  const { dissector, frames } = dissect([
    ...talk.handshake(),
    talk.fin(SERVER),
    talk.send(CLIENT, cut),
    talk.send(CLIENT, { text: fromClient('behind'), sequence: (talk.sequences[CLIENT] + 500) | 0 }),
  ]);
  expect(frames).toEqual([]);
  expect(dissector.windowBudget.held).toBe(0);
});

it.each([0xffff_ffff, 0xff00_0000, 0x8000_0000, 0x2000_0000])(
  'a segment that claims %i octets, which only the capture tells, has those that were captured',
  (originalLength) => {
    const talk = new Talk();
    const packets = [...upgraded(talk), talk.send(SERVER, fromServer('first'))];
    const lying = talk.send(SERVER, fromServer('third'));
    talk.sequences[SERVER] -= lying.length - 40;
    // IPv4 leaves the length to the link layer; and it comes behind a hole.
    new DataView(lying.buffer, lying.byteOffset).setUint16(2, 0);
    const second = talk.send(SERVER, fromServer('second'));
    const ahead = new DataView(lying.buffer, lying.byteOffset);
    ahead.setInt32(24, ahead.getInt32(24) + second.length - 40);
    const payloads: string[] = [];
    const dissector = new Dissector({
      frame: ({ payload }) => payloads.push(Buffer.from(payload).toString()),
    });
    deliver([...packets, lying, second], (packet) => {
      if (packet.bytes === lying) packet.originalLength = originalLength;
      dissector.packet(packet);
    });
    dissector.end();
    expect(payloads).toEqual(['first', 'second', 'third']);
  },
);

it('a connection whose last bytes were lost ends a grace after they were acknowledged, as others do', () => {
  const [quiet, lively] = [new Talk(), new Talk([40_001, 80])];
  const before = [...upgraded(quiet), ...upgraded(lively)];
  quiet.send(SERVER, fromServer('lost'));
  const last = [quiet.fin(SERVER), quiet.send(CLIENT, {}), quiet.fin(CLIENT)];
  const later = Array.from({ length: 4 }, (_, i) => lively.send(SERVER, fromServer(`later ${i}`)));
  const { closedBefore } = dissect([...before, ...last, ...later]);
  expect(closedBefore.map(({ session, missingBytes }) => [session.number, missingBytes])).toEqual([
    [1, { client: 0, server: 6 }],
  ]);
});

it('a hole of a connection that has gone quiet is given up in time, while others go on', () => {
  const [quiet, lively] = [new Talk(), new Talk([40_001, 80])];
  const before = [...upgraded(quiet), ...upgraded(lively)];
  quiet.send(SERVER, fromServer('lost'));
  const last = [quiet.send(SERVER, fromServer('behind')), quiet.fin(SERVER), quiet.fin(CLIENT)];
  const later = Array.from({ length: 4 }, (_, i) => lively.send(SERVER, fromServer(`later ${i}`)));
  const told: string[] = [];
  const { closedBefore, dissector } = dissect(
    [...before, ...last, ...later],
    {},
    {
      message: ({ content }) => told.push(Buffer.from(content).toString()),
    },
  );
  expect(closedBefore.map(({ session }) => session.number)).toEqual([1]);
  expect(told).toEqual(['behind', 'later 0', 'later 1', 'later 2', 'later 3']);
  expect(dissector.tcp.held).toBe(0);
});
