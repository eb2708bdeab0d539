/**
 * Runs commands as processes of their own and measures them: the time of the whole process, and the largest resident
 * set that the kernel saw. What is compared takes turns, so that what else the machine does meets all alike.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Has a Node process tell its processor seconds, which other work on the machine changes less than the time. */
const TELL = `data:text/javascript,${encodeURIComponent(
  "import { writeSync } from 'node:fs';process.on('exit', () => writeSync(3, JSON.stringify(process.cpuUsage())))",
)}`;

/** The command line of a Node script whose processor seconds are told, as `processor`. */
export const timed = (...args) => [process.execPath, '--import', TELL, ...args];

/** Runs each of [label, (folder) => command line] once a round, in turn: by label, its median seconds and MiB. */
export async function measureInTurn(commands, rounds, folder) {
  const runs = new Map(commands.map(([label]) => [label, []]));
  for (let round = 0; round < rounds; round++)
    for (const [label, command] of commands) {
      const out = mkdtempSync(join(folder, 'out-'));
      runs.get(label).push(await runOnce(command(out)));
      rmSync(out, { recursive: true });
    }
  const measured = (of) => ({
    seconds: median(of.map(({ seconds }) => seconds)),
    processor: median(of.map(({ processor }) => processor)),
    mebibytes: median(of.map(({ kilobytes }) => kilobytes)) / 1024,
  });
  return new Map([...runs].map(([label, of]) => [label, measured(of)]));
}

function runOnce([program, ...rest]) {
  return new Promise((resolve, reject) => {
    const begun = process.hrtime.bigint();
    let kilobytes = 0;
    let told = '';
    const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    child.stdio[3].on('data', (text) => {
      told += text;
    });
    const watch = setInterval(() => {
      kilobytes = Math.max(kilobytes, peakOf(child.pid));
    }, 20);
    child.once('error', reject);
    let seconds = 0;
    child.once('exit', () => {
      clearInterval(watch);
      seconds = Number(process.hrtime.bigint() - begun) / 1e9;
    });
    child.once('close', () => {
      const { user, system } = told === '' ? { user: Number.NaN, system: 0 } : JSON.parse(told);
      resolve({ seconds, kilobytes, processor: (user + system) / 1e6 });
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

/** The number behind `--rounds`, taken out of `args`. */
export function takeRounds(args, usual = 3) {
  const at = args.indexOf('--rounds');
  return at < 0 ? usual : Number(args.splice(at, 2)[1]);
}
