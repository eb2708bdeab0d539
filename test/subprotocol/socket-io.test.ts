import { encodePacket, type Packet } from 'engine.io-parser';
import fc from 'fast-check';
import { Decoder, Encoder, PacketType } from 'socket.io-parser';
import { describe, expect, it } from 'vitest';
import { bounded } from '../../src/subprotocol/bounded.js';
import type { Decoded } from '../../src/subprotocol/index.js';
import { parseSocketPacket } from '../../src/subprotocol/socket-io-packet.js';
import { Conversation, deep, octets, told } from './harness.js';

const PATH = '/socket.io/?EIO=4&transport=websocket';
const talk = (path = PATH) => new Conversation({ path });

describe('Engine.IO', () => {
  it.each([
    [
      '0{"sid":"a","pingInterval":25}',
      'open',
      'open, protocol 4',
      { version: 4, sid: 'a', pingInterval: 25 },
    ],
    ['1', 'close', 'close', {}],
    ['2', 'ping', 'ping', {}],
    ['2probe', 'ping', 'ping "probe"', { data: 'probe' }],
    ['5', 'upgrade', 'upgrade', {}],
    ['6', 'noop', 'noop', {}],
    ['4hello', 'message', 'message "hello"', { payload: 'hello' }],
    ['bAAEC', 'message', 'message, 3 bytes as base64', { length: 3 }],
  ])('%s', (text, type, summary, value) => {
    expect(talk().server(text)).toEqual({ protocol: 'engine.io', type, summary, value, answers: undefined });
  });

  it.each(['', '7', '0', '0nonsense', '0[]', '1x', '9["a"]', 'hello', 'b***'])('is not %j', (text) => {
    expect(talk().server(text)).toBeUndefined();
  });

  it('pairs pings of either side with pongs', () => {
    const four = talk();
    expect(told(four.server('2'))).toBe('engine.io ping');
    expect(four.client('3')?.answers).toEqual({ message: 1, latency: 1 });
    expect(four.client('3')?.answers).toBeUndefined();
    const three = talk('/socket.io/?EIO=3&transport=websocket');
    three.client('2');
    expect(told(three.server('3'))).toBe('engine.io pong ← 1');
  });

  it('has an octet in front of binary data in protocol 3 only', () => {
    expect(talk('/engine.io/?EIO=3').server(octets(4, 1, 2))?.value).toEqual({
      length: 2,
      payload: '\x01\x02',
    });
    expect(talk('/engine.io/?EIO=4').server(octets(4, 1, 255))?.value).toEqual({
      length: 3,
      payloadBase64: 'BAH/',
    });
  });
});

