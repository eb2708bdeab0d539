import { describe, expect, test } from 'vitest';
import { HeadDecoder, type RequestHead, type ResponseHead } from '../../src/http/head.js';
import { Place } from '../../src/stream/place.js';
import {
  acceptFor,
  decodeHandshake,
  encodeHandshakeRequest,
  encodeHandshakeResponse,
  type HandshakeRequestOptions,
  type HandshakeResponseOptions,
} from '../../src/websocket/handshake.js';

function decodeHead(bytes: Uint8Array) {
  const decoder = new HeadDecoder(new Place());
  expect(decoder.push(bytes, 0, bytes.length, 0)).toBe(bytes.length);
  return decoder.head;
}

const request = (options?: HandshakeRequestOptions) =>
  decodeHead(encodeHandshakeRequest(options)) as RequestHead;
const response = (options?: HandshakeResponseOptions) =>
  decodeHead(encodeHandshakeResponse(options)) as ResponseHead;

const header = (name: string, value?: string) => ({ name, value });
const deflate = {
  name: 'permessage-deflate',
  parameters: [{ name: 'client_max_window_bits', value: undefined, quoted: false }],
};

describe('decodeHandshake', () => {
  test('the example of RFC 6455 §1.2', () => {
    const asked = request({
      target: '/chat',
      host: 'server.example.com',
      subprotocols: ['chat', 'superChat'],
      extensions: [deflate],
      headers: [header('Origin', 'http://example.com'), header('User-Agent', 'test/1')],
    });
    const answered = response({ subprotocol: 'chat', headers: [header('Server', 'nginx')] });
    expect(decodeHandshake(asked, answered)).toEqual({
      request: asked,
      response: answered,
      method: 'GET',
      target: '/chat',
      host: 'server.example.com',
      origin: 'http://example.com',
      userAgent: 'test/1',
      server: 'nginx',
      key: 'dGhlIHNhbXBsZSBub25jZQ==',
      keyBytes: 16,
      version: '13',
      supportedVersions: [],
      accept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      expectedAccept: 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      offeredSubprotocols: ['chat', 'superChat'],
      subprotocol: 'chat',
      offeredExtensions: { extensions: [deflate], malformed: false },
      extensions: { extensions: [], malformed: false },
      status: 101,
      reason: 'Switching Protocols',
      requestUpgrade: ['websocket'],
      requestConnection: ['upgrade'],
      responseUpgrade: ['websocket'],
      responseConnection: ['upgrade'],
      isExtendedConnect: false,
      connectOffered: undefined,
      isWebSocketRequest: true,
      isWebSocketResponse: true,
    });
  });

  test('without its request', () => {
    expect(decodeHandshake(undefined, response({ extensions: [deflate] }))).toMatchObject({
      request: undefined,
      method: undefined,
      target: undefined,
      key: undefined,
      keyBytes: undefined,
      expectedAccept: undefined,
      offeredSubprotocols: [],
      offeredExtensions: { extensions: [], malformed: false },
      extensions: { extensions: [deflate], malformed: false },
      requestUpgrade: [],
      isWebSocketRequest: false,
      isWebSocketResponse: true,
    });
  });

  test.each<[string, number | undefined]>([
    ['dGhlIHNhbXBsZSBub25jZQ==', 16],
    ['', 0],
    ['AAAA', 3],
    ['AAA=', 2],
    ['AA==', 1],
    ['AAA', undefined],
    ['A===', undefined],
    ['AA=A', undefined],
    ['A A=', undefined],
    ['AA-_', undefined],
  ])('the key %j decodes to %s bytes', (key, keyBytes) => {
    expect(decodeHandshake(request({ key }), response())).toMatchObject({
      key,
      keyBytes,
      expectedAccept: acceptFor(key),
    });
  });

  test('a wrong Accept is a fact', () => {
    const { accept, expectedAccept } = decodeHandshake(request(), response({ accept: 'wrong' }));
    expect([accept, expectedAccept]).toEqual(['wrong', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=']);
  });

  test('the versions that a server would take', () => {
    const refusal = response({
      status: 426,
      reason: 'Upgrade Required',
      headers: [header('Sec-WebSocket-Version', '13, 8'), header('Sec-WebSocket-Version', '7')],
    });
    expect(decodeHandshake(request(), refusal)).toMatchObject({
      supportedVersions: ['13', '8', '7'],
      status: 426,
      isWebSocketResponse: false,
    });
  });

  const asks = (upgrade: string | undefined) =>
    request({ headers: [header('Upgrade', upgrade), header('Sec-WebSocket-Key', undefined)] });
  const says = (upgrade: string | undefined, accept: string | undefined, status = 101) =>
    response({ status, headers: [header('Upgrade', upgrade), header('Sec-WebSocket-Accept', accept)] });

  test.each<[string | undefined, string | undefined, string | undefined, boolean, boolean]>([
    ['websocket', 'websocket', 'x', true, true],
    ['WebSocket', 'WEBSOCKET', 'x', true, true],
    ['h2c, websocket', 'foo, websocket', undefined, true, true],
    ['websocket', undefined, 'x', true, true],
    ['websocket', undefined, undefined, true, true],
    ['websocket', 'foo', undefined, true, true],
    ['websocket, h2c', 'h2c', undefined, true, false],
    ['h2c', 'h2c', undefined, false, false],
    ['h2c', undefined, undefined, false, false],
    [undefined, undefined, 'x', false, true],
    [undefined, 'websocket', undefined, false, true],
    [undefined, 'foo', undefined, false, false],
    ['websocketx', undefined, undefined, false, false],
  ])('asked %s, answered %s with Accept %s', (upgrade, answered, accept, isRequest, isResponse) => {
    expect(decodeHandshake(asks(upgrade), says(answered, accept))).toMatchObject({
      isWebSocketRequest: isRequest,
      isWebSocketResponse: isResponse,
    });
    expect(decodeHandshake(asks(upgrade), says(answered, accept, 200)).isWebSocketResponse).toBe(false);
  });
});

test('a request with a key asks for a WebSocket, whatever its Upgrade says', () => {
  const asked = request({ headers: [header('Upgrade', undefined)] });
  expect(decodeHandshake(asked, response({ status: 400 })).isWebSocketRequest).toBe(true);
});

describe('encoders', () => {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

  test('by default write a valid handshake', () => {
    expect(text(encodeHandshakeRequest())).toBe(
      'GET / HTTP/1.1\r\nHost: example.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    expect(text(encodeHandshakeResponse({ key: 'AAAAAAAAAAAAAAAAAAAAAA==' }))).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        `Sec-WebSocket-Accept: ${acceptFor('AAAAAAAAAAAAAAAAAAAAAA==')}\r\n\r\n`,
    );
  });

  test('headers replace, remove, repeat and add', () => {
    const headers = [
      header('HOST', 'a'),
      header('host', 'b'),
      header('Connection'),
      header('Sec-WebSocket-Version', '8'),
      header('X', 'y'),
    ];
    expect(text(encodeHandshakeRequest({ method: 'POST', target: '*', headers }))).toBe(
      'POST * HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
        'HOST: a\r\nhost: b\r\nSec-WebSocket-Version: 8\r\nX: y\r\n\r\n',
    );
  });
});
