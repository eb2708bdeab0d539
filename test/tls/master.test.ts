import { constants, createHash, generateKeyPairSync, publicEncrypt } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { cipherSuite } from '../../src/tls/cipher-suites.js';
import type { ClientHello, ServerHello } from '../../src/tls/handshake.js';
import { masterSecret, TLS10, TLS12 } from '../../src/tls/key-schedule.js';
import { findMaster, isResumed, type MasterFacts, Resumable, type TlsContext } from '../../src/tls/master.js';
import { SecretStore } from '../../src/tls/secrets.js';
import { CLIENT, Peer, SERVER } from './peer.js';
import { cuts, Recorder, stepsOf, storeOf } from './recorder.js';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
const PREMASTER = Buffer.alloc(48, 0x5a);
const MASTER = Buffer.alloc(48, 0x77);

const clientHello: ClientHello = {
  random: Buffer.alloc(32, 1),
  sessionId: Buffer.alloc(0),
  suites: [],
  serverName: undefined,
  alpn: [],
  ticket: undefined,
  earlyData: false,
};
const serverHello: ServerHello = {
  random: Buffer.alloc(32, 2),
  sessionId: Buffer.alloc(0),
  isRetry: false,
  version: TLS12,
  suite: 0x009c,
  alpn: undefined,
  encryptThenMac: false,
  extendedMasterSecret: false,
  preSharedKey: false,
};

const encrypted = (premaster: Uint8Array, padding = constants.RSA_PKCS1_PADDING) =>
  publicEncrypt({ key: rsa.publicKey, padding }, premaster);

const contextOf = (parts: Partial<TlsContext> = {}): TlsContext => ({
  secrets: new SecretStore(),
  rsaKeys: [],
  resumable: new Resumable(),
  guesses: { made: 0 },
  waiting: new Set(),
  ...parts,
});

function factsOf(
  client: Partial<ClientHello> = {},
  server: Partial<ServerHello> = {},
  parts: Partial<MasterFacts> = {},
): MasterFacts {
  const hello = { ...serverHello, ...server };
  return {
    client: { ...clientHello, ...client },
    server: hello,
    suite: cipherSuite(hello.suite)!,
    encryptedPremaster: undefined,
    transcript: undefined,
    ...parts,
  };
}

/** Of PREMASTER, as RFC 5246 §8.1 has it. */
const usual = masterSecret(
  cipherSuite(0x009c)!,
  TLS12,
  PREMASTER,
  { client: clientHello.random, server: serverHello.random },
  undefined,
);

describe('the master secret', () => {
  test('of the key log', () => {
    const context = contextOf();
    expect(findMaster(context, factsOf())).toBeUndefined();
    context.secrets.add('CLIENT_RANDOM', clientHello.random, MASTER);
    expect(findMaster(context, factsOf())).toEqual(MASTER);
  });

  test('one of another length is none', () => {
    const context = contextOf();
    context.secrets.add('CLIENT_RANDOM', clientHello.random, MASTER.subarray(1));
    expect(findMaster(context, factsOf())).toBeUndefined();
  });

  test('of the premaster secret in the key log', () => {
    const context = contextOf();
    context.secrets.add('PMS_CLIENT_RANDOM', clientHello.random, PREMASTER);
    expect(findMaster(context, factsOf())).toEqual(usual);
  });

  test('of the premaster secret that the key log tells by what was encrypted', () => {
    const context = contextOf();
    const encryptedPremaster = Buffer.from('encrypted for the server');
    const name = Buffer.alloc(32);
    encryptedPremaster.copy(name, 0, 0, 8);
    context.secrets.add('RSA', name, PREMASTER);
    expect(findMaster(context, factsOf())).toBeUndefined();
    expect(findMaster(context, factsOf({}, {}, { encryptedPremaster }))).toEqual(usual);
    expect(
      findMaster(context, factsOf({}, {}, { encryptedPremaster: Buffer.from('for another') })),
    ).toBeUndefined();
  });

  test('extended, with the hash of the transcript: RFC 7627', () => {
    const context = contextOf();
    context.secrets.add('PMS_CLIENT_RANDOM', clientHello.random, PREMASTER);
    const transcript = Buffer.from('all messages');
    const digest = (name: string) => createHash(name).update(transcript).digest();
    const cases: [version: number, suite: number, hash: Buffer][] = [
      [TLS12, 0x009c, digest('sha256')],
      [TLS12, 0x009d, digest('sha384')],
      [TLS10, 0x002f, Buffer.concat([digest('md5'), digest('sha1')])],
    ];
    for (const [version, suite, hash] of cases) {
      const server = { extendedMasterSecret: true, version, suite };
      const randoms = { client: clientHello.random, server: serverHello.random };
      expect(findMaster(context, factsOf({}, server, { transcript }))).toEqual(
        masterSecret(cipherSuite(suite)!, version, PREMASTER, randoms, hash),
      );
      expect(findMaster(context, factsOf({}, server))).toBeUndefined();
    }
  });
});

