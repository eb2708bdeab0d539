import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Conversation, deep, octets, told } from './harness.js';

const v2 = (...fields: unknown[]) => JSON.stringify(fields);

describe('phoenix 2.0.0', () => {
  const talk = () => new Conversation({ path: '/socket/websocket?user=a&vsn=2.0.0' });

  it('pairs replies with pushes by topic and ref', () => {
    const phoenix = talk();
    const said = [
      phoenix.client(v2('1', '1', 'room:a', 'phx_join', { token: 'x' })),
      phoenix.client(v2(null, '2', 'phoenix', 'heartbeat', {})),
      phoenix.server(v2('1', '1', 'room:a', 'phx_reply', { status: 'ok', response: { n: 1 } })),
      phoenix.server(v2(null, '2', 'phoenix', 'phx_reply', { status: 'ok', response: {} })),
      phoenix.client(v2('1', '3', 'room:a', 'shout', { body: 'b' })),
      phoenix.server(v2(null, null, 'room:a', 'shout', { body: 'b' })),
      phoenix.server(v2('1', null, 'room:a', 'presence_state', {})),
      phoenix.server(v2('1', '3', 'room:b', 'phx_reply', { status: 'ok', response: {} })),
      phoenix.server(v2('1', '3', 'room:a', 'phx_reply', { status: 'error', response: { reason: 'r' } })),
      phoenix.server(v2('1', '1', 'room:a', 'phx_close', {})),
    ];
    expect(said.map((decoded) => told(decoded).replace('phoenix ', ''))).toEqual([
      'phx_join on "room:a"',
      'heartbeat on "phoenix"',
      'phx_reply ok of "phx_join" on "room:a" ← 1',
      'phx_reply ok of "heartbeat" on "phoenix" ← 2',
      'push "shout" on "room:a"',
      'broadcast "shout" on "room:a"',
      'push "presence_state" on "room:a"',
      'phx_reply ok on "room:b"',
      'phx_reply error of "shout" on "room:a" ← 5',
      'phx_close on "room:a"',
    ]);
    expect(said[2]).toEqual({
      protocol: 'phoenix',
      type: 'phx_reply',
      summary: 'phx_reply ok of "phx_join" on "room:a"',
      value: {
        topic: 'room:a',
        event: 'phx_reply',
        ref: '1',
        joinRef: '1',
        of: 'phx_join',
        status: 'ok',
        response: { n: 1 },
      },
      answers: { message: 1, latency: 2 },
    });
  });

  /** kind, lengths of names, names, payload: serializer.js. */
  const binary = (kind: number, names: readonly string[], ...payload: number[]) =>
    Buffer.concat([
      octets(kind, ...names.map(({ length }) => length)),
      Buffer.from(names.join('')),
      octets(...payload),
    ]);

  it('reads binary pushes, replies and broadcasts', () => {
    const phoenix = talk();
    expect(told(phoenix.client(binary(0, ['1', '7', 'room:a', 'up'], 255, 0, 1)))).toBe(
      'phoenix push "up" on "room:a", 3 bytes',
    );
    const reply = phoenix.server(binary(1, ['1', '7', 'room:a', 'ok'], 255));
    expect(told(reply)).toBe('phoenix phx_reply ok of "up" on "room:a" ← 1');
    expect(reply?.value).toMatchObject({ response: { length: 1, payloadBase64: '/w==' } });
    expect(told(phoenix.server(binary(0, ['1', 'room:a', 'up'], 9)))).toBe(
      'phoenix push "up" on "room:a", 1 byte',
    );
    expect(told(phoenix.server(binary(2, ['room:a', 'up'])))).toBe(
      'phoenix broadcast "up" on "room:a", 0 bytes',
    );
    for (const cut of [1, 3, 4, 6, 10])
      expect(phoenix.client(binary(0, ['1', '7', 'room:a', 'up']).subarray(0, cut))).toBeUndefined();
    expect(phoenix.client(binary(3, ['room:a', 'up']))).toBeUndefined();
  });

  it.each([
    '[]',
    '[1,2,3,4,5]',
    v2('1', '1', 5, 'e', {}),
    v2('1', '1', 't', 'e'),
    '{}',
    'text',
    deep(50_000),
  ])('%s is none', (text) => {
    expect(talk().client(text)).toBeUndefined();
  });

  it('takes anything without an exception', () => {
    const phoenix = talk();
    fc.assert(
      fc.property(fc.json(), fc.uint8Array({ maxLength: 40 }), (text, bytes) => {
        phoenix.client(text);
        phoenix.server(bytes);
        expect(phoenix.defects).toEqual([]);
      }),
      { numRuns: 300, seed: 6 },
    );
  });
});

describe('phoenix 1.0.0', () => {
  const v1 = (topic: string, event: string, payload: unknown, ref: string | null) =>
    JSON.stringify({ topic, event, payload, ref });

  it('says the same in objects', () => {
    const phoenix = new Conversation();
    expect(told(phoenix.client(v1('room:a', 'phx_join', {}, '1')))).toBe('phoenix phx_join on "room:a"');
    expect(told(phoenix.server(v1('room:a', 'phx_reply', { status: 'ok', response: {} }, '1')))).toBe(
      'phoenix phx_reply ok of "phx_join" on "room:a" ← 1',
    );
    expect(told(phoenix.server(v1('room:a', 'new_msg', {}, null)))).toBe(
      'phoenix push "new_msg" on "room:a"',
    );
  });
});

it.each([
  [v2(null, '5', 'phoenix', 'heartbeat', {}), true],
  [v2('1', '5', 'room', 'new_msg', { a: 1 }), true],
  ['["1","5","room","new_msg",5]', false],
  ['["a","b","c","d",{}]', false],
  ['{"event":"click","payload":{},"topic":"t"}', false],
])('by content: %s: %s', (text, isTaken) => {
  expect(new Conversation({ midstream: true }).client(text)?.protocol).toBe(isTaken ? 'phoenix' : undefined);
});
