/**
 * The statistics of one session, counted by the program's own code out of the messages that a page has.
 *
 * Strategy: all blocks of messages are looked through, since those of a session are wherever it talked; only what names it
 * is decoded.
 */
import { sessionStatisticsJson } from '../output/stats-json.js';
import { Statistics } from '../stats/statistics.js';
import { isControl } from '../websocket/opcode.js';
import type { SessionSummary } from '../websocket/session-record.js';
import type { BlockTable } from './block-table.js';
import type { PageMessage, SessionStatistics } from './source.js';

/** Undefined: `signal` ended it. */
export async function sessionStatistics(
  summary: SessionSummary,
  messages: BlockTable<PageMessage>,
  signal: AbortSignal,
): Promise<SessionStatistics | undefined> {
  const warnings: string[] = [];
  let json = '';
  const statistics = new Statistics({
    report: (_, message) => warnings.push(message),
    session: (closed, tally) => {
      json = sessionStatisticsJson(closed, tally);
    },
  });
  for await (const { rows } of messages.all(summary.session.number)) {
    if (signal.aborted) return undefined;
    for (const message of rows)
      if (message.session.number === summary.session.number) statistics.message(asHeld(message));
  }
  statistics.sessionClosed(summary);
  return { facts: JSON.parse(json), warnings };
}

/** Of a body that the page holds a part of, nobody can tell what it answers. */
function asHeld(message: PageMessage): PageMessage {
  const { opcode, content, length } = message;
  return isControl(opcode) && content.length < length ? { ...message, complete: false } : message;
}
