/**
 * `wsdissect limits`: what bounds there are on what input may cost.
 */
import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { addFormatOption, type Format } from './options.js';

export interface LimitsOptions {
  readonly format?: Format;
}

export function addLimitsCommand(program: Command, terminal: Terminal): void {
  addFormatOption(program.command('limits'))
    .summary('list the bounds on what input may cost')
    .description(ABOUT)
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .action(async (options: LimitsOptions) =>
      (await import('../limit-list.js')).listLimits(options, terminal),
    );
}

const ABOUT = `\
Lists the bounds that keep hostile or unlucky input from costing too much time
or memory, with their defaults and what happens beyond them. Each hit is told as
a warning that names the limit; --limit of the other commands sets one.`;

const EXAMPLES = `
Examples:
  wsdissect limits
  wsdissect check --limit connections=100000 capture.pcapng
  wsdissect --limit payload=1MiB --limit held-total=256MiB capture.pcapng`;
