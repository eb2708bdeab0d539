/**
 * Measures live use: `node test/bench/live.js [seconds]`. tcpdump on the loopback interface writes into wsdissect while
 * a `ws` server and its clients talk, hundreds of messages a second, and connections come and go. Needs the right to capture.
 *
 * Strategy: a process of its own talks; each message says when it was sent, by the machine's monotonic clock, and the
 * delay is that until its line arrives here. All ways to run the two run at the same time, on the same traffic. Memory is
 * the resident set of wsdissect, once a second.
 */
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket, WebSocketServer } from 'ws';

const CLIENTS = 8;
/** Milliseconds between two messages of a client; each is echoed. */
const PACE = 20;
/** Messages of a connection: then it is closed, and the next one opened. */
const PER_CONNECTION = 50;

/** Each packet at once; its ring then has a slot of 256 KiB for each, so that a larger one is needed to drop none. */
const PROMPT = '-U --immediate-mode -B 65536';
const WAYS = [
  [PROMPT, 'frames -T text'],
  [PROMPT, 'frames -T ndjson'],
  [PROMPT, 'messages -T ndjson'],
  ['-U', 'frames -T text'],
  ['-U', 'frames -T ndjson'],
  ['', 'frames -T ndjson'],
];

const now = () => Number(process.hrtime.bigint() / 1000n);
const stamp = () => `sent ${now()}.`;
const bin = fileURLToPath(new URL('../../bin/wsdissect.js', import.meta.url));
const seconds = Number(process.argv[2] ?? 180);

if (process.send !== undefined) await talk();
else await measure();

/** The process that talks; it counts what it sent. */
async function talk() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  const counts = { messages: 0, connections: 0 };
  server.on('connection', (socket) => {
    socket.on('message', () => {
      counts.messages++;
      socket.send(stamp());
    });
  });
  await once(server, 'listening');
  const { port } = server.address();
  let over = false;
  const client = async () => {
    while (!over) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/live`);
      await once(socket, 'open');
      counts.connections++;
      for (let i = 0; i < PER_CONNECTION && !over; i++) {
        counts.messages++;
        socket.send(stamp());
        await sleep(PACE);
      }
      socket.close(1000);
      await once(socket, 'close');
    }
  };
  process.on('message', async (order) => {
    if (order === 'stop') over = true;
    else {
      await Promise.all(Array.from({ length: CLIENTS }, client));
      process.send({ counts });
    }
  });
  process.send({ port });
}

/** Starts `tcpdump | wsdissect`, and notes the delay of each line, in microseconds. */
async function start([tcpdump, command], port) {
  const script = `{ echo "tcpdump=$BASHPID" >&2; exec tcpdump -i lo ${tcpdump} -w - tcp port ${port}; } |
    { echo "wsdissect=$BASHPID" >&2; exec '${process.execPath}' '${bin}' ${command} -; }`;
  const shell = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const way = {
    name: `tcpdump ${tcpdump} | wsdissect ${command}`,
    delays: [],
    memory: [],
    stderr: '',
    shell,
  };
  let rest = '';
  shell.stdout.setEncoding('latin1').on('data', (text) => {
    const arrived = now();
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const sent = /sent (\d+)\./.exec(line);
      if (sent !== null) way.delays.push(arrived - Number(sent[1]));
    }
  });
  shell.stderr.setEncoding('utf8').on('data', (text) => {
    way.stderr += text;
  });
  while (!/listening on/.test(way.stderr) || !/^wsdissect=/m.test(way.stderr)) await sleep(20);
  way.pid = (name) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(way.stderr)[1]);
  return way;
}

/** In MB. */
function resident(pid) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}

async function measure() {
  const talker = fork(fileURLToPath(import.meta.url));
  const [{ port }] = await once(talker, 'message');
  const ways = await Promise.all(WAYS.map((way) => start(way, port)));
  talker.send('start');
  for (let second = 0; second < seconds; second++) {
    await sleep(1000);
    for (const way of ways) way.memory.push(resident(way.pid('wsdissect')));
  }
  talker.send('stop');
  const [{ counts }] = await once(talker, 'message');
  await sleep(1500);
  for (const way of ways) way.before = way.delays.length;
  for (const way of ways) process.kill(way.pid('tcpdump'), 'SIGINT');
  await Promise.all(ways.map(({ shell }) => once(shell, 'close')));
  talker.kill();
  const rate = Math.round(counts.messages / seconds);
  console.log(
    `${seconds} s, ${counts.messages} messages (${rate} a second), ${counts.connections} connections`,
  );
  for (const way of ways) report(way, counts.messages);
}

function report({ name, delays, memory, before, stderr }, messages) {
  const sorted = [...delays].sort((a, b) => a - b);
  const at = (share) => `${(sorted[Math.floor(share * (sorted.length - 1))] / 1000).toFixed(1)}`;
  const tenth = Math.max(1, Math.floor(memory.length / 10));
  const mean = (list) => Math.round(list.reduce((sum, one) => sum + one, 0) / list.length);
  const late = delays.filter((delay) => delay > 1e6).length;
  console.log(`\n${name}`);
  console.log(`  delay in ms: median ${at(0.5)}, 99 % ${at(0.99)}, 99.9 % ${at(0.999)}, longest ${at(1)}`);
  console.log(
    `  ${late} lines later than a second, ${messages - delays.length} never, ${delays.length - before} at the end only`,
  );
  console.log(
    `  memory in MB: first tenth ${mean(memory.slice(0, tenth))}, last tenth ${mean(memory.slice(-tenth))}, most ${Math.round(Math.max(...memory))}`,
  );
  console.log(`  ${/\d+ packets? dropped by kernel/.exec(stderr)?.[0] ?? stderr}`);
}
