/**
 * `wsdissect stats`: counts while it reads, and prints the numbers at the end; a row for each session as these end.
 */
import type { RunConsumer } from '../dissect.js';
import type { Dissector } from '../dissector.js';
import { sessionStatisticsJson, statisticsJson } from '../output/stats-json.js';
import { StatsRenderer } from '../output/stats-render.js';
import { SessionStatsRows } from '../output/stats-sessions.js';
import { loadTables } from '../output/table.js';
import { formatTime } from '../output/time.js';
import { Statistics } from '../stats/statistics.js';
import type { Tally } from '../stats/tally.js';
import type { Timestamp } from '../stream/place.js';
import type { Message } from '../websocket/message-record.js';
import type { SessionSummary } from '../websocket/session-record.js';
import type { StatsOptions } from './commands/stats.js';
import { type Filtering, filterConsumer, makeFiltering } from './filtering.js';
import { InOrder } from './in-order.js';
import { OneLate } from './one-late.js';
import { Printing } from './progress.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

/** Of text that is not for a terminal. */
const TEXT_WIDTH = 80;

export async function showStatistics(
  captures: readonly string[],
  options: StatsOptions,
  terminal: Terminal,
): Promise<void> {
  let dissector: Dissector | undefined;
  const start = () => dissector?.start ?? { seconds: 0, nanoseconds: 0 };
  const filtering = await makeFiltering(options, 'message', {
    start,
    defect: (code, message) => dissector?.defect('subprotocol', code, message),
  });
  await loadTables();
  const printing = new Printing(false);
  const output = makeOutput(options, terminal, start);
  const order = new InOrder<() => void>((write) => {
    printing.begin();
    write();
  });
  let row: (() => void) | undefined;
  const statistics = new Statistics({
    limits: options.limit,
    report: (code, message) => dissector?.defect('websocket', code, message),
    ...(options.perSession === true && {
      session: (summary, tally) => {
        row = output.session(summary, tally);
      },
    }),
  });
  const { consumer, settle } = feed(statistics, filtering, options.session, (number) => {
    order.add(number, row);
    row = undefined;
  });
  await run(captures, options, terminal, {
    consumer: {
      ...consumer,
      opened: (opened: Dissector) => {
        dissector = opened;
      },
    },
    printing,
    previewPayload: undefined,
    keepsItems: filtering?.finding !== undefined,
    session: options.session,
    finish() {
      settle();
      order.end();
      output.all(statistics);
    },
  });
}

/** Tells the statistics what comes; `over`: told of each session that is. */
function feed(
  statistics: Statistics,
  filtering: Filtering<'message'> | undefined,
  session: number | undefined,
  over: (session: number) => void,
): { consumer: RunConsumer; settle(): void } {
  let isOver = false;
  const isAskedFor = (number: number) => session === undefined || number === session;
  const take = (message: Message) => {
    if (isAskedFor(message.session.number))
      statistics.message(message, filtering === undefined || filtering.matches(message));
  };
  const late = filtering?.finding === undefined ? undefined : new OneLate(take);
  const consumer: RunConsumer = {
    ...filterConsumer(filtering),
    message: late === undefined ? take : (message) => late.take(message),
    sessionClosed: (summary) => {
      const { number } = summary.session;
      late?.settle();
      filtering?.closed(summary.session);
      if (isAskedFor(number)) statistics.sessionClosed(summary);
      if (number === session) isOver = true;
      over(number);
    },
    more: () => !isOver,
  };
  return { consumer, settle: () => late?.settle() };
}

interface StatsOutput {
  /** What writes the row of a session when it is its turn. */
  session(summary: SessionSummary, tally: Tally): () => void;
  all(statistics: Statistics): void;
}

function makeOutput(options: StatsOptions, terminal: Terminal, start: () => Timestamp): StatsOutput {
  const { stdout, colors, width, stdoutIsTerminal } = terminal;
  const { format = stdoutIsTerminal ? 'table' : 'text', top, perSession, time } = options;
  if (format === 'json') return jsonOutput(terminal, top, perSession === true);
  const bordered = format === 'table';
  const columns = bordered || stdoutIsTerminal ? width : TEXT_WIDTH;
  const rows = new SessionStatsRows(stdout, colors, columns, bordered);
  const context = { top, width: columns, time: (at: Timestamp) => formatTime(at, time, start()) };
  return {
    session(summary, tally) {
      const cells = rows.row(summary, tally);
      return () => rows.write(cells);
    },
    all(statistics) {
      rows.end();
      new StatsRenderer(stdout, colors, context, bordered).write(statistics);
    },
  };
}

function jsonOutput({ stdout }: Terminal, top: number, perSession: boolean): StatsOutput {
  let before = '\n';
  if (perSession) stdout.write('{"perSession":[');
  else stdout.write('{');
  return {
    session(summary, tally) {
      const json = sessionStatisticsJson(summary, tally);
      return () => {
        stdout.write(before + json);
        before = ',\n';
      };
    },
    all(statistics) {
      const end = before === '\n' ? '],\n' : '\n],\n';
      stdout.write(`${perSession ? end : '\n'}${statisticsJson(statistics, top)}\n}\n`);
    },
  };
}
