/**
 * Measures the program against its peers on the same file in the same run, alternating; prints medians and ratios.
 *
 *   npm run bench                                   small, large, deflate, takeover, rough: some minutes
 *   npm run bench -- gigabyte many noise --rounds 1
 *
 * Strategy: each capture is generated, deterministically, in a temporary folder. A round runs every command once
 * as a process of its own, output to nowhere; time is that of the whole process, memory the largest resident set
 * that the kernel saw. Peers that are not installed are said so and left out.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CAPTURES, writeCapture } from './captures.js';

const here = fileURLToPath(new URL('.', import.meta.url));
const bin = fileURLToPath(new URL('../../bin/wsdissect.js', import.meta.url));
const PAYLOAD = ['-T', 'fields', '-e', 'frame.number', '-e', 'websocket.opcode', '-e', 'websocket.payload'];

/** By name: the command line on a capture, with `folder` for what it writes. */
const COMMANDS = {
  'wsdissect check': (file) => [process.execPath, bin, 'check', '-q', file],
  'wsdissect sessions': (file) => [process.execPath, bin, 'sessions', '-q', file],
  'wsdissect -T text': (file) => [process.execPath, bin, '-q', '-T', 'text', file],
  'wsdissect -T ndjson': (file) => [process.execPath, bin, '-q', '-T', 'ndjson', file],
  'tshark -Y websocket': (file) => ['tshark', '-r', file, '-Y', 'websocket'],
  'tshark -T fields': (file) => ['tshark', '-r', file, '-Y', 'websocket', ...PAYLOAD],
  tcpflow: (file, folder) => ['tcpflow', '-q', '-r', file, '-o', folder],
  'pcap-parser + ws': (file) => [process.execPath, join(here, 'pcap-parser-and-ws.js'), file],
  'bare walk': (file) => [process.execPath, join(here, 'bare-walk.js'), file],
};

/** What is compared: how often the second one's time the first one takes. */
const RATIOS = [
  ['tshark -Y websocket', 'wsdissect check'],
  ['tshark -T fields', 'wsdissect -T ndjson'],
  ['tshark -Y websocket', 'wsdissect -T text'],
  ['wsdissect check', 'tcpflow'],
  ['pcap-parser + ws', 'wsdissect check'],
  ['wsdissect check', 'bare walk'],
];

const args = process.argv.slice(2);
const roundsAt = args.indexOf('--rounds');
const rounds = roundsAt < 0 ? 3 : Number(args.splice(roundsAt, 2)[1]);
const names = args.length > 0 ? args : ['small', 'large', 'deflate', 'takeover', 'rough'];
const unknown = names.find((name) => CAPTURES[name] === undefined);
if (unknown !== undefined || !(rounds > 0)) {
  console.error(`usage: npm run bench -- [${Object.keys(CAPTURES).join('|')} …] [--rounds N]`);
  process.exit(1);
}
const installed = Object.entries(COMMANDS).filter(([name, command]) => {
  const [program] = command('', '');
  const found = program === process.execPath || spawnSync('which', [program]).status === 0;
  if (!found) console.log(`${name}: ${program} is not installed`);
  return found;
});

const folder = mkdtempSync(join(tmpdir(), 'wsdissect-bench-'));
try {
  console.log(`${cpus()[0].model}, ${cpus().length} cores, Node ${process.versions.node}, ${rounds} rounds`);
  for (const name of names) await measure(name);
  await startUp();
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(name) {
  const file = join(folder, `${name}.pcap`);
  const { bytes, packets, messages } = writeCapture(name, file);
  console.log(`\n${name}: ${(bytes / 1e6).toFixed(0)} MB, ${packets} packets, ${messages} messages`);
  const results = await alternate(installed.map(([label, command]) => [label, (out) => command(file, out)]));
  const seconds = new Map();
  for (const [label, runs] of results) {
    seconds.set(label, median(runs.map((run) => run.seconds)));
    const memory = (median(runs.map((run) => run.kilobytes)) / 1024).toFixed(0);
    console.log(
      `  ${label.padEnd(22)} ${seconds.get(label).toFixed(2).padStart(8)} s ${memory.padStart(7)} MiB`,
    );
  }
  for (const [slow, quick] of RATIOS)
    if (seconds.has(slow) && seconds.has(quick))
      console.log(`  ${slow} ÷ ${quick}: ${(seconds.get(slow) / seconds.get(quick)).toFixed(2)}`);
  rmSync(file);
}

async function startUp() {
  const results = await alternate(
    [
      ['empty script', () => [process.execPath, '-e', '0']],
      ['wsdissect --version', () => [process.execPath, bin, '--version']],
    ],
    15,
  );
  console.log('\nstart-up');
  for (const [label, runs] of results)
    console.log(
      `  ${label.padEnd(22)} ${(1000 * median(runs.map((run) => run.seconds))).toFixed(0).padStart(5)} ms`,
    );
}

/** Runs each of the commands once a round, in turn. */
async function alternate(commands, times = rounds) {
  const results = new Map(commands.map(([label]) => [label, []]));
  for (let round = 0; round < times; round++)
    for (const [label, command] of commands) {
      const out = mkdtempSync(join(folder, 'out-'));
      results.get(label).push(await runOnce(command(out)));
      rmSync(out, { recursive: true });
    }
  return results;
}

function runOnce([program, ...rest]) {
  return new Promise((resolve, reject) => {
    const begun = process.hrtime.bigint();
    let kilobytes = 0;
    const child = spawn(program, rest, { stdio: 'ignore' });
    const watch = setInterval(() => {
      kilobytes = Math.max(kilobytes, peakOf(child.pid));
    }, 20);
    child.once('error', reject);
    child.once('exit', () => {
      clearInterval(watch);
      resolve({ seconds: Number(process.hrtime.bigint() - begun) / 1e9, kilobytes });
    });
  });
}

/** The largest resident set so far, in KiB; 0 where the kernel does not tell. */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
