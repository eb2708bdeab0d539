/**
 * `wsdissect check`: who broke the protocol, where, and which rule says so.
 */
import { type Command, Option } from 'commander';
import type { Dissector } from '../dissector.js';
import {
  findingJson,
  findingLine,
  SEVERITIES,
  sessionTitle,
  summarise,
  writeFindingTables,
} from '../output/finding-text.js';
import type { ColumnContext } from '../output/frame-columns.js';
import { jsonRenderer, lineRenderer } from '../output/rows.js';
import { writeSarif } from '../output/sarif.js';
import { loadTables } from '../output/table.js';
import { rules as allRules } from '../rules/index.js';
import type { Rule, Severity } from '../rules/rule.js';
import type { Timestamp } from '../stream/place.js';
import type { SessionSummary } from '../websocket/session.js';
import { Collected } from './collected.js';
import { EXIT } from './exit.js';
import { ruleNamed } from './rules.js';
import { addCommonOptions, type CommonOptions, parseCount, run } from './run.js';
import type { Terminal } from './terminal.js';

const FORMATS = ['table', 'text', 'json', 'ndjson', 'sarif', 'junit'] as const;

type CheckFormat = (typeof FORMATS)[number];

interface CheckOptions extends CommonOptions {
  readonly format?: CheckFormat;
  readonly failOn: Severity;
  readonly rule: string[];
  readonly maxFindings: number;
}

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
        .default('error'),
    )
    .addOption(
      new Option('--rule <rule>', 'judge by this rule only (wsdissect rules lists them); may be repeated')
        .argParser((value: string, previous: string[]) => [...previous, value])
        .default([]),
    )
    .option(
      '--max-findings <n>',
      'findings listed per session and rule, the rest is counted (default 100)',
      parseCount,
      100,
    );
  addCommonOptions(check)
    .addHelpText('after', EXAMPLES)
    .action((captures: string[], options: CheckOptions) =>
      checkCaptures(captures, options, terminal, version),
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

async function checkCaptures(
  captureArguments: string[],
  options: CheckOptions,
  terminal: Terminal,
  version: string,
): Promise<void> {
  // Loaded only when needed: start-up time is paid in every run.
  const format = options.format ?? (terminal.stdoutIsTerminal ? 'table' : 'text');
  if (format === 'table') await loadTables();
  const junit = format === 'junit' ? await import('../output/junit.js') : undefined;
  const rules = chosenRules(options.rule);
  const collected = new Collected(options.maxFindings);
  const sessions: SessionSummary[] = [];
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  const context: ColumnContext = { timeFormat: options.time, start: () => start };
  await run(captureArguments, options, terminal, {
    consumer: {
      opened: (dissector: Dissector) => {
        start = dissector.start;
      },
      finding: (finding) => collected.add(finding),
      sessionClosed: (summary) => {
        sessions.push(summary);
      },
    },
    rules,
    printing: false,
    previewPayload: undefined,
    finish() {
      const captures = [...options.read, ...captureArguments];
      if (junit !== undefined)
        junit.writeJunit(terminal.stdout, collected.ordered(), sessions, options.failOn);
      else
        render(format, { collected, sessions: sessions.length, context, captures, version, rules }, terminal);
      if (!isForPeople(format) && options.quiet !== true) warnOfOmitted(collected.omitted, terminal);
    },
  });
  const worst = SEVERITIES.findIndex((severity) => collected.counts[severity] > 0);
  if (worst >= 0 && worst <= SEVERITIES.indexOf(options.failOn)) process.exitCode ??= EXIT.findings;
}

function chosenRules(ids: readonly string[]): readonly Rule[] {
  return ids.length === 0 ? allRules : [...new Set(ids.map(ruleNamed))];
}

interface Outcome {
  readonly collected: Collected;
  readonly sessions: number;
  readonly context: ColumnContext;
  readonly captures: readonly string[];
  readonly version: string;
  /** That were judged by. */
  readonly rules: readonly Rule[];
}

function render(format: CheckFormat, outcome: Outcome, terminal: Terminal): void {
  const { collected } = outcome;
  const { stdout } = terminal;
  if (isForPeople(format)) renderForPeople(format === 'table', outcome, terminal);
  else if (format === 'sarif') writeSarif(stdout, collected.ordered(), outcome);
  else {
    const renderer =
      format === 'json' ? jsonRenderer(stdout, findingJson) : lineRenderer(stdout, findingJson);
    for (const finding of collected.ordered()) renderer.row(finding);
    renderer.end();
  }
}

function isForPeople(format: CheckFormat): boolean {
  return format === 'table' || format === 'text';
}

/** Where the list is for programs, what is not in it is told on standard error. */
function warnOfOmitted(omitted: number, { stderr, errorColors }: Terminal): void {
  if (omitted === 0) return;
  stderr.write(`wsdissect: ${errorColors.remark('warning')}: ${describeOmitted(omitted)}\n`);
  stderr.flush();
}

function describeOmitted(omitted: number): string {
  return omitted === 1
    ? '1 more finding is not listed (--max-findings)'
    : `${omitted} more findings are not listed (--max-findings)`;
}

function renderForPeople(
  asTable: boolean,
  { collected, sessions, context }: Outcome,
  { stdout, colors, width }: Terminal,
): void {
  const groups = collected.groups();
  if (asTable) writeFindingTables(stdout, groups, context, colors, width);
  else
    for (const { session, findings } of groups) {
      stdout.write(`${colors.label(sessionTitle(session))}\n`);
      for (const finding of findings) stdout.write(`${findingLine(finding, context, colors)}\n`);
    }
  if (collected.omitted > 0) stdout.write(`${describeOmitted(collected.omitted)}\n`);
  stdout.write(`${summarise(collected.counts, groups.length, sessions)}\n`);
}
