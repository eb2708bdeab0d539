/**
 * Rules about the response of a handshake: each with what triggers it and what comes close.
 */
import { describe, expect, it } from 'vitest';
import { exampleRequest, exampleResponse, foundIn, refusal } from './heads.js';

type Fields = Parameters<typeof exampleRequest>[0];

const ACCEPT = 'Sec-WebSocket-Accept';
const KEY = 'Sec-WebSocket-Key';
const PROTOCOL = 'Sec-WebSocket-Protocol';
const RIGHT = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';
const WRONG = 'S3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

/** An answer to the example request. */
const ANSWERS: readonly (readonly [name: string, answer: Fields, found: readonly string[]])[] = [
  ['nothing wrong', {}, []],
  ['no accept', { [ACCEPT]: undefined }, ['accept server: the 101 has no Sec-WebSocket-Accept']],
  [
    'empty accept',
    { [ACCEPT]: '' },
    [`accept server: Sec-WebSocket-Accept is "", and the key asks for "${RIGHT}"`],
  ],
  [
    'wrong accept',
    { [ACCEPT]: WRONG },
    [`accept server: Sec-WebSocket-Accept is "${WRONG}", and the key asks for "${RIGHT}"`],
  ],
  ['accept with spaces', { [ACCEPT]: `  ${RIGHT}  ` }, []],
  [
    'two accepts',
    { [ACCEPT]: [RIGHT, RIGHT] },
    ['repeated-header server: the response has Sec-WebSocket-Accept 2 times'],
  ],
  ['no upgrade', { Upgrade: undefined }, ['response-upgrade server: the 101 has no Upgrade']],
  [
    'other upgrade',
    { Upgrade: 'websockets' },
    ['response-upgrade server: Upgrade of the 101 is "websockets", not "websocket"'],
  ],
  [
    'list of upgrades',
    { Upgrade: 'websocket, h2c' },
    ['response-upgrade server: Upgrade of the 101 is "websocket, h2c", not "websocket"'],
  ],
  ['upgrade in capitals', { Upgrade: 'WebSocket' }, []],
  ['no connection', { Connection: undefined }, ['response-connection server: the 101 has no Connection']],
  [
    'other connection',
    { Connection: 'close' },
    ['response-connection server: Connection of the 101 is "close", without "Upgrade"'],
  ],
  ['connection in a list', { Connection: 'keep-alive, upgrade' }, []],
  [
    'no subprotocol was offered',
    { [PROTOCOL]: 'chat' },
    ['subprotocol-not-offered server: the server chose "chat", and the client offered no subprotocol'],
  ],
  ['length', { 'Content-Length': '7' }, ['upgrade-with-body server: the 101 has Content-Length "7"']],
  ['length of 0', { 'Content-Length': '0' }, ['upgrade-with-body server: the 101 has Content-Length "0"']],
  [
    'chunked',
    { 'Transfer-Encoding': 'chunked', 'Content-Length': '1' },
    ['upgrade-with-body server: the 101 has Content-Length "1" and Transfer-Encoding "chunked"'],
  ],
  ['type without length', { 'Content-Type': 'text/plain', Date: 'Thu, 01 Jan 1970 00:00:00 GMT' }, []],
  [
    'old fields',
    { 'WebSocket-Origin': 'a', 'WebSocket-Location': 'b' },
    ['draft-headers server: the response has WebSocket-Location, WebSocket-Origin, fields of an old draft'],
  ],
  [
    'an old field',
    { 'Sec-WebSocket-Location': 'b' },
    ['draft-headers server: the response has Sec-WebSocket-Location, a field of an old draft'],
  ],
  [
    'no extension was offered',
    { 'Sec-WebSocket-Extensions': 'x-a' },
    ['extension-not-offered server: the server uses "x-a", and the client offered no extension'],
  ],
];

const SUBPROTOCOLS: readonly (readonly [answer: string | string[], found: readonly string[]])[] = [
  ['chat', []],
  ['superchat', []],
  [
    'Chat',
    ['subprotocol-not-offered server: the server chose "Chat", and the client offered "chat, superchat"'],
  ],
  [
    'mqtt',
    ['subprotocol-not-offered server: the server chose "mqtt", and the client offered "chat, superchat"'],
  ],
  ['', ['subprotocol-not-offered server: Sec-WebSocket-Protocol of the 101 is empty']],
  [
    'chat, superchat',
    ['subprotocol-twice server: Sec-WebSocket-Protocol of the 101 is a list: "chat, superchat"'],
  ],
  ['chat, mqtt', ['subprotocol-twice server: Sec-WebSocket-Protocol of the 101 is a list: "chat, mqtt"']],
  [['chat', 'chat'], ['subprotocol-twice server: the 101 has Sec-WebSocket-Protocol 2 times: "chat, chat"']],
];

