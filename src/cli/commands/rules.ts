/**
 * `wsdissect rules [RULE]`: the rules that `check` judges by, and each of them explained.
 */
import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { addFormatOption, type Format } from './options.js';

export interface RulesOptions {
  readonly format?: Format;
}

export function addRulesCommand(program: Command, terminal: Terminal): void {
  addFormatOption(program.command('rules'))
    .argument('[rule]', 'the rule to explain; without it all are listed')
    .summary('list the rules of the protocol, or explain one')
    .description(ABOUT)
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string | undefined, options: RulesOptions) =>
      (await import('../rules.js')).tellRules(id, options, terminal),
    );
}

const ABOUT = `\
Lists what "wsdissect check" looks for. With a rule, explains it: what the RFC
asks and why, how it usually happens, what each side is to do, and an example.`;

const EXAMPLES = `
Examples:
  wsdissect rules
  wsdissect rules unmasked-client-frame
  wsdissect rules -T ndjson | jq -r .rule`;
