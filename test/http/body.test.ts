import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BodyFraming, BodySkipper, requestFraming, responseFraming } from '../../src/http/body.js';
import { encodeChunked } from '../../src/http/body-encode.js';
import { HeadDecoder, type RequestHead, type ResponseHead } from '../../src/http/head.js';
import { encodeRequest, encodeResponse } from '../../src/http/head-encode.js';
import { Place } from '../../src/stream/place.js';
import { latin1 } from './recorder.js';

function fields(lines: string[]) {
  return lines.map((line) => ({ name: line.split(':')[0], value: line.slice(line.indexOf(':') + 1) }));
}

function decodeOne(bytes: Uint8Array) {
  const decoder = new HeadDecoder(new Place());
  decoder.push(bytes, 0, bytes.length, 0);
  return decoder.head;
}

const request = (method: string, ...lines: string[]) =>
  decodeOne(encodeRequest({ method, headers: fields(lines) })) as RequestHead;
const response = (status: number, ...lines: string[]) =>
  decodeOne(encodeResponse({ status, headers: fields(lines) })) as ResponseHead;

const NONE = { kind: 'none', length: 0, problem: undefined };
const CHUNKED: BodyFraming = { kind: 'chunked', length: 0, problem: undefined };
const CLOSE: BodyFraming = { kind: 'until-close', length: 0, problem: undefined };
const bytesOf = (length: number): BodyFraming => ({ kind: 'length', length, problem: undefined });
const invalid = { ...CLOSE, problem: 'invalid-content-length' };
const conflicting = { ...CLOSE, problem: 'conflicting-content-length' };
const unclear = { ...CLOSE, problem: 'unclear-transfer-encoding' };

describe('framing', () => {
  test.each<[string, string[], object]>([
    ['GET', [], NONE],
    ['POST', [], NONE],
    ['POST', ['content-length: 5'], bytesOf(5)],
    ['POST', ['Content-Length: 0'], bytesOf(0)],
    ['POST', ['Content-Length: 5', 'Content-Length: 5'], bytesOf(5)],
    ['POST', ['Content-Length: 5, 05'], bytesOf(5)],
    ['POST', ['Content-Length: 5, 6'], conflicting],
    ['POST', ['Content-Length: 5', 'Content-Length: 6'], conflicting],
    ['POST', ['Content-Length: 9007199254740991'], bytesOf(2 ** 53 - 1)],
    ['POST', ['Content-Length: 9007199254740992'], invalid],
    ['POST', ['Content-Length: -1'], invalid],
    ['POST', ['Content-Length: +1'], invalid],
    ['POST', ['Content-Length: 1e400'], invalid],
    ['POST', ['Content-Length: 0x10'], invalid],
    ['POST', [`Content-Length: ${'9'.repeat(400)}`], invalid],
    ['POST', ['Content-Length:'], invalid],
    ['POST', ['Content-Length: 5, x'], invalid],
    ['POST', ['Transfer-Encoding: chunked'], CHUNKED],
    ['POST', ['Transfer-Encoding: gzip', 'Transfer-Encoding: Chunked'], CHUNKED],
    ['POST', ['Transfer-Encoding: chunked', 'Content-Length: 7'], CHUNKED],
    ['POST', ['Transfer-Encoding: gzip'], unclear],
    ['CONNECT', ['Content-Length: 5'], NONE],
  ])('%s with %j', (method, lines, expected) => {
    expect(requestFraming(request(method, ...lines))).toEqual(expected);
  });

  test.each<[number, string | undefined, string[], object]>([
    [200, 'GET', [], CLOSE],
    [200, undefined, [], CLOSE],
    [200, 'GET', ['Content-Length: 3'], bytesOf(3)],
    [200, 'HEAD', ['Content-Length: 3'], NONE],
    [204, 'GET', ['Content-Length: 3'], NONE],
    [304, 'GET', ['Transfer-Encoding: chunked'], NONE],
    [100, 'POST', ['Content-Length: 3'], NONE],
    [101, 'GET', [], NONE],
    [200, 'CONNECT', ['Content-Length: 3'], NONE],
    [407, 'CONNECT', ['Content-Length: 3'], bytesOf(3)],
    [200, 'GET', ['Transfer-Encoding: chunked'], CHUNKED],
    [200, 'GET', ['Transfer-Encoding: chunked, gzip'], CLOSE],
    [200, 'GET', ['Content-Length: -1'], invalid],
  ])('%i to %s with %j', (status, method, lines, expected) => {
    expect(responseFraming(response(status, ...lines), method)).toEqual(expected);
  });
});

/** Feeds the pieces, each inside a larger chunk; returns how many bytes were used. */
function skipPieces(framing: BodyFraming, pieces: Uint8Array[]) {
  const body = new BodySkipper();
  body.begin(framing);
  let used = 0;
  for (const piece of pieces) {
    const chunk = new Uint8Array(piece.length + 5).fill(0x30);
    chunk.set(piece, 2);
    used += body.push(chunk, 2, 2 + piece.length) - 2;
    if (body.done || body.failed) break;
  }
  return { used, done: body.done, failed: body.failed };
}

const single = (text: string) => Array.from(latin1(text), (byte) => Uint8Array.of(byte));

