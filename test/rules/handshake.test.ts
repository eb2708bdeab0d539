/**
 * Rules about the request of a handshake: each with what triggers it and what comes close.
 */
import { describe, expect, it } from 'vitest';
import { findingsOf } from './harness.js';
import { exampleRequest, foundIn, handshakeOf, refusal } from './heads.js';

type Fields = Parameters<typeof exampleRequest>[0];
type Case = readonly [name: string, request: string, found: readonly string[]];

const fields = (name: string, changes: Fields, ...found: string[]): Case => [
  name,
  exampleRequest(changes),
  found,
];
const KEY = 'Sec-WebSocket-Key';
const VERSION = 'Sec-WebSocket-Version';
const PROTOCOL = 'Sec-WebSocket-Protocol';

/** Accepted as if they were right. */
const ACCEPTED: readonly Case[] = [
  ['nothing wrong', exampleRequest(), []],
  [
    'method',
    exampleRequest({}, 'POST /chat HTTP/1.1'),
    ['method client: the method of the request is "POST", not GET'],
  ],
  [
    'version 1.0',
    exampleRequest({}, 'GET / HTTP/1.0'),
    ['http-version client: the request is HTTP/1.0, not 1.1'],
  ],
  ['version 1.2', exampleRequest({}, 'GET / HTTP/1.2'), []],
  [
    'fragment',
    exampleRequest({}, 'GET /chat#room HTTP/1.1'),
    ['request-target client: the request target "/chat#room" has a fragment'],
  ],
  [
    'no path',
    exampleRequest({}, 'GET chat HTTP/1.1'),
    ['request-target client: the request target is "chat", which is no path'],
  ],
  ['escaped fragment', exampleRequest({}, 'GET /chat%23room?a=b HTTP/1.1'), []],
  ['absolute URI', exampleRequest({}, 'GET http://server.example.com/chat HTTP/1.1'), []],
  fields('no host', { Host: undefined }, 'host client: the request has no Host'),
  fields('empty host', { Host: '' }, 'host client: Host is "", which is no host and port'),
  fields(
    'URL as host',
    { Host: 'ws://a.example/' },
    'host client: Host is "ws://a.example/", which is no host and port',
  ),
  fields('port that is none', { Host: 'a:http' }, 'host client: Host is "a:http", which is no host and port'),
  ...['a.example:8080', '127.0.0.1:1', '[::1]:80', '[fe80::1%25eth0]', 'my_host', 'localhost:'].map((host) =>
    fields(`host ${host}`, { Host: host }),
  ),
  fields('no upgrade', { Upgrade: undefined }, 'request-upgrade client: the request has no Upgrade'),
  fields(
    'other upgrade',
    { Upgrade: 'websockets' },
    'request-upgrade client: Upgrade of the request is "websockets", without "websocket"',
  ),
  fields(
    'upgrade with version',
    { Upgrade: 'websocket/13' },
    'request-upgrade client: Upgrade of the request is "websocket/13", without "websocket"',
  ),
  fields('upgrade in a list', { Upgrade: 'h2c, WebSocket' }),
  fields(
    'no connection',
    { Connection: undefined },
    'request-connection client: the request has no Connection',
  ),
  fields(
    'other connection',
    { Connection: ['keep-alive', 'close'] },
    'request-connection client: Connection of the request is "keep-alive, close", without "Upgrade"',
  ),
  fields('connection in a list', { Connection: 'keep-alive, Upgrade' }),
  fields('connection in two lines', { Connection: ['keep-alive', 'upgrade'] }),
  fields('old version', { [VERSION]: '8' }, 'version client: Sec-WebSocket-Version is "8", not 13'),
  fields('version with zero', { [VERSION]: '013' }, 'version client: Sec-WebSocket-Version is "013", not 13'),
  fields('no version', { [VERSION]: undefined }, 'version client: the request has no Sec-WebSocket-Version'),
  fields('version with spaces', { [VERSION]: '  13  ' }),
  fields(
    'subprotocol twice',
    { [PROTOCOL]: 'a, b, a' },
    'subprotocol-repeated client: the subprotocol "a" is offered more than once',
  ),
  fields(
    'subprotocols twice',
    { [PROTOCOL]: ['a, b', 'b, a, b'] },
    'subprotocol-repeated client: 2 subprotocols are offered more than once, "b" among them',
  ),
  fields('subprotocols differ in case', { [PROTOCOL]: 'chat, Chat' }),
  fields(
    'subprotocol is no token',
    { [PROTOCOL]: 'a, b/c' },
    'subprotocol-syntax client: the offered subprotocol "b/c" is no token',
  ),
  fields(
    'empty subprotocol',
    { [PROTOCOL]: '' },
    'subprotocol-syntax client: Sec-WebSocket-Protocol of the request is empty',
  ),
  fields('subprotocols with odd characters', { [PROTOCOL]: "v1.a-b_c~!#$%&'*+^`|" }),
  fields(
    'old fields',
    { 'WebSocket-Protocol': 'chat', 'sec-websocket-key1': '4 @1' },
    'draft-headers client: the request has WebSocket-Protocol, Sec-WebSocket-Key1, fields of an old draft',
  ),
  fields('other fields', {
    'Sec-WebSocket-Origins': 'a',
    'X-WebSocket-Location': 'b',
    Origin: 'http://a.example',
  }),
  fields(
    'two versions',
    { [VERSION]: ['13', '8'] },
    'repeated-header client: the request has Sec-WebSocket-Version 2 times',
  ),
  fields(
    'two hosts and origins',
    { Host: ['a', 'a'], Origin: ['b', 'b'] },
    'repeated-header client: the request has Host 2 times, Origin 2 times',
  ),
  fields('fields that may come twice', {
    [PROTOCOL]: ['a', 'b'],
    'Sec-WebSocket-Extensions': ['x', 'y'],
    Cookie: ['a', 'b'],
  }),
];

