/**
 * `wsdissect lesson`: the protocol, step by step, with the samples.
 */
import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';

export interface LessonOptions {
  readonly all?: boolean;
}

export function addLessonCommand(program: Command, terminal: Terminal): void {
  program
    .command('lesson')
    .argument('[lesson]', 'its name; without it all are listed')
    .summary('learn the protocol step by step, with real frames')
    .description(ABOUT)
    .option('--all', 'print all steps at once, as is done where there is no terminal')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, options: LessonOptions) =>
      (await import('../lesson.js')).teach(name, options, terminal),
    );
}

const ABOUT = `\
Short lessons on WebSocket: the handshake, the header of a frame, masking,
fragments, closing, compression, loss, violations. Each makes a sample in
memory, dissects it, and walks through it. On a terminal Enter goes on and q
ends. All that a lesson says of the sample is taken from its dissection.`;

const EXAMPLES = `
Examples:
  wsdissect lesson
  wsdissect lesson masking
  wsdissect lesson --all handshake`;