describe('rules about the response', () => {
  it.each(ANSWERS)('%s', (_name, answer, found) => {
    expect(foundIn(exampleRequest(), exampleResponse(answer))).toEqual(found);
  });

  it.each(SUBPROTOCOLS)('subprotocol %j', (answer, found) => {
    const request = exampleRequest({ [PROTOCOL]: 'chat, superchat' });
    expect(foundIn(request, exampleResponse({ [PROTOCOL]: answer }))).toEqual(found);
  });

  it('do not ask for a subprotocol', () => {
    expect(foundIn(exampleRequest({ [PROTOCOL]: 'chat' }), exampleResponse())).toEqual([]);
  });

  it('HTTP/1.0 is told of once, and of the client if both are', () => {
    const response = exampleResponse({}, 'HTTP/1.0 101 Switching Protocols');
    expect(foundIn(exampleRequest(), response)).toEqual([
      'http-version server: the 101 is HTTP/1.0, not 1.1',
    ]);
    expect(foundIn(exampleRequest({}, 'GET / HTTP/1.0'), response)).toEqual([
      'http-version client: the request is HTTP/1.0, not 1.1',
    ]);
  });

  it('compare with nothing where the request was not captured', () => {
    const answer = { [ACCEPT]: WRONG, [PROTOCOL]: 'chat', 'Sec-WebSocket-Extensions': 'permessage-deflate' };
    expect(foundIn(undefined, exampleResponse(answer))).toEqual([]);
    expect(foundIn(undefined, exampleResponse({ [ACCEPT]: undefined }))).toEqual([
      'accept server: the 101 has no Sec-WebSocket-Accept',
    ]);
  });

  it('do not know the Accept of two keys', () => {
    const keys = ['AAAAAAAAAAAAAAAAAAAAAA==', 'dGhlIHNhbXBsZSBub25jZQ=='];
    expect(foundIn(exampleRequest({ [KEY]: keys }))).toEqual([
      'repeated-header client: the request has Sec-WebSocket-Key 2 times',
    ]);
  });

  it.each(['200 OK', '401 Unauthorized', '503 Service Unavailable'])('say nothing of %s', (status) => {
    const fields = { Upgrade: 'foo', 'Content-Length': '5', [PROTOCOL]: 'a, b', 'WebSocket-Location': 'c' };
    expect(foundIn(exampleRequest(), refusal(status, fields))).toEqual([]);
  });
});

describe('version-refusal', () => {
  const found = (version: string | undefined, response: string) =>
    foundIn(exampleRequest({ 'Sec-WebSocket-Version': version }), response).filter((line) =>
      line.startsWith('version-refusal'),
    );

  it.each(['400 Bad Request', '426 Upgrade Required', '501 Not Implemented'])('%s', (status) => {
    const code = status.slice(0, 3);
    expect(found('25', refusal(status))).toEqual([
      `version-refusal server: version "25" is refused with ${code}, without Sec-WebSocket-Version`,
    ]);
    expect(found('25', refusal(status, { 'Sec-WebSocket-Version': '13, 8' }))).toEqual([]);
    expect(found('25', refusal(status, { 'Sec-WebSocket-Version': ['13', '7'] }))).toEqual([]);
    for (const same of ['25', '25, 25', ['25', '25']])
      expect(found('25', refusal(status, { 'Sec-WebSocket-Version': same }))).toEqual([
        `version-refusal server: version "25" is refused with ${code}, and only that version named in Sec-WebSocket-Version`,
      ]);
    expect(found('25', refusal(status, { 'Sec-WebSocket-Version': '25, 13' }))).toEqual([]);
    expect(found('13', refusal(status))).toEqual(
      code === '426'
        ? ['version-refusal server: version "13" is refused with 426, without Sec-WebSocket-Version']
        : [],
    );
    expect(found('13', refusal(status, { Upgrade: 'TLS/1.3' }))).toEqual([]);
    expect(found(undefined, refusal(status))).toEqual(
      code === '426'
        ? [
            'version-refusal server: a request without a version is refused with 426, without Sec-WebSocket-Version',
          ]
        : [],
    );
  });

  it('says nothing where the refusal has other reasons', () => {
    for (const status of ['401 Unauthorized', '403 Forbidden', '404 Not Found', '503 Service Unavailable'])
      expect(found('25', refusal(status))).toEqual([]);
    const twoFaults = exampleRequest({ 'Sec-WebSocket-Version': '25', 'Sec-WebSocket-Key': 'AAAA' });
    expect(foundIn(twoFaults, refusal('400 Bad Request')).map((line) => line.split(' ')[0])).toEqual([
      'key',
      'version',
    ]);
  });

  it('says nothing where the version was accepted', () => {
    expect(found('8', exampleResponse())).toEqual([]);
  });
});
