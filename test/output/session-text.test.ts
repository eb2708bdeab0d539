import { describe, expect, it } from 'vitest';
import { describeClose, sessionColumns, sessionJson } from '../../src/output/session-text.js';
import type { StreamEnd } from '../../src/stream/stream-sink.js';
import type { ObservedClose, SessionSummary } from '../../src/websocket/session.js';
import { context, hostileTexts, makeSummary, UNSAFE } from './samples.js';

const close = (code?: number, reason = '', packet = 9): ObservedClose => ({
  body: code === undefined ? undefined : { code, reason },
  packet,
  timestamp: { seconds: 1_700_000_002, nanoseconds: 250_000_000 },
});

const refusal = makeSummary(
  { end: undefined, frames: { client: 0, server: 0 }, payloadBytes: { client: 0, server: 0 } },
  { number: 2, response: { status: 403, reason: 'Forbidden' } },
);

describe('describeClose', () => {
  const cases: [expected: string, overrides: Partial<SessionSummary>][] = [
    ['no Close', {}],
    [
      'client closed 1000, not answered',
      { closedBy: 'client', close: { client: close(1000), server: undefined } },
    ],
    [
      'server closed 1001 "bye", answered',
      { closedBy: 'server', close: { client: close(1001, 'bye'), server: close(1001, 'bye') } },
    ],
    [
      'client closed 1000 "bye", answered 1000',
      { closedBy: 'client', close: { client: close(1000, 'bye'), server: close(1000) } },
    ],
    [
      'client closed without a code, answered',
      { closedBy: 'client', close: { client: close(), server: close() } },
    ],
    [
      'server closed 1000, answered without a code',
      { closedBy: 'server', close: { client: close(), server: close(1000) } },
    ],
    ['no Close; 3 bytes of the client missing', { missingBytes: { client: 3, server: 0 } }],
    [
      "no Close; client's frames lost from byte 0 on; 7 bytes of the server missing",
      { missingBytes: { client: 3, server: 7 }, lostAt: { client: 0, server: undefined } },
    ],
  ];
  it.each(cases)('%s', (expected, overrides) => {
    expect(describeClose(makeSummary(overrides))).toBe(expected);
  });

  it.each<[StreamEnd, StreamEnd, string]>([
    ['fin', 'fin', 'no Close'],
    ['fin', 'reset', 'no Close; TCP reset'],
    ['reset', 'capture-end', 'no Close; TCP reset'],
    ['reset', 'reset', 'no Close; TCP reset'],
    ['fin', 'capture-end', 'no Close'],
    ['capture-end', 'capture-end', 'no Close; open at the end of the capture'],
  ])('client ended by %s, server by %s: %s', (client, server, expected) => {
    for (const end of [
      { client, server },
      { client: server, server: client },
    ])
      expect(describeClose(makeSummary({ end }))).toBe(expected);
  });

  it.each([
    ['Forbidden', 'refused: 403 Forbidden'],
    ['', 'refused: 403'],
    ['\x9b31mNo', 'refused: 403 \\x9b31mNo'],
  ])('of a refusal with the reason %j', (reason, expected) => {
    expect(describeClose(makeSummary({ end: undefined }, { response: { status: 403, reason } }))).toBe(
      expected,
    );
  });
});

describe('sessionColumns', () => {
  it('of a session with everything', () => {
    const extensions = [
      {
        name: 'permessage-deflate',
        parameters: [{ name: 'server_max_window_bits', value: '10', quoted: false }],
      },
      { name: 'x', parameters: [] },
    ];
    const summary = makeSummary({}, { number: 12, response: { subprotocol: 'chat', extensions } });
    expect(sessionColumns(summary, context())).toEqual({
      number: '12',
      time: '0.000000',
      client: '10.0.0.1:40000',
      server: '10.0.0.2:80',
      host: 'example.test',
      path: '/chat',
      status: '101',
      subprotocol: 'chat',
      extensions: 'permessage-deflate; server_max_window_bits=10, x',
      frames: '3 / 4',
      bytes: '30 / 40',
      duration: '2.500 s',
      closed: 'no Close',
    });
  });

  it('of a session whose request was not captured', () => {
    const summary = makeSummary({}, { request: undefined });
    expect(sessionColumns(summary, context('utc'))).toMatchObject({
      time: '2023-11-14 22:13:20.000000Z',
      host: '-',
      path: '-',
      subprotocol: '-',
      extensions: '-',
    });
  });

  it.each(hostileTexts)('are safe to print: %s', (_name, text) => {
    const value = text.replace(/[\r\n]/g, '');
    const summary = makeSummary(
      { closedBy: 'client', close: { client: close(1000, text), server: close(1000, text) } },
      { request: { target: `/${value.replace(/\s/g, '')}`, host: value }, response: { subprotocol: value } },
    );
    for (const column of Object.values(sessionColumns(summary, context())))
      expect(column).not.toMatch(UNSAFE);
  });
});

describe('sessionJson', () => {
  it('to the letter', () => {
    const summary = makeSummary(
      {
        closedBy: 'client',
        close: { client: close(1000, 'bye'), server: close() },
        lostAt: { client: undefined, server: 77 },
        missingBytes: { client: 0, server: 5 },
        end: { client: 'fin', server: 'reset' },
      },
      { response: { subprotocol: 'chat', extensions: [{ name: 'x', parameters: [] }] } },
    );
    expect(sessionJson(summary)).toBe(
      '{"session":1,"time":1700000000.000000,"client":"10.0.0.1:40000","server":"10.0.0.2:80","connection":0,' +
        '"host":"example.test","path":"/chat","status":101,"reason":"Switching Protocols","subprotocol":"chat",' +
        '"extensions":["x"],"frames":{"client":3,"server":4},"payloadBytes":{"client":30,"server":40},' +
        '"missingBytes":{"client":0,"server":5},"lostAt":{"client":null,"server":77},' +
        '"endTime":1700000002.500000,"duration":2.500000,"closedBy":"client",' +
        '"close":{"client":{"code":1000,"reason":"bye","time":1700000002.250000,"packet":9},' +
        '"server":{"code":null,"reason":null,"time":1700000002.250000,"packet":9}},' +
        '"end":{"client":"fin","server":"reset"},' +
        '"closed":"client closed 1000 \\"bye\\", answered without a code; TCP reset; ' +
        'server\'s frames lost from byte 77 on"}',
    );
  });

  it('of a refused upgrade', () => {
    expect(JSON.parse(sessionJson(refusal))).toMatchObject({
      session: 2,
      status: 403,
      reason: 'Forbidden',
      subprotocol: null,
      extensions: [],
      closedBy: null,
      close: { client: null, server: null },
      end: null,
      closed: 'refused: 403 Forbidden',
    });
  });

  it('has null for what the request would have told', () => {
    const { host, path } = JSON.parse(sessionJson(makeSummary({}, { request: undefined })));
    expect([host, path]).toEqual([null, null]);
  });

  it.each(hostileTexts)('is one safe line, with the reason as it was sent: %s', (_name, text) => {
    const summary = makeSummary({
      closedBy: 'server',
      close: { client: undefined, server: close(1000, text) },
    });
    expect(sessionJson(summary)).not.toMatch(UNSAFE);
    expect(JSON.parse(sessionJson(summary)).close.server.reason).toBe(text);
  });
});
