/**
 * The long run: input after input until the time is over, or something does not hold.
 *
 * --minutes N   how long (1)            --seed S      which inputs (1)
 * --from I      the first one's number  --coverage    mutate on what reached new parts of the program
 * --input FILE  this one only           --keep FOLDER where a failing input is written (here)
 * --go-on       count failures of the same place, and go on
 *
 * Strategy: a watchdog in a thread of its own ends the process where one input takes a minute, since a hang leaves the
 * main thread no turn; it is told of each input's number beforehand. Memory is looked at every thousand inputs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Coverage } from './coverage.js';
import { decodersHold } from './decoders.js';
import { mustHold } from './holds.js';
import { makeInput } from './inputs.js';
import { mutateBytes } from './mutate.js';
import { programHolds } from './program.js';
import { Random } from './random.js';
import { loadSeeds } from './seeds.js';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    coverage: { type: 'boolean', default: false },
    'go-on': { type: 'boolean', default: false },
    input: { type: 'string' },
    keep: { type: 'string', default: '.' },
  },
});

const PATIENCE_MS = 60_000;
/** What may be held more after a thousand inputs than after the first thousand. */
const GROWTH = 64 << 20;
/** A process takes as long as some inputs do. */
const PROGRAM_EVERY = 50;
/** Of ten inputs, those that come from the corpus of inputs that reached something new. */
const FROM_CORPUS = 6;

const seed = Number(values.seed);
const started = Date.now();
const turns = new Int32Array(new SharedArrayBuffer(4));
new Worker(
  `const { workerData: { turns, ms } } = require('node:worker_threads');
   let last = -1;
   setInterval(() => {
     if (turns[0] === last) { console.error('input ' + last + ' hangs'); process.kill(process.pid, 'SIGKILL'); }
     last = turns[0];
   }, ms);`,
  { eval: true, workerData: { turns, ms: PATIENCE_MS } },
).unref();

const seconds = () => Math.round((Date.now() - started) / 1000);

if (values.input !== undefined) await mustHold(new Uint8Array(readFileSync(values.input)), seed);
else await run();

async function run(): Promise<void> {
  const seeds = await loadSeeds();
  const coverage = values.coverage ? new Coverage(import.meta.url) : undefined;
  const corpus: Uint8Array[] = [];
  const failures = new Map<string, number>();
  let baseline = 0;
  let number = Number(values.from);
  for (; Date.now() - started < Number(values.minutes) * 60_000; number++) {
    turns[0] = number;
    const random = new Random(Math.imul(seed, 31) + number);
    const fromCorpus = corpus.length > 0 && random.below(10) < FROM_CORPUS;
    const input = fromCorpus ? mutateBytes(random.pick(corpus), random) : makeInput(seeds, seed, number);
    try {
      decodersHold(random, input);
      await mustHold(input, number);
      if (number % PROGRAM_EVERY === 0) programHolds(random, input);
    } catch (error) {
      fail(input, number, error as Error, failures);
    }
    if (coverage !== undefined && coverage.news() > 0 && input.length < 60_000) corpus.push(input);
    if (number % 1000 === 999) {
      const held = heapHeld();
      baseline ||= held;
      const found = coverage === undefined ? '' : `, ${coverage.size} parts, corpus ${corpus.length}`;
      console.log(`${number + 1} inputs, ${seconds()} s, heap ${Math.round(held / 2 ** 20)} MiB${found}`);
      if (held > baseline + GROWTH + 2 * corpus.length * 60_000)
        throw new Error(`the heap grew from ${baseline} to ${held}`);
    }
  }
  console.log(
    `${number - Number(values.from)} inputs in ${seconds()} s, seed ${seed}: ${failures.size} failures`,
  );
  for (const [place, count] of failures) console.log(`${count} times: ${place}`);
  if (failures.size > 0) process.exitCode = 1;
}

function heapHeld(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Writes the input, and says how to try it again; only the first of each place. */
function fail(input: Uint8Array, number: number, error: Error, failures: Map<string, number>): void {
  const stack = error.stack ?? String(error);
  const place = `${error.message.split('\n')[0].replace(/\d+/g, 'N')} ${/\n +at .*/.exec(stack)?.[0].trim()}`;
  const count = failures.get(place) ?? 0;
  failures.set(place, count + 1);
  if (count > 0) return;
  const file = join(values.keep, `fuzz-${seed}-${number}.pcap`);
  writeFileSync(file, input);
  console.error(`${stack}\nagain: node test/fuzz/run.js --input ${file} --seed ${number}\n`);
  if (!values['go-on']) process.exit(1);
}
