/**
 * Tables for the terminal, with cli-table3.
 *
 * Strategy: cli-table3 lays out a whole table at once, in time quadratic in its rows (30,000 rows: 98 s). So
 * a long list is laid out in sheets of a hundred rows, of columns whose widths are fixed beforehand, joined
 * without a seam: linear time, flat memory, and rows appear as they come.
 */
import Table from 'cli-table3';
import { clip, isAscii, width } from './width.js';
import type { TextWriter } from './writer.js';

export interface Column {
  readonly title: string;
  /** Columns of the terminal, without padding; the one column without a width takes what is left. */
  readonly width?: number;
  readonly align?: 'right';
  /** Long cells go on in the next line instead of being clipped. */
  readonly wrap?: boolean;
}

/** Rows laid out together: small enough to be quick, large enough for the layout to be shared. */
const SHEET = 100;
/** Border and padding that each column costs, and the last border. */
const PER_COLUMN = 3;
const LAST_BORDER = 1;
const MIN_REST = 15;
/**
 * cli-table3 measures by an old Unicode and would shift the borders beside a newer emoji: it lays out so many
 * of these (a character for private use) instead.
 */
const STAND_IN = '\ue000';
const STAND_INS = /\ue000+/g;

export class StreamingTable {
  private readonly widths: number[];
  private rows: string[][] = [];
  private begun = false;
  /** The cells that stand-ins are laid out for, in their order. */
  private originals: string[] = [];

  constructor(
    private readonly columns: readonly Column[],
    private readonly writer: TextWriter,
    /** Width of the terminal. */
    width: number,
    private readonly head: (text: string) => string,
  ) {
    const fixed = columns.reduce((sum, column) => sum + (column.width ?? 0) + PER_COLUMN, LAST_BORDER);
    const rest = Math.max(MIN_REST, width - fixed);
    this.widths = columns.map((column) => column.width ?? rest);
  }

  /** Width of a column, for who wants to clip and then colour. */
  widthOf(index: number): number {
    return this.widths[index];
  }

  /** Adds a row; a cell that is too long is clipped, so a coloured one must fit. */
  add(cells: readonly string[]): void {
    this.rows.push(cells.map((cell, i) => this.fit(cell, i)));
    if (this.rows.length === SHEET) this.flush();
  }

  /** A cell as cli-table3 gets it: clipped, and with a stand-in where it may measure something else. */
  private fit(cell: string, index: number): string {
    if (this.columns[index].wrap === true) return cell.replaceAll(STAND_IN, '\ufffd');
    const fitting = cell.includes('\x1b[') ? cell : clip(cell, this.widths[index]);
    if (isAscii(fitting)) return fitting;
    const columns = width(fitting);
    if (columns > 0) this.originals.push(fitting);
    return STAND_IN.repeat(columns);
  }

  /** Writes the rows at hand, under the heading the first time. */
  flush(): void {
    if (!this.begun) this.writeHeading();
    if (this.rows.length > 0) this.writeSheet(this.rows, NO_BORDERS);
    this.rows = [];
  }

  /** Writes what is left and the bottom border. */
  end(): void {
    this.flush();
    const line = this.widths.map((width) => '─'.repeat(width + 2)).join('┴');
    this.writer.write(`└${line}┘\n`);
  }

  private writeHeading(): void {
    this.begun = true;
    const titles = this.columns.map(({ title }, i) => this.head(clip(title, this.widths[i])));
    this.writeSheet([titles], HEADING_BORDERS);
  }

  private writeSheet(rows: readonly string[][], chars: Record<string, string>): void {
    const sheet = new Table({
      chars,
      colWidths: this.widths.map((width) => width + 2),
      colAligns: this.columns.map(({ align }) => align ?? 'left'),
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
