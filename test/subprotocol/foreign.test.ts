/** Decoders that somebody else has written. */
import { describe, expect, it } from 'vitest';
import { foreignDecoder } from '../../src/subprotocol/foreign.js';
import { SUBPROTOCOLS } from '../../src/subprotocol/index.js';
import type { Message } from '../../src/websocket/message-record.js';
import { Conversation, told } from './harness.js';

const unit = { protocol: 'mine', type: 't', summary: 's' };
const giving = (units: unknown, more = {}) =>
  foreignDecoder({ name: 'mine', bid: () => 1, open: () => ({ decode: () => units }), ...more });
const talk = (one: ReturnType<typeof foreignDecoder>) =>
  new Conversation({ subprotocols: [one, ...SUBPROTOCOLS] });

describe('what is no decoder', () => {
  it.each([
    [undefined, 'is no object with name, bid and open'],
    [() => {}, 'is no object with name, bid and open'],
    [{}, 'has no name'],
    [{ name: '' }, 'has no name'],
    [{ name: 'a' }, 'has no bid()'],
    [{ name: 'a', bid() {} }, 'has no open()'],
  ])('%j', (value, message) => {
    expect(() => foreignDecoder(value)).toThrow(message);
  });
});

describe('what it tells', () => {
  it('is taken, bounded', () => {
    const value = { list: Array(1000).fill(0), function: () => {}, deep: {} };
    const decoded = talk(giving([{ ...unit, summary: 'x'.repeat(5000), value, more: 'left out' }])).client(
      'a',
    );
    expect(decoded).toMatchObject({ protocol: 'mine', type: 't', answers: undefined });
    expect(decoded?.summary.length).toBe(1025);
    expect((decoded!.value as { list: unknown[] }).list.length).toBe(257);
    expect(decoded).not.toHaveProperty('more');
  });

  it('is no other message than was captured: it has octets of its own', () => {
    const greedy = foreignDecoder({
      name: 'greedy',
      bid: (message: Message) => message.content.fill(65).length,
      open: () => ({ decode: (message: Message) => void message.content.fill(66) }),
    });
    expect(talk(greedy).client('{"jsonrpc":"2.0","method":"a"}')?.protocol).toBe('json-rpc');
  });

  it.each(['1', {}, undefined])('a bid of %j is a failure', (bid) => {
    const conversation = talk(giving([unit], { bid: () => bid }));
    expect(conversation.client('{"jsonrpc":"2.0","method":"a"}')?.protocol).toBe('json-rpc');
    expect(conversation.defects).toEqual([
      [
        'decoder-failed',
        'session 1: message 1: the decoder of mine fails: TypeError: bid() and expects() give a number from 0 to 1',
      ],
    ]);
  });

  it('may answer', () => {
    expect(told(talk(giving([{ ...unit, answers: { message: 7, latency: 1 } }])).client('a'))).toBe(
      'mine s ← 7',
    );
    expect(told(talk(giving([{ ...unit, answers: { message: '7' } }])).client('a'))).toBe('mine s');
  });

  it.each([['text'], [5], [{}], [Promise.resolve([unit])], [[null]], [[{ ...unit, type: 5 }]]])(
    '%j is a failure: others are asked, and it is told of',
    (units) => {
      const conversation = talk(giving(units));
      for (let i = 0; i < 5; i++)
        expect(conversation.client('{"jsonrpc":"2.0","method":"a"}')?.protocol).toBe('json-rpc');
      for (let i = 0; i < 3; i++) conversation.client('plain');
      expect(conversation.defects.map(([code]) => code)).toEqual(['decoder-failed', 'decoder-failed']);
      expect(conversation.defects[0][1]).toMatch(/fails: TypeError: /);
    },
  );

  it('undefined leaves it to others', () => {
    for (const units of [undefined, null])
      expect(talk(giving(units)).client('{"jsonrpc":"2.0","method":"a"}')?.protocol).toBe('json-rpc');
  });

  it('counts for nothing if it is no number', () => {
    const one = giving([unit], { bid: () => Number.NaN, expects: () => '1' });
    expect(talk(one).client('plain')).toBeUndefined();
  });
});

describe('one that fails while it is made', () => {
  it.each([
    ['open', { open: () => undefined }],
    [
      'open throws',
      {
        open() {
          throw new Error('no');
        },
      },
    ],
    [
      'expects throws',
      {
        expects() {
          throw new Error('no');
        },
        bid: () => 0,
      },
    ],
    [
      'lost and close throw',
      {
        open: () => ({
          decode() {
            throw new Error('no');
          },
          lost() {
            throw new Error('no');
          },
          close() {
            throw new Error('no');
          },
        }),
      },
    ],
  ])('%s', (_what, more) => {
    const conversation = talk(giving([unit], more));
    expect(conversation.client('{"jsonrpc":"2.0","method":"a"}')?.protocol).toBe('json-rpc');
    conversation.client('', { complete: false });
    conversation.decoding.close(conversation.session);
  });
});

describe('in a session that speaks another', () => {
  const socketIo = { path: '/socket.io/?EIO=4&transport=websocket' };
  const stomp = { subprotocol: 'v12.stomp' };

  it.each([
    [socketIo, 0.9, ['mine', 'socket.io']],
    [socketIo, 0.8, ['socket.io', 'socket.io']],
    [stomp, 1, ['mine', 'stomp']],
    [stomp, 0.9, ['stomp', 'stomp']],
  ])('%j, a bid of %d is worth %j', (named, bid, takers) => {
    const text = named === socketIo ? '42["a"]' : 'CONNECTED\n\n\0';
    let bids = 0;
    // For the first message only.
    const mine = giving([unit], { bid: () => (bids++ === 0 ? bid : 0) });
    const conversation = new Conversation({ ...named, subprotocols: [mine, ...SUBPROTOCOLS] });
    expect([conversation.server(text)?.protocol, conversation.server(text)?.protocol]).toEqual(takers);
  });

  it('takes what it bids for between messages of one that took the last', () => {
    const mine = giving([unit], { bid: ({ content }: Message) => (content[0] === 0x7b ? 0 : 1) });
    const conversation = talk(mine);
    const rpc = '{"jsonrpc":"2.0","method":"a"}';
    expect([rpc, '~1', rpc].map((text) => conversation.client(text)?.protocol)).toEqual([
      'json-rpc',
      'mine',
      'json-rpc',
    ]);
  });
});
