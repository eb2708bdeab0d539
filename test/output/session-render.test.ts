import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeColors } from '../../src/output/colors.js';
import { SessionTable, sessionLine } from '../../src/output/session-render.js';
import { sessionColumns } from '../../src/output/session-text.js';
import { width } from '../../src/output/width.js';
import type { ObservedClose, SessionSummary } from '../../src/websocket/session-record.js';
import { context, hostileTexts, MemoryWriter, makeSummary, UNSAFE } from './samples.js';

const plain = makeColors(false);

const closed = (reason: string): Partial<SessionSummary> => {
  const timestamp = { seconds: 1_700_000_002, nanoseconds: 0 };
  const unknown = { acknowledges: undefined, sequenceEnd: undefined };
  const close: ObservedClose = { body: { code: 1000, reason }, packet: 9, timestamp, ...unknown };
  return { closedBy: 'client', close: { client: close, server: close } };
};

const chat = makeSummary(closed('bye'), { request: { target: '/chat', host: '10.0.0.2:80' } });
const rich = makeSummary(closed(''), {
  number: 2,
  request: { target: `/${'path/'.repeat(8)}`, host: 'example.test' },
  response: {
    subprotocol: 'graphql-transport-ws',
    extensions: [
      {
        name: 'permessage-deflate',
        parameters: [{ name: 'server_max_window_bits', value: '10', quoted: false }],
      },
    ],
  },
});
const refused = makeSummary(
  { end: undefined, frames: { client: 0, server: 0 }, payloadBytes: { client: 0, server: 0 } },
  {
    number: 3,
    request: { target: '/admin', host: '10.0.0.2:80' },
    response: { status: 403, reason: 'Forbidden' },
  },
);

const midstream = makeSummary({
  ...closed(''),
  session: {
    ...chat.session,
    number: 4,
    handshake: undefined,
    path: undefined,
    host: undefined,
    confidence: 0.9987,
  },
});

function table(summaries: readonly SessionSummary[], size: number): string[] {
  const writer = new MemoryWriter();
  const sessions = new SessionTable(writer, plain, size);
  for (const summary of summaries) sessions.add(sessionColumns(summary, context()));
  sessions.end();
  return writer.lines;
}

const titles = (lines: readonly string[]) =>
  lines[1]
    .split('│')
    .slice(1, -1)
    .map((title) => title.trim());

