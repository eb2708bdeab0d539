/**
 * Whole runs of the built program, with arguments of a user who tries things: it ends with a code of the README, says
 * what is wrong in lines and never with a stack, and prints what can be parsed and harms no terminal.
 */
import assert from 'node:assert/strict';
import { UNSAFE } from '../output/samples.js';
import { wsdissect } from '../support/cli.js';
import type { Random } from './random.js';

const COMMANDS = [
  [],
  ['frames'],
  ['messages'],
  ['sessions'],
  ['check'],
  ['rules'],
  ['limits'],
  ['help'],
  ['chekc'],
];
const FORMATS = ['table', 'text', 'json', 'ndjson', 'sarif', 'junit', 'yaml'];
const OPTIONS: readonly (readonly string[])[] = [
  ...FORMATS.map((format) => ['-T', format]),
  ...['-V', '-x', '-q', '--summary', '--help', '--version', '--nonsense', '--', '\u001b[2J'].map((one) => [
    one,
  ]),
  ...['1', '0', '-1', '1e3', ''].map((count) => ['-c', count]),
  ...['relative', 'epoch', 'utc'].map((time) => ['-t', time]),
  ...['connections=1', 'payload=1', 'held-per-direction=1', 'message=1KiB', 'x=1'].map((limit) => [
    '--limit',
    limit,
  ]),
  ['--session', '1'],
  ['--reader', 'pcap-parser'],
  ['--decode-as', 'tcp.port==80,websocket'],
  ['--max-payload', '3'],
  ['--fail-on', 'note'],
  ['--max-findings', '1'],
  ['--rule', 'unmasked-client-frame'],
  ['-r', '/dev/null'],
  ['-'],
];

/** Runs it once, with `input` as its standard input. */
export function programHolds(random: Random, input: Uint8Array): void {
  const args = [...random.pick(COMMANDS)];
  // Mostly what is right, so that it gets somewhere.
  if (random.below(4) > 0) args.push('-T', random.pick(FORMATS.slice(0, 4)), '-');
  for (let more = random.small(5); more > 0; more--) args.push(...random.pick(OPTIONS));
  const { status, stdout, stderr } = wsdissect(args, input);
  const which = `wsdissect ${args.map((arg) => JSON.stringify(arg)).join(' ')}`;
  assert.ok(status !== null && status >= 0 && status <= 3, `${which} ends with ${status}: ${stderr}`);
  assert.doesNotMatch(stderr, /\n {4}at |node:internal/, which);
  for (const line of [...stdout.split('\n'), ...stderr.split('\n')]) assert.doesNotMatch(line, UNSAFE, which);
  const prints = !['--help', '--version'].some((one) => args.includes(one)) && args[0] !== 'help';
  // Of unusable input nothing is printed.
  if (!prints || status === 1 || (status === 2 && stdout === '')) return;
  const format = args[args.lastIndexOf('-T') + 1];
  if (format === 'json' || format === 'sarif') JSON.parse(stdout);
  if (format === 'ndjson') for (const line of stdout.split('\n').slice(0, -1)) JSON.parse(line);
}
