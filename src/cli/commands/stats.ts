/**
 * `wsdissect stats`: what a capture comes to in numbers.
 */
import { type Command, Option } from 'commander';
import type { Terminal } from '../terminal.js';
import { addCommonOptions, type CommonOptions, parseCount, parseSession } from './options.js';

const FORMATS = ['table', 'text', 'json'] as const;

export type StatsFormat = (typeof FORMATS)[number];

export interface StatsOptions extends CommonOptions {
  readonly format?: StatsFormat;
  readonly session?: number;
  readonly perSession?: boolean;
  readonly top: number;
}

export function addStatsCommand(program: Command, terminal: Terminal): void {
  const stats = program
    .command('stats')
    .summary('count and measure: sizes, rates, compression, round trips, endings')
    .description(ABOUT)
    .addOption(
      new Option(
        '-T, --format <format>',
        'table (default on a terminal), text (default elsewhere), or json (one document)',
      ).choices(FORMATS),
    )
    .option('--session <n>', 'only session n', parseSession)
    .option('--per-session', 'also a row or an object for each session, before the whole')
    .option('--top <n>', 'length of the lists of the greatest (default 10)', parseCount, 10);
  addCommonOptions(stats)
    .addHelpText('after', EXAMPLES)
    .action(async (captures: string[], options: StatsOptions) =>
      (await import('../stats.js')).showStatistics(captures, options, terminal),
    );
}

const ABOUT = `\
Tells what a capture comes to in numbers: opcodes, sizes of messages, rates over
time, compression, fragments, Ping round trips, gaps between messages, close
codes, how sessions ended, and which clients and paths have most bytes. With a
filter (-Y) these are of the messages for which it holds; sessions and their
endings are counted all the same.`;

const EXAMPLES = `
Examples:
  wsdissect stats capture.pcapng
  wsdissect stats --per-session --top 3 capture.pcapng
  wsdissect stats --session 1 -Y 'ws.sender == server' capture.pcapng
  wsdissect stats -T json capture.pcapng | jq .pings.server.p95`;
