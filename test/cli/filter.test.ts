import { describe, expect, it } from 'vitest';
import { fields } from '../../src/filter/index.js';
import { wsdissect } from '../support/cli.js';

const ECHO = 'fixtures/ws-echo/capture.pcap';
const SESSIONS = 'fixtures/many-sessions/capture.pcap';
const CONFORMANCE = 'fixtures/conformance/capture.pcap.gz';

const rows = (args: string[]) => {
  const { status, stdout, stderr } = wsdissect([...args, '-q', '-T', 'ndjson']);
  expect([stderr, status === 0 || status === 3]).toEqual(['', true]);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
};

describe('-Y', () => {
  it('lists the frames for which it holds', () => {
    const all = rows([ECHO]);
    const texts = all.filter(({ opcode, sender }) => opcode === 'text' && sender === 'client');
    expect(texts.length).toBeGreaterThan(5);
    expect(rows(['-Y', 'websocket.opcode == text && ws.sender == client', ECHO])).toEqual(texts);
    expect(
      rows(['frames', '--display-filter', 'websocket.opcode==1 and ws.sender == client', '-c', '2', ECHO]),
    ).toEqual(texts.slice(0, 2));
  });

  it('looks at payloads to their end, also where only a beginning is shown', () => {
    const long = rows([ECHO]).filter(({ payload = '' }) => payload.length > 1000 && payload.endsWith('x'));
    const end = rows(['-Y', 'websocket.payload.text matches "x$" && ws.length > 1000', ECHO]);
    expect(end).toEqual(long);
    const { stdout } = wsdissect(['-Y', 'websocket.payload[65534:1]', ECHO]);
    expect(stdout.split('\n').filter(Boolean)).toHaveLength(
      rows([ECHO]).filter(({ length }) => length > 65_534).length,
    );
  });

  it('lists messages, with their neighbours where asked', () => {
    const all = rows(['messages', ECHO]);
    const pings = all.filter(({ opcode }) => opcode === 'ping');
    expect(rows(['messages', '-Y', 'websocket.opcode == ping', ECHO])).toEqual(pings);
    const near = all
      .filter(({ message }) => pings.some((ping) => Math.abs(ping.message - message) <= 1))
      .map((one) => (one.opcode === 'ping' ? one : { ...one, context: true }));
    const around = rows(['messages', '-Y', 'websocket.opcode == ping', '--context', '1', ECHO]);
    expect(around).toEqual(near);
    expect(around.length).toBeGreaterThan(pings.length);
  });

  it('marks neighbours in JSON, and no hit that is the neighbour of another', () => {
    const filter = ['-Y', 'ws.frame in {2, 3, 7}', '--context', '1'];
    const marks = (list: { context?: boolean; frame: number }[]) =>
      list.map(({ frame, context }) => [frame, context]);
    const expected = [1, 2, 3, 4, 6, 7, 8].map((n) => [n, [2, 3, 7].includes(n) ? undefined : true]);
    expect(marks(rows([...filter, ECHO]))).toEqual(expected);
    const { stdout } = wsdissect(['-q', '-T', 'json', ...filter, ECHO]);
    expect(marks(JSON.parse(stdout))).toEqual(expected);
    expect(rows(['-Y', 'ws.frame in {2, 3, 7}', ECHO]).some((row) => 'context' in row)).toBe(false);
    const says = rows([
      'messages',
      '-Y',
      'ws.decoded.type == "ack"',
      '--context',
      '1',
      'fixtures/messages-socketio/capture.pcap.gz',
    ]);
    const neighbours = says.filter(({ context }) => context);
    expect(
      says.filter(({ context }) => context === undefined).every((row) => row.decoded.type === 'ack'),
    ).toBe(true);
    expect(neighbours.length).toBeGreaterThan(2);
    expect(neighbours.every(({ decoded }) => decoded.type !== 'ack')).toBe(true);
    expect(Object.keys(neighbours[0]).slice(-2)).toEqual(['decoded', 'context']);
  });

  it('has a line between neighbours that do not follow each other, in text for people only', () => {
    const args = ['-q', '-Y', 'ws.frame in {2, 3, 7}', '--context', '1', ECHO];
    const numbers = (text: string) =>
      text.split('\n').map((line) => (line === '--' ? line : Number(line.trim().split(/ +/)[0])));
    const { stdout } = wsdissect(['-T', 'text', ...args]);
    expect(numbers(stdout.trimEnd())).toEqual([1, 2, 3, 4, '--', 6, 7, 8]);
    for (const [count, shown] of [
      ['1', [1, 2, 3]],
      ['2', [1, 2, 3, 4]],
      ['3', [1, 2, 3, 4, '--', 6, 7, 8]],
    ] as const)
      expect(numbers(wsdissect(['-T', 'text', '-c', count, ...args]).stdout.trimEnd())).toEqual(shown);
    expect(rows(['-Y', 'ws.frame in {2, 3, 7}', '--context', '1', ECHO]).length).toBe(7);
  });

  it('keeps neighbours to the session', () => {
    const around = rows(['-Y', 'ws.session == 4 && websocket.opcode == text', '--context', '2', SESSIONS]);
    expect(new Set(around.map(({ session }) => session))).toEqual(new Set([4]));
  });

  it('knows how long ago the frame or message before it in the session was', () => {
    for (const kind of ['frames', 'messages']) {
      const latest = new Map<number, number>();
      const late = rows([kind, SESSIONS]).filter(({ session, time }) => {
        const before = latest.get(session);
        latest.set(session, time);
        return before !== undefined && time - before > 0.0202;
      });
      expect(late.length).toBeGreaterThan(3);
      expect(rows([kind, '-Y', 'ws.gap > 0.0202', SESSIONS])).toEqual(late);
      const { session } = late.at(-1);
      const ofOne = late.filter((row) => row.session === session);
      expect(rows([kind, '-Y', `ws.gap > 0.0202 && ws.session == ${session}`, SESSIONS])).toEqual(ofOne);
      expect(rows([kind, '-Y', 'ws.gap > 0.0202', '--session', `${session}`, SESSIONS])).toEqual(ofOne);
    }
  });

  it('lists sessions in their order', () => {
    const all = rows(['sessions', SESSIONS]);
    const some = all.filter(({ session }) => session % 3 === 0);
    expect(some.length).toBeGreaterThan(3);
    const wanted = some.map(({ session }) => session).join(', ');
    expect(rows(['sessions', '-Y', `ws.session in {${wanted}}`, SESSIONS])).toEqual(some);
  });

  it('lists findings, and what they are about', () => {
    const all = rows(['check', CONFORMANCE]);
    const unmasked = all.filter(({ rule }) => rule === 'unmasked-client-frame');
    expect(unmasked.length).toBeGreaterThan(0);
    expect(rows(['check', '-Y', 'ws.finding == unmasked-client-frame', CONFORMANCE])).toEqual(unmasked);
    const frames = rows(['-Y', 'ws.finding == unmasked-client-frame', CONFORMANCE]);
    expect(frames.map(({ frame }) => frame)).toEqual(
      unmasked.map(({ frame }) => frame).toSorted((a, b) => a - b),
    );
    expect(frames.every(({ masked, sender }) => !masked && sender === 'client')).toBe(true);
    const sessions = rows(['sessions', '-Y', 'ws.finding == unmasked-client-frame', CONFORMANCE]);
    expect(sessions.map(({ session }) => session)).toEqual(
      [...new Set(unmasked.map(({ session }) => session))].toSorted((a, b) => a - b),
    );
  });

  it('says what is wrong, and where', () => {
    expect(wsdissect(['-Y', 'websocket.fin == 1 && websocket.opcod == 1', ECHO])).toEqual({
      status: 1,
      stdout: '',
      stderr:
        'wsdissect: -Y: there is no field "websocket.opcod"; did you mean websocket.opcode?\n' +
        '  websocket.fin == 1 && websocket.opcod == 1\n' +
        '                        ^~~~~~~~~~~~~~~\n',
    });
    const { stderr } = wsdissect(['-Y', '"\x1b[31m\n" == 1', ECHO]);
    expect(stderr).not.toContain('\x1b');
    expect(stderr.split('\n')).toHaveLength(4);
  });

  it('is needed for --context', () => {
    expect(wsdissect(['--context', '2', ECHO])).toEqual({
      status: 1,
      stdout: '',
      stderr: 'wsdissect: --context goes with a filter: give one with -Y\n',
    });
  });
});

