/**
 * A live capture: tcpdump on the loopback interface writes into wsdissect while a `ws` client and server
 * talk. Needs tcpdump and the right to capture; in CI the lack of either is a failure.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { bin } from '../support/cli.js';
import { root } from '../support/fixtures.js';
import { hasProgram } from '../support/tshark.js';
import { until } from './helpers.js';

function mayCapture(): boolean {
  if (!hasProgram('tcpdump')) return false;
  const { status, stderr } = spawnSync('tcpdump', ['-i', 'lo', '-L'], { encoding: 'utf8' });
  if (status !== 0 && process.env.CI) throw new Error(`CI needs the right to capture: ${stderr}`);
  return status === 0;
}

interface Live {
  readonly shell: ChildProcess;
  readonly exited: Promise<unknown[]>;
  stdout: string;
  stderr: string;
  pid(name: 'tcpdump' | 'wsdissect'): number;
}

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/**
 * Each packet is written as it comes. Its ring has room for a few packets only, unless it knows that they are
 * small, or is made larger: what it drops would be missing here.
 */
const PROMPT = '-U --immediate-mode -s 4096 -B 16384';

/** Starts `tcpdump | wsdissect` in a shell that tells both process ids, and waits until packets are captured. */
async function startLive(tcpdump: string, wsdissect: string): Promise<Live> {
  const script = `{ echo "tcpdump=$BASHPID" >&2; exec tcpdump ${PROMPT} ${tcpdump} -w -; } |
    { echo "wsdissect=$BASHPID" >&2; exec '${process.execPath}' '${bin}' ${wsdissect} -; }`;
  const shell = spawn('bash', ['-c', script], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const live: Live = {
    shell,
    exited: once(shell, 'close'),
    stdout: '',
    stderr: '',
    pid: (name) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(live.stderr)![1]),
  };
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    live.stdout += text;
  });
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    live.stderr += text;
  });
  cleanups.push(() => {
    for (const name of ['tcpdump', 'wsdissect'] as const) tryKill(live.pid(name));
  });
  await until(
    () => /listening on/.test(live.stderr) && /^wsdissect=/m.test(live.stderr),
    () => live.stderr,
  );
  return live;
}

function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A server that answers "echo TEXT" to each text. */
async function startServer(host: string): Promise<{ url: string; port: number }> {
  const server = new WebSocketServer({ host, port: 0 });
  cleanups.push(() => server.close());
  server.on('connection', (socket) => {
    socket.on('message', (data) => socket.send(`echo ${data}`));
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `ws://${host.includes(':') ? `[${host}]` : host}:${port}/live`, port };
}

async function connect(url: string): Promise<WebSocket> {
  const client = new WebSocket(url, { perMessageDeflate: false });
  cleanups.push(() => client.terminate());
  await once(client, 'open');
  return client;
}

async function say(client: WebSocket, text: string): Promise<void> {
  client.send(text);
  await once(client, 'message');
}

/** A server that agrees to anything. */
async function startOddServer(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'),
    );
  });
  cleanups.push(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Asks for an upgrade in lines that end in LF alone: worth a warning. */
async function upgradeOddly(port: number): Promise<void> {
  const socket = createConnection(port, '127.0.0.1');
  cleanups.push(() => socket.destroy());
  socket.write('GET /odd HTTP/1.1\nHost: odd\nUpgrade: websocket\nConnection: Upgrade\n\n');
  await once(socket, 'data');
}

interface Listed {
  readonly session: number;
  readonly sender: string;
  readonly opcode: string;
  readonly payload?: string;
  readonly closeCode?: number;
}

const told = ({ sender, opcode, payload, closeCode }: Listed) =>
  `${sender} ${opcode} ${payload ?? closeCode}`;
const lines = ({ stdout }: Live) =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => told(JSON.parse(line)));