describe('BodySkipper', () => {
  test.each<[string, BodyFraming, string, object]>([
    ['none', bytesOf(0), 'GET', { used: 0, done: true, failed: false }],
    ['length', bytesOf(3), 'abcGET', { used: 3, done: true, failed: false }],
    ['length, cut', bytesOf(4), 'abc', { used: 3, done: false, failed: false }],
    ['until close', CLOSE, 'abc', { used: 3, done: false, failed: false }],
    ['no chunks', CHUNKED, '0\r\n\r\nGET', { used: 5, done: true, failed: false }],
    ['chunks', CHUNKED, '3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\nG', { used: 28, done: true, failed: false }],
    [
      'leading zeros',
      CHUNKED,
      `${'0'.repeat(40)}1\r\na\r\n0\r\n\r\n`,
      { used: 51, done: true, failed: false },
    ],
    ['extensions', CHUNKED, '1;a=b;c="d"\r\na\r\n0 ; x\r\n\r\n', { used: 25, done: true, failed: false }],
    ['trailers', CHUNKED, '0\r\nA: b\r\nC: d\r\n\r\nG', { used: 17, done: true, failed: false }],
    ['bare lf', CHUNKED, '1\na\n0\nA: b\n\nG', { used: 12, done: true, failed: false }],
    ['no size', CHUNKED, '\r\n', { used: 1, done: false, failed: true }],
    ['no hex', CHUNKED, 'g', { used: 1, done: false, failed: true }],
    ['negative', CHUNKED, '-1\r\n', { used: 1, done: false, failed: true }],
    ['64 bits', CHUNKED, 'ffffffffffffffff\r\n', { used: 14, done: false, failed: true }],
    ['2^53 - 1', CHUNKED, '1fffffffffffff\r\nab', { used: 18, done: false, failed: false }],
    ['2^53', CHUNKED, '20000000000000\r\nab', { used: 14, done: false, failed: true }],
    ['longer than its size', CHUNKED, '1\r\nab', { used: 5, done: false, failed: true }],
    ['junk behind the size', CHUNKED, '1x\r\n', { used: 2, done: false, failed: true }],
    ['two CR behind the data', CHUNKED, '1\r\na\r\r\n', { used: 6, done: false, failed: true }],
  ])('%s', (_name, framing, text, expected) => {
    const bytes = latin1(text);
    expect(skipPieces(framing, [bytes])).toEqual(expected);
    expect(skipPieces(framing, single(text))).toEqual(expected);
    for (let cut = 1; cut < bytes.length; cut++) {
      expect(skipPieces(framing, [bytes.slice(0, cut), bytes.slice(cut)])).toEqual(expected);
    }
  });

  test('does not look at bytes of known length', () => {
    const body = new BodySkipper();
    body.begin(bytesOf(1e15));
    const never = new Proxy(new Uint8Array(0), {
      get() {
        throw new Error('looked');
      },
    });
    expect(body.push(never, 5, 1_000_005)).toBe(1_000_005);
  });

  test('gaps in a body of known length are exact', () => {
    const body = new BodySkipper();
    body.begin(bytesOf(10));
    expect(body.skip(4)).toBe(true);
    expect(body.push(latin1('abc'), 0, 3)).toBe(3);
    expect(body.skip(3)).toBe(true);
    expect(body.done).toBe(true);
    body.begin(bytesOf(10));
    expect(body.skip(11)).toBe(false);
    expect(body.failed).toBe(true);
    body.begin(CLOSE);
    expect(body.skip(1e12)).toBe(true);
    expect(body.untilClose && !body.done).toBe(true);
  });

  test('a gap anywhere in a chunked body is exact within data, and fatal elsewhere', () => {
    const text = '5;x\r\nabcde\r\n3\r\nfgh\r\n0\r\nA: b\r\n\r\n';
    const data = new Set([5, 6, 7, 8, 9, 15, 16, 17]);
    for (let start = 0; start < text.length; start++) {
      for (let end = start + 1; end <= text.length; end++) {
        const body = new BodySkipper();
        body.begin(CHUNKED);
        const bytes = latin1(text);
        body.push(bytes, 0, start);
        const inData = [...Array(end - start).keys()].every((i) => data.has(start + i));
        expect(body.skip(end - start)).toBe(inData);
        if (!inData) continue;
        expect(body.push(bytes, end, bytes.length)).toBe(bytes.length);
        expect(body.done).toBe(true);
      }
    }
  });

  test('round trip of the chunked coding', () => {
    const options = fc.record({
      extension: fc.constantFrom('', ';a', ';a="b\\"c"'),
      trailers: fc.constantFrom([], [{ name: 'A', value: '0' }]),
      lineEnd: fc.constantFrom('\r\n' as const, '\n' as const),
    });
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), options, fc.nat(), (pieces, form, at) => {
        const bytes = encodeChunked(pieces, form);
        const rest = latin1('GET');
        const all = new Uint8Array(Buffer.concat([bytes, rest]));
        const cut = at % all.length;
        const expected = { used: bytes.length, done: true, failed: false };
        expect(skipPieces(CHUNKED, [all.slice(0, cut), all.slice(cut)])).toEqual(expected);
      }),
    );
  });

  test('any bytes: never throws, the same in any pieces', () => {
    const parts = fc.constantFrom('0', '5', 'f', '\r', '\n', '\r\n', ';', 'x', 'abcde', '\xff');
    fc.assert(
      fc.property(fc.array(parts, { maxLength: 30 }), (list) => {
        expect(skipPieces(CHUNKED, single(list.join('')))).toEqual(
          skipPieces(CHUNKED, [latin1(list.join(''))]),
        );
      }),
    );
  });
});
