import { describe, expect, it } from 'vitest';
import { Conversation, deep, told } from './harness.js';

describe('sockjs', () => {
  const talk = () => new Conversation({ path: '/echo/123/abcdefgh/websocket' });

  it.each([
    ['server', 'o', 'sockjs open'],
    ['server', 'h', 'sockjs heartbeat'],
    ['server', 'c[3000,"Go away!"]', 'sockjs close 3000 "Go away!"'],
    ['server', 'a["x"]', 'sockjs message "x"'],
    ['server', 'm"x"', 'sockjs message "x"'],
    ['server', 'a[]', 'sockjs no messages'],
    ['server', 'a["x","y"]', 'sockjs message "x"; message "y"'],
    ['client', '["x"]', 'sockjs message "x"'],
    ['client', '"x"', 'sockjs message "x"'],
    ['server', 'x', '-'],
    ['server', 'a[1]', '-'],
    ['server', 'a["x"', '-'],
    ['server', 'c5', '-'],
    ['client', 'o', '-'],
    ['client', '{}', '-'],
    ['client', deep(50_000), '-'],
  ] as const)('%s: %s', (sender, text, expected) => {
    expect(told(talk()[sender](text))).toBe(expected);
  });

  it('has others decode what is in it, and pairs that', () => {
    const socket = talk();
    const inner = (value: unknown) => JSON.stringify([JSON.stringify(value)]);
    expect(told(socket.client(inner({ jsonrpc: '2.0', id: 1, method: 'a' })))).toBe(
      'json-rpc request "a" id 1 (in sockjs)',
    );
    expect(told(socket.server(`a${inner({ jsonrpc: '2.0', id: 1, result: 2 })}`))).toBe(
      'json-rpc result of "a" id 1 (in sockjs) ← 1',
    );
    const other = socket.server(`a${inner({ price: 5 })}`);
    expect(other).toMatchObject({ protocol: 'sockjs', value: { payload: { price: 5 } } });
  });

  it('joins STOMP frames over several of its messages, and forgets them where one is lost', () => {
    const socket = talk();
    expect(told(socket.client('["SEND\\ndestination:/a\\n\\n01"]'))).toMatch(
      /^stomp part of SEND.*\(in sockjs\)$/,
    );
    expect(told(socket.client('["23\\u0000"]'))).toBe('stomp SEND "/a", 4 bytes (in sockjs)');
    socket.client('["SEND\\n\\n01"]');
    socket.client('', { complete: false });
    expect(told(socket.client('["23\\u0000"]'))).toBe('sockjs message "23\0"');
  });

  it('is not within itself', () => {
    expect(told(talk().server(`a${JSON.stringify(['a["x"]'])}`))).toBe('sockjs message "a["x"]"');
  });

  it.each([
    ['a["x"]', true],
    ['c[3000,"x"]', true],
    ['o', false],
    ['a[1]', false],
    ['abc', false],
  ])('by content: %s: %s', (text, isTaken) => {
    expect(new Conversation({ midstream: true }).server(text)?.protocol).toBe(isTaken ? 'sockjs' : undefined);
  });
});
