/**
 * `wsdissect sessions`: one row per WebSocket session, and per upgrade that was refused.
 */
import type { UnreadTls } from '../carried/tls.js';
import type { Dissector } from '../dissector.js';
import type { ColumnContext } from '../output/frame-columns.js';
import { objectRenderer } from '../output/rows.js';
import { SessionTable, sessionLine } from '../output/session-render.js';
import { type SessionColumns, sessionColumns, sessionJson } from '../output/session-text.js';
import { loadTables } from '../output/table.js';
import { unreadJson, unreadLine } from '../output/tls-text.js';
import { UnreadTable } from '../output/unread-table.js';
import type { Timestamp } from '../stream/place.js';
import type { SessionSummary } from '../websocket/session-record.js';
import { type Format, formatFor } from './commands/options.js';
import type { SessionsOptions } from './commands/sessions.js';
import { filterConsumer, makeFiltering } from './filtering.js';
import { InOrder } from './in-order.js';
import { Printing } from './progress.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

/** A table's columns are as wide as what is in them: one that is not long is printed at the end. */
export async function listSessions(
  captures: string[],
  options: SessionsOptions,
  terminal: Terminal,
): Promise<void> {
  const format = formatFor(options, terminal);
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  const context: ColumnContext = { timeFormat: options.time, start: () => start };
  const filtering = await makeFiltering(options, 'session', { start: () => start });
  const printing = new Printing(format !== 'table');
  const list =
    format === 'table' ? await table(context, terminal, printing) : lines(format, context, terminal);
  await run(captures, options, terminal, {
    consumer: {
      opened: (dissector: Dissector) => {
        start = dissector.start;
      },
      ...filterConsumer(filtering),
      sessionClosed: (summary) => {
        list.add(summary, filtering?.matches(summary) !== false);
        filtering?.closed(summary.session);
      },
      // A filter asks for sessions, and this is none.
      ...(filtering === undefined && { tlsUnread: (connection: UnreadTls) => list.addUnread(connection) }),
    },
    printing,
    previewPayload: undefined,
    finish: () => list.end(),
  });
}

interface SessionList {
  add(summary: SessionSummary, isWanted: boolean): void;
  addUnread(connection: UnreadTls): void;
  end(): void;
}

async function table(
  context: ColumnContext,
  { stdout, colors, width }: Terminal,
  printing: Printing,
): Promise<SessionList> {
  await loadTables();
  const sessions = new SessionTable(stdout, colors, width, () => printing.begin());
  const unread = new UnreadTable(stdout, colors, width);
  const rows = new InOrder<SessionColumns>((row) => sessions.add(row));
  return {
    add: (summary, isWanted) =>
      rows.add(summary.session.number, isWanted ? sessionColumns(summary, context) : undefined),
    addUnread: (connection) => unread.add(connection),
    end() {
      rows.end();
      if (sessions.rows > 0 || unread.rows === 0) sessions.end();
      unread.end();
    },
  };
}

function lines(format: Format, context: ColumnContext, { stdout, colors }: Terminal): SessionList {
  const renderer = objectRenderer(format, stdout, (line: string) => stdout.write(line));
  const list = new InOrder<string>((line) => renderer.row(line));
  const line = format === 'text' ? (s: SessionSummary) => sessionLine(s, context, colors) : sessionJson;
  return {
    add: (summary, isWanted) => list.add(summary.session.number, isWanted ? line(summary) : undefined),
    // Behind the sessions that are known by now: they are in no order with them.
    addUnread: (connection) =>
      renderer.row(format === 'text' ? unreadLine(connection) : unreadJson(connection)),
    end() {
      list.end();
      renderer.end();
    },
  };
}