describe('the session table', () => {
  it('of very many goes on as its first rows let it, and tells when it begins', () => {
    const writer = new MemoryWriter();
    let begun = 0;
    const sessions = new SessionTable(writer, plain, 100, () => begun++);
    const row = sessionColumns(chat, context());
    for (let number = 1; number < 500; number++) sessions.add({ ...row, number: `${number}` });
    expect([begun, writer.lines.length]).toEqual([0, 0]);
    for (let number = 500; number < 1000; number++) sessions.add({ ...row, number: `${number}` });
    const { length } = writer.lines;
    expect([begun, length > 900]).toEqual([1, true]);
    sessions.add({
      ...row,
      number: '1000',
      path: '/a-path-that-is-longer-than-those-before',
      frames: '1234567 / 1',
    });
    sessions.end();
    expect(writer.lines.slice(-8)).toEqual([
      '┌──────┬────────────────┬─────────────┬───────┬────────┬─────────────┬─────────────────────────────┐',
      '│  No. │ Client         │ Server      │ Path  │ Status │ Frames →/←  │ Closed                      │',
      '├──────┼────────────────┼─────────────┼───────┼────────┼─────────────┼─────────────────────────────┤',
      '│ 1000 │ 10.0.0.1:40000 │ 10.0.0.2:80 │ /a-p… │ 101    │ 1234567 / 1 │ client closed with 1000     │',
      '│      │                │             │       │        │             │ (Normal Closure) "bye",     │',
      '│      │                │             │       │        │             │ server answered, client     │',
      '│      │                │             │       │        │             │ ended TCP first             │',
      '└──────┴────────────────┴─────────────┴───────┴────────┴─────────────┴─────────────────────────────┘',
    ]);
    expect(writer.lines.every((line) => width(line) === 100)).toBe(true);
  });

  it('has the columns that tell something', () => {
    expect(table([chat, refused, midstream], 160)).toEqual([
      '┌─────┬──────────┬────────────────┬─────────────┬──────────────┬────────┬────────────┬───────────┬──────────┬──────────────────────────────────────────────────┐',
      '│ No. │     Time │ Client         │ Server      │ Path         │ Status │ Frames →/← │ Bytes →/← │ Duration │ Closed                                           │',
      '├─────┼──────────┼────────────────┼─────────────┼──────────────┼────────┼────────────┼───────────┼──────────┼──────────────────────────────────────────────────┤',
      '│   1 │ 0.000000 │ 10.0.0.1:40000 │ 10.0.0.2:80 │ /chat        │ 101    │ 3 / 4      │ 30 / 40   │  2.500 s │ client closed with 1000 (Normal Closure) "bye",  │',
      '│     │          │                │             │              │        │            │           │          │ server answered, client ended TCP first          │',
      '│   3 │ 0.000000 │ 10.0.0.1:40000 │ 10.0.0.2:80 │ /admin       │ 403    │ 0 / 0      │ 0 / 0     │  2.500 s │ refused: 403 Forbidden                           │',
      '│   4 │ 0.000000 │ 10.0.0.1:40000 │ 10.0.0.2:80 │ not captured │ -      │ 3 / 4      │ 30 / 40   │  2.500 s │ client closed with 1000 (Normal Closure), server │',
      '│     │          │                │             │              │        │            │           │          │ answered, client ended TCP first                 │',
      '└─────┴──────────┴────────────────┴─────────────┴──────────────┴────────┴────────────┴───────────┴──────────┴──────────────────────────────────────────────────┘',
    ]);
  });

  it('has what fits on 80 columns, with the sentences over several lines', () => {
    expect(table([chat, refused, midstream], 80)).toEqual([
      '┌─────┬─────────────┬──────────────┬────────┬────────────┬─────────────────────┐',
      '│ No. │ Server      │ Path         │ Status │ Frames →/← │ Closed              │',
      '├─────┼─────────────┼──────────────┼────────┼────────────┼─────────────────────┤',
      '│   1 │ 10.0.0.2:80 │ /chat        │ 101    │ 3 / 4      │ client closed with  │',
      '│     │             │              │        │            │ 1000 (Normal        │',
      '│     │             │              │        │            │ Closure) "bye",     │',
      '│     │             │              │        │            │ server answered,    │',
      '│     │             │              │        │            │ client ended TCP    │',
      '│     │             │              │        │            │ first               │',
      '│   3 │ 10.0.0.2:80 │ /admin       │ 403    │ 0 / 0      │ refused: 403        │',
      '│     │             │              │        │            │ Forbidden           │',
      '│   4 │ 10.0.0.2:80 │ not captured │ -      │ 3 / 4      │ client closed with  │',
      '│     │             │              │        │            │ 1000 (Normal        │',
      '│     │             │              │        │            │ Closure), server    │',
      '│     │             │              │        │            │ answered, client    │',
      '│     │             │              │        │            │ ended TCP first     │',
      '└─────┴─────────────┴──────────────┴────────┴────────────┴─────────────────────┘',
    ]);
  });

  it.each([
    [
      400,
      'No.,Time,Client,Server,Host,Path,Status,Subprotocol,Extensions,Frames →/←,Bytes →/←,Duration,Closed',
    ],
    [
      200,
      'No.,Time,Client,Server,Host,Path,Status,Subprotocol,Extensions,Frames →/←,Bytes →/←,Duration,Closed',
    ],
    [180, 'No.,Time,Client,Server,Host,Path,Status,Subprotocol,Frames →/←,Bytes →/←,Duration,Closed'],
    [120, 'No.,Client,Server,Path,Status,Subprotocol,Frames →/←,Closed'],
    [80, 'No.,Server,Path,Status,Frames →/←,Closed'],
  ])('leaves columns out to fit %i', (size, expected) => {
    const lines = table([chat, rich], size);
    expect(titles(lines).join(',')).toBe(expected);
    for (const line of lines) expect(width(line)).toBeLessThanOrEqual(size);
  });

  it.each([40, 60, 80, 120, 200])('tells an IPv6 server in full on %i columns', (size) => {
    const server = '[2001:db8:85a3:8d3:1319:8a2e:370:7348]:44321';
    const lines = table([{ ...chat, session: { ...chat.session, server, client: server } }, rich], size);
    for (const line of lines) expect(width(line)).toBeLessThanOrEqual(size);
    const column = titles(lines).indexOf('Server') + 1;
    const cells = lines.filter((line) => line.startsWith('│')).map((line) => line.split('│')[column].trim());
    expect(cells.join('')).toContain(server);
  });

  it('without sessions is its heading', () => {
    const lines = table([], 120);
    expect(lines).toHaveLength(4);
    expect(titles(lines)).toContain('Closed');
  });

  it.each([80, 100, 120, 140, 160, 200, 250, 400])('has straight borders on %i columns', (size) => {
    const lines = table([chat, rich, refused], size);
    expect(new Set(lines.map(width)).size).toBe(1);
    expect(width(lines[0])).toBeLessThanOrEqual(size);
  });

  it.each(hostileTexts)('keeps its form: %s', (_name, text) => {
    const host = text.replace(/[\r\n]/g, '');
    const lines = table([chat, makeSummary(closed(text), { request: { target: '/x', host } })], 120);
    for (const line of lines) {
      expect(line).not.toMatch(UNSAFE);
      expect(width(line)).toBe(width(lines[0]));
    }
  });

  it('fits, whatever the reason', () => {
    const word = fc.constantFrom('a', 'reason', 'x'.repeat(60), 'ü', '漢字', '"', '\n', '\u202e');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.integer({ min: 80, max: 200 }), (words, size) => {
        const lines = table([makeSummary(closed(words.join(' ')))], size);
        for (const line of lines) expect(width(line)).toBe(width(lines[0]));
        expect(width(lines[0])).toBeLessThanOrEqual(size);
      }),
    );
  });
});