describe('what messages say in their subprotocols', () => {
  const SOCKET_IO = 'fixtures/messages-socketio/capture.pcap.gz';

  it('is asked for by protocol, type, answer and value', () => {
    const all = rows(['messages', SOCKET_IO]);
    const acks = all.filter(({ decoded }) => decoded?.type === 'ack');
    expect(acks.length).toBeGreaterThan(2);
    expect(
      rows(['messages', '-Y', 'ws.decoded.protocol == socket.io && ws.decoded.type == ack', SOCKET_IO]),
    ).toEqual(acks);
    const answers = all.filter(({ decoded }) => decoded?.answers);
    expect(rows(['messages', '-Y', 'ws.decoded.latency >= 0', SOCKET_IO])).toEqual(answers);
    const slow = answers.filter(({ decoded }) => decoded.answers.latency > 0.01);
    expect(slow.length).toBeGreaterThan(0);
    expect(rows(['messages', '-Y', 'ws.decoded.latency > 0.01', SOCKET_IO])).toEqual(slow);
    const ticks = all.filter(({ decoded }) => decoded?.value?.event === 'tick');
    expect(ticks.length).toBeGreaterThan(3);
    expect(rows(['messages', '-Y', 'ws.json.event == tick', SOCKET_IO])).toEqual(ticks);
  });

  it('is known of answers although their requests are not listed', () => {
    const [first] = rows(['messages', '-Y', 'ws.decoded.answers', '-c', '1', SOCKET_IO]);
    expect(first.decoded.answers.message).toBeLessThan(first.message);
  });

  it('is told by follow, too', () => {
    const { stdout } = wsdissect(['follow', '1', SOCKET_IO]);
    expect(stdout).toMatch(/^ *socket\.io event "tick"$/m);
    expect(stdout).toMatch(/^ *socket\.io ack 0 of "echo" \(answers 5 after [\d.]+ ms\)$/m);
    expect(wsdissect(['follow', '1', '--no-decode', SOCKET_IO]).stdout).not.toContain('socket.io event');
    const acks = wsdissect(['follow', '1', '-Y', 'ws.decoded.type == ack', SOCKET_IO]).stdout;
    expect(acks.match(/^ *socket\.io ack/gm)?.length).toBeGreaterThan(1);
    expect(acks).not.toContain('socket.io event');
  });
});

describe('wsdissect fields', () => {
  it('lists each in a line, a row and an object', () => {
    const { stdout, stderr, status } = wsdissect(['fields']);
    expect([stderr, status]).toEqual(['', 0]);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ +/)[0]),
    ).toEqual(fields.map(({ name }) => name));
    expect(JSON.parse(wsdissect(['fields', '-T', 'json']).stdout)[0]).toEqual({
      field: 'frame.number',
      type: 'number',
      records: ['frame', 'message', 'session', 'finding'],
      meaning: 'packet that completed it; of a session, its handshake',
      names: {},
    });
    const table = wsdissect(['fields', '-T', 'table'], undefined, { COLUMNS: '100' }).stdout;
    for (const { name } of fields) expect(table).toContain(`│ ${name} `);
  });

  it('lists those that a word names', () => {
    const { stdout } = wsdissect(['fields', 'masking']);
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['websocket.masking_key', '']);
  });
});
