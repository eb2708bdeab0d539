/**
 * The statistics as text and as tables.
 *
 * Strategy: the columns of a section are as wide as what is in them; the one that takes the rest is narrowed first, then
 * columns are left out. Text has no borders and is else the same.
 */
import { count } from '../rules/count.js';
import type { Statistics } from '../stats/statistics.js';
import { nanosecondsBetween } from '../stream/place.js';
import type { Colors } from './colors.js';
import { durationText } from './stats-numbers.js';
import { rateSection } from './stats-rates.js';
import {
  closeSection,
  endingSection,
  opcodeSection,
  percentileSection,
  type Section,
  type StatsColumn,
  type StatsContext,
  sideSection,
  sizeSection,
  topSections,
} from './stats-sections.js';
import { type Cell, PER_COLUMN, StreamingTable } from './table.js';
import { clip, pad, width as widthOf } from './width.js';
import type { TextWriter } from './writer.js';

/** Blanks between the columns of text. */
const BETWEEN = 2;
/** Width of the column that takes the rest, before others are left out, and at least. */
const WANTED_REST = 28;
const MIN_REST = 12;
/** What it asks for where its cells are made to fit. */
const WIDE = 36;

export class StatsRenderer {
  constructor(
    private readonly writer: TextWriter,
    private readonly colors: Colors,
    private readonly context: StatsContext,
    /** Tables rather than text. */
    private readonly bordered: boolean,
  ) {}

  write(statistics: Statistics): void {
    const { all } = statistics;
    this.writer.write(`${this.overview(statistics)}\n`);
    const sections = [
      opcodeSection(all),
      sizeSection(all),
      rateSection(all.rates, this.context),
      sideSection(all),
      percentileSection(all),
      closeSection(all, this.context),
      endingSection(all),
      ...topSections(statistics, this.context),
    ];
    for (const section of sections) if (section.rows.length > 0) this.section(section);
  }

  private overview({ all }: Statistics): string {
    const { client, server, endings, first, last } = all;
    const refused = endings.get('refused') ?? 0;
    const sessions = [...endings.values()].reduce((sum, count) => sum + count, 0) - refused;
    const parts = [
      count(sessions, 'session'),
      ...(refused === 0 ? [] : [count(refused, 'refused upgrade')]),
      count(client.frames + server.frames, 'frame'),
      count(client.messages + server.messages, 'message'),
    ];
    const took =
      first === undefined || last === undefined
        ? ''
        : ` in ${durationText(Math.max(0, nanosecondsBetween(first, last)))}`;
    return `${parts.join(', ')}${took}; → by clients, ← by servers`;
  }

  private section({ title, lines = [], columns, rows }: Section): void {
    const { writer, colors } = this;
    writer.write(`\n${colors.label(title)}\n`);
    for (const line of lines) writer.write(`${line}\n`);
    const shown = arrange(columns, rows, this.context.width, this.bordered ? PER_COLUMN : BETWEEN);
    if (!this.bordered) this.text(shown, rows);
    else {
      // They fit as they are.
      const fitting = shown.map(({ dispensable: _, ...column }) => column);
      const table = new StreamingTable(fitting, writer, this.context.width, colors.label);
      for (const row of rows) table.add(shown.map(({ index }) => row[index]));
      table.end();
    }
  }

  private text(columns: readonly Shown[], rows: readonly (readonly Cell[])[]): void {
    const line = (cells: readonly Cell[]) =>
      columns
        .map(({ width, align }, i) => {
          const cell = cells[i];
          return pad(clip(typeof cell === 'string' ? cell : cell(width), width), width, align);
        })
        .join(' '.repeat(BETWEEN))
        .trimEnd();
    this.writer.write(`${this.colors.dim(line(columns.map(({ title }) => title)))}\n`);
    for (const row of rows) this.writer.write(`${line(columns.map(({ index }) => row[index]))}\n`);
  }
}

interface Shown {
  readonly title: string;
  readonly align?: 'right';
  readonly width: number;
  /** Of its cell in a row. */
  readonly index: number;
  readonly isRest: boolean;
  readonly dispensable: number;
}

/** The columns that fit, with their widths; `between`: what each costs besides. */
function arrange(
  columns: readonly StatsColumn[],
  rows: readonly (readonly Cell[])[],
  width: number,
  between: number,
): Shown[] {
  let shown = columns.map(({ title, align, isRest = false, dispensable = 0 }, index): Shown => {
    const sizes = rows.map(({ [index]: cell }) => (typeof cell === 'string' ? widthOf(cell) : WIDE));
    const widest = sizes.reduce((a, b) => Math.max(a, b), widthOf(title));
    return { title, index, isRest, dispensable, width: Math.max(1, widest), ...(align && { align }) };
  });
  const taken = (rest: number) =>
    shown.reduce((sum, one) => sum + between + (one.isRest ? Math.min(one.width, rest) : one.width), 1);
  const ranks = [...new Set(shown.map(({ dispensable }) => dispensable))].filter((rank) => rank > 0);
  for (const rank of ranks.sort((a, b) => b - a))
    if (taken(WANTED_REST) > width) shown = shown.filter(({ dispensable }) => dispensable < rank);
  const excess = taken(Number.POSITIVE_INFINITY) - width;
  return shown.map((one) =>
    one.isRest && excess > 0 ? { ...one, width: Math.max(MIN_REST, one.width - excess) } : one,
  );
}
