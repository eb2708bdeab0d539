/**
 * `wsdissect completion SHELL`: prints a script.
 */
import type { Command } from 'commander';
import type { Shell } from './commands/completion.js';
import { bashCompletion } from './completion/bash.js';
import { fishCompletion } from './completion/fish.js';
import { completedCommands } from './completion/model.js';
import { zshCompletion } from './completion/zsh.js';
import type { Terminal } from './terminal.js';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

export function tellCompletion(shell: Shell, program: Command, { stdout }: Terminal): void {
  stdout.write(SCRIPTS[shell](completedCommands(program)));
  stdout.flush();
}
