/**
 * `wsdissect check`: who broke the protocol, where, and which rule says so.
 */
import { type Command, Option } from 'commander';
import { SEVERITIES, type Severity } from '../../rules/rule.js';
import type { Terminal } from '../terminal.js';
import { addCommonOptions, type CommonOptions, parseCount } from './options.js';

const FORMATS = ['table', 'text', 'json', 'ndjson', 'sarif', 'junit'] as const;

export type CheckFormat = (typeof FORMATS)[number];

export interface CheckOptions extends CommonOptions {
  readonly format?: CheckFormat;
  readonly failOn: Severity;
  readonly rule: string[];
  readonly maxFindings: number;
  /** Findings say what a rule is called, not what was seen. */
  readonly redact?: boolean;
  /** Of this session only. */
  readonly session?: number;
}

export const CHECK_DEFAULTS = { failOn: 'error', rule: [] as string[], maxFindings: 100 } as const;

export function addCheckCommand(program: Command, terminal: Terminal, version: string): void {
  const check = program
    .command('check')
    .summary('find violations of the protocol: who broke which rule, and where')
    .description(ABOUT)
    .addOption(
      new Option(
        '-T, --format <format>',
        'table (default on a terminal), text (default elsewhere), json, ndjson (one object a line), sarif ' +
          '(for code hosts), or junit (for CI servers)',
      ).choices(FORMATS),
    )
    .addOption(
      new Option(
        '--fail-on <severity>',
        'exit with code 3 for a finding at least so severe: error (default), warning, or note',
      )
        .choices(SEVERITIES)
        .default(CHECK_DEFAULTS.failOn),
    )
    .addOption(
      new Option('--rule <rule>', 'judge by this rule only (wsdissect rules lists them); may be repeated')
        .argParser((value: string, previous: string[]) => [...previous, value])
        .default(CHECK_DEFAULTS.rule),
    )
    .option(
      '--max-findings <n>',
      'findings listed per session and rule, the rest is counted (default 100)',
      parseCount,
      CHECK_DEFAULTS.maxFindings,
    );
  addCommonOptions(check)
    .addHelpText('after', EXAMPLES)
    .action(async (captures: string[], options: CheckOptions) =>
      (await import('../check.js')).checkCaptures(captures, options, terminal, version),
    );
}

const ABOUT = `\
Judges every session by the rules of RFC 6455 and RFC 7692 and prints the
findings, worst first, grouped by session: an error is a MUST that was broken,
a warning a SHOULD, or what cannot be told for certain, a note what is good to
know. "wsdissect rules" lists the rules, "wsdissect rules RULE" explains one.
Ends with exit code 3 if a finding reaches the severity of --fail-on.`;

const EXAMPLES = `
Examples:
  wsdissect check capture.pcapng
  wsdissect check --fail-on warning capture.pcapng
  wsdissect check -T sarif capture.pcapng > findings.sarif
  wsdissect rules unmasked-client-frame`;