describe('Socket.IO', () => {
  it.each([
    ['40', 'connect', 'connect', { namespace: '/' }],
    ['40{"token":"x"}', 'connect', 'connect', { namespace: '/', data: { token: 'x' } }],
    ['40/admin,', 'connect', 'connect in "/admin"', { namespace: '/admin' }],
    ['40/admin', 'connect', 'connect in "/admin"', { namespace: '/admin' }],
    ['40/a?token=1&b=2,', 'connect', 'connect in "/a"', { namespace: '/a', query: 'token=1&b=2' }],
    ['41', 'disconnect', 'disconnect', { namespace: '/' }],
    ['41/admin,', 'disconnect', 'disconnect in "/admin"', { namespace: '/admin' }],
    ['42["chat"]', 'event', 'event "chat"', { namespace: '/', event: 'chat', args: [] }],
    ['42["connect",1]', 'event', 'event "connect"', { namespace: '/', event: 'connect', args: [1] }],
    ['42[7,null]', 'event', 'event 7', { namespace: '/', event: 7, args: [null] }],
    [
      '42/admin,13["chat",{"a":[1]},"b"]',
      'event',
      'event "chat" ack 13 in "/admin"',
      { namespace: '/admin', event: 'chat', id: 13, args: [{ a: [1] }, 'b'] },
    ],
    ['430[]', 'ack', 'ack 0', { namespace: '/', id: 0, args: [] }],
    [
      '44"Not authorized"',
      'connect_error',
      'connect_error "Not authorized"',
      { namespace: '/', data: 'Not authorized' },
    ],
    [
      '44{"message":"no"}',
      'connect_error',
      'connect_error "no"',
      { namespace: '/', data: { message: 'no' } },
    ],
  ])('%s', (text, type, summary, value) => {
    expect(talk().client(text)).toEqual({ protocol: 'socket.io', type, summary, value, answers: undefined });
  });

  it.each([
    '42',
    '42[]',
    '42{}',
    '42[{}]',
    '42["a"',
    '43',
    '43"a"',
    '41{}',
    '40[1]',
    '44',
    '45["a"]',
    '451["a"]',
    '421-["a"]',
    '47["a"]',
    `421${'0'.repeat(20)}["a"]`,
  ])('%s is a message of Engine.IO only', (text) => {
    expect(talk().client(text)).toMatchObject({ protocol: 'engine.io', type: 'message' });
  });

  it('pairs acknowledgements by side, namespace and id', () => {
    const chat = talk();
    const said = [
      chat.client('420["ask"]'),
      chat.server('420["question"]'),
      chat.client('42/a,0["other"]'),
      chat.server('43/a,0[]'),
      chat.server('430["answer"]'),
      chat.client('430[1]'),
      chat.client('430[1]'),
    ];
    expect(said.map(told)).toEqual([
      'socket.io event "ask" ack 0',
      'socket.io event "question" ack 0',
      'socket.io event "other" ack 0 in "/a"',
      'socket.io ack 0 of "other" in "/a" ← 3',
      'socket.io ack 0 of "ask" ← 1',
      'socket.io ack 0 of "question" ← 2',
      'socket.io ack 0',
    ]);
    expect(said[4]).toMatchObject({ value: { event: 'ask', args: ['answer'] }, answers: { latency: 4 } });
  });

  it('pairs connecting to a namespace, and being refused', () => {
    const chat = talk();
    chat.client('40');
    chat.client('40/a,');
    expect(told(chat.server('44/a,{"message":"no"}'))).toBe('socket.io connect_error "no" in "/a" ← 2');
    expect(told(chat.server('40{"sid":"x"}'))).toBe('socket.io connect ← 1');
  });

  it('joins attachments to their packet, whatever Engine.IO says in between', () => {
    const chat = talk();
    const text = '452-3["up",{"a":{"_placeholder":true,"num":1}},{"_placeholder":true,"num":0}]';
    expect(chat.client(text)).toMatchObject({ type: 'event', value: { event: 'up', attachments: 2 } });
    expect(chat.client(octets(1, 2, 3))).toMatchObject({
      summary: 'attachment 1 of 2, 3 bytes, of event "up" ack 3',
      value: { packet: 1, of: 'event', number: 1, count: 2, length: 3 },
    });
    expect(told(chat.server('2'))).toBe('engine.io ping');
    expect(told(chat.client('3'))).toBe('engine.io pong ← 3');
    expect(chat.client(octets(9))).toMatchObject({
      type: 'attachment',
      value: {
        number: 2,
        whole: {
          event: 'up',
          args: [{ a: { attachment: 1, message: 5, length: 1 } }, { attachment: 0, message: 2, length: 3 }],
        },
      },
    });
    expect(told(chat.client(octets(9)))).toBe('engine.io message, 1 byte');
    expect(told(chat.server('461-3[{"_placeholder":true,"num":7}]'))).toBe('socket.io ack 3 of "up" ← 1');
    expect(chat.server('bAAE=')).toMatchObject({
      type: 'attachment',
      value: { length: 2, whole: { args: [null] } },
    });
  });

  it('forgets attachments that another packet, or a loss, comes before', () => {
    const chat = talk();
    const binary = '451-["up",{"_placeholder":true,"num":0}]';
    chat.client(binary);
    chat.client('42["x"]');
    expect(told(chat.client(octets(1)))).toBe('engine.io message, 1 byte');
    chat.client(binary);
    expect(chat.client('x', { complete: false })).toBeUndefined();
    expect(told(chat.client(octets(1)))).toBe('engine.io message, 1 byte');
    chat.client(binary, { confidence: 0.9 });
    chat.client('3', { confidence: 0.8 });
    expect(told(chat.client(octets(1), { confidence: 0.9 }))).toBe('engine.io message, 1 byte');
  });

  it.each([
    ['0{"sid":"x","upgrades":[]}', 'open'],
    ['42["chat",1]', 'event'],
    ['42/admin,7["chat",1]', 'event'],
    ['40{"sid":"x"}', 'connect'],
    ['451-["chat",{"_placeholder":true,"num":0}]', 'event'],
    ['430[1]', 'ack'],
  ])('is recognised by %s', (text, type) => {
    expect(new Conversation({ midstream: true }).server(text)?.type).toBe(type);
  });

  it.each(['2', '3', '40', '42', '4[1]', '421', '0', '{"a":1}', '41'])('is not recognised by %s', (text) => {
    expect(new Conversation({ midstream: true }).server(text)).toBeUndefined();
  });
});

