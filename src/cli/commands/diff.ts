/**
 * `wsdissect diff`: the same traffic, captured at two places.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { ASPECTS, type Aspect } from '../../diff/aspects.js';
import type { Terminal } from '../terminal.js';
import { addReadingOptions, parseFilter, type ReadingOptions } from './options.js';

const FORMATS = ['text', 'json'] as const;

export interface DiffOptions extends ReadingOptions {
  readonly format?: (typeof FORMATS)[number];
  readonly ignore: Aspect[];
  /** Of both captures, beside what is asked of one. */
  readonly displayFilter?: string;
  readonly filterA?: string;
  readonly filterB?: string;
}

export function addDiffCommand(program: Command, terminal: Terminal): void {
  const diff = program
    .command('diff')
    .argument('<a>', 'a capture')
    .argument('<b>', 'a capture of the same traffic at another place')
    .summary('compare two captures of the same traffic')
    .description(ABOUT)
    .addOption(new Option('-T, --format <format>', 'text (default), or json (one document)').choices(FORMATS))
    .addOption(
      new Option(
        '--ignore <what>',
        'leave out of account: headers, order, masking, fragments or compression; may be repeated',
      )
        .choices(ASPECTS)
        .argParser((value: string, previous: Aspect[]) => [...previous, parseAspect(value)])
        .default([]),
    )
    .option(
      '-Y, --display-filter <filter>',
      'compare only sessions for which it holds, of both captures: http.host == "example.com"',
      parseFilter,
    )
    .option(
      '--filter-a <filter>',
      'of A only sessions for which this holds, too: tcp.port == 8080',
      parseFilter,
    )
    .option('--filter-b <filter>', 'the same for B, which may be the same capture', parseFilter);
  addReadingOptions(diff)
    .addHelpText('after', EXAMPLES)
    .action(async (a: string, b: string, options: DiffOptions) =>
      (await import('../diff.js')).diffCaptures(a, b, options, terminal),
    );
}

function parseAspect(text: string): Aspect {
  const aspect = ASPECTS.find((known) => known === text);
  if (aspect === undefined) throw new InvalidArgumentError(`Allowed choices are ${ASPECTS.join(', ')}.`);
  return aspect;
}

const ABOUT = `\
Compares two captures of the same traffic: from both sides of a proxy, or from
both ends of a network. Sessions are matched by their keys, messages, hosts and
paths, messages by their contents. Tells what only one of them has, what was
changed, reordered, masked, framed or compressed otherwise, headers that differ,
and how long messages took. Ends with exit code 3 if anything differs.`;

const EXAMPLES = `
Examples:
  wsdissect diff at-client.pcapng at-server.pcapng
  wsdissect diff -Y 'ip.addr == 127.0.0.0/8' at-client.pcapng at-server.pcapng
  wsdissect diff -T json --ignore headers at-client.pcapng at-server.pcapng
  wsdissect diff --filter-a tcp.port==80 --filter-b tcp.port==81 c.pcap c.pcap`;
