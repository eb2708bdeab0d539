import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeClientHello,
  decodeEncryptedExtensions,
  decodeRsaKeyExchange,
  decodeServerHello,
  decodeTicket,
  versionName,
} from '../../src/tls/handshake.js';
import {
  alpnExtension,
  type Extension,
  encodeClientHello,
  encodeEncryptedExtensions,
  encodeServerHello,
  serverNameExtension,
} from '../../src/tls/handshake-encode.js';
import { retried, simple } from './rfc8448.js';

/** Without type and length. */
const body = (message: Uint8Array): Uint8Array => Uint8Array.from(message.subarray(4));
const random = fc.uint8Array({ minLength: 32, maxLength: 32 });
const sessionId = fc.uint8Array({ maxLength: 32 });
const protocols = fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 4 });
const EMPTY = new Uint8Array(0);

describe('round trips', () => {
  test('ClientHello', () => {
    fc.assert(
      fc.property(
        random,
        sessionId,
        fc.option(fc.domain(), { nil: undefined }),
        protocols,
        fc.uint8Array({ maxLength: 50 }),
        fc.boolean(),
        (random, sessionId, serverName, alpn, ticket, earlyData) => {
          const extensions: Extension[] = [[0xfafa, EMPTY], alpnExtension(...alpn), [35, ticket]];
          if (serverName !== undefined) extensions.push(serverNameExtension(serverName));
          if (earlyData) extensions.push([42, EMPTY]);
          const message = encodeClientHello({ random, sessionId, suites: [0x1301, 0xc02f], extensions });
          expect(decodeClientHello(body(message))).toEqual({
            random: new Uint8Array(random),
            sessionId: new Uint8Array(sessionId),
            suites: [0x1301, 0xc02f],
            serverName,
            alpn,
            ticket: ticket.length > 0 ? new Uint8Array(ticket) : undefined,
            earlyData,
          });
        },
      ),
    );
  });

  test('ServerHello', () => {
    fc.assert(
      fc.property(
        random,
        sessionId,
        fc.integer({ min: 0, max: 0xffff }),
        fc.integer({ min: 0x0300, max: 0x0304 }),
        fc.subarray([22, 23, 41]),
        protocols,
        (random, sessionId, suite, version, numbers, alpn) => {
          const extensions = [alpnExtension(...alpn), ...numbers.map((n): Extension => [n, EMPTY])];
          const message = encodeServerHello({ random, sessionId, suite, version, extensions });
          expect(decodeServerHello(body(message))).toEqual({
            random: new Uint8Array(random),
            sessionId: new Uint8Array(sessionId),
            isRetry: false,
            version,
            suite,
            alpn: alpn[0],
            encryptThenMac: numbers.includes(22),
            extendedMasterSecret: numbers.includes(23),
            preSharedKey: numbers.includes(41),
          });
        },
      ),
    );
  });

  test('EncryptedExtensions', () => {
    fc.assert(
      fc.property(protocols, fc.boolean(), (alpn, earlyData) => {
        const extensions: Extension[] = [alpnExtension(...alpn)];
        if (earlyData) extensions.push([42, EMPTY]);
        expect(decodeEncryptedExtensions(body(encodeEncryptedExtensions(extensions)))).toEqual({
          alpn: alpn[0],
          earlyData,
        });
      }),
    );
  });

  test('a hello with no extensions at all, as before TLS 1.2', () => {
    const bare = (message: Buffer) => body(message).subarray(0, -2);
    expect(decodeClientHello(bare(encodeClientHello({ random: Buffer.alloc(32, 1) })))).toMatchObject({
      alpn: [],
      serverName: undefined,
    });
    const server = encodeServerHello({ random: Buffer.alloc(32, 1), suite: 47, version: 0x0301 });
    expect(decodeServerHello(bare(server))).toMatchObject({ version: 0x0301, suite: 47 });
  });
});

