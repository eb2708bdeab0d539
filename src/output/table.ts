/**
 * Tables for the terminal: the heading and the first rows by cli-table3, further rows by ourselves.
 *
 * Strategy: cli-table3 lays out a whole table at once, in time quadratic in its rows, and a row costs it 35
 * times what a line of text costs. So rows are laid out in sheets of a hundred, of cells that are clipped or
 * wrapped beforehand, joined without a seam; what a long list has beyond the first sheets is padded here to
 * the very same text. Memory is flat, and rows appear as they come. A number is never clipped: where one is
 * too long for its column, the table goes on with a wider one under a new heading.
 */
import type CliTable from 'cli-table3';
import { clip, isAscii, loadWidths, pad, width, wrap } from './width.js';
import type { TextWriter } from './writer.js';

let Table: typeof CliTable;

/** To be awaited before a table is made: what lays it out takes longer to load than the rest of the program. */
export async function loadTables(): Promise<void> {
  if (Table !== undefined) return;
  await loadWidths();
  Table = (await import('cli-table3')).default;
}

export interface Column {
  readonly title: string;
  /** Columns of the terminal, without padding; the one column without a width takes what is left. */
  readonly width?: number;
  /** For numbers: the column grows with them. */
  readonly align?: 'right';
  /** The column grows rather than to clip a cell, as one that is aligned to the right does. */
  readonly grows?: boolean;
  /** Long cells go on in the next line instead of being clipped. */
  readonly wrap?: boolean;
  /** Left out where the terminal is too narrow: the highest first. */
  readonly dispensable?: number;
}

/** Text, or what makes a text for so many columns of the terminal. */
export type Cell = string | ((width: number) => string);

/** Rows laid out together: small enough to be quick, large enough for the layout to be shared. */
const SHEET = 100;
/** Rows that cli-table3 lays out: more make a list, which is to cost what a list costs. */
const LAID_OUT = 200;
/** Border and padding that each column costs, and the last border. */
export const PER_COLUMN = 3;
const LAST_BORDER = 1;
/** Least width of the column that takes what is left. */
export const MIN_REST = 15;
/**
 * cli-table3 measures by an old Unicode and would shift the borders beside a newer emoji: it lays out so many
 * of these (a character for private use) instead.
 */
const STAND_IN = '\ue000';
const STAND_INS = /\ue000+/g;

/** The columns of fixed width that leave at least `rest` of the terminal's width to one more. */
export function fittingColumns<C extends Column>(columns: readonly C[], width: number, rest: number): C[] {
  const rankOf = ({ dispensable = 0 }: C): number => dispensable;
  const ranks = [...new Set(columns.map(rankOf))].filter((rank) => rank > 0).sort((a, b) => b - a);
  let kept = [...columns];
  for (const rank of ranks)
    if (width - takenBy(kept) - PER_COLUMN < rest) kept = kept.filter((column) => rankOf(column) < rank);
  return kept;
}

/** Columns of the terminal that these need, with their borders. */
export function takenBy(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + (column.width ?? 0) + PER_COLUMN, LAST_BORDER);
}

/** A column as it is shown now. */
interface Shown extends Column {
  readonly width: number;
  /** Of its cell in a row. */
  readonly index: number;
}

export class StreamingTable {
  private columns: readonly Column[];
  private shown: readonly Shown[] = [];
  private pending: (readonly Cell[])[] = [];
  private begun = false;
  private laidOut = 0;
  /** The cells that stand-ins are laid out for, in their order. */
  private originals: string[] = [];

  constructor(
    columns: readonly Column[],
    private readonly writer: TextWriter,
    /** Width of the terminal. */
    private readonly width: number,
    private readonly head: (text: string) => string,
    /** Rows that cli-table3 lays out; 0: it does not lay out the heading, either. */
    private readonly mostLaidOut = LAID_OUT,
  ) {
    this.columns = columns;
    this.arrange();
  }

  /** Adds a row, with a cell for each column; one that is too long is clipped, so a coloured one must fit. */
  add(cells: readonly Cell[]): void {
    this.pending.push(cells);
    if (this.pending.length === SHEET) this.flush();
  }

  /** Writes the rows at hand, under the heading the first time. */
  flush(): void {
    const rows = this.pending;
    this.pending = [];
    const first = rows.findIndex((row) => this.outgrows(row));
    if (first >= 0) {
      if (this.begun) this.writeRows(rows.splice(0, first));
      if (this.begun) this.writeBottom();
      this.begun = false;
      this.grow(rows);
    }
    if (!this.begun) this.writeHeading();
    this.writeRows(rows);
  }

  /** Writes what is left and the bottom border. */
  end(): void {
    this.flush();
    this.writeBottom();
  }

