/**
 * `wsdissect check`: who broke the protocol, where, and which rule says so.
 */
import type { Dissector } from '../dissector.js';
import { redactedFinding, redactedSummary } from '../export/redacted.js';
import {
  findingJson,
  findingLine,
  sessionTitle,
  summarise,
  type ToldFinding,
  writeFindingTables,
} from '../output/finding-text.js';
import type { ColumnContext } from '../output/frame-columns.js';
import { objectRenderer } from '../output/rows.js';
import { writeSarif } from '../output/sarif.js';
import { loadTables } from '../output/table.js';
import { wrap } from '../output/width.js';
import type { Finding } from '../rules/finding.js';
import { rules as allRules } from '../rules/index.js';
import { type Rule, SEVERITIES } from '../rules/rule.js';
import type { Timestamp } from '../stream/place.js';
import { Collected } from './collected.js';
import type { CheckFormat, CheckOptions } from './commands/check.js';
import { EXIT } from './exit.js';
import { makeFiltering } from './filtering.js';
import { Printing } from './progress.js';
import { ruleNamed } from './rules.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

/** Sessions from which on a run is told to be a large one. */
const MANY = 1000;

/**
 * Nearly all that such a run makes is garbage soon: V8 would let 100 MB of it gather, where its collection costs the
 * same sooner. Measured: 126 MB in place of 190 for very many sessions, in the same time.
 */
async function letLessGarbageGather(): Promise<void> {
  const { setFlagsFromString } = await import('node:v8');
  setFlagsFromString('--heap-growing-percent=20');
}

export async function checkCaptures(
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
  const collected = new Collected(options.maxFindings, junit !== undefined);
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  const filtering = await makeFiltering(options, 'finding', { start: () => start });
  const isAsked = ({ session }: Pick<Finding, 'session'>) =>
    options.session === undefined || session.number === options.session;
  let count = 0;
  const context: ColumnContext = { timeFormat: options.time, start: () => start };
  await run(captureArguments, options, terminal, {
    consumer: {
      opened: (dissector: Dissector) => {
        start = dissector.start;
      },
      finding: (finding) => {
        if (isAsked(finding) && filtering?.matches(finding) !== false)
          collected.add(options.redact === true ? redactedFinding(finding) : finding);
      },
      sessionClosed: (summary) => {
        if (++count === MANY) void letLessGarbageGather();
        if (isAsked(summary)) collected.closed(options.redact === true ? redactedSummary(summary) : summary);
      },
    },
    rules,
    printing: new Printing(false),
    previewPayload: undefined,
    session: options.session,
    finish() {
      const captures = [...options.read, ...captureArguments];
      if (junit !== undefined) junit.writeJunit(terminal.stdout, collected.sessions(), options.failOn);
      else render(format, { collected, sessions: count, context, captures, version, rules }, terminal);
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
    const write = (finding: ToldFinding) => stdout.write(findingJson(finding));
    const renderer = objectRenderer(format, stdout, write);
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
  const ending = [summarise(collected.counts, collected.hurt, sessions)];
  if (collected.omitted > 0) ending.unshift(describeOmitted(collected.omitted));
  // A line of text is for grep; a table keeps to the terminal.
  const lines = asTable ? ending.flatMap((line) => wrap(line, width)) : ending;
  for (const line of lines) stdout.write(`${line}\n`);
}
