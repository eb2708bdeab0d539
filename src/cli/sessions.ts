/**
 * `wsdissect sessions`: one row per WebSocket session, and per upgrade that was refused.
 */
import type { Command } from 'commander';
import type { Dissector } from '../dissector.js';
import type { ColumnContext } from '../output/frame-columns.js';
import { sessionLine, writeSessionTable } from '../output/session-render.js';
import { sessionJson } from '../output/session-text.js';
import { loadTables } from '../output/table.js';
import type { Timestamp } from '../stream/place.js';
import type { SessionSummary } from '../websocket/session.js';
import { addCommonOptions, addFormatOption, type CommonOptions, type Format, run } from './run.js';
import type { Terminal } from './terminal.js';

interface SessionsOptions extends CommonOptions {
  readonly format?: Format;
}

export function addSessionsCommand(program: Command, terminal: Terminal): void {
  addCommonOptions(addFormatOption(program.command('sessions')))
    .summary('list the WebSocket sessions, and the upgrades that were refused')
    .description(ABOUT)
    .addHelpText('after', EXAMPLES)
    .action((captures: string[], options: SessionsOptions) => listSessions(captures, options, terminal));
}

const ABOUT = `\
Lists the WebSocket sessions: one row for each upgrade that a server answered,
with who spoke with whom, path, status, subprotocol, extensions, frames and
bytes of both sides, how long it lasted, and who closed it and how. Upgrades
that were refused are listed with their status.`;

const EXAMPLES = `
Examples:
  wsdissect sessions capture.pcapng
  wsdissect sessions -t utc capture.pcapng
  wsdissect sessions -T ndjson capture.pcapng | jq 'select(.status != 101)'`;

/** Sessions end in any order; the list is in the order of their numbers, so it is printed at the end. */
async function listSessions(captures: string[], options: SessionsOptions, terminal: Terminal): Promise<void> {
  const format = options.format ?? (terminal.stdoutIsTerminal ? 'table' : 'text');
  if (format === 'table') await loadTables();
  const summaries: SessionSummary[] = [];
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  const context: ColumnContext = { timeFormat: options.time, start: () => start };
  await run(captures, options, terminal, {
    consumer: {
      opened: (dissector: Dissector) => {
        start = dissector.start;
      },
      sessionClosed: (summary) => {
        summaries.push(summary);
      },
    },
    printing: false,
    previewPayload: undefined,
    finish() {
      summaries.sort((a, b) => a.session.number - b.session.number);
      render(summaries, format, context, terminal);
    },
  });
}

function render(
  summaries: readonly SessionSummary[],
  format: Format,
  context: ColumnContext,
  { stdout, colors, width }: Terminal,
): void {
  if (format === 'table') writeSessionTable(stdout, summaries, context, colors, width);
  else if (format === 'json') {
    summaries.forEach((summary, i) => {
      stdout.write(`${i === 0 ? '[' : ','}\n${sessionJson(summary)}`);
    });
    stdout.write(summaries.length === 0 ? '[]\n' : '\n]\n');
  } else {
    const line = format === 'text' ? (s: SessionSummary) => sessionLine(s, context, colors) : sessionJson;
    for (const summary of summaries) stdout.write(`${line(summary)}\n`);
  }
}
