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
import type { SessionSummary } from '../websocket/session-record.js';
import { type Format, formatFor } from './commands/options.js';
import type { SessionsOptions } from './commands/sessions.js';
import { InOrder } from './in-order.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

/** A table's columns are as wide as what is in them: it is printed at the end. */
export async function listSessions(
  captures: string[],
  options: SessionsOptions,
  terminal: Terminal,
): Promise<void> {
  const format = formatFor(options, terminal);
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  const context: ColumnContext = { timeFormat: options.time, start: () => start };
  const list = format === 'table' ? await table(context, terminal) : lines(format, context, terminal);
  await run(captures, options, terminal, {
    consumer: {
      opened: (dissector: Dissector) => {
        start = dissector.start;
      },
      sessionClosed: (summary) => list.add(summary),
    },
    printing: format !== 'table',
    previewPayload: undefined,
    finish: () => list.end(),
  });
}

interface SessionList {
  add(summary: SessionSummary): void;
  end(): void;
}

async function table(context: ColumnContext, { stdout, colors, width }: Terminal): Promise<SessionList> {
  await loadTables();
  const summaries: SessionSummary[] = [];
  return {
    add: (summary) => void summaries.push(summary),
    end() {
      summaries.sort((a, b) => a.session.number - b.session.number);
      writeSessionTable(stdout, summaries, context, colors, width);
    },
  };
}

function lines(format: Format, context: ColumnContext, { stdout, colors }: Terminal): SessionList {
  const renderer = objectRenderer(format, stdout, (line: string) => stdout.write(line));
  const list = new InOrder((line) => renderer.row(line));
  const line = format === 'text' ? (s: SessionSummary) => sessionLine(s, context, colors) : sessionJson;
  return {
    add: (summary) => list.add(summary.session.number, line(summary)),
    end() {
      list.end();
      renderer.end();
    },
  };
}
