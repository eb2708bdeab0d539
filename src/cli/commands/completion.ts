/**
 * `wsdissect completion SHELL`: what makes a shell complete commands, options, their values and file names.
 */
import { Argument, type Command } from 'commander';
import type { Terminal } from '../terminal.js';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

export function addCompletionCommand(program: Command, terminal: Terminal): void {
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(SHELLS))
    .summary('print a script with which a shell completes what is typed')
    .description(ABOUT)
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell) =>
      (await import('../completion.js')).tellCompletion(shell, program, terminal),
    );
}

const ABOUT = `\
Prints a script with which the shell completes commands, options and what they
take: formats, rules, limits, file names.`;

const EXAMPLES = `
Examples:
  eval "$(wsdissect completion bash)"      in ~/.bashrc
  eval "$(wsdissect completion zsh)"       in ~/.zshrc, behind compinit
  wsdissect completion fish > ~/.config/fish/completions/wsdissect.fish`;
