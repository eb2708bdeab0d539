import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Conversation, deep, octets, told } from './harness.js';

const call = (fields: object) => JSON.stringify({ jsonrpc: '2.0', ...fields });

describe('JSON-RPC 2.0', () => {
  it.each([
    [
      { id: 1, method: 'sum', params: [1, 2] },
      'request',
      'request "sum" id 1',
      { id: 1, method: 'sum', params: [1, 2] },
    ],
    [{ id: 'a', method: 'get' }, 'request', 'request "get" id a', { id: 'a', method: 'get' }],
    [{ id: null, method: 'odd' }, 'request', 'request "odd" id null', { id: null, method: 'odd' }],
    [
      { method: 'tick', params: { n: 1 } },
      'notification',
      'notification "tick"',
      { method: 'tick', params: { n: 1 } },
    ],
    [{ id: 1, result: null }, 'result', 'result id 1', { id: 1, result: null }],
    [
      { id: 1, error: { code: -32601, message: 'Method not found' } },
      'error',
      'error -32601 "Method not found" id 1',
      { id: 1, error: { code: -32601, message: 'Method not found' } },
    ],
    [{ id: null, error: 5 }, 'error', 'error … id null', { id: null, error: 5 }],
  ])('%j', (fields, type, summary, value) => {
    expect(new Conversation().client(call(fields))).toEqual({
      protocol: 'json-rpc',
      type,
      summary,
      value,
      answers: undefined,
    });
  });

  it('pairs results with requests of the other side, and names their method', () => {
    const rpc = new Conversation();
    const said = [
      rpc.client(call({ id: 1, method: 'eth_call' })),
      rpc.server(call({ id: 1, method: 'ask' })),
      rpc.client(call({ id: '1', method: 'text' })),
      rpc.server(call({ id: '1', error: { code: 1, message: 'no' } })),
      rpc.server(call({ id: 1, result: 'x' })),
      rpc.client(call({ id: 1, result: 'y' })),
      rpc.client(call({ id: 1, result: 'y' })),
    ];
    expect(said.map(told).slice(3)).toEqual([
      'json-rpc error 1 "no" of "text" id 1 ← 3',
      'json-rpc result of "eth_call" id 1 ← 1',
      'json-rpc result of "ask" id 1 ← 2',
      'json-rpc result id 1',
    ]);
    expect(said[4]).toMatchObject({ value: { method: 'eth_call' }, answers: { message: 1, latency: 4 } });
  });

  it('tells each call of a batch', () => {
    const rpc = new Conversation();
    const batch = rpc.client(
      `[${call({ id: 1, method: 'a' })},${call({ method: 'b' })},${call({ id: 2, method: 'c' })}]`,
    );
    expect(batch).toMatchObject({
      protocol: 'json-rpc',
      type: 'several',
      summary: 'request "a" id 1; notification "b"; request "c" id 2',
      value: null,
    });
    expect(batch!.parts!.map(({ type }) => type)).toEqual(['request', 'notification', 'request']);
    const answers = rpc.server(`[${call({ id: 2, result: 1 })},${call({ id: 1, result: 2 })}]`);
    expect(answers!.parts!.map((part) => part.answers)).toEqual([
      { message: 1, latency: 1 },
      { message: 1, latency: 1 },
    ]);
    const many = rpc.client(
      `[${Array(1500)
        .fill(call({ method: 'x' }))
        .join(',')}]`,
    );
    expect(many!.parts!.length).toBe(1001);
    expect(many!.parts!.at(-1)).toMatchObject({ type: 'more', value: { count: 500 } });
    expect(many!.summary).toMatch(/; … 997 more$/);
  });

  it.each([
    '{"jsonrpc":"1.0","id":1,"method":"a"}',
    '{"jsonrpc":"2.0","id":1}',
    '{"jsonrpc":"2.0","method":5}',
    '{"jsonrpc":"2.0","method":"a"',
    '["jsonrpc"]',
    '[]',
    `[${call({ method: 'a' })},{}]`,
    '{"id":1,"method":"a"}',
    '"jsonrpc"',
  ])('is not %s', (text) => {
    expect(new Conversation().client(text)).toBeUndefined();
    expect(new Conversation({ subprotocol: 'jsonrpc' }).client(text)).toBeUndefined();
  });

  it('is found where its member comes last, and with white space around', () => {
    const text = ` {"id":1,"method":"a","params":["${'x'.repeat(500)}"],"jsonrpc": "2.0"}\n`;
    expect(new Conversation().client(text)?.type).toBe('request');
  });
});

describe('hostile content', () => {
  it('is bounded', () => {
    const rpc = new Conversation();
    expect(rpc.client(`{"jsonrpc":"2.0","method":"a","params":${deep(200_000)}}`)?.type).toBe('notification');
    const ids = ['x'.repeat(9000), { a: 1 }, [1], true];
    for (const id of ids) expect(rpc.client(call({ id, method: 'a' }))?.summary.length).toBeLessThan(200);
    expect(rpc.server(call({ id: 'x'.repeat(9000), result: 1 }))?.answers).toBeUndefined();
    expect(rpc.client(octets(0x7b, 0x7d))).toBeUndefined();
  });

  it('never throws', () => {
    const fields = fc.record(
      {
        jsonrpc: fc.constant('2.0'),
        id: fc.jsonValue(),
        method: fc.jsonValue(),
        params: fc.jsonValue(),
        result: fc.jsonValue(),
        error: fc.jsonValue(),
      },
      { requiredKeys: ['jsonrpc'] },
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fields, fc.array(fields)), { maxLength: 5 }), (calls) => {
        const rpc = new Conversation();
        for (const one of calls) {
          rpc.client(JSON.stringify(one));
          JSON.stringify(rpc.server(JSON.stringify(one)));
        }
        expect(rpc.defects).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
