import { describe, expect, it } from 'vitest';
import { closeStory } from '../../src/output/close-story.js';
import type { StreamEnd } from '../../src/stream/stream-sink.js';
import type { Sender } from '../../src/websocket/frame-record.js';
import type { ObservedClose, SessionSummary } from '../../src/websocket/session-record.js';
import { hostileTexts, makeSummary, UNSAFE } from './samples.js';

const close = (code?: number, reason = ''): ObservedClose => ({
  body: code === undefined ? undefined : { code, reason },
  packet: 9,
  timestamp: { seconds: 1_700_000_002, nanoseconds: 0 },
  acknowledges: undefined,
  sequenceEnd: undefined,
});

const ended = (endedFirst: Sender | undefined, client: StreamEnd = 'fin', server: StreamEnd = 'fin') => ({
  endedFirst,
  end: { client, server },
});

const byClient = (client: ObservedClose, server?: ObservedClose): Partial<SessionSummary> => ({
  closedBy: 'client',
  close: { client, server },
});

const byServer = (server: ObservedClose, client?: ObservedClose): Partial<SessionSummary> => ({
  closedBy: 'server',
  close: { client, server },
});

const open = ended(undefined, 'capture-end', 'capture-end');
const none = { client: undefined, server: undefined };

describe('closeStory', () => {
  const cases: [story: string, summary: Partial<SessionSummary>][] = [
    [
      'client closed with 1000 (Normal Closure), server answered, server ended TCP first',
      { ...byClient(close(1000), close(1000)), ...ended('server') },
    ],
    [
      'server closed with 1001 (Going Away) "bye", client answered, client ended TCP first',
      { ...byServer(close(1001, 'bye'), close(1001)), ...ended('client') },
    ],
    [
      'client closed with 1000 (Normal Closure) "bye", server answered, server ended TCP first',
      { ...byClient(close(1000, 'bye'), close(1000, 'bye')), ...ended('server') },
    ],
    [
      'client closed with 1000 (Normal Closure), server answered with 1001 (Going Away), server ended TCP first',
      { ...byClient(close(1000), close(1001)), ...ended('server') },
    ],
    [
      'client closed with 1000 (Normal Closure), server answered with 1000 (Normal Closure) "ok", server ended TCP first',
      { ...byClient(close(1000), close(1000, 'ok')), ...ended('server') },
    ],
    [
      'client closed without a code, server answered, server ended TCP first',
      { ...byClient(close(), close()), ...ended('server') },
    ],
    [
      'server closed with 4321 (Private use), client answered without a code, server ended TCP first',
      { ...byServer(close(4321), close()), ...ended('server') },
    ],
    [
      'client closed with 1000 (Normal Closure), server did not answer, server ended TCP first',
      { ...byClient(close(1000)), ...ended('server') },
    ],
    [
      'server closed with 1002 (Protocol error), client did not answer, server reset TCP',
      { ...byServer(close(1002)), ...ended('server', 'reset', 'reset') },
    ],
    [
      'server closed with 1011 (Internal Error), client answered, server ended TCP first, then TCP was reset',
      { ...byServer(close(1011), close(1011)), ...ended('server', 'reset', 'fin') },
    ],
    [
      'client closed with 1000 (Normal Closure), no answer of the server so far, only client ended TCP',
      { ...byClient(close(1000)), ...ended('client', 'fin', 'capture-end') },
    ],
    [
      'client closed with 1000 (Normal Closure), server answered, TCP still open at the end of the capture',
      { ...byClient(close(1000), close(1000)), ...open },
    ],
    [
      "client closed with 1000 (Normal Closure), no Close of the server was captured, both ended TCP; server's frames lost from byte 9 on",
      {
        ...byClient(close(1000)),
        ...ended('server'),
        lostAt: { client: undefined, server: 9 },
        missingBytes: { client: 0, server: 4 },
      },
    ],
    [
      'client closed with 1000 (Normal Closure), server answered, both ended TCP; 5 bytes of the client missing',
      { ...byClient(close(1000), close(1000)), ...ended('server'), missingBytes: { client: 5, server: 0 } },
    ],
    ['client ended TCP without a Close (1006, Abnormal Closure)', ended('client')],
    ['server reset TCP without a Close (1006, Abnormal Closure)', ended('server', 'reset', 'reset')],
    [
      'client reset TCP before any frame (1006, Abnormal Closure)',
      { ...ended('client', 'reset', 'reset'), frames: { client: 0, server: 0 } },
    ],
    ['still open at the end of the capture', open],
    [
      "no Close was captured; server ended TCP; client's frames lost from byte 0 on",
      { ...ended('server'), lostAt: { client: 0, server: undefined } },
    ],
    [
      "no Close was captured, nor an end of TCP; client's frames in 70 bytes lost; 5 bytes of the server missing",
      { ...open, undecodedBytes: { client: 70, server: 0 }, missingBytes: { client: 80, server: 5 } },
    ],
  ];
  it.each(cases)('%s', (story, summary) => {
    expect(closeStory(makeSummary({ close: none, ...summary }))).toBe(story);
  });

  // What was sent before the capture began, nobody knows.
  it.each<[story: string, summary: Partial<SessionSummary>]>([
    [
      'server closed with 1000 (Normal Closure), no Close of the client was captured, server ended TCP first',
      { ...byServer(close(1000)), ...ended('server'), frames: { client: 0, server: 1 } },
    ],
    [
      'server closed with 1000 (Normal Closure), client did not answer, server ended TCP first',
      { ...byServer(close(1000)), ...ended('server'), frames: { client: 1, server: 1 } },
    ],
    [
      'server closed with 1000 (Normal Closure), no Close of the client was captured, server ended TCP first; no frames of the client found',
      {
        ...byServer(close(1000)),
        ...ended('server'),
        frames: { client: 0, server: 1 },
        lostAt: { client: 0, server: undefined },
      },
    ],
    ['no Close was captured; client ended TCP', { ...ended('client'), frames: { client: 0, server: 0 } }],
    ['no Close was captured, nor an end of TCP', { ...open, frames: { client: 3, server: 0 } }],
    ['still open at the end of the capture', open],
  ])('without a handshake: %s', (story, overrides) => {
    const summary = makeSummary({ close: none, ...overrides });
    expect(closeStory({ ...summary, session: { ...summary.session, handshake: undefined } })).toBe(story);
  });

  it.each([
    [1, 0, '; the last Ping of the client got no Pong'],
    [0, 3, '; the last 3 Pings of the server got no Pong'],
    [2, 1, '; the last 2 Pings of the client got no Pong; the last Ping of the server got no Pong'],
  ])('of heartbeats that were missed: %i of the client, %i of the server', (client, server, expected) => {
    expect(
      closeStory(makeSummary({ ...ended('server', 'reset', 'reset'), unansweredPings: { client, server } })),
    ).toBe(`server reset TCP without a Close (1006, Abnormal Closure)${expected}`);
  });

  it.each([
    ['Forbidden', 'refused: 403 Forbidden'],
    ['', 'refused: 403'],
    ['\x9b31mNo', 'refused: 403 \\x9b31mNo'],
  ])('of an upgrade that was refused with the reason %j', (reason, expected) => {
    expect(closeStory(makeSummary({ end: undefined }, { response: { status: 403, reason } }))).toBe(expected);
  });

  it.each(hostileTexts)('is safe to print: %s', (_name, text) => {
    const summary = byClient(close(1000, text), close(1000, `${text}!`));
    expect(closeStory(makeSummary(summary))).not.toMatch(UNSAFE);
  });
});
