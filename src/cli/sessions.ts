/**
 * `wsdissect sessions`: one row per WebSocket session, and per upgrade that was refused.
 */
import type { Dissector } from '../dissector.js';
import type { ColumnContext } from '../output/frame-columns.js';
import { objectRenderer } from '../output/rows.js';
import { sessionLine, writeSessionTable } from '../output/session-render.js';
import { sessionJson } from '../output/session-text.js';
import { loadTables } from '../output/table.js';
import type { Timestamp } from '../stream/place.js';
import type { SessionSummary } from '../websocket/session.js';
import { type Format, formatFor } from './commands/options.js';
import type { SessionsOptions } from './commands/sessions.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

/** Sessions end in any order; the list is in the order of their numbers, so it is printed at the end. */
export async function listSessions(
  captures: string[],
  options: SessionsOptions,
  terminal: Terminal,
): Promise<void> {
  const format = formatFor(options, terminal);
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
  if (format === 'table') {
    writeSessionTable(stdout, summaries, context, colors, width);
    return;
  }
  const line = format === 'text' ? (s: SessionSummary) => sessionLine(s, context, colors) : sessionJson;
  const write = (summary: SessionSummary) => stdout.write(line(summary));
  const renderer = objectRenderer(format, stdout, write);
  for (const summary of summaries) renderer.row(summary);
  renderer.end();
}
