/** Which decoder is asked, what becomes of one that fails, and what it all may cost. */
import { describe, expect, it } from 'vitest';
import { bounded } from '../../src/subprotocol/bounded.js';
import { SUBPROTOCOLS, type Subprotocol } from '../../src/subprotocol/index.js';
import { Conversation, octets, told } from './harness.js';

const EVENT = '42["chat"]';
const CALL = '{"jsonrpc":"2.0","id":1,"method":"a"}';

describe('who is asked', () => {
  it.each([
    ['the subprotocol', { subprotocol: 'v12.stomp' }, '\n', 'stomp'],
    ['the subprotocol', { subprotocol: 'mqttv3.1' }, octets(0xc0, 0), 'mqtt'],
    ['the subprotocol', { subprotocol: 'graphql-ws' }, '{"type":"data"}', 'graphql-ws'],
    ['the path', { path: '/socket.io/?EIO=4' }, '41', 'socket.io'],
    ['the path', { path: '/x/engine.io/?a=b' }, '2', 'engine.io'],
    ['the path', { path: '/mqtt' }, octets(0xc0, 0), 'mqtt'],
    [
      'the subprotocol before the path',
      { path: '/socket.io/', subprotocol: 'mqtt' },
      octets(0xc0, 0),
      'mqtt',
    ],
    ['the content, where it is not what was negotiated', { subprotocol: 'mqtt' }, CALL, 'json-rpc'],
    ['the content', {}, CALL, 'json-rpc'],
  ])('by %s %j', (_by, options, content, protocol) => {
    expect(new Conversation(options).client(content)?.protocol).toBe(protocol);
  });

  it.each([[{ path: '/mqtts' }], [{ subprotocol: 'v13.stomp' }], [{}]])('nobody: %j', (options) => {
    expect(new Conversation(options).client(octets(0xc0, 0))).toBeUndefined();
    expect(new Conversation(options).client('\n')).toBeUndefined();
  });

  it('whoever took the last one, and keeps what the others know', () => {
    const mixed = new Conversation();
    expect(told(mixed.client(CALL))).toBe('json-rpc request "a" id 1');
    expect(told(mixed.client(EVENT))).toBe('socket.io event "chat"');
    expect(told(mixed.server('2'))).toBe('engine.io ping');
    expect(told(mixed.server('{"jsonrpc":"2.0","id":1,"result":2}'))).toBe('json-rpc result of "a" id 1 ← 1');
  });

  it('nobody any more, where nobody took one of many', () => {
    const plain = new Conversation();
    for (let i = 0; i < 63; i++) expect(plain.client('{"a":1}')).toBeUndefined();
    expect(plain.client(CALL)).toBeDefined();
    for (let i = 0; i < 200; i++) expect(plain.client('{"a":1}')).toBeUndefined();
    expect(plain.client(CALL)).toBeDefined();
    const other = new Conversation();
    for (let i = 0; i < 64; i++) other.client('{"a":1}');
    expect(other.client(CALL)).toBeUndefined();
  });

  it('nobody for control frames, nor for what is not whole', () => {
    const talk = new Conversation({ path: '/socket.io/' });
    for (const more of [
      { opcode: 9 },
      { opcode: 0 },
      { complete: false },
      { unknownRanges: [{ offset: 0, length: 1 }] },
      { length: 100 },
      { validText: false },
    ])
      expect(talk.client('2', more), JSON.stringify(more)).toBeUndefined();
    expect(talk.client(`4${'x'.repeat(1024 * 1024)}`)).toBeUndefined();
    expect(talk.client(`4${'x'.repeat(1024 * 1024 - 1)}`)).toBeDefined();
  });
});

