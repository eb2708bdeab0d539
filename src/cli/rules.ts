/**
 * `wsdissect rules [RULE]`: the rules that `check` judges by, and each of them explained.
 */
import { didYouMean } from '../bytes/nearest.js';
import { objectRenderer } from '../output/rows.js';
import { explainRule, ruleJson, ruleLine, writeRuleTable } from '../output/rule-text.js';
import { loadTables } from '../output/table.js';
import { findRule, rules } from '../rules/index.js';
import type { Rule } from '../rules/rule.js';
import { type Format, formatFor } from './commands/options.js';
import type { RulesOptions } from './commands/rules.js';
import { UsageError } from './exit.js';
import type { Terminal } from './terminal.js';

export async function tellRules(
  id: string | undefined,
  options: RulesOptions,
  terminal: Terminal,
): Promise<void> {
  await loadTables();
  if (id === undefined) listRules(formatFor(options, terminal), terminal);
  else explain(id, formatFor(options, terminal), terminal);
  terminal.stdout.flush();
}

function listRules(format: Format, { stdout, colors, width }: Terminal): void {
  if (format === 'table') {
    writeRuleTable(stdout, rules, colors, width);
    return;
  }
  const line = format === 'text' ? (rule: Rule) => ruleLine(rule, colors) : ruleJson;
  const write = (rule: Rule) => stdout.write(line(rule));
  const renderer = objectRenderer(format, stdout, write);
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
  const hint = didYouMean(
    id,
    rules.map((known) => known.id),
  );
  throw new UsageError(`there is no rule "${id}"${hint} (wsdissect rules lists them)`);
}