/** Values that are JSON and nothing that the packages treat in a way of their own. */
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)));
const packet = fc.record({
  type: fc.constantFrom(PacketType.EVENT, PacketType.ACK),
  nsp: fc.constantFrom('/', '/admin', '/größer'),
  id: fc.option(fc.nat(), { nil: undefined }),
  data: fc.tuple(
    fc.string().map((name) => `e${name}`),
    json,
  ),
});

describe('the npm packages', () => {
  it('decode what we do', () => {
    fc.assert(
      fc.property(packet, (told) => {
        const [text] = new Encoder().encode(told as Parameters<Encoder['encode']>[0]) as [string];
        let theirs: unknown;
        const decoder = new Decoder();
        decoder.on('decoded', (decoded: unknown) => {
          theirs = decoded;
        });
        decoder.add(text);
        const { type, namespace: nsp, id, data } = parseSocketPacket(text)!;
        expect({ type, nsp, ...(id === undefined ? {} : { id }), data }).toEqual(theirs);
        encodePacket({ type: 'message', data: text } as Packet, true, (encoded) => {
          const unit = talk().client(encoded as string);
          const [event, ...args] = told.data;
          const said = told.type === PacketType.EVENT ? { event, args } : { args: told.data };
          expect(unit?.value).toMatchObject(bounded({ namespace: nsp, ...said }) as object);
        });
      }),
    );
  });
});

describe('hostile content', () => {
  it('does not end the walk, and stays bounded', () => {
    const chat = talk();
    expect(chat.client(`42["deep",${deep(100_000)}]`)).toMatchObject({ type: 'event' });
    const long = chat.client(
      `42["${'x'.repeat(300_000)}",${JSON.stringify(Array(20_000).fill('y'.repeat(9)))}]`,
    );
    expect(JSON.stringify(long).length).toBeLessThan(200_000);
    expect(long!.summary.length).toBeLessThan(200);
    expect(chat.client('42["p",{"__proto__":{"a":1},"constructor":2}]')?.value).toMatchObject({ event: 'p' });
    expect(Object.keys(argsOf(chat.client('42["p",{"__proto__":{"a":1}}]'))[0])).toEqual(['__proto__']);
  });

  it('never throws', () => {
    const start = fc.constantFrom('0', '40', '42', '43/a,', '451-', '4', 'b', '42["a",', '');
    const said = fc.tuple(start, fc.string()).map(([before, rest]) => before + rest);
    const sequence = fc.array(fc.oneof(said, fc.uint8Array()), { maxLength: 12 });
    fc.assert(
      fc.property(sequence, (contents) => {
        const chat = talk();
        for (const decoded of chat.all('client', contents)) JSON.stringify(decoded);
        expect(chat.defects).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

const argsOf = (decoded: Decoded | undefined) => (decoded!.value as { args: object[] }).args;
