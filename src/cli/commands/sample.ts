/**
 * `wsdissect sample`: teaching captures, made and not recorded.
 */
import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { parseSeed } from './options.js';

export interface SampleOptions {
  readonly output?: string;
  readonly script?: string;
  readonly seed?: number;
}

export function addSampleCommand(program: Command, terminal: Terminal): void {
  program
    .command('sample')
    .argument('[scenario]', 'what the capture shows; without it, or with list, all are listed')
    .summary('make a capture that shows one thing, to teach or to test')
    .description(ABOUT)
    .option('-o, --output <file>', 'write into this file, a pcapng; - is standard output')
    .option(
      '--script <file>',
      'play a conversation of your own (YAML or JSON) in place of a scenario; - is standard input',
    )
    .option('--seed <n>', 'of masking keys and the like: the same for the same number (default 1)', parseSeed)
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .action(async (scenario: string | undefined, options: SampleOptions) =>
      (await import('../sample.js')).makeSample(scenario, options, terminal),
    );
}

const ABOUT = `\
Makes a capture of a WebSocket conversation that shows one thing: an exchange,
the forms of the length, fragments, compression, loss, or how a rule is broken
(violation:RULE). Comments at the packets say what to look at. Wireshark opens
it, too. Teachers write conversations of their own as a script, of 4 MiB at
most.`;

const EXAMPLES = `
Examples:
  wsdissect sample list
  wsdissect sample fragments -o fragments.pcapng
  wsdissect sample violation:unmasked-client-frame -o - | wsdissect check -
  wsdissect sample --script lesson.yaml -o lesson.pcapng`;