describe.skipIf(!mayCapture())('tcpdump | wsdissect', () => {
  it.each([
    ['lo, IPv4', '-i lo', '127.0.0.1'],
    ['lo, IPv6', '-i lo', '::1'],
    ['any', '-i any', '127.0.0.1'],
  ])('frames appear while both sides talk: %s', async (_name, device, host) => {
    const { url, port } = await startServer(host);
    const live = await startLive(`${device} tcp port ${port}`, '-T ndjson');
    const client = await connect(url);
    const expected: string[] = [];
    for (const text of ['Hello', 'naïve ☃', 'x'.repeat(300)]) {
      await say(client, text);
      expected.push(`client text ${text}`, `server text echo ${text}`);
      await until(
        () => lines(live).length >= expected.length,
        () => live.stdout + live.stderr,
      );
      expect(lines(live)).toEqual(expected);
    }
    client.close(1000, 'bye');
    await once(client, 'close');
    expected.push('client close 1000', 'server close 1000');
    await until(
      () => lines(live).length >= expected.length,
      () => live.stdout + live.stderr,
    );
    expect(isRunning(live.pid('tcpdump'))).toBe(true);
    expect(isRunning(live.pid('wsdissect'))).toBe(true);
    process.kill(live.pid('tcpdump'), 'SIGINT');
    expect(await live.exited).toEqual([0, null]);
    expect(lines(live)).toEqual(expected);
    expect(live.stderr).not.toContain('wsdissect:');
  });

  it('text lines are whole and come at once', async () => {
    const { url, port } = await startServer('127.0.0.1');
    const live = await startLive(`-i lo tcp port ${port}`, '');
    const client = await connect(url);
    await say(client, 'Hello');
    await until(
      () => live.stdout.split('\n').length > 2,
      () => live.stdout + live.stderr,
    );
    expect(live.stdout).toMatch(
      /^ {4}1 +\d\.\d{6} {3}1 client→server {2}FIN --- {2}text {9}mask [0-9a-f]{8} {6}5 7-bit {3}Hello\n {4}2 .* {3}echo Hello\n$/,
    );
    process.kill(live.pid('tcpdump'), 'SIGINT');
    expect(await live.exited).toEqual([0, null]);
  });

  it('SIGINT ends wsdissect with what it has, while tcpdump waits', async () => {
    const { url, port } = await startServer('127.0.0.1');
    const live = await startLive(`-i lo tcp port ${port}`, '-T json');
    const client = await connect(url);
    await say(client, 'Hello');
    await until(
      () => live.stdout.includes('echo Hello'),
      () => live.stdout + live.stderr,
    );
    process.kill(live.pid('wsdissect'), 'SIGINT');
    await until(
      () => live.stdout.endsWith(']\n'),
      () => live.stdout + live.stderr,
    );
    expect((JSON.parse(live.stdout) as Listed[]).map(told)).toEqual([
      'client text Hello',
      'server text echo Hello',
    ]);
    await until(
      () => !isRunning(live.pid('wsdissect')),
      () => live.stderr,
    );
    // tcpdump learns that nobody listens from its next packet.
    await say(client, 'anybody there?');
    expect(await live.exited).toEqual([0, null]);
    expect(live.stderr).not.toContain('wsdissect:');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('%s gives the list of sessions, open ones too', async (signal) => {
    const { url, port } = await startServer('127.0.0.1');
    const marker = await startOddServer();
    const filter = `tcp port ${port} or tcp port ${marker}`;
    const live = await startLive(`-i lo ${filter}`, 'sessions -T ndjson');
    const [first, second] = [await connect(url), await connect(`${url}?second`)];
    await say(first, 'one');
    await say(second, 'two');
    first.close(1000);
    await once(first, 'close');
    // What has ended is listed at once. A warning tells that everything before it was read.
    await upgradeOddly(marker);
    await until(
      () => live.stderr.includes('[bare-lf]'),
      () => live.stderr,
    );
    await until(
      () => live.stdout.endsWith('\n'),
      () => live.stdout + live.stderr,
    );
    expect(live.stdout.split('\n')).toHaveLength(2);
    process.kill(live.pid('wsdissect'), signal);
    await until(
      () => live.stdout.split('\n').length > 3,
      () => live.stdout + live.stderr,
    );
    const rows = live.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const open = 'still open at the end of the capture';
    expect(rows.map(({ path, frames, closed }) => [path, frames, closed])).toEqual([
      [
        '/live',
        { client: 2, server: 2 },
        // `ws` ends TCP on both sides at once.
        expect.stringMatching(
          /^client closed with 1000 \(Normal Closure\), server answered, (client|server) ended TCP first$/,
        ),
      ],
      ['/live?second', { client: 1, server: 1 }, open],
      ['/odd', { client: 0, server: 0 }, open],
    ]);
    process.kill(live.pid('tcpdump'), 'SIGINT');
    expect(await live.exited).toEqual([0, null]);
  });

  it('-c ends it by itself, without waiting for more', async () => {
    const { url, port } = await startServer('127.0.0.1');
    const live = await startLive(`-i lo tcp port ${port}`, '-T ndjson -c 1');
    const client = await connect(url);
    await say(client, 'Hello');
    await until(
      () => !isRunning(live.pid('wsdissect')),
      () => live.stdout + live.stderr,
    );
    expect(lines(live)).toEqual(['client text Hello']);
    process.kill(live.pid('tcpdump'), 'SIGINT');
    expect(await live.exited).toEqual([0, null]);
  });
});
