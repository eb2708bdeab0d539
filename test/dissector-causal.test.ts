/**
 * What a side sends is told behind what it had got when it sent it, whatever the order of capture: its
 * acknowledgements tell.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../src/rules/finding.js';
import { encodeFrame } from '../src/websocket/frame-encode.js';
import type { Message } from '../src/websocket/message-record.js';
import { dissect, fromClient, fromServer, request, response, upgraded } from './support/dissect.js';
import { concat, utf8 } from './support/splits.js';
import { CLIENT, SERVER, Talk } from './support/tcp.js';

const ping = (payload: string) => encodeFrame({ opcode: 9, maskingKey: 7, payload: utf8(payload) });
const pong = (payload: string) => encodeFrame({ opcode: 10, payload: utf8(payload) });
const close = (code: number, maskingKey?: number) =>
  encodeFrame({
    opcode: 8,
    payload: Uint8Array.of(code >> 8, code & 0xff),
    ...(maskingKey === undefined ? {} : { maskingKey }),
  });

function judge(packets: readonly Uint8Array[]) {
  const findings: Finding[] = [];
  const messages: Message[] = [];
  const result = dissect(
    packets,
    {},
    {
      finding: (finding) => findings.push(finding),
      message: (message) => messages.push(message),
    },
  );
  return {
    ...result,
    told: findings
      .map(({ rule, breaker }) => `${rule.id} ${breaker}`)
      .filter((rule) => !rule.startsWith('masking-key')),
    said: messages.map(({ content }) => Buffer.from(content).toString('latin1')),
  };
}

/** A Ping that is answered, and talk that goes on for so long that a missing Pong would be noticed. */
function heartbeat(talk: Talk): Uint8Array[] {
  return [
    talk.send(CLIENT, fromClient('a')),
    talk.send(SERVER, fromServer('b')),
    talk.send(CLIENT, ping('alive?')),
    talk.send(SERVER, pong('alive?')),
    ...['c', 'd', 'e'].flatMap((text) => [
      talk.send(CLIENT, fromClient(text)),
      talk.send(SERVER, fromServer(text.toUpperCase())),
    ]),
    talk.send(CLIENT, close(1001, 5)),
    talk.send(SERVER, close(1001)),
    talk.fin(SERVER),
    talk.fin(CLIENT),
  ];
}

const payloads = ['a', 'b', 'alive?', 'alive?', 'c', 'C', 'd', 'D', 'e', 'E'];

describe('packets captured the wrong way round', () => {
  it('what fills a hole waits for what it acknowledges, too', () => {
    const talk = new Talk();
    const start = upgraded(talk);
    const rest = heartbeat(talk);
    const [c, answerToC, d, answerToD] = rest.slice(4, 8);
    const packets = [...start, ...rest.slice(0, 4), answerToD, answerToC, c, d, ...rest.slice(8)];
    const { told, defects, frames } = judge(packets);
    expect([told, defects, frames.length]).toEqual([[], [], 12]);
    expect(frames.slice(0, 10).map(({ payload }) => Buffer.from(payload).toString())).toEqual(payloads);
  });

  it.each(Array.from({ length: 12 }, (_, i) => i))('the two at %i', (at) => {
    const talk = new Talk();
    const start = upgraded(talk);
    const rest = heartbeat(talk);
    [rest[at], rest[at + 1]] = [rest[at + 1], rest[at]];
    const { told, closed, defects, frames } = judge([...start, ...rest]);
    expect([told, defects, frames.length]).toEqual([[], [], 12]);
    expect(closed).toMatchObject([
      {
        closedBy: 'client',
        endedFirst: 'server',
        unansweredPings: { client: 0, server: 0 },
        frames: { client: 6, server: 6 },
      },
    ]);
    expect(frames.slice(0, 10).map(({ payload }) => Buffer.from(payload).toString())).toEqual(payloads);
  });

  it('are told in the order of the talk, however often that happens', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 11, maxLength: 11 }), (swaps) => {
        const talk = new Talk();
        const start = upgraded(talk);
        const rest = heartbeat(talk);
        // Each by one packet at most: packets are a second apart, and so long is waited.
        swaps.forEach((swap, i) => {
          if (swap && swaps[i - 1] !== true) rest.splice(i, 2, ...rest.slice(i, i + 2).reverse());
        });
        const { told, frames, said } = judge([...start, ...rest]);
        expect(told).toEqual([]);
        expect(frames.slice(0, 10).map(({ payload }) => Buffer.from(payload).toString())).toEqual(payloads);
        expect(said).toHaveLength(12);
      }),
    );
  });
});

