import { describe, expect, it } from 'vitest';
import { sessionColumns, sessionJson } from '../../src/output/session-text.js';
import type { ObservedClose } from '../../src/websocket/session-record.js';
import { context, hostileTexts, makeSummary, UNSAFE } from './samples.js';

const close = (code?: number, reason = '', packet = 9): ObservedClose => ({
  body: code === undefined ? undefined : { code, reason },
  packet,
  timestamp: { seconds: 1_700_000_002, nanoseconds: 250_000_000 },
  acknowledges: undefined,
  sequenceEnd: undefined,
});

const refusal = makeSummary(
  { end: undefined, frames: { client: 0, server: 0 }, payloadBytes: { client: 0, server: 0 } },
  { number: 2, response: { status: 403, reason: 'Forbidden' } },
);

const summary = makeSummary();
const midstream = {
  ...summary,
  session: { ...summary.session, handshake: undefined, path: undefined, host: undefined, confidence: 0.9987 },
};

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
      carrier: 'http/1.1',
      host: 'example.test',
      path: '/chat',
      status: '101',
      subprotocol: 'chat',
      extensions: 'permessage-deflate; server_max_window_bits=10, x',
      frames: '3 / 4',
      bytes: '30 / 40',
      duration: '2.500 s',
      closed: 'client ended TCP without a Close (1006, Abnormal Closure)',
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

  it('of a session whose handshake was not captured', () => {
    expect(sessionColumns(midstream, context())).toMatchObject({
      host: '-',
      path: 'not captured',
      status: '-',
      subprotocol: '-',
      extensions: '-',
      closed: 'client ended TCP without a Close (1006, Abnormal Closure)',
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
      '{"session":1,"time":1700000000.000000,"client":"10.0.0.1:40000","server":"10.0.0.2:80","connection":0,"carrier":{"http":"http/1.1","stream":null,"tunnel":null,"tls":null},' +
        '"host":"example.test","path":"/chat","status":101,"reason":"Switching Protocols","subprotocol":"chat",' +
        '"extensions":["x"],"frames":{"client":3,"server":4},"payloadBytes":{"client":30,"server":40},' +
        '"missingBytes":{"client":0,"server":5},"lostAt":{"client":null,"server":77},' +
        '"endTime":1700000002.500000,"duration":2.500000,"closedBy":"client",' +
        '"close":{"client":{"code":1000,"reason":"bye","time":1700000002.250000,"packet":9},' +
        '"server":{"code":null,"reason":null,"time":1700000002.250000,"packet":9}},' +
        '"end":{"client":"fin","server":"reset"},"confidence":1,' +
        '"closed":"client closed with 1000 (Normal Closure) \\"bye\\", server answered without a code, ' +
        'client ended TCP first, then TCP was reset; ' +
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

  it('has null for what the handshake would have told, and how sure it is', () => {
    expect(JSON.parse(sessionJson(midstream))).toMatchObject({
      host: null,
      path: null,
      status: null,
      reason: null,
      subprotocol: null,
      extensions: [],
      confidence: 0.9987,
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
