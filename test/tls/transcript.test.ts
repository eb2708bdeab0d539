import { expect, test } from 'vitest';
import { HANDSHAKE_TYPE } from '../../src/tls/handshake.js';
import { message } from '../../src/tls/handshake-encode.js';
import { Transcript } from '../../src/tls/transcript.js';

const HELLO = HANDSHAKE_TYPE.clientHello;
const body = (text: string) => Buffer.from(text);
const whole = (...messages: [type: number, text: string][]) =>
  Buffer.concat(messages.map(([type, text]) => message(type, body(text))));

test('hello, what the server says, what else the client says; in whatever order it was captured', () => {
  const wanted = whole([1, 'hello'], [2, 'server'], [11, 'certificate'], [14, ''], [11, 'mine'], [16, 'key']);
  const said: [0 | 1, number, string][] = [
    [0, 2, 'server'],
    [0, 11, 'certificate'],
    [0, 14, ''],
  ];
  for (const late of [0, 1]) {
    const transcript = new Transcript();
    transcript.add(1, HELLO, body('hello'));
    if (late === 1) transcript.add(1, 11, body('mine'));
    for (const [side, type, text] of said) transcript.add(side, type, body(text));
    if (late === 0) transcript.add(1, 11, body('mine'));
    transcript.add(1, 16, body('key'));
    expect(transcript.take()).toEqual(wanted);
    expect(transcript.take()).toBeUndefined();
  }
});

test('each ClientHello begins anew, without what asked for it', () => {
  const transcript = new Transcript();
  transcript.add(0, HELLO, body('one'));
  transcript.add(1, 2, body('uno'));
  expect(transcript.take()).toEqual(whole([1, 'one'], [2, 'uno']));
  transcript.add(1, 20, body('finished'));
  transcript.add(1, 0, body(''));
  transcript.add(0, HELLO, body('two'));
  transcript.add(1, 0, body(''));
  transcript.add(1, 2, body('due'));
  expect(transcript.take()).toEqual(whole([1, 'two'], [2, 'due']));
});

test('is not there where a message is not whole, or too much is said', () => {
  const transcript = new Transcript();
  transcript.add(0, HELLO, body('hello'));
  transcript.add(1, 11, undefined);
  transcript.add(0, 16, body('key'));
  expect(transcript.take()).toBeUndefined();
  transcript.add(0, HELLO, body('hello'));
  for (let i = 0; i < 5; i++) transcript.add(1, 11, Buffer.alloc(60_000));
  expect(transcript.take()).toBeUndefined();
  expect(new Transcript().take()).toBeUndefined();
});
