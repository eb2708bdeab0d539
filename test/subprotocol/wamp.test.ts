import { encode as msgpack } from '@msgpack/msgpack';
import { encode as cbor } from 'cbor2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Decoded } from '../../src/subprotocol/index.js';
import { Conversation, deep, octets, told } from './harness.js';

/** Who says what, and what is told of it. */
const CALLS: [sender: 'client' | 'server', values: readonly unknown[], expected: string][] = [
  ['client', [1, 'realm1', { roles: {} }], 'HELLO "realm1"'],
  ['server', [4, 'ticket', {}], 'CHALLENGE "realm1" ← 1'],
  ['client', [5, 'secret', {}], 'AUTHENTICATE ← 2'],
  ['server', [2, 9_129_137_332, { roles: {} }], 'WELCOME "realm1" ← 1'],
  ['client', [64, 1, {}, 'com.a.add'], 'REGISTER "com.a.add" request 1'],
  ['server', [65, 1, 77], 'REGISTERED "com.a.add" request 1 ← 5'],
  ['client', [48, 2, {}, 'com.a.add', [1, 2], { x: 1 }], 'CALL "com.a.add" request 2'],
  ['server', [68, 900, 77, {}, [1, 2]], 'INVOCATION "com.a.add" request 900'],
  ['client', [70, 900, { progress: true }, [1]], 'YIELD "com.a.add" request 900 ← 8'],
  ['client', [70, 900, {}, [3]], 'YIELD "com.a.add" request 900 ← 8'],
  ['server', [50, 2, { progress: true }, [1]], 'RESULT "com.a.add" request 2 ← 7'],
  ['server', [50, 2, {}, [3]], 'RESULT "com.a.add" request 2 ← 7'],
  ['client', [48, 3, {}, 'com.a.nobody'], 'CALL "com.a.nobody" request 3'],
  [
    'server',
    [8, 48, 3, {}, 'wamp.error.no_such_procedure'],
    'ERROR wamp.error.no_such_procedure of CALL "com.a.nobody" request 3 ← 13',
  ],
  ['client', [32, 4, {}, 'com.a.t'], 'SUBSCRIBE "com.a.t" request 4'],
  ['server', [33, 4, 55], 'SUBSCRIBED "com.a.t" request 4 ← 15'],
  ['client', [16, 5, {}, 'com.a.t', ['x']], 'PUBLISH "com.a.t" request 5'],
  ['client', [16, 6, { acknowledge: true }, 'com.a.t'], 'PUBLISH "com.a.t" request 6'],
  ['server', [17, 5, 1], 'PUBLISHED request 5'],
  ['server', [17, 6, 2], 'PUBLISHED "com.a.t" request 6 ← 18'],
  ['server', [36, 55, 1, {}, ['x']], 'EVENT "com.a.t"'],
  ['server', [36, 56, 1, {}], 'EVENT'],
  ['client', [34, 7, 55], 'UNSUBSCRIBE "com.a.t" request 7'],
  ['server', [35, 7], 'UNSUBSCRIBED "com.a.t" request 7 ← 23'],
  ['client', [6, {}, 'wamp.close.normal'], 'GOODBYE wamp.close.normal'],
  ['server', [6, {}, 'wamp.close.goodbye_and_out'], 'GOODBYE wamp.close.goodbye_and_out ← 25'],
];

const plainTold = (decoded: Decoded | undefined) => told(decoded).replace('wamp ', '');

describe.each([
  ['json', (values: unknown) => JSON.stringify(values)],
  ['msgpack', (values: unknown) => msgpack(values)],
  ['cbor', (values: unknown) => cbor(values)],
])('wamp.2.%s', (format, encode) => {
  it('names, pairs, and remembers what IDs stand for', () => {
    const wamp = new Conversation({ subprotocol: `wamp.2.${format}` });
    const said = CALLS.map(([sender, values]) => wamp[sender](encode(values)));
    expect(said.map(plainTold)).toEqual(CALLS.map(([, , expected]) => expected));
    expect(said[6]?.value).toEqual({
      request: 2,
      options: {},
      procedure: 'com.a.add',
      args: [1, 2],
      kwargs: { x: 1 },
      uri: 'com.a.add',
    });
    expect(said[13]?.value).toMatchObject({ of: 'CALL', error: 'wamp.error.no_such_procedure' });
    expect(said[11]?.answers).toEqual({ message: 7, latency: 5 });
  });

  it.each([[[]], [[7]], [[99, 1]], [[48, 1, {}]], [{ a: 1 }], ['text'], [5]])('%j is none', (values) => {
    const wamp = new Conversation({ subprotocol: `wamp.2.${format}` });
    expect(wamp.client(encode(values))?.protocol).not.toBe('wamp');
  });
});

describe('batches', () => {
  const hello = [1, 'r', {}];
  const welcome = [2, 1, {}];

  it('are several messages in one', () => {
    const json = new Conversation({ subprotocol: 'wamp.2.json.batched' });
    expect(plainTold(json.client(`${JSON.stringify(hello)}\x18${JSON.stringify(welcome)}\x18`))).toBe(
      'HELLO "r"; WELCOME "r"',
    );
    const framed = (values: unknown) => {
      const body = msgpack(values);
      return Buffer.concat([octets(0, 0, 0, body.length), body]);
    };
    const binary = new Conversation({ subprotocol: 'wamp.2.msgpack.batched' });
    const whole = Buffer.concat([framed(hello), framed(welcome)]);
    expect(plainTold(binary.client(whole))).toBe('HELLO "r"; WELCOME "r"');
    for (let cut = 1; cut < whole.length; cut++)
      if (cut !== framed(hello).length)
        expect(binary.client(whole.subarray(0, cut)), `${cut}`).toBeUndefined();
  });

  it('of very many are counted', () => {
    const json = new Conversation({ subprotocol: 'wamp.2.json.batched' });
    const decoded = json.client(`${JSON.stringify([6, {}, 'a'])}\x18`.repeat(1005));
    expect(decoded?.parts?.length).toBe(1001);
    expect(decoded?.parts?.at(-1)?.summary).toBe('5 more');
  });
});

it.each([
  ['[1,"realm1",{"roles":{"caller":{}}}]', true],
  ['[48,7814135,{},"com.example.add",[1]]', true],
  ['[48,1,{},"add"]', false],
  ['[1,"a",{"b":1}]', false],
  ['[1,2,3]', false],
  [deep(50_000), false],
])('by content: %s: %s', (text, isTaken) => {
  expect(new Conversation({ midstream: true }).client(text)?.protocol).toBe(isTaken ? 'wamp' : undefined);
});

it('takes anything without an exception', () => {
  for (const format of ['json', 'msgpack', 'cbor', 'msgpack.batched']) {
    const wamp = new Conversation({ subprotocol: `wamp.2.${format}` });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.json(), (bytes, text) => {
        wamp.client(bytes);
        wamp.server(text);
        expect(wamp.defects).toEqual([]);
      }),
      { numRuns: 300, seed: 7 },
    );
  }
});
