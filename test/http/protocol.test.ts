import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Recognised, recognise } from '../../src/http/protocol.js';
import { latin1 } from './recorder.js';

describe('recognise', () => {
  test.each<[string, Recognised]>([
    ['GET / HTTP/1.1\r\n', 'http1-request'],
    ['GET ', 'http1-request'],
    ['CONNECT a:1', 'http1-request'],
    ['VERSION-CONTROL x', 'http1-request'],
    ['UPDATEREDIRECTREF x', 'http1-request'],
    ['UPDATE x', 'http1-request'],
    ['\r\n\nGET ', 'http1-request'],
    ['HTTP/1.', 'http1-response'],
    ['HTTP/1.0 200', 'http1-response'],
    ['', 'undecided'],
    ['\r\n', 'undecided'],
    ['G', 'undecided'],
    ['GET', 'undecided'],
    ['HTTP/1', 'undecided'],
    ['PRI * HTTP/', 'undecided'],
    ['PRI * HTTP/2.0\r\n', 'http2'],
    ['PRI / ', 'undecided'],
    ['PRI / HTTP/2', 'unknown'],
    ['HTTP/2', 'unknown'],
    ['PURGE', 'undecided'],
    ['PURGE /x HTTP/1', 'undecided'],
    ['PURGE /x HTTP/1.', 'http1-request'],
    ['M-SEARCH * HTTP/1.1\r\n', 'http1-request'],
    ['get / HTTP/1.1', 'http1-request'],
    ["!#$%&'*+-.^_`|~09 / HTTP/1.0", 'http1-request'],
    ['PURGE /x HTTP/2.0', 'unknown'],
    ['PURGE  HTTP/1.1', 'unknown'],
    ['PURGE /x\r\n', 'unknown'],
    ['PURGE /x  HTTP/1.1', 'unknown'],
    ['PURGE /\x7f', 'unknown'],
    [`${'X'.repeat(32)}`, 'undecided'],
    [`${'X'.repeat(33)}`, 'unknown'],
    [`PURGE /${'x'.repeat(7993)}`, 'undecided'],
    [`PURGE /${'x'.repeat(7993)} HTTP/1.1`, 'http1-request'],
    [`PURGE /${'x'.repeat(8000)}`, 'unknown'],
    ['INVITE sip:a@b SIP/2.0', 'unknown'],
    ['220 mail.test ESMTP', 'unknown'],
    ['+OK POP3 ready', 'unknown'],
    ['+OK\r\n', 'unknown'],
    ['USER a 0 * :real', 'unknown'],
    ['{"a":1}', 'unknown'],
    ['GETX ', 'undecided'],
    ['EHLO a\r\n', 'unknown'],
    ['SSH-2.0-x\r\n', 'unknown'],
    ['PROXY', 'undecided'],
    ['PROXY ', 'proxy-v1'],
    ['PROPFIND ', 'http1-request'],
    ['\r\n\r\n\0\r\nQUIT', 'undecided'],
    ['\r\n\r\n\0\r\nQUIT\n', 'proxy-v2'],
    ['\r\n\r\n\0\r\nQUIET', 'unknown'],
    ['\x16', 'undecided'],
    ['\x16\x03', 'undecided'],
    ['\x16\x03\x01', 'tls'],
    ['\x17\x03\x03', 'tls'],
    ['\x16\x03\x05', 'unknown'],
    ['\x16\x02', 'unknown'],
    ['\r\n\x16\x03\x01', 'unknown'],
    ['\x18\x03\x01', 'unknown'],
    ['\x81\x05hello', 'unknown'],
    ['\0', 'undecided'],
    ['\0\0', 'undecided'],
    ['\0\0\x07', 'unknown'],
    ['\0\0\x06\x04\0\0\0\0', 'undecided'],
    ['\0\0\x06\x04\0\0\0\0\0', 'http2'],
    ['\0\0\x06\x05\0', 'unknown'],
  ])('%j is %s', (text, expected) => {
    expect(recognise(latin1(text), 0, text.length)).toBe(expected);
    const inside = latin1(`HTTP/1.${text}GET `);
    expect(recognise(inside, 7, 7 + text.length)).toBe(expected);
  });

  test('once decided, more bytes change nothing', () => {
    const openings = fc.constantFrom(
      'GET / HTTP/1.1',
      'HTTP/1.1 200',
      'PRI * HTTP/2.0',
      '\x16\x03\x01abc',
      'MKCOX',
      'PURGE / HTTP/1.1',
      'EHLO a.test\r\n',
      'PROXY TCP4 ',
      '\r\n\r\n\0\r\nQUIT\n',
    );
    fc.assert(
      fc.property(openings, fc.nat(20), fc.nat(20), (text, a, b) => {
        const bytes = latin1(text);
        const early = recognise(bytes, 0, Math.min(a, b, bytes.length));
        if (early !== 'undecided') {
          expect(recognise(bytes, 0, Math.min(Math.max(a, b), bytes.length))).toBe(early);
        }
      }),
    );
  });
});
