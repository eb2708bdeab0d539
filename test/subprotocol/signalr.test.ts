import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Conversation, octets, told } from './harness.js';

const record = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\x1e`).join('');
/** With its length in front, as the hub protocol says. */
const framed = (values: unknown) => {
  const body = encode(values);
  const prefix = body.length < 128 ? [body.length] : [(body.length & 127) | 128, body.length >> 7];
  return Buffer.concat([octets(...prefix), body]);
};

const plain = (said: readonly Parameters<typeof told>[0][]) =>
  said.map((one) => told(one).replace('signalr ', ''));

const EXPECTED = [
  'handshake "json" version 1',
  'handshake accepted ← 1',
  'invocation "add" id 0',
  'invocation "name" id 0',
  'completion of "add" id 0 ← 3',
  'completion "no" of "name" id 0 ← 4',
  'stream invocation "count" id 1',
  'item #1 of "count" id 1; item #2 of "count" id 1; completion of "count" id 1',
  'cancel id 1',
  'invocation "shouted"',
  'ping',
  'ack',
  'close "bye"',
];

it('JSON: handshake, what is invoked, streams', () => {
  const hub = new Conversation();
  const said = [
    hub.client(record({ protocol: 'json', version: 1 })),
    hub.server(record({})),
    hub.client(record({ target: 'add', arguments: [2, 40], invocationId: '0', type: 1 })),
    hub.server(record({ type: 1, target: 'name', arguments: [], invocationId: '0' })),
    hub.server(record({ type: 3, invocationId: '0', result: 42 })),
    hub.client(record({ type: 3, invocationId: '0', error: 'no' })),
    hub.client(record({ type: 4, target: 'count', arguments: [2], invocationId: '1' })),
    hub.server(
      record(
        { type: 2, invocationId: '1', item: 0 },
        { type: 2, invocationId: '1', item: 1 },
        { type: 3, invocationId: '1' },
      ),
    ),
    hub.client(record({ type: 5, invocationId: '1' })),
    hub.server(record({ type: 1, target: 'shouted', arguments: ['ö'] })),
    hub.client(record({ type: 6 })),
    hub.client(record({ type: 8, sequenceId: 7 })),
    hub.server(record({ type: 7, error: 'bye', allowReconnect: true })),
  ];
  expect(plain(said)).toEqual(EXPECTED);
  expect(said[4]).toEqual({
    protocol: 'signalr',
    type: 'completion',
    summary: 'completion of "add" id 0',
    value: { id: '0', result: 42, of: 'add' },
    answers: { message: 3, latency: 2 },
  });
  expect(said[7]?.parts?.map(({ answers }) => answers)).toEqual(Array(3).fill({ message: 7, latency: 1 }));
});

it('MessagePack says the same', () => {
  const hub = new Conversation();
  const said = [
    hub.client(Buffer.from(record({ protocol: 'messagepack', version: 1 }))),
    hub.server(Buffer.from(record({}))),
    hub.client(framed([1, {}, '0', 'add', [2, 40], []])),
    hub.server(framed([1, {}, '0', 'name', []])),
    hub.server(framed([3, {}, '0', 3, 42])),
    hub.client(framed([3, {}, '0', 1, 'no'])),
    hub.client(framed([4, {}, '1', 'count', [2]])),
    hub.server(Buffer.concat([framed([2, {}, '1', 0]), framed([2, {}, '1', 1]), framed([3, {}, '1', 2])])),
    hub.client(framed([5, {}, '1'])),
    hub.server(framed([1, {}, null, 'shouted', ['ö'.repeat(200)], []])),
    hub.client(framed([6])),
    hub.client(framed([8, 7])),
    hub.server(framed([7, 'bye', true])),
  ];
  expect(plain(said)).toEqual(EXPECTED.with(0, 'handshake "messagepack" version 1'));
  expect(said[4]?.value).toEqual({ id: '0', result: 42, of: 'add' });
  expect(said[2]?.value).toEqual({ id: '0', target: 'add', arguments: [2, 40] });
});

it('a handshake may be refused', () => {
  const hub = new Conversation();
  hub.client(record({ protocol: 'xml', version: 1 }));
  expect(told(hub.server(record({ error: 'unknown protocol' })))).toBe(
    'signalr handshake refused: "unknown protocol" ← 1',
  );
});

describe('what is none', () => {
  it.each([
    '{"type":1}',
    '{"type":10}\x1e',
    '{"type":"1"}\x1e',
    '{"a":1}\x1e',
    '[1]\x1e',
    '\x1e',
    '{}\x1e{\x1e',
  ])('%j', (text) => {
    expect(new Conversation().client(text)).toBeUndefined();
  });

  it.each([
    ['another type', framed([10, {}, '0'])],
    ['no list', framed({ a: 1 })],
    ['no headers', framed([1, 5, '0', 'add', []])],
    ['no target', framed([1, {}, '0', 5, []])],
    ['a length that is too long', framed([6]).with(0, 3)],
    ['nothing', octets(0, 0, 0, 0)],
    ['no end of the length', octets(255, 255, 255, 255, 255, 1)],
  ])('%s', (_what, bytes) => {
    expect(new Conversation().client(bytes)?.protocol).not.toBe('signalr');
  });

  it('whatever is cut off', () => {
    const hub = new Conversation();
    hub.client(record({ protocol: 'messagepack', version: 1 }));
    const whole = framed([1, {}, '0', 'add', [2, 40], []]);
    for (let cut = 1; cut < whole.length; cut++)
      expect(hub.client(whole.subarray(0, cut)), `${cut}`).toBeUndefined();
    expect(hub.client(whole)).toBeDefined();
  });
});

it('takes anything without an exception', () => {
  const hub = new Conversation();
  hub.client(record({ protocol: 'messagepack', version: 1 }));
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.json(), (bytes, text) => {
      hub.client(bytes);
      hub.server(`${text}\x1e`);
      hub.server(octets(bytes.length, ...bytes));
      expect(hub.defects).toEqual([]);
    }),
    { numRuns: 500, seed: 8 },
  );
});
