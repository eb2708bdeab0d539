/**
 * `wsdissect stats`: its numbers are those that the applications logged, and those that the lists of messages and frames
 * come to.
 */
import { describe, expect, it } from 'vitest';
import { wsdissect } from '../support/cli.js';
import { fixtures, fixturesRoot } from '../support/fixtures.js';
import { messageCases } from '../support/messages.js';
import { hasProgram } from '../support/tshark.js';
import { onTerminal } from './helpers.js';

const ECHO = `${fixturesRoot}ws-echo/capture.pcap`;
const MANY = `${fixturesRoot}many-sessions/capture.pcap`;
const WS = `${fixturesRoot}messages-ws/capture.pcap.gz`;
const SIDES = ['client', 'server'] as const;
const CONTROLS = ['close', 'ping', 'pong'];

// biome-ignore lint/suspicious/noExplicitAny: JSON of the program.
type Json = any;

function stats(args: readonly string[]): Json {
  const { status, stdout, stderr } = wsdissect(['stats', '-T', 'json', ...args]);
  expect([status, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

const listed = (command: string, ...args: string[]): Json[] =>
  wsdissect([command, '-T', 'ndjson', ...args])
    .stdout.split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

const isControl = ({ opcode }: Json) => CONTROLS.includes(opcode) || Number(opcode) >= 8;
const sumOf = (list: readonly Json[], of: (one: Json) => number) =>
  list.reduce((sum: number, one) => sum + of(one), 0);

/** How many there are of each opcode, where there are some. */
function tally(list: readonly { readonly opcode: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { opcode } of list) counts[opcode] = (counts[opcode] ?? 0) + 1;
  return counts;
}

const opcodes = ({ opcodes: all }: Json, what: 'frames' | 'messages', sender: string) =>
  Object.fromEntries(
    Object.entries(all as Record<string, Json>)
      .map(([name, counts]) => [name, counts[what][sender] as number] as const)
      .filter(([, count]) => count > 0),
  );

/** Seconds of a `time` in whole nanoseconds: as digits, since a double cannot hold them. */
function nanoseconds(capture: string, ...args: string[]): bigint[] {
  const { stdout } = wsdissect(['messages', '-T', 'ndjson', ...args, capture]);
  return [...stdout.matchAll(/"time":(\d+)\.(\d+)/g)].map(
    ([, whole, digits]) => BigInt(whole) * 1_000_000_000n + BigInt(digits.padEnd(9, '0')),
  );
}

describe('stats count what the applications logged', () => {
  const cases = ['deflate', 'ws-echo', 'many-sessions', 'python-websockets', 'chromium', 'nginx-proxy'];
  it.each(cases)('%s', (name) => {
    const { sessions, recordings } = fixtures.find((fixture) => fixture.name === name)!;
    for (const recording of recordings) {
      const told = stats(recording);
      for (const sender of SIDES) {
        const logged = (what: string) => sessions.flatMap((one: Json) => one[`${sender}${what}`] ?? []);
        const [frames, messages] = [logged('Frames'), logged('Messages')];
        if (frames.length > 0) expect(opcodes(told, 'frames', sender)).toEqual(tally(frames));
        if (messages.length === 0) continue;
        const data = messages.filter((message) => !isControl(message));
        expect(opcodes(told, 'messages', sender)).toEqual(tally(data));
        expect(told.messages[sender]).toBe(data.length);
        expect(told.sizes[sender].max).toBe(Math.max(...data.map(({ length }) => length)));
      }
    }
  });

  it.each(messageCases.map((one) => [one.name, one] as const))('%s', (_, { capture, sessions }) => {
    const told = stats(['--per-session', '--top', '100', capture]);
    expect(told.perSession).toHaveLength(sessions.length);
    for (const session of told.perSession) {
      const log = sessions.find(({ path }) => path === session.path);
      if (log === undefined || sessions.filter(({ path }) => path === session.path).length > 1) continue;
      for (const sender of SIDES) {
        const messages = sender === 'client' ? log.clientMessages : log.serverMessages;
        if (messages === undefined) continue;
        const data = messages.filter((message) => !isControl(message));
        expect(opcodes(session, 'messages', sender)).toEqual(tally(data));
        expect([session.sizes[sender].min, session.sizes[sender].max]).toEqual([
          data.length === 0 ? null : Math.min(...data.map(({ length }) => length)),
          data.length === 0 ? null : Math.max(...data.map(({ length }) => length)),
        ]);
      }
    }
    const logged = SIDES.map((sender) => sumOf(told.perSession, ({ messages }) => messages[sender]));
    expect(logged).toEqual([told.messages.client, told.messages.server]);
  });
});

describe('stats are what the lists come to', () => {
  const captures = [
    ECHO,
    MANY,
    `${fixturesRoot}deflate/capture.pcap`,
    ...messageCases.map((one) => one.capture),
  ];

  it.each(captures.map((capture) => [capture.slice(fixturesRoot.length), capture]))('%s', (_, capture) => {
    const told = stats(['--top', '1000', capture]);
    const [messages, frames] = [listed('messages', capture), listed('frames', capture)];
    for (const sender of SIDES) {
      const own = messages.filter((message) => message.sender === sender);
      const data = own.filter((message) => !isControl(message));
      expect(opcodes(told, 'frames', sender)).toEqual(tally(frames.filter((one) => one.sender === sender)));
      expect(opcodes(told, 'messages', sender)).toEqual(tally(data));
      expect(told.bytes[sender]).toBe(sumOf(own, ({ wireLength }) => wireLength));
      expect(sumOf(told.rates.bytes[sender], Number)).toBe(told.bytes[sender]);
      expect(sumOf(told.rates.messages[sender], Number)).toBe(data.length);
      for (const { from, to, messages: count } of told.sizes[sender].histogram)
        expect(count).toBe(data.filter(({ length }) => length >= from && length <= to).length);
      const compressed = data.filter((message) => message.compressed);
      expect(told.compression[sender]).toMatchObject({
        messages: compressed.length,
        contentBytes: sumOf(compressed, ({ length }) => length),
        wireBytes: sumOf(compressed, ({ wireLength }) => wireLength),
      });
      expect(told.fragmented[sender]).toEqual({
        messages: data.filter((message) => message.frames.length > 1).length,
        mostFrames: Math.max(0, ...data.map((message) => message.frames.length)),
      });
      const codes = new Map<number | null, number>();
      for (const { closeCode } of own.filter(({ opcode }) => opcode === 'close'))
        codes.set(closeCode, (codes.get(closeCode) ?? 0) + 1);
      expect(new Map(told.closeCodes[sender].map(({ code, count }: Json) => [code, count]))).toEqual(codes);
    }
    const bytes = sumOf(messages, ({ wireLength }) => wireLength);
    for (const { top, others } of [told.clients, told.targets]) {
      expect(others).toBeNull();
      expect(sumOf(top, (one) => one.bytes.client + one.bytes.server)).toBe(bytes);
    }
  });

  it.each([ECHO, WS])('round trips and gaps are differences of packet times: %s', (capture) => {
    const told = stats([capture]);
    const messages = listed('messages', capture);
    const times = nanoseconds(capture);
    expect(times).toHaveLength(messages.length);
    const seconds = (since: number, until: number) => Number(times[until] - times[since]) / 1e9;
    const gaps: number[] = [];
    const last = new Map<number, number>();
    for (const [i, message] of messages.entries()) {
      if (isControl(message)) continue;
      const before = last.get(message.session);
      if (before !== undefined) gaps.push(seconds(before, i));
      last.set(message.session, i);
    }
    expect([told.gaps.count, told.gaps.min, told.gaps.max]).toEqual([
      gaps.length,
      gaps.length === 0 ? null : Math.min(...gaps),
      gaps.length === 0 ? null : Math.max(...gaps),
    ]);
    for (const pinger of SIDES) {
      const took = messages.flatMap((ping, i) => {
        if (ping.opcode !== 'ping' || ping.sender !== pinger) return [];
        const pong = messages.findIndex(
          (one, j) =>
            j > i &&
            one.opcode === 'pong' &&
            one.sender !== pinger &&
            one.session === ping.session &&
            (one.content ?? one.contentBase64) === (ping.content ?? ping.contentBase64),
        );
        return [seconds(i, pong)];
      });
      took.sort((a, b) => a - b);
      expect(took.length).toBeGreaterThan(3);
      const { count, min, max, p50, unanswered } = told.pings[pinger];
      expect([count, min, max, unanswered]).toEqual([took.length, took[0], took.at(-1), 0]);
      const median = took[Math.ceil(took.length / 2) - 1];
      expect(Math.abs(p50 - median) / median).toBeLessThanOrEqual(1 / 256);
    }
  });

  it('endings are those of the list of sessions', () => {
    const { endings } = stats([MANY]);
    const stories: Json[] = listed('sessions', MANY).map(({ closed }) => closed);
    expect(sumOf(Object.values(endings), Number)).toBe(stories.length);
    const count = (pattern: RegExp) => stories.filter((story) => pattern.test(story)).length;
    expect(endings).toMatchObject({
      'closed-by-client': count(/^client closed.*, server answered/),
      'closed-by-server': count(/^server closed.*, client answered/),
      'reset-by-client': count(/^client reset/),
      'reset-by-server': count(/^server reset/),
      'still-open': count(/^still open/),
    });
    expect(stats([`${fixturesRoot}refused/capture.pcap`]).endings.refused).toBe(
      listed('sessions', `${fixturesRoot}refused/capture.pcap`).filter(({ status }) => status !== 101).length,
    );
  });
});

describe('the options of stats', () => {
  it('-Y counts messages that it holds for, and finds Pongs that it leaves out', () => {
    const told = stats(['-Y', 'websocket.opcode == ping && ws.sender == client', ECHO]);
    expect(told.opcodes).toEqual({
      ping: { frames: { client: 4, server: 0 }, messages: { client: 0, server: 0 } },
    });
    expect(told.pings.client).toEqual(stats([ECHO]).pings.client);
    expect(told.pings.server).toMatchObject({ count: 0, unanswered: 0 });
    expect(told.endings['closed-by-client']).toBe(1);
  });

  it('-Y asks for findings, too', () => {
    const bad = `${fixturesRoot}tutorial-server/capture.pcap`;
    const wanted = listed('messages', '-Y', 'ws.finding', bad);
    const told = stats(['-Y', 'ws.finding', bad]);
    expect(wanted.length).toBeGreaterThan(0);
    expect(told.frames.client + told.frames.server).toBe(sumOf(wanted, ({ frames }) => frames.length));
  });

  it('--session is of that one only, and the same as its row of --per-session', () => {
    const { perSession } = stats(['--per-session', MANY]);
    expect(perSession.map(({ session }: Json) => session)).toEqual(
      perSession.map((_: Json, i: number) => i + 1),
    );
    const { clients, targets, endings, ...one } = stats(['--session', '4', MANY]);
    expect(perSession[3]).toMatchObject(one);
    expect([clients.top.length, targets.top[0].path]).toEqual([1, '/session/03']);
    expect(endings[perSession[3].ending]).toBe(1);
    const none = wsdissect(['stats', '--session', '4000', '--per-session', '-T', 'json', MANY]);
    expect(none.stderr).toContain('there is no session 4000');
    expect(JSON.parse(none.stdout)).toMatchObject({ perSession: [], rates: null, opcodes: {} });
  });

  it('--top sums the rest, and so does the limit of names', () => {
    const all = stats(['--top', '100', MANY]).targets.top;
    const { top, others } = stats(['--top', '3', MANY]).targets;
    expect(top).toEqual(all.slice(0, 3));
    expect(others.sessions).toBe(all.length - 3);
    expect(others.bytes.client).toBe(sumOf(all.slice(3), ({ bytes }) => bytes.client));
    const limited = wsdissect(['stats', '-T', 'json', '--limit', 'stats-names=2', MANY]);
    expect(limited.stderr).toContain('(limit stats-names=2) [stats-names-limit]');
    expect(JSON.parse(limited.stdout).targets.others.sessions).toBe(all.length - 2);
  });

  it('prints the same in any time format but the times', () => {
    const relative = wsdissect(['stats', ECHO]).stdout;
    expect(relative).toContain('\n0.023464  ');
    expect(wsdissect(['stats', '-t', 'utc', ECHO]).stdout).toMatch(/^20\d\d-.* [\d:.]+Z +512 +384 /m);
  });
});

describe('what a person sees', () => {
  it('text of a small session, to the letter', () => {
    const { stdout } = wsdissect(['stats', '-Y', 'ws.sender == server', ECHO]);
    const text = stdout.split('\n\n');
    expect(text[0]).toMatch(/^1 session, 29 frames, 16 messages in 6\d\.\d+ ms; → by clients, ← by servers$/);
    expect(text[1]).toBe(
      [
        'Opcodes',
        'Opcode        Frames →  Frames ←  Messages →  Messages ←',
        'continuation         0         4           -           -',
        'text                 0         9           0           9',
        'binary               0         7           0           7',
        'close                0         1           -           -',
        'ping                 0         4           -           -',
        'pong                 0         4           -           -',
        'all                  0        29           0          16',
      ].join('\n'),
    );
    expect(text.slice(-3).map((section) => section.trim())).toEqual([
      'How sessions ended\nSessions  Ending\n       1  the client closed, the server answered',
      'Clients, by bytes\nSessions  Messages →  Messages ←  Bytes →  Bytes ←  Address\n' +
        '       1           0          16        0   197342  127.0.0.1',
      'Hosts and paths, by bytes\nSessions  Messages →  Messages ←  Bytes →  Bytes ←  Host and path\n' +
        '       1           0          16        0   197342  127.0.0.1:9001/echo',
    ]);
  });

  it.skipIf(!hasProgram('script'))('keeps to the width of the terminal', () => {
    for (const columns of [60, 80, 120])
      for (const format of ['table', 'text']) {
        const command = `wsdissect stats --per-session -T ${format} ${WS}`;
        const { stdout } = onTerminal(command, columns, { NO_COLOR: '1' });
        const lines = stdout.replaceAll('\r', '').split('\n');
        const long = lines.filter((line) => [...line].length > columns && !/^\d+ sessions, /.test(line));
        expect(long).toEqual([]);
        if (format === 'table') {
          const hasAll = lines.some((line) => line.includes('Messages ←'));
          expect(hasAll, `${columns}`).toBe(columns > 60);
        }
      }
  });

  it('prints nothing that a terminal would act on', () => {
    for (const { name, recordings } of fixtures)
      if (['tutorial-server', 'refused'].includes(name))
        for (const recording of recordings)
          expect(wsdissect(['stats', '--per-session', ...recording]).stdout).not.toMatch(
            /[\x00-\x09\x0b-\x1f\x7f]/,
          );
  });
});
