/**
 * Statistics of each session in a row, as a table or as text.
 *
 * Strategy: rows are written as they come, so the widths are fixed; a table goes on wider where a number asks for it, a
 * line of text grows.
 */
import { visible } from '../bytes/visible.js';
import type { Tally } from '../stats/tally.js';
import type { SessionSummary } from '../websocket/session-record.js';
import type { Colors } from './colors.js';
import { durationText, ratioText } from './stats-numbers.js';
import { endingText } from './stats-sections.js';
import { type Column, fittingColumns, StreamingTable } from './table.js';
import { clip, pad } from './width.js';
import type { TextWriter } from './writer.js';

interface SessionColumn extends Column {
  readonly width: number;
  readonly cell: (summary: SessionSummary, tally: Tally) => string;
}

const columns: readonly SessionColumn[] = [
  { title: 'No.', width: 4, align: 'right', cell: ({ session }) => String(session.number) },
  { title: 'Client', width: 21, dispensable: 5, cell: ({ session }) => session.client },
  {
    title: 'Messages →/←',
    width: 13,
    grows: true,
    cell: (_, { client, server }) => `${client.messages} / ${server.messages}`,
  },
  {
    title: 'Bytes →/←',
    width: 15,
    grows: true,
    cell: (_, { client, server }) => `${client.bytes} / ${server.bytes}`,
  },
  { title: 'Ratio', width: 7, align: 'right', dispensable: 3, cell: (_, tally) => ratioOf(tally) },
  { title: 'Ping →', width: 9, align: 'right', dispensable: 4, cell: (_, tally) => pingOf(tally, 'client') },
  { title: 'Ping ←', width: 9, align: 'right', dispensable: 4, cell: (_, tally) => pingOf(tally, 'server') },
  {
    title: 'Gap p99',
    width: 9,
    align: 'right',
    dispensable: 2,
    cell: (_, { gaps }) => durationText(gaps.percentile(0.99)),
  },
  { title: 'Ending', width: 34, dispensable: 6, cell: (_, tally) => endingOf(tally) },
];
const LEAST_PATH = 20;

export class SessionStatsRows {
  private readonly shown: readonly SessionColumn[];
  private readonly table: StreamingTable | undefined;
  private isFirst = true;

  constructor(
    private readonly writer: TextWriter,
    private readonly colors: Colors,
    private readonly width: number,
    bordered: boolean,
  ) {
    this.shown = fittingColumns(columns, width, LEAST_PATH);
    this.table = bordered
      ? new StreamingTable([...this.shown, { title: 'Path' }], writer, width, colors.label)
      : undefined;
  }

  row(summary: SessionSummary, tally: Tally): string[] {
    return [
      ...this.shown.map(({ cell }) => cell(summary, tally)),
      visible(summary.session.path ?? '(not captured)'),
    ];
  }

  write(cells: readonly string[]): void {
    if (this.table !== undefined) this.table.add(cells);
    else {
      if (this.isFirst) this.line([...this.shown.map(({ title }) => title), 'Path'], this.colors.dim);
      this.line(cells, String);
    }
    this.isFirst = false;
  }

  end(): void {
    if (this.isFirst) return;
    this.table?.end();
    this.writer.write('\n');
  }

  private line(cells: readonly string[], paint: (text: string) => string): void {
    const padded = this.shown.map(({ width, align }, i) => pad(cells[i], width, align));
    const used = padded.reduce((sum, cell) => sum + cell.length + 2, 0);
    const path = clip(cells[padded.length], Math.max(LEAST_PATH, this.width - used));
    this.writer.write(`${paint([...padded, path].join('  '))}\n`);
  }
}

function ratioOf({ client, server }: Tally): string {
  return ratioText(
    client.compressed.content + server.compressed.content,
    client.compressed.wire + server.compressed.wire,
  );
}

/** The median. */
function pingOf(tally: Tally, sender: 'client' | 'server'): string {
  return durationText(tally[sender].roundTrips.percentile(0.5));
}

function endingOf({ endings }: Tally): string {
  const [ending] = endings.keys();
  return ending === undefined ? '' : clip(endingText(ending), 34);
}
