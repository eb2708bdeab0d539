import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeHead,
  HeadDecoder,
  headerValue,
  headerValues,
  listElements,
  type RequestHead,
  type ResponseHead,
  tokenList,
} from '../../src/http/head.js';
import { encodeRequest, encodeResponse } from '../../src/http/head-encode.js';
import { Place } from '../../src/stream/place.js';
import { latin1 } from './recorder.js';

interface Outcome {
  head: RequestHead | ResponseHead | undefined;
  failure: string | undefined;
  /** Bytes that the decoder used. */
  used: number;
}

/** Feeds the pieces as packets 1, 2, … , each inside a larger chunk, and stops where the decoder does. */
function decodePieces(pieces: Uint8Array[], maxHeadLength?: number): Outcome {
  const place = new Place();
  const decoder = new HeadDecoder(place, maxHeadLength);
  let used = 0;
  for (const piece of pieces) {
    place.packet++;
    place.seconds = 100 + place.packet;
    place.nanoseconds = place.packet;
    const chunk = new Uint8Array(piece.length + 9).fill(0x0a);
    chunk.set(piece, 4);
    place.sequence = 77_000 + used - 4;
    const next = decoder.push(chunk, 4, 4 + piece.length, 1000 + used);
    used += next - 4;
    chunk.fill(0xff);
    if (decoder.head !== undefined || decoder.failure !== undefined) break;
    expect(next).toBe(4 + piece.length);
  }
  return { head: decoder.head, failure: decoder.failure, used };
}

describe('decodeHead', () => {
  test('gives the head at the beginning, and where it ends', () => {
    const request = 'GET /a HTTP/1.1\r\nHost: x\r\n\r\n';
    expect(decodeHead(latin1(`${request}rest`))).toMatchObject({
      kind: 'request',
      target: '/a',
      headers: [{ name: 'Host', value: 'x' }],
      byteLength: request.length,
      packet: 0,
    });
    expect(decodeHead(latin1('HTTP/1.1 101 Go\r\n\r\n'))).toMatchObject({
      kind: 'response',
      status: 101,
      reason: 'Go',
    });
  });

  test.each(['', 'GET / HTTP/1.1\r\nHost: x\r\n', 'dear diary', '\x16\x03\x01'])(
    'gives nothing of %j',
    (text) => {
      expect(decodeHead(latin1(text))).toBeUndefined();
    },
  );
});

const decode = (text: string, maxHeadLength?: number) => decodePieces([latin1(text)], maxHeadLength);

function splitAt(bytes: Uint8Array, ...cuts: number[]): Uint8Array[] {
  const edges = [0, ...cuts, bytes.length];
  return edges.slice(1).map((edge, i) => bytes.slice(edges[i], edge));
}

/** Without what depends on the packets. */
function content({ head, ...outcome }: Outcome) {
  if (head === undefined) return outcome;
  const { packet, seconds, nanoseconds, firstPacket, firstSeconds, firstNanoseconds, ...rest } = head;
  return { ...outcome, head: rest };
}

/** As content, where what is no HTTP may be told sooner or later. */
function verdict(outcome: Outcome) {
  return outcome.failure === 'not-http' ? { failure: outcome.failure } : content(outcome);
}

const SAMPLES: Record<string, string> = {
  request: 'GET /chat?x=1 HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\n\r\n',
  response: 'HTTP/1.1 101 Switching Protocols\r\nUpgrade:websocket\r\n\r\n',
  'no headers': 'OPTIONS * HTTP/1.0\r\n\r\n',
  'no reason': 'HTTP/1.1 204\r\nA: b\r\n\r\n',
  'bare lf': 'GET / HTTP/1.1\nA: b\n\n',
  'mixed line ends': 'GET / HTTP/1.1\r\nA: b\n\r\n',
  folded: 'GET / HTTP/1.1\r\nA: b\r\n \t c\r\n\td  \r\nE: f\r\n\r\n',
  'empty lines first': '\r\n\nGET / HTTP/1.1\r\n\r\n',
  malformed: 'GET / HTTP/1.1\r\nno colon\r\nA : b\r\n: c\r\nD: e\r\n\r\n',
};

