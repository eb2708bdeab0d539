/**
 * What the composition root tells of the end of a session: who ended TCP having got all of the other side.
 */
import { describe, expect, it } from 'vitest';
import type { Finding } from '../src/rules/finding.js';
import { ACK, FIN } from '../src/tcp/segment.js';
import { encodeFrame } from '../src/websocket/frame-encode.js';
import { dissect, fromClient, upgraded } from './support/dissect.js';
import { CLIENT, SERVER, Talk } from './support/tcp.js';

const close = encodeFrame({ opcode: 8, payload: Uint8Array.of(3, 232) });
const answer = encodeFrame({ opcode: 8, maskingKey: 1, payload: Uint8Array.of(3, 232) });

function ending(make: (talk: Talk) => Uint8Array[]) {
  const talk = new Talk();
  const findings: Finding[] = [];
  const start = [...upgraded(talk), talk.send(CLIENT, fromClient('Hello'))];
  const { closed } = dissect([...start, ...make(talk)], {}, { finding: (finding) => findings.push(finding) });
  expect(closed).toHaveLength(1);
  return {
    inTurn: closed[0].endedInTurn,
    first: closed[0].endedFirst,
    findings: findings.map(({ rule, breaker, message }) => [rule.id, breaker, message]),
  };
}

const unanswered = (proof: string) => [
  'close-unanswered',
  'client',
  `the Close of the server (frame 2, code 1000) got no Close in answer: ${proof}`,
];

describe('a Close, and then TCP ended by the server', () => {
  it('and in turn by the client, which had got both, is not answered', () => {
    const { inTurn, findings } = ending((talk) => [
      talk.send(SERVER, close),
      talk.fin(SERVER),
      talk.fin(CLIENT),
    ]);
    expect(inTurn).toBe('client');
    expect(findings).toEqual([unanswered('the client got it, and only ended TCP in turn')]);
  });

  it('in one segment, too', () => {
    const { inTurn, findings } = ending((talk) => [
      talk.send(SERVER, { text: close, flags: FIN | ACK }),
      talk.fin(CLIENT),
    ]);
    expect(inTurn).toBe('client');
    expect(findings).toEqual([unanswered('the client got it, and only ended TCP in turn')]);
  });

  it('while the client ended it, too, is nothing that it did wrong', () => {
    const { inTurn, findings } = ending((talk) => {
      const before = talk.sequences[SERVER];
      return [
        talk.send(SERVER, { text: close, flags: FIN | ACK }),
        talk.send(CLIENT, { flags: FIN | ACK, acknowledgement: before }),
      ];
    });
    expect([inTurn, findings]).toEqual([undefined, []]);
  });

  it('is answered by a Close, whatever ends TCP', () => {
    const { inTurn, findings } = ending((talk) => [
      talk.send(SERVER, { text: close, flags: FIN | ACK }),
      talk.send(CLIENT, { text: answer, flags: FIN | ACK }),
    ]);
    expect([inTurn, findings]).toEqual(['client', []]);
  });

  it('whose FIN was not captured, and then by the client, was ended by the server first', () => {
    const { inTurn, first, findings } = ending((talk) => {
      const packets = [talk.send(SERVER, close), talk.send(CLIENT, answer)];
      talk.fin(SERVER);
      return [...packets, talk.fin(CLIENT)];
    });
    expect([inTurn, first, findings]).toEqual(['client', 'server', []]);
  });

  it('tells nothing where a segment of the client was lost in front of its FIN', () => {
    const { findings } = ending((talk) => {
      const packets = [talk.send(SERVER, close), talk.fin(SERVER)];
      talk.send(CLIENT, answer);
      return [...packets, talk.fin(CLIENT)];
    });
    expect(findings).toEqual([]);
  });
});
