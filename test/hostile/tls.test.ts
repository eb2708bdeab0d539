import { expect, test, vi } from 'vitest';
import { Dissector } from '../../src/dissector.js';
import { Backlog } from '../../src/tls/backlog.js';
import {
  encodeClientHello,
  encodeServerHello,
  handshakeRecord,
  plainRecord,
} from '../../src/tls/handshake-encode.js';
import { TLS12 } from '../../src/tls/key-schedule.js';
import { APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE } from '../../src/tls/record.js';
import { Hostile } from '../support/hostile.js';
import { CLIENT, SERVER, Talk } from '../support/tcp.js';

const KIB = 1024;

test.each([
  [
    'hellos that claim 65,535 octets',
    plainRecord(HANDSHAKE, Buffer.of(1, 0, 0xff, 0xff)),
    plainRecord(HANDSHAKE, Buffer.of(2, 0, 0xff, 0xff)),
  ],
  [
    'records that are never whole',
    plainRecord(HANDSHAKE, Buffer.alloc(16_000, 1)).subarray(0, 1000),
    Buffer.alloc(0),
  ],
])('%s: what is taken is counted, and bounded', (_, client, server) => {
  const limit = 512 * KIB;
  const hostile = new Hostile({ limits: { maxUndecided: limit } });
  for (let port = 1000; port < 1400; port++) {
    const talk = new Talk([port, 443]);
    hostile.takeAll([...talk.handshake(), talk.send(CLIENT, client)]);
    if (server.length > 0) hostile.take(talk.send(SERVER, server));
  }
  expect(hostile.most.undecided).toBeGreaterThan(limit / 2);
  expect(hostile.most.undecided).toBeLessThan(limit + 64 * KIB);
  expect(hostile.counts.get('undecided-limit')).toBeGreaterThan(100);
  expect(hostile.end().dissector.holdingPool.bytes).toBe(0);
});

test('hellos that lead nowhere do not have what waits looked at again and again', () => {
  const replay = vi.spyOn(Backlog.prototype, 'replay');
  const hello = { random: new Uint8Array(32).fill(1) };
  const talk = new Talk([1000, 443]);
  const lone = encodeServerHello({ ...hello, suite: 0xc02f, version: TLS12 });
  const dissector = new Hostile({});
  dissector.takeAll(talk.handshake());
  dissector.take(talk.send(CLIENT, handshakeRecord(encodeClientHello(hello))));
  dissector.take(talk.send(SERVER, Buffer.concat([handshakeRecord(lone), handshakeRecord(lone)])));
  dissector.take(talk.send(CLIENT, plainRecord(CHANGE_CIPHER_SPEC, Buffer.of(1))));
  const record = plainRecord(APPLICATION_DATA, Buffer.alloc(500));
  for (let at = 0; at < record.length; at += 2)
    dissector.take(talk.send(CLIENT, record.subarray(at, at + 2)));
  for (let i = 0; i < 200; i++) dissector.take(talk.send(SERVER, handshakeRecord(lone)));
  expect(replay.mock.calls.length).toBeLessThan(10);
  expect(dissector.dissector).toBeInstanceOf(Dissector);
  dissector.end();
  replay.mockRestore();
});