describe('a FIN captured before what it acknowledges', () => {
  /** A Close that is answered by an end of TCP only. */
  const unanswered = () => {
    const talk = new Talk();
    const packets = upgraded(talk);
    packets.push(talk.send(SERVER, close(1000)), talk.fin(CLIENT), talk.fin(SERVER));
    return packets;
  };

  it('ends its side behind that', () => {
    const packets = unanswered();
    const [expected] = judge(packets).closed;
    const at = packets.length - 3;
    [packets[at], packets[at + 1]] = [packets[at + 1], packets[at]];
    const { told, closed, defects } = judge(packets);
    expect([told, defects]).toEqual([['close-unanswered client'], []]);
    expect(closed).toMatchObject([{ closedBy: 'server', endedFirst: 'client', end: expected.end }]);
  });

  it('ends it all the same where that never comes', () => {
    const packets = unanswered();
    packets.splice(-3, 1);
    const { told, closed } = judge(packets);
    expect(told).toEqual([]);
    expect(closed).toMatchObject([{ end: { client: 'fin', server: 'fin' }, missingBytes: { server: 4 } }]);
  });

  it('is waited for by both where each acknowledges the other', () => {
    const talk = new Talk();
    const packets = upgraded(talk);
    const [client, server] = talk.sequences;
    packets.push(
      talk.send(CLIENT, { flags: 0x11, acknowledgement: server + 1 }),
      talk.send(SERVER, { flags: 0x11, acknowledgement: client + 1 }),
    );
    const { closed, defects } = judge(packets);
    expect(defects).toEqual([]);
    expect(closed).toMatchObject([{ end: { client: 'fin', server: 'fin' } }]);
  });
});

describe('a Close that arrived, and nothing behind it', () => {
  /** Packets are a second apart. */
  const silence = (seconds: number, isAcknowledged: boolean) => {
    const talk = new Talk();
    const packets = upgraded(talk);
    const before = talk.sequences[CLIENT];
    packets.push(talk.send(CLIENT, close(1000, 5)));
    for (let i = 0; i <= seconds; i++)
      packets.push(talk.send(SERVER, { acknowledgement: isAcknowledged ? talk.sequences[CLIENT] : before }));
    return { talk, packets };
  };

  it.each([
    ['until its sender resets TCP', 2, true, true, ['close-unanswered server']],
    ['but its sender resets TCP at once', 0, true, true, []],
    ['but it may not have arrived', 20, false, true, []],
    ['up to the end of the capture', 12, true, false, ['close-unanswered server']],
    ['but the capture ends soon', 8, true, false, []],
    ['and it may not have arrived up to the end of the capture', 20, false, false, []],
  ])('%s', (_name, seconds, isAcknowledged, isReset, expected) => {
    const { talk, packets } = silence(seconds, isAcknowledged);
    if (isReset) packets.push(talk.reset(CLIENT));
    expect(judge(packets).told).toEqual(expected);
  });
});

describe('a hole in front of a Ping', () => {
  it.each(['before the Pong is captured', 'only when much else was captured'])('that shows %s', (when) => {
    const talk = new Talk();
    const packets = upgraded(talk);
    const long = fromClient('x'.repeat(40));
    packets.push(talk.send(CLIENT, long.subarray(0, 20)));
    talk.send(CLIENT, long.subarray(20, 30));
    packets.push(talk.send(CLIENT, long.subarray(30)), talk.send(CLIENT, ping('alive?')));
    if (when.startsWith('before')) packets.push(...Array.from({ length: 20 }, () => talk.send(SERVER, '')));
    packets.push(talk.send(SERVER, pong('alive?')));
    for (let i = 0; i < 20; i++)
      packets.push(talk.send(CLIENT, fromClient('more')), talk.send(SERVER, fromServer('more')));
    const { told, frames } = judge(packets);
    expect(told).toEqual([]);
    expect(frames.slice(0, 3).map(({ sender, opcode }) => `${sender} ${opcode}`)).toEqual([
      'client 1',
      'client 9',
      'server 10',
    ]);
  });
});