describe('HeadDecoder', () => {
  test('decodes a request', () => {
    const { head, used } = decode(`${SAMPLES.request}frames`);
    expect(used).toBe(SAMPLES.request.length);
    expect(head).toEqual({
      kind: 'request',
      method: 'GET',
      target: '/chat?x=1',
      version: '1.1',
      unknownFields: 0,
      headers: [
        { name: 'Host', value: 'a.test' },
        { name: 'Upgrade', value: 'websocket' },
      ],
      quirks: [],
      malformedLines: [],
      byteLength: 60,
      streamOffset: 1000,
      packet: 1,
      seconds: 101,
      nanoseconds: 1,
      firstPacket: 1,
      firstSeconds: 101,
      firstNanoseconds: 1,
      firstSequence: 77_000,
    });
  });

  test('decodes a response', () => {
    const { head } = decode(SAMPLES.response);
    expect(head).toMatchObject({
      kind: 'response',
      status: 101,
      reason: 'Switching Protocols',
      version: '1.1',
      headers: [{ name: 'Upgrade', value: 'websocket' }],
    });
  });

  test.each<[string, string[], [string, string][], string[]]>([
    ['bare lf', ['bare-lf'], [['A', 'b']], []],
    ['mixed line ends', ['bare-lf'], [['A', 'b']], []],
    [
      'folded',
      ['obs-fold'],
      [
        ['A', 'b c d'],
        ['E', 'f'],
      ],
      [],
    ],
    ['empty lines first', ['leading-empty-line'], [], []],
    [
      'malformed',
      ['malformed-line'],
      [
        ['A', 'b'],
        ['D', 'e'],
      ],
      ['no colon', 'A : b', ': c'],
    ],
  ])('notes what is unusual: %s', (name, quirks, headers, malformedLines) => {
    const { head } = decode(SAMPLES[name]);
    expect(head?.quirks).toEqual(quirks);
    expect(head?.headers.map((header) => [header.name, header.value])).toEqual(headers);
    expect(head?.malformedLines).toEqual(malformedLines);
  });

  test.each<[string, string[], string[]]>([
    ['GET / HTTP/1.1\r\n folded onto nothing\r\nA: b\r\n\r\n', ['malformed-line'], [' folded onto nothing']],
    ['GET / HTTP/1.1\r\nnone\r\n more\r\n\r\n', ['malformed-line'], ['none', ' more']],
    ['GET / HTTP/1.1\r\nA: b\rc\r\n\r\n', ['bare-cr'], []],
    ['GET / HTTP/1.1\r\nA:\r\n b\r\n \r\n\r\n', ['obs-fold'], []],
  ])('reads on behind broken lines: %j', (text, quirks, malformedLines) => {
    expect(decode(text).head).toMatchObject({ quirks, malformedLines });
  });

  test('a fold onto an empty value adds no space; a blank one adds nothing', () => {
    expect(decode('GET / HTTP/1.1\r\nA:\r\n b\r\n \r\n c\r\n\r\n').head?.headers).toEqual([
      { name: 'A', value: 'b c' },
    ]);
  });

  test('trims SP and HTAB only, and decodes Latin-1', () => {
    const { head } = decode('GET / HTTP/1.1\r\nA: \t\xa0\xe9\xff \t\r\n\r\n');
    expect(head?.headers).toEqual([{ name: 'A', value: '\xa0\xe9\xff' }]);
  });

  test('streamOffset is that of the start line', () => {
    const { head, used } = decode('\r\n\r\nGET / HTTP/1.1\r\n\r\n');
    expect(head).toMatchObject({ streamOffset: 1004, byteLength: 18 });
    expect(used).toBe(22);
  });

  test.each<[string, string]>([
    ['SSH-2.0-x\r\n', 'not-http'],
    ['\x16\x03\x01', 'not-http'],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'not-http'],
    ['GEX\r\n', 'not-http'],
    ['GET /\r\n\r\n', 'malformed-start-line'],
    ['GET  HTTP/1.1\r\n\r\n', 'malformed-start-line'],
    ['GET / HTTP/2.0\r\n\r\n', 'malformed-start-line'],
    ['GET / HTTP/1.12\r\n\r\n', 'malformed-start-line'],
    ['HTTP/1.1 20 OK\r\n\r\n', 'malformed-start-line'],
    ['HTTP/1.1 2000 OK\r\n\r\n', 'malformed-start-line'],
    ['HTTP/1.x 200 OK\r\n\r\n', 'malformed-start-line'],
    ['HTTP/1.1200 OK\r\n\r\n', 'malformed-start-line'],
  ])('refuses %j: %s', (text, failure) => {
    const bytes = latin1(text);
    expect(decode(text)).toMatchObject({ head: undefined, failure });
    expect(decodePieces(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toMatchObject({
      head: undefined,
      failure,
    });
  });

  test('a target with spaces is kept whole', () => {
    expect(decode('GET /a b HTTP/1.1\r\n\r\n').head).toMatchObject({ target: '/a b' });
  });

  test.each(Object.entries(SAMPLES))('gives the same in any pieces: %s', (_name, text) => {
    const bytes = latin1(`${text}\x81\x00`);
    const whole = content(decodePieces([bytes]));
    expect(whole.used).toBe(text.length);
    expect(content(decodePieces(Array.from(bytes, (byte) => Uint8Array.of(byte))))).toEqual(whole);
    for (let a = 1; a < bytes.length; a++) {
      expect(content(decodePieces(splitAt(bytes, a)))).toEqual(whole);
      for (let b = a; b < bytes.length; b += 5)
        expect(content(decodePieces(splitAt(bytes, a, b)))).toEqual(whole);
    }
  });

  test('knows the places of its first and last byte', () => {
    const bytes = latin1(SAMPLES.request);
    expect(decodePieces(splitAt(bytes, 3, 20, bytes.length - 1)).head).toMatchObject({
      firstPacket: 1,
      firstSeconds: 101,
      firstNanoseconds: 1,
      packet: 4,
      seconds: 104,
      nanoseconds: 4,
    });
    expect(decodePieces([latin1('\r\n'), bytes]).head).toMatchObject({ firstPacket: 2, packet: 2 });
  });

  test('a cut head is neither a head nor a failure', () => {
    const bytes = latin1(SAMPLES.request);
    for (let end = 0; end < bytes.length; end++) {
      expect(decodePieces([bytes.slice(0, end)])).toEqual({ head: undefined, failure: undefined, used: end });
    }
  });

  test('maxHeadLength is exact, whole or in pieces', () => {
    const text = SAMPLES.request;
    const bytes = latin1(text);
    const single = Array.from(bytes, (byte) => Uint8Array.of(byte));
    expect(decode(text, text.length).head).toBeDefined();
    expect(decodePieces(single, text.length).head).toBeDefined();
    expect(decode(text, text.length - 1)).toMatchObject({ failure: 'too-long', used: text.length - 1 });
    expect(decodePieces(single, text.length - 1)).toMatchObject({
      failure: 'too-long',
      used: text.length - 1,
    });
  });

  test('a head without end stops at the limit', () => {
    const piece = latin1('A: b\r\n'.repeat(2000));
    const outcome = decodePieces([latin1('GET / HTTP/1.1\r\n'), ...Array(100).fill(piece)]);
    expect(outcome).toMatchObject({ head: undefined, failure: 'too-long', used: 65_536 });
  });

  test('hostile heads of full length are read in linear time', () => {
    const started = performance.now();
    for (const line of ['A:b\n', ' x\n', 'A: b\n x\n', '\t \n', 'no\n', ': \n', ' \r\n', 'a\r']) {
      const filler = line.repeat(Math.floor(65_000 / line.length));
      const { head } = decode(`GET / HTTP/1.1\r\nX: y\r\n${filler}\r\n\r\n`);
      expect(head).toBeDefined();
    }
    const spaces = ' '.repeat(65_000);
    expect(decode(`GET${spaces}HTTP/1.1x\r\n\r\n`).failure).toBe('malformed-start-line');
    expect(decode(`HTTP/1.1${spaces}x\r\n\r\n`).failure).toBe('malformed-start-line');
    expect(decode(`GET / HTTP/1.1\r\nA: b${spaces}c${' '.repeat(100)}\r\n\r\n`).head).toBeDefined();
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('reads 10,000 headers', () => {
    const { head } = decode(`GET / HTTP/1.1\r\n${'a:b\r\n'.repeat(10_000)}\r\n`);
    expect(head?.headers.length).toBe(10_000);
  });

  test('any bytes: never throws, never reads outside, keeps nothing behind a reset', () => {
    const alphabet = fc.constantFrom(
      'GET ',
      '/',
      ' HTTP/1.1',
      'HTTP/1.1 200',
      '\r',
      '\n',
      '\r\n',
      ':',
      ' ',
      'a',
      '\xff',
    );
    fc.assert(
      fc.property(fc.array(alphabet, { maxLength: 30 }), fc.nat(60), fc.nat(60), (parts, a, b) => {
        const bytes = latin1(parts.join(''));
        const cuts = [a, b].map((cut) => Math.min(cut, bytes.length)).sort((x, y) => x - y);
        expect(verdict(decodePieces(splitAt(bytes, ...cuts)))).toEqual(verdict(decodePieces([bytes])));
      }),
      { numRuns: 1000 },
    );
  });

  test('is ready for the next head after reset()', () => {
    const place = new Place();
    const decoder = new HeadDecoder(place);
    const bytes = latin1(`\n${SAMPLES.request}${SAMPLES.response}`);
    const next = decoder.push(bytes, 0, bytes.length, 0);
    expect(decoder.head?.quirks).toEqual(['leading-empty-line']);
    decoder.reset();
    expect(decoder.push(bytes, next, bytes.length, next)).toBe(bytes.length);
    expect(decoder.head).toMatchObject({ kind: 'response', streamOffset: 61, quirks: [] });
  });
});

describe('look-ups', () => {
  const head = decode(
    'GET / HTTP/1.1\r\nConnection: Keep-Alive, Upgrade\r\nX: 1\r\ncONNECTION: ,  a/B ,,"Q"\r\n\r\n',
  ).head as RequestHead;

  test('headerValue, headerValues', () => {
    expect(headerValue(head, 'connection')).toBe('Keep-Alive, Upgrade');
    expect(headerValue(head, 'none')).toBeUndefined();
    expect(headerValues(head, 'CONNECTION')).toEqual(['Keep-Alive, Upgrade', ',  a/B ,,"Q"']);
    expect(headerValues(head, 'none')).toEqual([]);
  });

  test('listElements, tokenList', () => {
    expect(listElements(head, 'Connection')).toEqual(['Keep-Alive', 'Upgrade', 'a/B', '"Q"']);
    expect(tokenList(head, 'Connection')).toEqual(['keep-alive', 'upgrade', 'a/B', '"Q"']);
    expect(tokenList(head, 'none')).toEqual([]);
  });
});

describe('round trip', () => {
  const token = fc.stringMatching(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,12}$/);
  const word = fc.stringMatching(/^[!-~\xa0-\xff]{1,8}$/);
  const value = fc.array(word, { maxLength: 4 }).map((words) => words.join(' '));
  const headers = fc.array(fc.record({ name: token, value }), { maxLength: 8 });
  const form = fc.record({
    headers,
    lineEnd: fc.constantFrom('\r\n' as const, '\n' as const),
    fold: fc.boolean(),
    leadingEmptyLines: fc.nat(2),
    version: fc.constantFrom('1.0', '1.1'),
  });

  test('requests', () => {
    fc.assert(
      fc.property(form, fc.constantFrom('GET', 'POST', 'CONNECT'), word, (options, method, target) => {
        const bytes = encodeRequest({ ...options, method, target });
        const { head, used } = decodePieces([bytes]);
        expect(head).toMatchObject({ method, target, version: options.version, headers: options.headers });
        expect(used).toBe(bytes.length);
        expect(head?.quirks.includes('bare-lf')).toBe(options.lineEnd === '\n');
        expect(head?.quirks.includes('obs-fold')).toBe(
          options.fold && options.headers.some((header) => header.value.includes(' ')),
        );
        expect(head?.quirks.includes('leading-empty-line')).toBe(options.leadingEmptyLines > 0);
      }),
    );
  });

  test('responses', () => {
    fc.assert(
      fc.property(form, fc.nat(999), value, (options, status, reason) => {
        const { head } = decodePieces([encodeResponse({ ...options, status, reason })]);
        expect(head).toMatchObject({ status, reason, version: options.version, headers: options.headers });
      }),
    );
  });

  test('raw lines', () => {
    const { head } = decodePieces([encodeRequest({ rawLines: ['no colon', 'A : b'] })]);
    expect(head?.malformedLines).toEqual(['no colon', 'A : b']);
  });
});

describe('a head that is cut', () => {
  const known = (text: string) => {
    const decoder = new HeadDecoder(new Place());
    const bytes = latin1(text);
    decoder.push(bytes, 0, bytes.length, 0);
    const { mayOpen, wholeLines } = decoder;
    const { headers = [], ...start } = wholeLines ?? {};
    const line = 'target' in start ? start.target : 'status' in start ? start.status : undefined;
    return [mayOpen, line, headers.map(({ name, value }) => `${name}=${value}`)];
  };

  test.each([
    ['', [false, undefined, []]],
    ['GET', [false, undefined, []]],
    ['GET /chat HTTP/1.1\r', [true, undefined, []]],
    ['GET /chat HTTP/1.1\r\n', [true, '/chat', []]],
    ['\r\nGET /chat HTTP/1.1\nHost: a.te', [true, '/chat', []]],
    ['GET /chat HTTP/1.1\r\nHost: a.test\r\nUp', [true, '/chat', ['Host=a.test']]],
    ['GET /chat HTTP/2\r\nHost: a.test\r\nUp', [true, undefined, []]],
    ['POST /form HTTP/1.1\r\nHost', [false, '/form', []]],
    ['HTTP/1.', [true, undefined, []]],
    ['HTTP/1.1 1', [true, undefined, []]],
    ['HTTP/1.1 2', [false, undefined, []]],
    ['HTTP/1.1 101 Switching Protocols\r\nUp', [true, 101, []]],
    ['HTTP/1.0 101 Switching Protocols\r\nUp', [false, 101, []]],
    ['HTTP/1.1 100 Continue\r\nUp', [false, 100, []]],
    ['\x81\x05Hello', [false, undefined, []]],
  ])('%j', (text, expected) => {
    expect(known(text)).toEqual(expected);
  });
});
