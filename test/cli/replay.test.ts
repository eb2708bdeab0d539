/**
 * The programs of `export replay`, one against the other: each is told what the applications logged of the recorded session.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { wsdissect } from '../support/cli.js';
import { fromClient, fromServer, request, response } from '../support/dissect.js';
import { fixturesRoot, root } from '../support/fixtures.js';
import { messageCases } from '../support/messages.js';
import { CLIENT, pcapOf, SERVER, Talk } from '../support/tcp.js';

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
afterAll(() => rmSync(folder, { recursive: true }));
let made = 0;

function replayOf(capture: string, session: number): string {
  const target = join(folder, String(made++));
  const ran = wsdissect(['export', 'replay', '-q', '--session', String(session), '-o', target, capture]);
  expect(ran).toEqual({ status: 0, stdout: '', stderr: '' });
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'));
  return target;
}

interface Said {
  readonly opcode: string;
  readonly text?: string;
  readonly base64?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly listening?: number;
}

/** What a program prints, and how it ends. */
function started(target: string, args: string[], stderr: 'inherit' | 'ignore' = 'inherit') {
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: target,
    stdio: ['ignore', 'pipe', stderr],
  });
  const said: Said[] = [];
  const lines = createInterface({ input: child.stdout! });
  lines.on('line', (line) => said.push(JSON.parse(line)));
  return { child, said, first: () => once(lines, 'line'), ended: () => once(child, 'close') };
}

async function played(target: string, ...options: string[]) {
  const server = started(target, ['server.mjs', '--port', '0', ...options]);
  await server.first();
  const { listening } = server.said.shift()!;
  const begun = Date.now();
  const client = started(target, ['client.mjs', ...options, `ws://127.0.0.1:${listening}`]);
  const [code] = await client.ended();
  const took = Date.now() - begun;
  server.child.kill();
  await server.ended();
  return { code, took, client: client.said, server: server.said };
}

const logged = (said: readonly Said[]) =>
  said
    .filter(({ opcode }) => opcode === 'text' || opcode === 'binary')
    .map(({ opcode, text, base64 }) => {
      const content = text === undefined ? Buffer.from(base64!, 'base64') : Buffer.from(text);
      return { opcode, length: content.length, sha256: createHash('sha256').update(content).digest('hex') };
    });

const facts = (messages: readonly { opcode: string; length: number; sha256: string }[]) =>
  messages
    .filter(({ opcode }) => opcode === 'text' || opcode === 'binary')
    .map(({ opcode, length, sha256 }) => ({ opcode, length, sha256 }));

describe.each([
  ['messages-ws', 1, []],
  ['messages-ws', 2, ['--timing']],
  ['messages-socketio', 1, []],
  ['messages-graphql-ws', 1, ['--timing']],
  ['messages-stomp', 2, []],
])('%s, session %i, with %j', (name, number, options) => {
  it('says what the applications said, on both sides', async () => {
    const { capture, sessions } = messageCases.find((one) => one.name === name)!;
    const recorded = sessions[number - 1];
    const told = await played(replayOf(capture, number), ...options);
    expect(facts(recorded.clientMessages).length).toBeGreaterThan(5);
    expect(logged(told.client)).toEqual(facts(recorded.serverMessages!));
    expect(logged(told.server)).toEqual(facts(recorded.clientMessages));
    expect(told.code).toBe(0);
  });
});

it('takes as long as it took, or no time', async () => {
  const { capture } = messageCases.find((one) => one.name === 'messages-ws')!;
  const target = replayOf(capture, 1);
  const path = join(target, 'messages.ndjson');
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  writeFileSync(path, lines.map((line) => `${JSON.stringify({ ...line, at: line.at + 1.5 })}\n`).join(''));
  expect((await played(target, '--timing')).took).toBeGreaterThan(1500);
  expect((await played(target)).took).toBeLessThan(1500);
});

it('fails where the other side says something else', async () => {
  const { capture } = messageCases.find((one) => one.name === 'messages-ws')!;
  const target = replayOf(capture, 1);
  const other = replayOf(capture, 2);
  const server = started(other, ['server.mjs', '--port', '0', '--patience', '1']);
  await server.first();
  const client = started(target, [
    'client.mjs',
    '--patience',
    '1',
    `ws://127.0.0.1:${server.said[0].listening}`,
  ]);
  const [code] = await client.ended();
  server.child.kill();
  expect(code).toBe(1);
});

