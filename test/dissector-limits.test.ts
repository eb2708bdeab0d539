/**
 * What the composition root tells of limits and of damage.
 */
import { describe, expect, it } from 'vitest';
import type { Defect } from '../src/stream/defect.js';
import { encodeFrame } from '../src/websocket/frame-encode.js';
import { dissect, fromClient, fromServer, request, response, upgraded } from './support/dissect.js';
import { utf8 } from './support/splits.js';
import { CLIENT, SERVER, Talk } from './support/tcp.js';

const codes = (defects: readonly Defect[]) => defects.map(({ layer, code }) => `${layer} ${code}`);

describe('limits', () => {
  const hello = (options: object) => {
    const talk = new Talk();
    return dissect([...upgraded(talk), talk.send(CLIENT, fromClient('Hello'))], options);
  };

  it('maxPayload keeps so many octets and tells of it', () => {
    const { payloads, defects } = hello({ limits: { maxPayload: 3 } });
    expect(payloads).toEqual(['client: Hel']);
    expect(defects).toEqual([
      {
        layer: 'websocket',
        code: 'payload-limit',
        message: 'session 1: a frame of the client has 5 bytes of payload; 3 are kept (limit payload=3)',
        packet: 6,
      },
    ]);
  });

  it.each([
    [{ previewPayload: 2 }, 'client: He', []],
    [{ previewPayload: 0 }, 'client: ', []],
    [{ previewPayload: 9 }, 'client: Hello', []],
    [{ limits: { maxPayload: 5 } }, 'client: Hello', []],
    [{ previewPayload: 2, limits: { maxPayload: 4 } }, 'client: He', ['websocket payload-limit']],
    [{ previewPayload: 4, limits: { maxPayload: 2 } }, 'client: He', ['websocket payload-limit']],
  ])('%j', (options, payload, expected) => {
    const { payloads, defects, frames } = hello(options);
    expect(payloads).toEqual([payload]);
    expect(codes(defects)).toEqual(expected);
    expect(frames[0]).toMatchObject({ length: 5, complete: true });
  });

  it('maxMessage that cuts a character in two is no fault of the text', () => {
    const talk = new Talk();
    const findings: string[] = [];
    const packets = [...upgraded(talk), talk.send(CLIENT, fromClient('aä'))];
    dissect(packets, { limits: { maxMessage: 2 } }, { finding: ({ rule }) => void findings.push(rule.id) });
    expect(findings.filter((id) => id.includes('utf'))).toEqual([]);
  });

  it('maxHeldPayload bounds what all payloads under way hold', () => {
    const talk = new Talk();
    const frame = encodeFrame({ opcode: 2, payload: new Uint8Array(900) });
    const packets = upgraded(talk);
    for (const from of [0, 500]) packets.push(talk.send(CLIENT, frame.subarray(from, from + 500)));
    const { frames, defects } = dissect(packets, { limits: { maxHeldPayload: 600 } });
    expect(frames.map(({ payload, length }) => [payload.length, length])).toEqual([[496, 900]]);
    expect(codes(defects)).toEqual(['websocket payload-limit']);
  });

  it('maxHeldPerDirection gives up a hole, and the frame says what it lost', () => {
    const talk = new Talk();
    const packets = upgraded(talk);
    const [before, lost, behind] = [0, 100, 200].map((from) =>
      talk.send(CLIENT, encodeFrame({ opcode: 2, payload: new Uint8Array(296) }).subarray(from, from + 100)),
    );
    expect(lost.length).toBe(behind.length);
    const { frames, defects } = dissect([...packets, before, behind], {
      limits: { maxHeldPerDirection: 50 },
    });
    expect(codes(defects)).toEqual(['tcp hole-limit']);
    expect(frames).toMatchObject([
      { complete: false, missing: [{ offset: 96, length: 100 }], truncated: false },
    ]);
  });
});

describe('defects', () => {
  it('tell what a strict decoder would have stopped at', () => {
    const talk = new Talk();
    const folded = Buffer.from(request())
      .toString()
      .replace(/\r\n/g, '\n')
      .replace('\nHost', '\nX: a\n b\nHost');
    const { defects, payloads } = dissect([
      ...talk.handshake(),
      talk.send(CLIENT, folded),
      talk.send(SERVER, response()),
      talk.send(SERVER, fromServer('Hello')),
    ]);
    expect(payloads).toEqual(['server: Hello']);
    expect(defects).toEqual(
      [
        ['bare-lf', 'the head of the request has lines that end in LF without CR'],
        ['obs-fold', 'the head of the request has a header that goes on in the next line (RFC 9112 §5.2)'],
      ].map(([code, message]) => ({ layer: 'http', code, message, packet: 5 })),
    );
  });

  it('name session, sender and place of lost frames', () => {
    const talk = new Talk();
    const packets = upgraded(talk);
    talk.send(SERVER, fromServer('lost'));
    packets.push(talk.send(SERVER, fromServer('behind')));
    const { defects, closed } = dissect(packets);
    expect(codes(defects)).toEqual(['websocket frames-lost']);
    expect(defects[0].message).toMatch(
      /^session 1: a gap swallowed a frame header at byte 0 of the server's stream/,
    );
    expect(defects[0].message).toMatch(/frames were found again at byte 6, with confidence 0\.9\d+$/);
    expect(closed[0]).toMatchObject({
      lostAt: { client: undefined, server: undefined },
      undecodedBytes: { client: 0, server: 6 },
      missingBytes: { server: 6 },
    });
  });

  it('never repeat bytes of the input', () => {
    const talk = new Talk();
    const evil = '\x1b[31mEVIL\u202e';
    const { defects } = dissect([
      ...talk.handshake(),
      talk.send(CLIENT, `GET /${evil} HTTP/1.1\n ${evil}\nUpgrade: websocket\n${evil}\n\n`),
      talk.send(SERVER, response({ reason: evil })),
      talk.send(SERVER, utf8(evil)),
      talk.fin(SERVER),
    ]);
    expect(defects.length).toBeGreaterThan(0);
    for (const { message } of defects) expect(message).toMatch(/^[\x20-\x7e§]*$/);
    expect(JSON.stringify(defects)).not.toContain('EVIL');
  });
});

it('survives packets cut anywhere', () => {
  const talk = new Talk();
  const packets = [...upgraded(talk), talk.send(CLIENT, fromClient('Hello')), talk.fin(CLIENT)];
  for (const [index, packet] of packets.entries()) {
    for (let length = 0; length < packet.length; length++) {
      const cut = packets.map((bytes, i) => (i === index ? packet.subarray(0, length) : bytes));
      expect(() => dissect(cut)).not.toThrow();
    }
  }
});
