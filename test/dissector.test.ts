/**
 * The stations wired together: packets in, sessions, frames and defects out.
 */
import { describe, expect, it } from 'vitest';
import { Dissector } from '../src/dissector.js';
import { encodeClose } from '../src/websocket/close.js';
import { encodeFrame } from '../src/websocket/frame-encode.js';
import type { Session, SessionSummary } from '../src/websocket/session-record.js';
import { dissect, fromClient, fromServer, refusal, request, response, upgraded } from './support/dissect.js';
import { concat, utf8 } from './support/splits.js';
import { CLIENT, deliver, SERVER, Talk } from './support/tcp.js';

describe('a session', () => {
  it('is told of when the server agrees, and when it is over', () => {
    const talk = new Talk();
    const packets = [
      ...upgraded(talk),
      talk.send(CLIENT, fromClient('Hello')),
      talk.send(SERVER, fromServer('World')),
      talk.send(CLIENT, encodeFrame({ opcode: 8, maskingKey: 1, payload: encodeClose(1000, 'bye') })),
      talk.fin(CLIENT),
      talk.fin(SERVER),
    ];
    const starts: unknown[] = [];
    const result = dissect(packets, {}, { opened: ({ start }) => starts.push(start) });
    const { frames, opened, closedBefore, defects, dissector, payloads } = result;
    expect(defects).toEqual([]);
    expect(starts).toEqual([{ seconds: 1_700_000_001, nanoseconds: 0 }]);
    expect(opened).toMatchObject([
      {
        number: 1,
        connection: 0,
        client: '10.0.0.1:40000',
        server: '10.0.0.2:80',
        opened: { seconds: 1_700_000_004, nanoseconds: 0 },
        openedPacket: 5,
        handshake: { target: '/chat', status: 101 },
      },
    ]);
    expect(payloads).toEqual(['client: Hello', 'server: World', 'client: \x03\ufffdbye']);
    expect(frames.map(({ number, pieces }) => [number, pieces[0].packet, pieces[0].packetOffset])).toEqual([
      [1, 6, 40],
      [2, 7, 40],
      [3, 8, 40],
    ]);
    expect(closedBefore).toMatchObject([
      {
        session: opened[0],
        frames: { client: 2, server: 1 },
        closedBy: 'client',
        end: { client: 'fin', server: 'fin' },
        ended: { seconds: 1_700_000_010, nanoseconds: 0 },
      },
    ]);
    expect([dissector.frameCount, dissector.sessionCount]).toEqual([3, 1]);
  });

  it('is the same however both directions are cut into segments', () => {
    const clientBytes = concat(request(), fromClient('Hello'), fromClient(''), fromClient('World'));
    const serverBytes = concat(response(), fromServer('a'), fromServer('b'.repeat(130)));
    const whole = (['client: Hello', 'client: ', 'client: World'] as string[]).concat([
      'server: a',
      `server: ${'b'.repeat(130)}`,
    ]);
    for (let cut = 1; cut < Math.max(clientBytes.length, serverBytes.length); cut++) {
      const talk = new Talk();
      const packets = [
        ...talk.handshake(),
        talk.send(CLIENT, clientBytes.subarray(0, cut)),
        talk.send(CLIENT, clientBytes.subarray(cut)),
        talk.send(SERVER, serverBytes.subarray(0, cut)),
        talk.send(SERVER, serverBytes.subarray(cut)),
      ];
      const { payloads, defects } = dissect(packets);
      expect(payloads.sort()).toEqual([...whole].sort());
      expect(defects).toEqual([]);
    }
  });

  it('captured from the middle of its connection is one too', () => {
    const talk = new Talk();
    const { opened, payloads } = dissect([
      ...upgraded(talk).slice(3),
      talk.send(CLIENT, fromClient('Hello')),
    ]);
    expect(opened).toMatchObject([{ number: 1, client: '10.0.0.1:40000', openedPacket: 2 }]);
    expect(payloads).toEqual(['client: Hello']);
  });

  it('that is open at the end of the capture ends there, with its frame cut', () => {
    const talk = new Talk();
    const { closedBefore, closed, frames } = dissect([
      ...upgraded(talk),
      talk.send(CLIENT, fromClient('Hello').subarray(0, 8)),
    ]);
    expect(closedBefore).toEqual([]);
    expect(closed).toMatchObject([{ end: { client: 'capture-end', server: 'capture-end' } }]);
    expect(frames).toMatchObject([{ truncated: true, payload: utf8('He') }]);
  });

  it('is counted without frames where nobody wants them', () => {
    const talk = new Talk();
    const summaries: SessionSummary[] = [];
    const dissector = new Dissector({ sessionClosed: (summary) => summaries.push(summary) });
    deliver([...upgraded(talk), talk.send(CLIENT, fromClient('Hello')), talk.reset(SERVER)], (packet) =>
      dissector.packet(packet),
    );
    dissector.end();
    expect(summaries).toMatchObject([{ frames: { client: 1, server: 0 }, payloadBytes: { client: 5 } }]);
    expect(dissector.frameCount).toBe(1);
  });
});