describe('RFC 8448', () => {
  const hello = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex').subarray(9));

  test('§3', () => {
    const [[, client], [, server]] = simple.records;
    expect(decodeClientHello(hello(client))).toEqual({
      random: new Uint8Array(Buffer.from(simple.random, 'hex')),
      sessionId: EMPTY,
      suites: [0x1301, 0x1303, 0x1302],
      serverName: 'server',
      alpn: [],
      ticket: undefined,
      earlyData: false,
    });
    expect(decodeServerHello(hello(server))).toMatchObject({
      version: 0x0304,
      suite: 0x1301,
      isRetry: false,
    });
  });

  test('§5: a HelloRetryRequest', () => {
    const [, [, retry], , [, server]] = retried.records;
    expect(decodeServerHello(hello(retry))).toMatchObject({ version: 0x0304, isRetry: true });
    expect(decodeServerHello(hello(server))).toMatchObject({ version: 0x0304, isRetry: false });
  });
});

describe('what is cut, or lies about a length', () => {
  const client = body(
    encodeClientHello({
      random: Buffer.alloc(32, 1),
      sessionId: Buffer.alloc(32, 2),
      extensions: [serverNameExtension('a.test'), alpnExtension('h2', 'http/1.1'), [35, Buffer.alloc(9)]],
    }),
  );
  const server = body(
    encodeServerHello({
      random: Buffer.alloc(32, 1),
      sessionId: Buffer.alloc(32, 2),
      suite: 0x1301,
      version: 0x0304,
      extensions: [alpnExtension('h2')],
    }),
  );
  const DECODERS: [string, (bytes: Uint8Array) => unknown, Uint8Array, bare: number][] = [
    ['ClientHello', decodeClientHello, client, 2 + 32 + 33 + 4 + 2],
    ['ServerHello', decodeServerHello, server, 2 + 32 + 33 + 3],
    [
      'EncryptedExtensions',
      decodeEncryptedExtensions,
      body(encodeEncryptedExtensions([alpnExtension('h2')])),
      0,
    ],
    ['NewSessionTicket', decodeTicket, Buffer.of(0, 0, 0, 1, 0, 3, 1, 2, 3), -1],
    ['ClientKeyExchange', decodeRsaKeyExchange, Buffer.of(0, 3, 1, 2, 3), -1],
  ];

  test.each(DECODERS)(
    '%s: cut anywhere it is undefined, but where extensions may be left out',
    (_, decode, bytes, bare) => {
      expect(decode(bytes)).toBeDefined();
      for (let length = 0; length < bytes.length; length++) {
        const result = decode(bytes.subarray(0, length));
        if (length === bare) expect(result).toBeDefined();
        else expect([length, result]).toEqual([length, undefined]);
      }
    },
  );

  test.each(DECODERS)('%s: no change of an octet throws', (_, decode, bytes) => {
    for (let at = 0; at < bytes.length; at++)
      for (const value of [0, 1, 0x7f, 0xff]) {
        const copy = Uint8Array.from(bytes);
        copy[at] = value;
        decode(copy);
      }
  });

  test.each(DECODERS)('%s: no bytes throw', (_, decode) => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decode(bytes)));
  });

  test('an extension that is longer than the list ends the list', () => {
    const message = encodeClientHello({ random: Buffer.alloc(32), extensions: [alpnExtension('h2')] });
    const lying = Buffer.from(body(message));
    // Of the extension: number, length, list.
    lying[lying.length - 6] = 200;
    expect(decodeClientHello(lying)).toMatchObject({ alpn: [] });
  });

  test('names of other types are passed over', () => {
    const list = Buffer.from([0, 12, 1, 0, 3, 120, 120, 120, 0, 0, 3, 97, 46, 98]);
    const message = encodeClientHello({ random: Buffer.alloc(32), extensions: [[0, list]] });
    expect(decodeClientHello(body(message))?.serverName).toBe('a.b');
  });
});

test.each([
  [0x0300, 'SSL 3.0'],
  [0x0301, 'TLS 1.0'],
  [0x0302, 'TLS 1.1'],
  [0x0303, 'TLS 1.2'],
  [0x0304, 'TLS 1.3'],
  [0x0305, '0x0305'],
  [0x0002, '0x0002'],
  [0x7f1c, '0x7f1c'],
])('version %i is %s', (version, name) => expect(versionName(version)).toBe(name));
