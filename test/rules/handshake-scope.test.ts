/**
 * Which requests are judged as handshakes, and data that comes before the answer to one.
 */
import { describe, expect, it } from 'vitest';
import { exampleRequest, exampleResponse, foundIn, refusal } from './heads.js';

const KEY = 'Sec-WebSocket-Key';
const VERSION = 'Sec-WebSocket-Version';

describe('requests that are no handshake', () => {
  const plain = exampleRequest({ [KEY]: undefined, [VERSION]: undefined }, 'POST /api HTTP/1.0');

  it.each(['200 OK', '204 No Content', '304 Not Modified', '404 Not Found', '500 Internal Server Error'])(
    'are not judged: %s',
    (status) => {
      expect(foundIn(plain, refusal(status))).toEqual([]);
    },
  );

  it.each(['400 Bad Request', '426 Upgrade Required'])(
    'are judged where a server takes them for one: %s',
    (status) => {
      expect(foundIn(plain, refusal(status)).map((line) => line.split(' ')[0])).toEqual([
        'method',
        'http-version',
        'key',
        'version',
      ]);
    },
  );

  it('are not judged where another protocol was switched to', () => {
    const request = exampleRequest({ Upgrade: 'h2c, websocket', [VERSION]: undefined });
    expect(foundIn(request, exampleResponse({ Upgrade: 'h2c', 'Sec-WebSocket-Accept': undefined }))).toEqual(
      [],
    );
  });
});

describe('early-frames', () => {
  it('tells of bytes before the 101', () => {
    expect(foundIn(exampleRequest(), undefined, 11)).toEqual([
      'early-frames client: the client sent 11 bytes behind its request before the 101',
    ]);
  });

  it('says nothing without such bytes, or where the answer is no 101', () => {
    expect(foundIn(exampleRequest(), undefined, 0)).toEqual([]);
    expect(foundIn(exampleRequest(), refusal('403 Forbidden'), 11)).toEqual([]);
  });
});