/** With these a right Accept would be another one, or none: they are refused. */
const REFUSED: readonly Case[] = [
  fields('no key', { [KEY]: undefined }, 'key client: the request has no Sec-WebSocket-Key'),
  fields('empty key', { [KEY]: '' }, 'key client: Sec-WebSocket-Key "" holds 0 bytes, not 16'),
  fields(
    'short key',
    { [KEY]: 'c2hvcnQga2V5' },
    'key client: Sec-WebSocket-Key "c2hvcnQga2V5" holds 9 bytes, not 16',
  ),
  fields(
    'key for URLs',
    { [KEY]: '-_AAAAAAAAAAAAAAAAAAAA==' },
    'key client: Sec-WebSocket-Key "-_AAAAAAAAAAAAAAAAAAAA==" is not base64',
  ),
  fields(
    'key without padding',
    { [KEY]: 'AAAAAAAAAAAAAAAAAAAAAA' },
    'key client: Sec-WebSocket-Key "AAAAAAAAAAAAAAAAAAAAAA" is not base64',
  ),
  // The example of RFC 6455 §4.1 has bits set that the padding leaves over.
  fields('key of the RFC', { [KEY]: 'AQIDBAUGBwgJCgsMDQ4PEC==' }),
  fields(
    'two keys',
    { [KEY]: ['AQIDBAUGBwgJCgsMDQ4PEC==', 'AAAAAAAAAAAAAAAAAAAAAA=='] },
    'repeated-header client: the request has Sec-WebSocket-Key 2 times',
  ),
  fields(
    'deceptive key',
    { [KEY]: `\x1b[2J\u0085${'k'.repeat(100)}` },
    `key client: Sec-WebSocket-Key "\\x1b[2J\\x85${'k'.repeat(55)}…" is not base64`,
  ),
];

describe('rules about the request', () => {
  it.each(ACCEPTED)('%s', (_name, request, found) => {
    expect(foundIn(request)).toEqual(found);
  });

  it.each(REFUSED)('refused: %s', (_name, request, found) => {
    expect(foundIn(request, refusal('400 Bad Request'))).toEqual(found);
  });

  it('speak of several faults', () => {
    const request = exampleRequest({ Host: undefined, [VERSION]: '7' }, 'POST / HTTP/1.0');
    expect(foundIn(request).map((line) => line.split(' ')[0])).toEqual([
      'method',
      'http-version',
      'host',
      'version',
    ]);
  });

  it('are about the handshake: no frame, the packet of the answer', () => {
    const handshake = handshakeOf(exampleRequest({ Host: undefined }));
    expect(findingsOf({ session: { handshake } })).toEqual([
      {
        rule: 'host',
        breaker: 'client',
        severity: 'error',
        frame: undefined,
        packet: 0,
        message: 'the request has no Host',
      },
    ]);
  });

  it('say nothing of a request that was not captured', () => {
    expect(foundIn(undefined)).toEqual([]);
    expect(findingsOf({ session: { handshake: undefined } })).toEqual([]);
  });
});