describe('the client fails', () => {
  const target = replayOf(messageCases.find((one) => one.name === 'messages-ws')!.capture, 1);

  /** How it ends if this answers its handshake. */
  async function against(answer: (socket: Socket) => void) {
    const listener = createServer((socket) => socket.once('data', () => answer(socket))).listen(
      0,
      '127.0.0.1',
    );
    await once(listener, 'listening');
    const { port } = listener.address() as AddressInfo;
    const client = started(target, ['client.mjs', '--patience', '2', `ws://127.0.0.1:${port}`], 'ignore');
    const [code] = await client.ended();
    listener.close();
    return { code, said: client.said };
  }

  it.each([
    ['the handshake', 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n'],
    ['to be a WebSocket', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'],
    ['any answer', ''],
  ])('where the server refuses %s', async (_, answer) => {
    const { code, said } = await against((socket) => socket.end(answer));
    expect([code, said]).toEqual([1, [{ opcode: 'close', code: 1006, reason: '' }]]);
  });

  it('where nobody listens', async () => {
    const client = started(target, ['client.mjs', 'ws://127.0.0.1:1/'], 'ignore');
    expect(await client.ended()).toEqual([1, null]);
  });

  it('where the server closes before all was said', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    server.on('connection', (socket) => socket.close(1000));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    // What it says is all that was said.
    const own = replayOf(messageCases.find((one) => one.name === 'messages-ws')!.capture, 1);
    writeFileSync(
      join(own, 'messages.ndjson'),
      `${JSON.stringify({ sender: 'client', opcode: 'text', at: 1, text: 'late' })}\n`,
    );
    const client = started(own, ['client.mjs', '--timing', `ws://127.0.0.1:${port}`], 'ignore');
    expect(await client.ended()).toEqual([1, null]);
    server.close();
  });
});

/** A capture of a session with these heads, in which both sides say hello. */
function captureOf(name: string, asked: string | undefined, chosen: string | undefined): string {
  const talk = new Talk();
  const header = (value: string | undefined) =>
    value === undefined ? [] : [{ name: 'Sec-WebSocket-Protocol', value }];
  const packets = [
    ...talk.handshake(),
    talk.send(CLIENT, request('/', { headers: header(asked) })),
    talk.send(SERVER, response({ headers: header(chosen) })),
    talk.send(CLIENT, fromClient('hello')),
    talk.send(SERVER, fromServer('hello to you')),
  ];
  const file = join(folder, `${name}.pcap`);
  writeFileSync(file, pcapOf(packets));
  return file;
}

it.each([
  ['chose-none', 'soap, wamp', undefined],
  ['chose-another', 'soap, wamp', 'chat'],
  ['not-asked', undefined, 'chat'],
  ['asked-twice', 'soap, soap, chat', 'chat'],
  ['no-token', 'a b, chat', 'a b'],
])('agrees on subprotocols as was recorded: %s', async (name, asked, chosen) => {
  const told = await played(replayOf(captureOf(name, asked, chosen), 1));
  const texts = [told.client, told.server].map(([said]) => said.text);
  expect([told.code, ...texts]).toEqual([0, 'hello to you', 'hello']);
});

it.each([
  [
    'tutorial-server/capture.pcap',
    1,
    'wsdissect: session 1 cannot be replayed as it was: 2 messages of text that is not UTF-8, which ws refuses with 1007\n',
  ],
  ['messages-ws/capture.pcap.gz', 1, ''],
])('says what of %s cannot be replayed', (capture, session, said) => {
  const target = join(folder, String(made++));
  const args = ['export', 'replay', '--session', `${session}`, '-o', target, `${fixturesRoot}${capture}`];
  expect(wsdissect(args)).toEqual({ status: 0, stdout: '', stderr: said });
});

it.each([
  [1, 'wsdissect: session 1 was refused: there is nothing to replay\n'],
  [77, /^wsdissect: there is no session 77, only 7 sessions\nwsdissect: \S+: there is nothing to replay\n$/],
])('leaves nothing of session %s, which cannot be replayed', (session, said) => {
  const target = join(folder, String(made++));
  const args = ['export', 'replay', '--session', `${session}`, '-o', target];
  const ran = wsdissect([...args, `${fixturesRoot}refused/capture.pcap`]);
  expect([ran.status, ran.stdout]).toEqual([2, '']);
  expect(ran.stderr).toMatch(said);
  expect(readdirSync(target)).toEqual([]);
});

describe('used wrongly, each program says in one line how to use it', () => {
  const target = replayOf(messageCases.find((one) => one.name === 'messages-ws')!.capture, 1);
  const CLIENT_USE = 'usage: node client.mjs [--timing] [--patience SECONDS] [ws://host:port]\n';
  const SERVER_USE = 'usage: node server.mjs [--timing] [--patience SECONDS] [--port 8080]\n';

  it.each([
    [['client.mjs', 'notaurl'], 2, '', `notaurl is no address of a WebSocket; ${CLIENT_USE}`],
    [['client.mjs', 'file:///etc'], 2, '', `file:///etc is no address of a WebSocket; ${CLIENT_USE}`],
    [['client.mjs', '--help'], 0, CLIENT_USE, ''],
    [['server.mjs', '--help'], 0, SERVER_USE, ''],
    [['client.mjs', 'ws://a', 'ws://b'], 2, '', `ws://b is too much; ${CLIENT_USE}`],
    [['server.mjs', '9000'], 2, '', `9000 is too much; ${SERVER_USE}`],
    [['server.mjs', '--port', '70000'], 2, '', `70000 is no port; ${SERVER_USE}`],
    [['server.mjs', '--patience', 'long'], 2, '', `long is no number of seconds; ${SERVER_USE}`],
  ])('%j', (args, status, stdout, stderr) => {
    const ran = spawnSync(process.execPath, args, { cwd: target, encoding: 'utf8', timeout: 10_000 });
    expect(ran).toMatchObject({ status, stdout, stderr });
  });

  it('of an option that there is not', () => {
    const ran = spawnSync(process.execPath, ['server.mjs', '--prot', '1'], { cwd: target, encoding: 'utf8' });
    expect(ran.status).toBe(2);
    expect(ran.stderr).toMatch(/^Unknown option '--prot'.*; usage: node server.mjs .*\n$/);
  });

  it('and of a port that is taken', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ran = spawnSync(process.execPath, ['server.mjs', '--port', `${port}`], {
      cwd: target,
      encoding: 'utf8',
    });
    server.close();
    expect([ran.status, ran.stderr]).toEqual([
      1,
      `listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
    ]);
  });
});

it('makes no code and no address of what a capture holds', async () => {
  const code = '$'.concat('{process.exit(7)}`\'"');
  const hostile = `${code}\n</script>\u2028`;
  const talk = new Talk();
  const packets = [
    ...talk.handshake(),
    talk.send(
      CLIENT,
      request(`//elsewhere.example/${code}?a?b`, {
        headers: [{ name: 'Cookie', value: 'a=1' }],
      }),
    ),
    talk.send(SERVER, response()),
    talk.send(CLIENT, fromClient(hostile)),
  ];
  const file = join(folder, 'hostile.pcap');
  writeFileSync(file, pcapOf(packets));
  const target = replayOf(file, 1);
  const told = await played(target);
  expect([told.code, logged(told.server).length]).toEqual([0, 1]);
  expect(told.server[0].text).toBe(hostile);
  for (const script of ['client.mjs', 'server.mjs', 'conversation.mjs'])
    expect(readFileSync(join(target, script), 'utf8')).not.toContain('elsewhere.example');
});

it('says that there is no such session', () => {
  const target = join(folder, 'none');
  const ran = wsdissect(['export', 'replay', '--session', '99', '-o', target, messageCases[0].capture]);
  expect(ran.stderr).toContain('there is no session 99');
  expect(existsSync(join(target, 'session.json'))).toBe(false);
  expect(wsdissect(['export', 'replay', messageCases[0].capture]).stderr).toContain('name it with -o');
});
