import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uncounted } from '../../src/http/holding.js';
import { HANDSHAKE_TYPE } from '../../src/tls/handshake.js';
import { message } from '../../src/tls/handshake-encode.js';
import { HandshakeReader } from '../../src/tls/handshake-reader.js';
import { splits } from '../support/splits.js';

function read(pieces: readonly Uint8Array[], keepsAll = false): string[] {
  const log: string[] = [];
  const told = (type: number, body: Uint8Array | undefined) =>
    log.push(`${type} ${body === undefined ? '-' : Buffer.from(body).toString()}`);
  const reader = new HandshakeReader(told, uncounted, keepsAll);
  for (const piece of pieces) reader.push(piece);
  return log;
}

const STREAM = Buffer.concat([
  message(HANDSHAKE_TYPE.clientHello, Buffer.from('hello')),
  message(HANDSHAKE_TYPE.certificate, Buffer.from('certificate')),
  message(0),
  message(HANDSHAKE_TYPE.finished, Buffer.from('fin')),
  message(HANDSHAKE_TYPE.keyUpdate, Buffer.from('u')),
]);

test('whole, octet by octet, cut anywhere: what tells nothing here has no body', () => {
  for (const pieces of splits(STREAM))
    expect(read(pieces)).toEqual(['1 hello', '11 -', '0 -', '20 -', '24 u']);
});

test('for a transcript all are kept', () => {
  for (const pieces of splits(STREAM))
    expect(read(pieces, true)).toEqual(['1 hello', '11 certificate', '0 ', '20 fin', '24 u']);
});

test('any messages in any pieces', () => {
  const any = fc.tuple(fc.constantFrom(1, 2, 4, 8, 16), fc.string({ unit: 'binary-ascii', maxLength: 300 }));
  fc.assert(
    fc.property(fc.array(any), fc.array(fc.integer({ min: 0, max: 400 })), (messages, sizes) => {
      const bytes = Buffer.concat(messages.map(([type, body]) => message(type, Buffer.from(body, 'latin1'))));
      let at = 0;
      const pieces = [...sizes, bytes.length].map((size) => bytes.subarray(at, (at += size)));
      expect(read(pieces)).toEqual(messages.map(([type, body]) => `${type} ${body}`));
    }),
  );
});

test('a message that is too long is passed over, and the next one read', () => {
  const long = message(HANDSHAKE_TYPE.clientHello, Buffer.alloc((1 << 16) + 1, 0x61));
  const longest = message(HANDSHAKE_TYPE.clientHello, Buffer.alloc(1 << 16, 0x61));
  expect(read([long, STREAM])[0]).toBe('1 -');
  expect(read([long, STREAM])[1]).toBe('1 hello');
  expect(read([longest])[0]).toHaveLength(2 + (1 << 16));
});

test('reset gives a message under way up', () => {
  for (let at = 1; at < 9; at++) {
    const log: number[] = [];
    const reader = new HandshakeReader((type) => log.push(type), uncounted);
    reader.push(STREAM.subarray(0, at));
    reader.reset();
    reader.push(message(HANDSHAKE_TYPE.finished, Buffer.alloc(12)));
    expect(log).toEqual([20]);
  }
});

test('takes memory for what has come, not for what is declared, and counts it', () => {
  let [held, most] = [0, 0];
  const account = {
    add(bytes: number) {
      held += bytes;
      most = Math.max(most, held);
    },
  };
  const reader = new HandshakeReader(() => {}, account);
  reader.push(Buffer.of(HANDSHAKE_TYPE.clientHello, 0, 0xff, 0xff));
  expect(held).toBe(0);
  reader.push(Buffer.alloc(100));
  expect(held).toBe(512);
  for (let i = 0; i < 60; i++) reader.push(Buffer.alloc(1000));
  expect(held).toBeGreaterThanOrEqual(60_100);
  expect(held).toBeLessThanOrEqual(65_535);
  reader.push(Buffer.alloc(65_535 - 60_100));
  expect(held).toBe(0);
  expect(most).toBe(65_535);
});
