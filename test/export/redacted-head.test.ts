import { describe, expect, it } from 'vitest';
import { redactedHead } from '../../src/export/redacted-head.js';
import { HeadDecoder } from '../../src/http/head.js';
import { Place } from '../../src/stream/place.js';

const redacted = (text: string): string | undefined => {
  const decoder = new HeadDecoder(new Place());
  const bytes = Buffer.from(text, 'latin1');
  decoder.push(bytes, 0, bytes.length, 0);
  const head = redactedHead(decoder.head!);
  return head && Buffer.from(head).toString('latin1');
};

describe('a head', () => {
  it('keeps what the handshake needs, and is as long as it was', () => {
    const text =
      'GET /chat?token=abc&b=1 HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nCookie: session=s3cr3t\r\n' +
      'Authorization: Bearer eyJ\r\nSec-WebSocket-Protocol: mqtt, base64.s3cr3t\r\nX-Csrf: 77\r\n\r\n';
    expect(redacted(text)).toBe(
      'GET /chat?xxxxxxxxxxxxx HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nCookie: xxxxxxxxxxxxxx\r\n' +
        'Authorization: xxxxxxxxxx\r\nSec-WebSocket-Protocol: mqtt, xxxxxxxxxxxxx\r\nX-Csrf: xx\r\n\r\n',
    );
  });

  it.each([
    [
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade:websocket\r\nSet-Cookie:a=b\r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade:websocket\r\nSet-Cookie:xxx\r\n\r\n',
    ],
    [
      'HTTP/1.1 101 Switching Protocols\nUpgrade:websocket\nSet-Cookie:a=b\n\n',
      'HTTP/1.1 101 Switching Protocols\nUpgrade:websocket\nSet-Cookie:xxx\n\n',
    ],
    [
      'HTTP/1.1 101 Switching Protocols\r\nSet-Cookie:   a=b  \r\n\r\n',
      'HTTP/1.1 101 Switching Protocols\r\nSet-Cookie: xxx    \r\n\r\n',
    ],
    ['HTTP/1.1 101 Switching Protocols\r\nSet-Cookie: a=b\r\n c=d\r\n\r\n', undefined],
  ])('%j is written in as many octets', (text, expected) => {
    const told = redacted(text)!;
    expect(told).toHaveLength(text.length);
    expect(told).not.toMatch(/a=b|c=d/);
    if (expected !== undefined) expect(told).toBe(expected);
  });

  it.each([
    ['Host: user:pw@a.example:80', 'Host: xxxxxxx@a.example:80'],
    ['Host: [::1]:80', 'Host: [::1]:80'],
    ['Origin: https://a.example/?t=secret#b', 'Origin: https://a.example/?xxxxxxxx#x'],
    ['Origin: https://me:pw@a.example', 'Origin: https://xxxxx@a.example'],
    ['Origin: null', 'Origin: null'],
    [
      'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits="15", a; b=1; c=tok; d="s;e,c\\"r"; e',
      'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits="15", a; b=1; c=xxx; d=xxxxxxxxxx; e',
    ],
  ])('of %s only what it should hold stays', (line, expected) => {
    const text = `GET ws://me@h/#t HTTP/1.1\r\n${line}\r\n\r\n`;
    expect(redacted(text)).toBe(`GET ws://xx@h/#x HTTP/1.1\r\n${expected}\r\n\r\n`);
  });

  it.each([
    ['403 Forbidden', '403 Forbidden'],
    ['101 SWITCHING PROTOCOLS', '101 SWITCHING PROTOCOLS'],
    ['403 token abc', '403 xxxxxxxxx'],
    ['799 Own', '799 xxx'],
  ])('the reason of %s stays if it is the one of the status', (status, expected) => {
    expect(redacted(`HTTP/1.1 ${status}\r\nServer: a\r\n\r\n`)).toBe(
      `HTTP/1.1 ${expected}\r\nServer: a\r\n\r\n`,
    );
  });
});