it('a format of content is not asked before others have bid', () => {
  const unit = { protocol: 'content', type: 't', summary: 's', value: null, answers: undefined };
  const content: Subprotocol = {
    name: 'content',
    byContent: true,
    expects: () => 0,
    bid: () => 0.1,
    open: () => ({ decode: () => [unit] }),
  };
  const talk = new Conversation({ subprotocols: [content, ...SUBPROTOCOLS] });
  expect(talk.client('abc')?.protocol).toBe('content');
  expect(talk.client(CALL)?.protocol).toBe('json-rpc');
  expect(talk.client('abc')?.protocol).toBe('content');
  expect(talk.client(EVENT)?.protocol).toBe('socket.io');
});

describe('a decoder that throws', () => {
  let asked = 0;
  const faulty = (when: 'decode' | 'bid'): Subprotocol => ({
    name: 'faulty',
    expects: () => (when === 'decode' ? 1 : 0),
    bid() {
      throw new Error('a fault');
    },
    open: () => ({
      decode() {
        asked++;
        throw new Error('a fault');
      },
      lost() {
        throw new Error('another one');
      },
    }),
  });
  const other: Subprotocol = {
    name: 'other',
    expects: () => 0,
    bid: ({ content }) => (content.length > 3 ? 1 : 0),
    open: () => ({
      decode: () => [{ protocol: 'other', type: 't', summary: 's', value: null, answers: undefined }],
    }),
  };

  it('is contained, asked no more after three times, and told of once', () => {
    const talk = new Conversation({ subprotocols: [faulty('decode'), other] });
    expect(talk.client('abc')).toBeUndefined();
    expect(talk.client('abcd')?.protocol).toBe('other');
    for (let i = 0; i < 10; i++) talk.client('abc');
    const fault = ['decoder-failed', 'session 1: message 1: the decoder of faulty fails: Error: a fault'];
    expect(talk.defects).toEqual([fault]);
    asked = 0;
    const alone = new Conversation({ subprotocols: [faulty('decode')] });
    for (let i = 0; i < 10; i++) expect(alone.client('abc')).toBeUndefined();
    expect(asked).toBe(3);
    expect(alone.defects).toEqual([
      fault,
      [
        'decoder-failed',
        'session 1: message 3: the decoder of faulty fails: this session is decoded without it',
      ],
    ]);
  });

  it('is contained while it bids, and told of', () => {
    const talk = new Conversation({ subprotocols: [faulty('bid'), other] });
    expect(talk.client('abcd')?.protocol).toBe('other');
    expect(talk.defects).toEqual([
      ['decoder-failed', 'session 1: message 1: the decoder of faulty fails: Error: a fault'],
    ]);
  });
});

describe('plain JSON', () => {
  const talk = () => new Conversation({ plainJson: true });

  it.each([
    ['{"type":"tick","n":1}', 'object', 'object of "type", "n"', { type: 'tick', n: 1 }],
    [' {} ', 'object', 'object of nothing', {}],
    [
      '{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1}',
      'object',
      'object of "a", "b", "c", "d", "e", "f", …',
      undefined,
    ],
    ['[1,"a",null]', 'array', 'array of 3', [1, 'a', null]],
  ])('%s', (text, type, summary, value) => {
    const decoded = talk().client(text);
    expect(decoded).toMatchObject({ protocol: 'json', type, summary });
    if (value !== undefined) expect(decoded?.value).toEqual(value);
  });

  it.each(['', '5', '"text"', 'null', '{', '{"a":}', '[1', '[1}', 'hello'])('is not %j', (text) => {
    expect(talk().client(text)).toBeUndefined();
  });

  it('comes last, also where nobody is asked any more, and only if wanted', () => {
    const json = talk();
    for (let i = 0; i < 100; i++) expect(json.client('{"a":1}')?.protocol).toBe('json');
    expect(json.client('{"a":1}', { complete: false })).toBeUndefined();
    expect(talk().client(CALL)?.protocol).toBe('json-rpc');
    expect(new Conversation().client('{"a":1}')).toBeUndefined();
  });
});

