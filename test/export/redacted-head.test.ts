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
      'HTTP/1.1 101 Switching\r\nUpgrade:websocket\r\nSet-Cookie:a=b\r\n\r\n',
      'HTTP/1.1 101 Switching\r\nUpgrade:websocket\r\nSet-Cookie:xxx\r\n\r\n',
    ],
    [
      'HTTP/1.1 101 Switching\nUpgrade:websocket\nSet-Cookie:a=b\n\n',
      'HTTP/1.1 101 Switching\nUpgrade:websocket\nSet-Cookie:xxx\n\n',
    ],
    [
      'HTTP/1.1 101 Switching\r\nSet-Cookie:   a=b  \r\n\r\n',
      'HTTP/1.1 101 Switching\r\nSet-Cookie: xxx    \r\n\r\n',
    ],
    ['HTTP/1.1 101 Switching\r\nSet-Cookie: a=b\r\n c=d\r\n\r\n', undefined],
  ])('%j is written in as many octets', (text, expected) => {
    const told = redacted(text)!;
    expect(told).toHaveLength(text.length);
    expect(told).not.toMatch(/a=b|c=d/);
    if (expected !== undefined) expect(told).toBe(expected);
  });
});