describe('sessionLine', () => {
  it.each([
    [
      chat,
      '    1     0.000000  10.0.0.1:40000 → 10.0.0.2:80  101  10.0.0.2:80 /chat  subprotocol -  extensions -  frames 3 / 4  bytes 30 / 40  2.500 s  client closed with 1000 (Normal Closure) "bye", server answered, client ended TCP first',
    ],
    [
      refused,
      '    3     0.000000  10.0.0.1:40000 → 10.0.0.2:80  403  10.0.0.2:80 /admin  subprotocol -  extensions -  frames 0 / 0  bytes 0 / 0  2.500 s  refused: 403 Forbidden',
    ],
    [
      midstream,
      '    4     0.000000  10.0.0.1:40000 → 10.0.0.2:80  -  (handshake not captured)  subprotocol -  extensions -  frames 3 / 4  bytes 30 / 40  2.500 s  client closed with 1000 (Normal Closure), server answered, client ended TCP first',
    ],
  ])('case %#', (summary, expected) => {
    expect(sessionLine(summary, context(), plain)).toBe(expected);
  });

  it('colours the status of a refusal only', () => {
    expect(sessionLine(refused, context(), makeColors(true))).toContain('  \x1b[31m403\x1b[39m  ');
    expect(sessionLine(chat, context(), makeColors(true))).not.toContain('\x1b');
  });

  it.each(hostileTexts)('is one safe line: %s', (_name, text) => {
    expect(sessionLine(makeSummary(closed(text)), context(), plain)).not.toMatch(UNSAFE);
  });
});