describe("a server's RSA key", () => {
  const context = contextOf({ rsaKeys: [otherRsa.privateKey, rsa.privateKey] });

  test('opens the premaster secret', () => {
    const facts = factsOf({}, {}, { encryptedPremaster: encrypted(PREMASTER) });
    expect(findMaster(context, facts)).toEqual(usual);
  });

  test.each<[string, MasterFacts]>([
    ['another key exchange', factsOf({}, { suite: 0xc02f }, { encryptedPremaster: encrypted(PREMASTER) })],
    ['another length', factsOf({}, {}, { encryptedPremaster: encrypted(PREMASTER.subarray(1)) })],
    [
      'another padding',
      factsOf({}, {}, { encryptedPremaster: encrypted(PREMASTER, constants.RSA_PKCS1_OAEP_PADDING) }),
    ],
    ['octets that nobody encrypted', factsOf({}, {}, { encryptedPremaster: Buffer.alloc(256, 3) })],
    ['too many octets', factsOf({}, {}, { encryptedPremaster: Buffer.alloc(300, 3) })],
    ['none', factsOf({}, {}, { encryptedPremaster: new Uint8Array(0) })],
  ])('but not with %s', (_, facts) => expect(findMaster(context, facts)).toBeUndefined());

  test.each([
    ['TLS 1.2, GCM', { suite: 0x009c, version: TLS12 }],
    ['TLS 1.0, CBC', { suite: 0x002f, version: TLS10 }],
  ])('reads whole conversations: %s', (_, options) => {
    for (const extended of [false, true]) {
      const extensions = extended ? [[23, new Uint8Array(0)] as const] : [];
      const peer = new Peer({ ...options, extensions, serverExtensions: extensions });
      peer.clientHello().serverHello();
      const secret = encrypted(PREMASTER);
      const exchange = Buffer.concat([Buffer.of(secret.length >> 8, secret.length & 255), secret]);
      // What both know when the ClientKeyExchange is said: its type and length, and what it says.
      const message = Buffer.concat([
        Buffer.of(16, 0, exchange.length >> 8, exchange.length & 255),
        exchange,
      ]);
      const transcript = Buffer.concat([...peer.sent.map(({ bytes }) => bytes.subarray(5)), message]);
      const digest = (name: string) => createHash(name).update(transcript).digest();
      const hash =
        options.version === TLS12 ? digest('sha256') : Buffer.concat([digest('md5'), digest('sha1')]);
      const randoms = { client: peer.clientRandom, server: peer.serverRandom };
      const { suite } = peer;
      peer.master = masterSecret(suite, options.version, PREMASTER, randoms, extended ? hash : undefined);
      peer.finish12(exchange).say(CLIENT, 'question').say(SERVER, 'answer');
      for (const steps of cuts(stepsOf(peer.sent), 31)) {
        const recorder = new Recorder({ rsaKeys: [otherRsa.privateKey, rsa.privateKey] }).play(steps);
        expect(recorder.texts).toEqual(['question[fin]', 'answer[fin]']);
        expect(recorder.log).toEqual(['recognised', 'opened']);
      }
    }
  });
});

describe('resumption', () => {
  const id = Buffer.alloc(32, 9);
  const ticket = Buffer.alloc(200, 8);

  test.each([
    ['the server repeats the id', id, id, true],
    ['another id', id, Buffer.alloc(32, 8), false],
    ['no id', Buffer.alloc(0), Buffer.alloc(0), false],
    ['the server gives one', Buffer.alloc(0), id, false],
  ])('%s', (_, client, server, expected) => {
    expect(isResumed({ ...clientHello, sessionId: client }, { ...serverHello, sessionId: server })).toBe(
      expected,
    );
  });

  test('by id, by ticket, and not at all where the server takes neither', () => {
    const context = contextOf();
    context.resumable.remember(id, MASTER);
    context.resumable.remember(ticket, PREMASTER);
    const both = { sessionId: id };
    expect(findMaster(context, factsOf(both, both))).toEqual(MASTER);
    expect(findMaster(context, factsOf({ ...both, ticket }, both))).toEqual(PREMASTER);
    expect(findMaster(context, factsOf({ ...both, ticket: Buffer.alloc(3) }, both))).toEqual(MASTER);
    expect(findMaster(context, factsOf({ ...both, ticket }))).toBeUndefined();
  });

  test('the oldest are forgotten', () => {
    const resumable = new Resumable();
    const key = (i: number) => Buffer.from(`session ${i}`);
    for (let i = 0; i < 4096; i++) resumable.remember(key(i), MASTER);
    resumable.remember(key(0), PREMASTER);
    for (let i = 4096; i < 5000; i++) resumable.remember(key(i), MASTER);
    expect(resumable.find(key(0))).toEqual(PREMASTER);
    const known = Array.from({ length: 5000 }, (_, i) => i).filter((i) => resumable.find(key(i)));
    expect(known).toHaveLength(4096);
    expect(known[1]).toBe(905);
  });

  test.each(['id', 'ticket'])(
    'a second conversation is read with the master secret of the first: %s',
    (how) => {
      const first = new Peer({
        suite: 0xc02f,
        version: TLS12,
        sessionId: how === 'id' ? id : new Uint8Array(0),
      });
      first.clientHello().serverHello();
      if (how === 'ticket') {
        const length = Buffer.of(0, 0, 0, 9, ticket.length >> 8, ticket.length & 255);
        const message = Buffer.concat([Buffer.of(4, 0, 0, 6 + ticket.length), length, ticket]);
        first.handshakeMessages(SERVER, message);
      }
      first.finish12().say(CLIENT, 'one').say(SERVER, 'uno');
      const context = contextOf({ secrets: storeOf(first) });
      expect(new Recorder({ context }).play(stepsOf(first.sent)).texts).toEqual(['one[fin]', 'uno[fin]']);

      const second = new Peer({
        suite: 0xc02f,
        version: TLS12,
        sessionId: id,
        seed: 'second',
        extensions: how === 'ticket' ? [[35, ticket]] : [],
      });
      second.master = first.master;
      second.clientHello().serverHello().finishResumed().say(CLIENT, 'two').say(SERVER, 'due');
      const recorder = new Recorder({ context }).play(stepsOf(second.sent));
      expect(recorder.texts).toEqual(['two[fin]', 'due[fin]']);
      expect(recorder.facts?.resumed).toBe(true);
    },
  );
});