describe('numbers', () => {
  it('count sessions and refused upgrades in the order of the answers', () => {
    const [a, b] = [new Talk([40_001, 80]), new Talk([40_002, 80])];
    const packets = [
      ...a.handshake(),
      ...b.handshake(),
      a.send(CLIENT, request('/a')),
      b.send(CLIENT, request('/b')),
      b.send(SERVER, refusal),
      a.send(SERVER, response()),
      b.send(CLIENT, request('/again')),
      b.send(SERVER, response()),
      b.send(CLIENT, fromClient('b')),
      a.send(CLIENT, fromClient('a')),
    ];
    const { opened, closedBefore, closed, frames } = dissect(packets);
    const facts = ({ number, connection, handshake }: Session) => [number, connection, handshake!.target];
    expect(closedBefore.map(({ session }) => facts(session))).toEqual([[1, 1, '/b']]);
    expect(opened.map(facts)).toEqual([
      [2, 0, '/a'],
      [3, 1, '/again'],
    ]);
    expect(closed.map(({ session }) => session.number).sort()).toEqual([1, 2, 3]);
    expect(frames.map((frame) => [frame.number, frame.session.number])).toEqual([
      [1, 3],
      [2, 2],
    ]);
  });

  it('tell connections apart that use the same ports one after the other', () => {
    const [first, second] = [new Talk(), new Talk(undefined, [90_000, 95_000])];
    const { opened } = dissect([
      ...upgraded(first),
      first.fin(CLIENT),
      first.fin(SERVER),
      ...upgraded(second),
    ]);
    expect(opened.map(({ number, connection }) => [number, connection])).toEqual([
      [1, 0],
      [2, 1],
    ]);
  });
});

describe('a refused upgrade', () => {
  it.each([
    [403, 'Forbidden'],
    [426, 'Upgrade Required'],
    [200, 'OK'],
    [302, 'Found'],
  ])('with %i is a summary without an end', (status, reason) => {
    const talk = new Talk();
    const answer = response({ status, reason, headers: [{ name: 'Content-Length', value: '0' }] });
    const packets = [...talk.handshake(), talk.send(CLIENT, request()), talk.send(SERVER, answer)];
    const { opened, closedBefore } = dissect(packets);
    expect(opened).toEqual([]);
    expect(closedBefore).toMatchObject([
      {
        session: { number: 1, handshake: { status, reason } },
        end: undefined,
        frames: { client: 0, server: 0 },
      },
    ]);
    expect(closedBefore[0].ended).toEqual({ seconds: 1_700_000_005, nanoseconds: 0 });
  });

  it('is not what answers any other request', () => {
    const talk = new Talk();
    const { closed, dissector } = dissect([
      ...talk.handshake(),
      talk.send(CLIENT, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
      talk.send(SERVER, refusal),
    ]);
    expect(closed).toEqual([]);
    expect(dissector.sessionCount).toBe(0);
  });
});
