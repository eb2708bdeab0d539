import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Conversation, deep, told } from './harness.js';

const text = (type: string, id?: unknown, payload?: unknown) => JSON.stringify({ id, type, payload });
const query = 'subscription Ticks($s: String!) { ticks(symbol: $s) { price } }';

describe('graphql-transport-ws', () => {
  const talk = () => new Conversation({ subprotocol: 'graphql-transport-ws' });

  it('pairs operations with their results', () => {
    const graphql = talk();
    const said = [
      graphql.client(text('connection_init', undefined, { token: 'x' })),
      graphql.server(text('connection_ack')),
      graphql.client(text('subscribe', 'a', { query, variables: { s: 'ETH' } })),
      graphql.client(text('subscribe', 'b', { query: '{ hello }' })),
      graphql.server(text('next', 'a', { data: { ticks: 1 } })),
      graphql.server(text('next', 'b', { data: { hello: 1 } })),
      graphql.server(text('complete', 'b')),
      graphql.server(text('next', 'a', { data: { ticks: 2 } })),
      graphql.client(text('ping')),
      graphql.server(text('ping')),
      graphql.server(text('pong')),
      graphql.client(text('pong')),
      graphql.client(text('complete', 'a')),
      graphql.server(text('next', 'a', { data: null })),
      graphql.client(text('subscribe', 'c', { query: '{ nothing }' })),
      graphql.server(text('error', 'c', [{ message: 'no' }])),
    ];
    expect(said.map((decoded) => told(decoded).replace('graphql-transport-ws ', ''))).toEqual([
      'connection_init',
      'connection_ack ← 1',
      'subscribe subscription "Ticks" id a',
      'subscribe query hello id b',
      'next #1 of subscription "Ticks" id a ← 3',
      'next #1 of query hello id b ← 4',
      'complete of query hello id b ← 4',
      'next #2 of subscription "Ticks" id a ← 3',
      'ping',
      'ping',
      'pong ← 9',
      'pong ← 10',
      'complete of subscription "Ticks" id a',
      'next id a',
      'subscribe query nothing id c',
      'error of query nothing id c ← 15',
    ]);
    expect(said[2]).toEqual({
      protocol: 'graphql-transport-ws',
      type: 'subscribe',
      summary: 'subscribe subscription "Ticks" id a',
      value: {
        id: 'a',
        operation: 'subscription',
        name: 'Ticks',
        field: 'ticks',
        query,
        variables: { s: 'ETH' },
      },
      answers: undefined,
    });
    expect(said[7]).toMatchObject({
      value: { id: 'a', nth: 2, payload: { data: { ticks: 2 } } },
      answers: { message: 3, latency: 5 },
    });
  });

  it.each([
    ['{ a: hello }', undefined, { operation: 'query', field: 'hello' }],
    ['# query X\nmutation { order }', undefined, { operation: 'mutation', field: 'order' }],
    ['fragment F on T { x } query Q { y }', undefined, { operation: 'query', name: 'Q', field: 'x' }],
    ['query A { a } query B { b }', 'B', { operation: 'query', name: 'B', field: 'a' }],
    ['nonsense', undefined, {}],
    [5, 'N', { name: 'N' }],
  ])('%j is an operation', (document, operationName, expected) => {
    const { value } = talk().client(text('subscribe', '1', { query: document, operationName }))!;
    const { operation, name, field } = value as Record<string, unknown>;
    expect(JSON.parse(JSON.stringify({ operation, name, field }))).toEqual(expected);
  });

  it.each([
    '{}',
    '{"type":"start"}',
    '{"type":5}',
    '{"type":"toString"}',
    '["next"]',
    '{"type":"next"',
    'next',
    '',
  ])('is not %s', (malformed) => {
    expect(talk().server(malformed)).toBeUndefined();
  });
});

describe('graphql-ws, the older one', () => {
  it('has other names', () => {
    const graphql = new Conversation({ subprotocol: 'graphql-ws' });
    const said = [
      graphql.client(text('connection_init')),
      graphql.server(text('connection_ack')),
      graphql.server(text('ka')),
      graphql.client(text('start', '1', { query, operationName: 'Ticks' })),
      graphql.server(text('data', '1', { data: {} })),
      graphql.client(text('stop', '1')),
      graphql.server(text('complete', '1')),
      graphql.client(text('connection_terminate')),
    ];
    expect(said.map((decoded) => told(decoded).replace('graphql-ws ', ''))).toEqual([
      'connection_init',
      'connection_ack ← 1',
      'ka',
      'start subscription "Ticks" id 1',
      'data #1 of subscription "Ticks" id 1 ← 4',
      'stop id 1',
      'complete of subscription "Ticks" id 1 ← 4',
      'connection_terminate',
    ]);
  });
});

describe('without a handshake', () => {
  it.each([
    [text('subscribe', '1', { query }), 'graphql-transport-ws'],
    [text('start', '1', { query }), 'graphql-ws'],
    [text('connection_ack'), 'graphql-transport-ws'],
  ])('%s is recognised', (content, protocol) => {
    expect(new Conversation({ midstream: true }).client(content)?.protocol).toBe(protocol);
  });

  it.each(['{"type":"subscribe","channel":"x"}', '{"type":"start"}', '{"type":"next"}', '{"type":"ticker"}'])(
    '%s is not',
    (content) => {
      expect(new Conversation({ midstream: true }).client(content)).toBeUndefined();
    },
  );

  it('is told apart once the kind of message tells', () => {
    const graphql = new Conversation({ midstream: true });
    graphql.client(text('connection_init'));
    expect(graphql.client(text('start', '1', { query }))?.protocol).toBe('graphql-ws');
    expect(graphql.server(text('data', '1', { data: 1 }))?.answers).toEqual({ message: 2, latency: 1 });
  });
});

it('never throws', () => {
  const type = fc.constantFrom('subscribe', 'next', 'complete', 'error', 'ping', 'pong', 'connection_init');
  const message = fc.record(
    { id: fc.jsonValue(), type, payload: fc.jsonValue() },
    { requiredKeys: ['type'] },
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
      const graphql = new Conversation({ subprotocol: 'graphql-transport-ws' });
      for (const one of messages) expect(graphql.client(JSON.stringify(one))?.type).toBe(one.type);
      for (const one of messages) expect(graphql.server(JSON.stringify(one))?.type).toBe(one.type);
      expect(graphql.defects).toEqual([]);
    }),
  );
  const graphql = new Conversation({ subprotocol: 'graphql-transport-ws' });
  expect(graphql.client(`{"type":"next","payload":${deep(100_000)}}`)?.type).toBe('next');
});