  /** Chooses the columns that there is room for. */
  private arrange(): void {
    const indexed = this.columns.map((column, index) => ({ ...column, index }));
    const fixed = fittingColumns(
      indexed.filter((column) => column.width !== undefined),
      this.width,
      MIN_REST,
    );
    const rest = Math.max(MIN_REST, this.width - takenBy(fixed) - PER_COLUMN);
    this.shown = indexed
      .filter((column) => column.width === undefined || fixed.includes(column))
      .map((column) => ({ ...column, width: column.width ?? rest }));
  }

  private outgrows(row: readonly Cell[]): boolean {
    return this.shown.some((column) => isGrowing(column) && sizeOf(row[column.index]) > column.width);
  }

  /** Makes the columns as wide as these rows want them. */
  private grow(rows: readonly (readonly Cell[])[]): void {
    this.columns = this.columns.map((column, index) => {
      if (!isGrowing(column) || column.width === undefined) return column;
      return {
        ...column,
        width: rows.reduce((most, row) => Math.max(most, sizeOf(row[index])), column.width),
      };
    });
    this.arrange();
  }

  private writeRows(rows: readonly (readonly Cell[])[]): void {
    const fitting = rows.map((row) => this.shown.map((column) => linesOf(row[column.index], column)));
    const sheet = fitting.splice(0, Math.max(0, this.mostLaidOut - this.laidOut));
    this.laidOut += sheet.length;
    if (sheet.length > 0)
      this.writeSheet(
        sheet.map((row) => this.standIn(row)),
        NO_BORDERS,
      );
    for (const row of fitting) this.writeRow(row);
  }

  /** A row as cli-table3 lays it out. */
  private writeRow(row: readonly (readonly string[])[]): void {
    const height = heightOf(row);
    let text = '';
    for (let y = 0; y < height; y++) {
      for (const [i, { width, align }] of this.shown.entries())
        text += `│ ${pad(row[i][y] ?? '', width, align)} `;
      text += '│\n';
    }
    this.writer.write(text);
  }

  /**
   * A row as cli-table3 gets it: with stand-ins where it may measure something else. They are replaced in the
   * order in which it will lay them out, line by line.
   */
  private standIn(row: readonly string[][]): string[] {
    const height = heightOf(row);
    for (let y = 0; y < height; y++)
      for (const lines of row) {
        if (y >= lines.length || isAscii(lines[y])) continue;
        const columns = width(lines[y]);
        if (columns > 0) this.originals.push(lines[y]);
        lines[y] = STAND_IN.repeat(columns);
      }
    return row.map((lines) => lines.join('\n'));
  }

  private writeHeading(): void {
    this.begun = true;
    const titles = this.shown.map(({ title, width }) => this.head(clip(title, width)));
    if (this.mostLaidOut > 0) this.writeSheet([titles], HEADING_BORDERS);
    else {
      this.writeBorder('┌', '┬', '┐');
      this.writeRow(titles.map((title) => [title]));
      this.writeBorder('├', '┼', '┤');
    }
  }

  private writeBottom(): void {
    this.writeBorder('└', '┴', '┘');
  }

  private writeBorder(left: string, between: string, right: string): void {
    const line = this.shown.map(({ width }) => '─'.repeat(width + 2)).join(between);
    this.writer.write(`${left}${line}${right}\n`);
  }

  private writeSheet(rows: string[][], chars: Record<string, string>): void {
    const sheet = new Table({
      chars,
      colWidths: this.shown.map(({ width }) => width + 2),
      colAligns: this.shown.map(({ align }) => align ?? 'left'),
      style: { head: [], border: [] },
      wordWrap: true,
    });
    sheet.push(...rows);
    const { originals } = this;
    let used = 0;
    const text = sheet.toString().replace(STAND_INS, () => originals[used++]);
    this.originals = originals.slice(used);
    this.writer.write(`${text}\n`);
  }
}

function isGrowing({ align, grows }: Column): boolean {
  return align === 'right' || grows === true;
}

function sizeOf(cell: Cell): number {
  return typeof cell === 'string' ? width(cell) : 0;
}

/** The lines of a cell. */
function linesOf(cell: Cell, column: Shown): string[] {
  const text = typeof cell === 'string' ? cell : cell(column.width);
  if (column.wrap === true) return wrap(text, column.width);
  return [isGrowing(column) || text.includes('\x1b[') ? text : clip(text, column.width)];
}

function heightOf(row: readonly (readonly string[])[]): number {
  return row.reduce((most, lines) => Math.max(most, lines.length), 0);
}

const NO_LINES = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' };
const NO_BOTTOM = { bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' };
const NO_TOP = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '' };
const NO_BORDERS = { ...NO_LINES, ...NO_BOTTOM, ...NO_TOP };
/** The heading ends with the line that parts it from the rows. */
const HEADING_BORDERS = {
  ...NO_LINES,
  bottom: '─',
  'bottom-mid': '┼',
  'bottom-left': '├',
  'bottom-right': '┤',
};