describe('limits', () => {
  const ask = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"a"}`;
  const answer = (id: number) => `{"jsonrpc":"2.0","id":${id},"result":1}`;

  it('the oldest of too many requests is forgotten', () => {
    const rpc = new Conversation({ limits: { maxOpenRequests: 2 } });
    for (const id of [1, 2, 3]) rpc.client(ask(id));
    expect(rpc.server(answer(1))?.answers).toBeUndefined();
    expect(rpc.server(answer(2))?.answers?.message).toBe(2);
    expect(rpc.server(answer(3))?.answers?.message).toBe(3);
    expect(rpc.defects).toEqual([
      [
        'open-requests-limit',
        'session 1: message 3: too many requests wait for an answer: the oldest is forgotten (limit open-requests=2)',
      ],
    ]);
    for (const id of [1, 1, 1, 1]) rpc.client(ask(id));
    expect(rpc.defects.length).toBe(1);
    expect(rpc.server(answer(1))?.answers).toEqual({ message: 10, latency: 1 });
  });

  it('what is held of parts is bounded, and goes when the session closes', () => {
    const stomp = new Conversation({ subprotocol: 'v12.stomp', limits: { maxHeldUnits: 20 } });
    stomp.client('SEND\n\n0123456789');
    expect(stomp.client('0123456789')).toBeUndefined();
    expect(stomp.defects).toEqual([
      [
        'held-units-limit',
        'session 1: message 2: too much is held of what goes on in later messages: it is not decoded (limit held-units=20)',
      ],
    ]);
    expect(told(stomp.client('SEND\n\n01234567'))).toBe('stomp part of SEND, 14 bytes so far');
    stomp.decoding.close(stomp.session);
    expect(told(stomp.client('SEND\n\n01234567'))).toBe('stomp part of SEND, 14 bytes so far');
    expect(told(stomp.client('\0'))).toBe('stomp SEND, 8 bytes');
    expect(told(stomp.client('SEND\n\n01234567'))).toBe('stomp part of SEND, 14 bytes so far');
    expect(stomp.defects.length).toBe(1);
  });

  it('attachments come without their packet where there is no room for it', () => {
    const chat = new Conversation({ path: '/socket.io/', limits: { maxHeldUnits: 50 } });
    chat.client(`451-["up","${'x'.repeat(50)}",{"_placeholder":true,"num":0}]`);
    expect(chat.client(octets(1))?.value).toEqual({ packet: 1, of: 'event', number: 1, count: 1, length: 1 });
    expect(chat.defects.map(([code]) => code)).toEqual(['held-units-limit']);
    for (let i = 0; i < 9; i++) {
      chat.client('451-["up",{"_placeholder":true,"num":0}]');
      expect(chat.client(octets(1))?.value).toHaveProperty('whole');
    }
  });
});

describe('bounded()', () => {
  it.each([
    ['scalars', [null, true, 1.5, 'a'], [null, true, 1.5, 'a']],
    ['numbers that JSON has not', [Number.NaN, Number.POSITIVE_INFINITY], ['NaN', 'Infinity']],
    ['others', [undefined, 5n], ['undefined', '5']],
    ['a long string', 'x'.repeat(5000), `${'x'.repeat(4096)}…`],
    ['half a character', `${'x'.repeat(4095)}🚀`, `${'x'.repeat(4095)}…`],
    ['a long list', Array(300).fill(0), [...Array(256).fill(0), '… 44 more']],
  ])('%s', (_name, value, expected) => {
    expect(bounded(value)).toEqual(expected);
  });

  it('ends deep nesting, and many values', () => {
    let deep: unknown = 0;
    for (let i = 0; i < 100_000; i++) deep = { a: deep };
    expect(JSON.stringify(bounded(deep))).toBe(`${'{"a":'.repeat(16)}"…"${'}'.repeat(16)}`);
    const wide = Array(256).fill(Array(256).fill('0123456789'));
    expect(JSON.stringify(bounded(wide)).length).toBeLessThan(80_000);
    const names = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`n${i}`, i]));
    const shown = bounded(names) as Record<string, unknown>;
    expect([Object.keys(shown).length, shown['…']]).toEqual([257, '44 more']);
  });
});
