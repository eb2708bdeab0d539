/**
 * `wsdissect rules [RULE]`: the rules that `check` judges by, and each of them explained.
 */
import type { Command } from 'commander';
import { jsonRenderer, lineRenderer } from '../output/rows.js';
import { explainRule, ruleJson, ruleLine, writeRuleTable } from '../output/rule-text.js';
import { loadTables } from '../output/table.js';
import { findRule, rules } from '../rules/index.js';
import type { Rule } from '../rules/rule.js';
import { UsageError } from './exit.js';
import { nearest } from './mistyped.js';
import { addFormatOption, type Format, formatFor } from './run.js';
import type { Terminal } from './terminal.js';

export function addRulesCommand(program: Command, terminal: Terminal): void {
  addFormatOption(program.command('rules'))
    .argument('[rule]', 'the rule to explain; without it all are listed')
    .summary('list the rules of the protocol, or explain one')
    .description(ABOUT)
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', EXAMPLES)
    .action(async (id: string | undefined, options: { readonly format?: Format }) => {
      await loadTables();
      if (id === undefined) listRules(formatFor(options, terminal), terminal);
      else explain(id, formatFor(options, terminal), terminal);
      terminal.stdout.flush();
    });
}

const ABOUT = `\
Lists what "wsdissect check" looks for. With a rule, explains it: what the RFC
asks and why, how it usually happens, what each side is to do, and an example.`;

const EXAMPLES = `
Examples:
  wsdissect rules
  wsdissect rules unmasked-client-frame
  wsdissect rules -T ndjson | jq -r .rule`;

function listRules(format: Format, { stdout, colors, width }: Terminal): void {
  if (format === 'table') {
    writeRuleTable(stdout, rules, colors, width);
    return;
  }
  const line = format === 'text' ? (rule: Rule) => ruleLine(rule, colors) : ruleJson;
  const renderer = format === 'json' ? jsonRenderer(stdout, ruleJson) : lineRenderer(stdout, line);
  for (const rule of rules) renderer.row(rule);
  renderer.end();
}

function explain(id: string, format: Format, { stdout, colors, width }: Terminal): void {
  const rule = ruleNamed(id);
  stdout.write(
    format === 'json' || format === 'ndjson' ? `${ruleJson(rule)}\n` : explainRule(rule, colors, width),
  );
}

/** The rule of this id; throws UsageError, which names the one that was probably meant. */
export function ruleNamed(id: string): Rule {
  const rule = findRule(id);
  if (rule !== undefined) return rule;
  const near = nearest(
    id,
    rules.map((known) => known.id),
  );
  const hint = near === undefined ? '' : `; did you mean ${near}?`;
  throw new UsageError(`there is no rule "${id}"${hint} (wsdissect rules lists them)`);
}
