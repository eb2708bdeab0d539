/**
 * Rules about the extended CONNECT of HTTP/2 (RFC 8441): each with what triggers it and what comes close; and those of
 * HTTP/1.1, which keep silent.
 */
import { describe, expect, it } from 'vitest';
import { type ConnectFacts, exampleConnect, foundInConnect } from './heads.js';

type Case = readonly [name: string, request: string, facts: ConnectFacts, found: readonly string[]];

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const OPTIONAL = {
  'sec-websocket-protocol': 'chat',
  'sec-websocket-extensions': 'permessage-deflate',
  origin: 'https://a.example',
};

const CASES: readonly Case[] = [
  ['nothing wrong', exampleConnect(), {}, []],
  [
    'all that it may have',
    exampleConnect(OPTIONAL),
    { response: ':status: 204\nsec-websocket-protocol: chat' },
    [],
  ],
  [
    'not offered',
    exampleConnect(),
    { offered: false },
    ['h2-connect-not-offered client: the request has :protocol, which no SETTINGS of the server had offered'],
  ],
  ['SETTINGS that were not captured', exampleConnect(), { offered: undefined }, []],
  [
    'no path',
    exampleConnect({ ':path': undefined }),
    {},
    ['h2-pseudo-header client: the extended CONNECT has no :path'],
  ],
  [
    'no scheme and authority',
    exampleConnect({ ':scheme': undefined, ':authority': '' }),
    {},
    ['h2-pseudo-header client: the extended CONNECT has no :scheme, :authority'],
  ],
  [
    'two paths',
    exampleConnect({ ':path': ['/a', '/b'] }),
    {},
    ['h2-pseudo-header client: the extended CONNECT has :path more than once'],
  ],
  [
    'GET',
    exampleConnect({ ':method': 'GET' }),
    {},
    ['h2-pseudo-header client: the request has :protocol, but its method is not CONNECT'],
  ],
  [
    'a key',
    exampleConnect({ 'sec-websocket-key': KEY }),
    {},
    [`h2-handshake-header client: the request has Sec-WebSocket-Key "${KEY}"`],
  ],
  [
    'fields of the connection',
    exampleConnect({ connection: 'Upgrade', upgrade: 'websocket' }),
    {},
    ['h2-handshake-header client: the request has Upgrade "websocket" and Connection "Upgrade"'],
  ],
  [
    'an Accept',
    exampleConnect(),
    { response: ':status: 200\nsec-websocket-accept: x' },
    ['h2-handshake-header server: the response has Sec-WebSocket-Accept "x"'],
  ],
  ['an Accept with a refusal', exampleConnect(), { response: ':status: 400\nsec-websocket-accept: x' }, []],
  ['a host that is the authority', exampleConnect({ host: 'server.example.com' }), {}, []],
  [
    'another host',
    exampleConnect({ host: 'other.example.com' }),
    {},
    ['h2-handshake-header client: the request has Host "other.example.com"'],
  ],
  [
    'version 8',
    exampleConnect({ 'sec-websocket-version': '8' }),
    {},
    ['version client: Sec-WebSocket-Version is "8", not 13'],
  ],
  [
    'two versions',
    exampleConnect({ 'sec-websocket-version': ['13', '8'] }),
    {},
    ['repeated-header client: the request has Sec-WebSocket-Version 2 times'],
  ],
  [
    'a fragment',
    exampleConnect({ ':path': '/a#b' }),
    {},
    ['request-target client: the request target "/a#b" has a fragment'],
  ],
  [
    'a subprotocol that was not offered',
    exampleConnect(),
    { response: ':status: 200\nsec-websocket-protocol: x' },
    ['subprotocol-not-offered server: the server chose "x", and the client offered no subprotocol'],
  ],
  [
    'early bytes',
    exampleConnect(),
    { earlyClientBytes: 3 },
    ['early-frames client: the client sent 3 bytes behind its request before the 200'],
  ],
  [
    'fields that are not known',
    exampleConnect({ ':path': undefined }),
    { unknownFields: 1, offered: false },
    [],
  ],
  ['a refusal', exampleConnect(), { response: ':status: 426' }, []],
  [
    '101',
    exampleConnect(),
    { response: ':status: 101' },
    ['h2-status server: the answer to the extended CONNECT is 101, which HTTP/2 does not have'],
  ],
  [
    '101 to a request that is not known in whole',
    exampleConnect(),
    { response: ':status: 101', unknownFields: 1 },
    ['h2-status server: the answer to the extended CONNECT is 101, which HTTP/2 does not have'],
  ],
  [
    '101 with all that HTTP/1.1 has',
    exampleConnect(),
    { response: ':status: 101\nupgrade: websocket\nconnection: upgrade\nsec-websocket-accept: x' },
    [
      'h2-handshake-header server: the response has Upgrade "websocket" and Connection "upgrade" and Sec-WebSocket-Accept "x"',
      'h2-status server: the answer to the extended CONNECT is 101, which HTTP/2 does not have',
    ],
  ],
  ['299', exampleConnect(), { response: ':status: 299' }, []],
];

describe('an extended CONNECT', () => {
  it.each(CASES)('%s', (_, request, facts, found) => {
    expect(foundInConnect(request, facts)).toEqual(found);
  });
});