describe('what acknowledges bytes that were never captured', () => {
  const lostTail = (behind: number) => {
    const talk = new Talk();
    const packets = upgraded(talk);
    talk.send(CLIENT, fromClient('lost'));
    for (let i = 0; i < behind; i++) packets.push(talk.send(SERVER, fromServer(`${i}`)));
    return dissect(packets).payloads;
  };

  it('comes at the end of the capture, at the latest', () => {
    expect(lostTail(1)).toEqual(['server: 0']);
  });

  it('waits for so long as for a hole, and then no more', () => {
    const talk = new Talk();
    const packets = upgraded(talk);
    talk.send(CLIENT, fromClient('lost'));
    const seen: number[] = [];
    let given = 0;
    for (let i = 0; i < 30; i++) packets.push(talk.send(SERVER, fromServer(`${i}`)));
    // Each packet a second behind the one before: the grace is over with the third.
    dissect(packets.slice(0, 5 + 3), {}, { frame: () => seen.push(given++) });
    expect(seen).toHaveLength(3);
    expect(lostTail(30)).toHaveLength(30);
  });

  it('is not waited for where only one side was captured', () => {
    const talk = new Talk();
    const packets = [...talk.handshake()];
    talk.send(CLIENT, request());
    packets.push(talk.send(SERVER, response()));
    for (let i = 0; i < 40; i++) {
      talk.send(CLIENT, fromClient('never captured'));
      packets.push(talk.send(SERVER, fromServer(`${i}`)));
    }
    const { payloads, dissector } = dissect(packets);
    expect(payloads).toEqual(Array.from({ length: 40 }, (_, i) => `server: ${i}`));
    expect(dissector.tcp.held).toBe(0);
  });

  it('never makes both sides wait for each other', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            side: fc.constantFrom<0 | 1>(0, 1),
            acknowledgement: fc.integer({ min: -30, max: 30 }),
            lost: fc.boolean(),
            /** Captured so many packets later than it was sent. */
            late: fc.nat(6),
            /** Begins so many octets before what it brings. */
            again: fc.nat(12),
          }),
          { maxLength: 40 },
        ),
        (steps) => {
          const talk = new Talk();
          const packets = upgraded(talk);
          let sent = 0;
          const bytes: Uint8Array[] = [new Uint8Array(0), new Uint8Array(0)];
          const first = [...talk.sequences];
          const captured: { at: number; packet: Uint8Array }[] = [];
          steps.forEach(({ side, acknowledgement, lost, late, again }, i) => {
            const peer = talk.sequences[side === 0 ? 1 : 0];
            bytes[side] = concat(bytes[side], side === CLIENT ? fromClient('c') : fromServer('s'));
            const from = Math.max(0, talk.sequences[side] - first[side] - again);
            const text = bytes[side].subarray(from);
            const packet = talk.send(side, {
              text,
              sequence: first[side] + from,
              acknowledgement: peer + acknowledgement,
            });
            talk.sequences[side] = first[side] + bytes[side].length;
            if (!lost) captured.push({ at: i + late, packet });
            if (!lost) sent++;
          });
          captured.sort((a, b) => a.at - b.at);
          packets.push(...captured.map(({ packet }) => packet));
          const { frames, closed, dissector } = dissect(packets);
          expect(closed).toHaveLength(1);
          const whole = frames.filter(({ missing }) => missing.length === 0).length;
          if (steps.every(({ lost, late }) => !lost && late === 0)) expect(whole).toBe(sent);
          expect(dissector.tcp.held).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});
