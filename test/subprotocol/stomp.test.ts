import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splits, utf8 } from '../support/splits.js';
import { Conversation, octets, told } from './harness.js';

const talk = (subprotocol = 'v12.stomp') => new Conversation({ subprotocol });

describe('STOMP', () => {
  it.each([
    ['CONNECT\naccept-version:1.2\n\n\0', 'CONNECT', 'CONNECT', { headers: { 'accept-version': '1.2' } }],
    [
      'CONNECTED\nversion:1.1\n\n\0\n',
      'CONNECTED',
      'CONNECTED version "1.1"',
      { headers: { version: '1.1' } },
    ],
    [
      'SEND\r\ndestination:/q\\ca\r\ndestination:/second\r\n\r\nhello\0',
      'SEND',
      'SEND "/q:a", 5 bytes',
      { headers: { destination: '/q:a' }, length: 5, payload: 'hello' },
    ],
    [
      'SEND\ndestination:/q\ncontent-length:3\n\na\0b\0',
      'SEND',
      'SEND "/q", 3 bytes',
      { headers: { destination: '/q', 'content-length': '3' }, length: 3, payload: 'a\0b' },
    ],
    ['ERROR\nmessage:no\n\n\0', 'ERROR', 'ERROR message "no"', { headers: { message: 'no' } }],
    [
      'ABORT\ntransaction:t\\\\\\n\\x\n\n\0',
      'ABORT',
      'ABORT transaction "t\\\n\\x"',
      { headers: { transaction: 't\\\n\\x' } },
    ],
    ['\n', 'heart-beat', 'heart-beat', {}],
    ['\r\n\n', 'heart-beat', 'heart-beat', {}],
  ])('%j', (text, type, summary, value) => {
    expect(talk().client(text)).toEqual({ protocol: 'stomp', type, summary, value, answers: undefined });
  });

  it.each([
    'HELLO\n\n\0',
    'SENDX\n\n\0',
    'SEND\nno colon\n\n\0',
    'SEND\ncontent-length:x\n\n\0',
    'SEND\ncontent-length:-1\n\n\0',
    'SEND\ncontent-length:1\n\nabc\0',
    'SEND\ncontent-length:99999999\n\nabc\0',
    '{"a":1}',
    'hello',
    '',
    '\0',
  ])('is not %j', (text) => {
    expect(talk().client(text)).toBeUndefined();
    expect(told(talk().client('\nSEND\n\n\0'))).toBe('stomp SEND');
  });

  it('has no escapes in 1.0 and in CONNECT', () => {
    expect(talk('v10.stomp').client('SEND\na:\\c\n\n\0')?.value).toEqual({ headers: { a: '\\c' } });
    expect(talk().client('CONNECT\na:\\c\n\n\0')?.value).toEqual({ headers: { a: '\\c' } });
  });

  it('pairs receipts, CONNECTED, and ACK with its MESSAGE', () => {
    const stomp = talk();
    const said = [
      stomp.client('CONNECT\n\n\0'),
      stomp.server('CONNECTED\nversion:1.2\n\n\0'),
      stomp.client('SEND\nreceipt:r1\n\n\0'),
      stomp.client('SEND\nreceipt:r2\n\n\0'),
      stomp.server('ERROR\nreceipt-id:r2\nmessage:bad\n\n\0'),
      stomp.server('RECEIPT\nreceipt-id:r1\n\n\0'),
      stomp.server('MESSAGE\nack:m1\n\n\0'),
      stomp.client('ACK\nid:m1\n\n\0'),
      stomp.client('NACK\nid:m1\n\n\0'),
    ];
    expect(said.map((decoded) => decoded?.answers?.message)).toEqual([
      ...[undefined, 1, undefined, undefined, 4, 3, undefined, 7, undefined],
    ]);
    expect(said[5]?.answers).toEqual({ message: 3, latency: 3 });
  });

  it('tells several frames of a message, and frames over several', () => {
    const stomp = talk();
    const three = 'SEND\na:1\n\n\0\n\nSEND\na:2\n\nx\0BEGIN\ntransaction:t\n\n\0';
    expect(stomp.client(three)).toMatchObject({
      type: 'several',
      summary: 'SEND; SEND, 1 byte; BEGIN transaction "t"',
      parts: [{ type: 'SEND' }, { value: { headers: { a: '2' }, payload: 'x' } }, { type: 'BEGIN' }],
    });
    expect(stomp.client('SE')).toMatchObject({ type: 'part', summary: 'part of a frame, 2 bytes so far' });
    expect(stomp.client('ND\ndestination:/a\n')).toMatchObject({ type: 'part', value: { of: 'SEND' } });
    expect(told(stomp.server('\n'))).toBe('stomp heart-beat');
    expect(told(stomp.client('\nbo'))).toBe('stomp part of SEND, 23 bytes so far');
    expect(stomp.client('dy\0ACK\nid:1')).toMatchObject({
      type: 'SEND',
      value: { headers: { destination: '/a' }, payload: 'body' },
    });
    expect(told(stomp.client('\n\n\0'))).toBe('stomp ACK id "1"');
    const many = stomp.client('ABORT\n\n\0'.repeat(1100));
    expect([many!.parts!.length, many!.parts![1000]]).toMatchObject([1001, { value: { count: 100 } }]);
  });

  it('comes to the same however a stream is cut', () => {
    const stream = utf8('SEND\ncontent-length:4\n\nä\0b\0\n\nSEND\r\nk:v\r\n\r\nbody\0ACK\nid:x\n\n\0');
    const units = (pieces: Uint8Array[]) =>
      talk()
        .all('client', pieces)
        .flatMap((decoded) => decoded?.parts ?? decoded ?? [])
        .filter(({ type }) => type !== 'part' && type !== 'heart-beat')
        .map(({ type, value }) => ({ type, value }));
    const whole = units([stream]);
    expect(whole.map(({ type }) => type)).toEqual(['SEND', 'SEND', 'ACK']);
    for (const pieces of splits(stream)) expect(units(pieces)).toEqual(whole);
  });

  it('goes on with the next message behind a loss or a fault', () => {
    const stomp = talk();
    stomp.client('SEND\na:1');
    expect(stomp.client('x', { complete: false })).toBeUndefined();
    expect(told(stomp.client('SEND\n\n\0'))).toBe('stomp SEND');
    stomp.client('SEND\na:1');
    expect(told(stomp.client('\nnonsense\n'))).toBe('stomp malformed frame: a header has no colon');
    expect(told(stomp.client('SEND\n\n\0'))).toBe('stomp SEND');
    expect(told(stomp.client('SEND\n\n\0junk\n'))).toBe(
      'stomp SEND; malformed frame: its first line is no command',
    );
    expect(told(stomp.client(`SEND\n${'a:b\n'.repeat(20_000)}`))).toBe('-');
  });

  it.each(['MESSAGE\nsubscription:0\n\nhi\0', 'CONNECT\r\nhost:a\r\n\r\n\0', 'CONNECTED\n\n\0'])(
    'is recognised by %j',
    (text) => {
      expect(new Conversation({ midstream: true }).server(text)?.protocol).toBe('stomp');
      expect(new Conversation().server(utf8(text))?.protocol).toBe('stomp');
    },
  );

  it.each(['ERROR\nsomething went wrong', 'SEND', 'MESSAGE hello', '\n'])(
    'is not recognised by %j',
    (text) => {
      expect(new Conversation().server(text)).toBeUndefined();
    },
  );
});

describe('hostile content', () => {
  it('that comes octet by octet costs no more than its length', () => {
    const stomp = talk();
    const started = performance.now();
    stomp.client('SEND\ndestination:/a\n\n');
    const piece = octets(0x61);
    for (let i = 0; i < 200_000; i++) stomp.client(piece);
    expect(stomp.client('\0')?.value).toMatchObject({ length: 200_000 });
    expect(performance.now() - started).toBeLessThan(20_000);
  });

  it('never throws', () => {
    const piece = fc.constantFrom(
      'SEND\n',
      'a:b\n',
      '\n',
      '\0',
      'content-length:3\n',
      'x',
      '\r\n',
      'ACK\n',
      ':',
    );
    const content = fc.oneof(
      fc.array(piece).map((parts) => parts.join('')),
      fc.uint8Array(),
    );
    fc.assert(
      fc.property(fc.array(content, { maxLength: 10 }), (contents) => {
        const stomp = talk();
        for (const decoded of stomp.all('client', contents)) JSON.stringify(decoded);
        expect(stomp.defects).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});
