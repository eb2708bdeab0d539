/**
 * What SQL gave, and the columns that it may ask for, as table, CSV or JSON.
 *
 * Strategy: rows are taken from the database a chunk at a time and written at once; only the widths of a table's columns are
 * chosen by its first rows.
 */
import type * as DuckDB from '@duckdb/node-api';
import { visible } from '../bytes/visible.js';
import { type CsvValue, csvRow } from '../export/csv.js';
import type { Colors } from '../output/colors.js';
import { jsonString } from '../output/json.js';
import { objectRenderer } from '../output/rows.js';
import { PER_COLUMN, StreamingTable, type Column as TableColumn } from '../output/table.js';
import { width as widthOf } from '../output/width.js';
import type { FileWriter } from '../output/writer.js';
import { tablesOf } from '../tables/tables.js';
import type { ResultText } from './result-text.js';
import { sqlType } from './sql.js';

export type ResultFormat = 'table' | 'csv' | 'json' | 'ndjson';

/** Where it is written, and how wide that is. */
export interface ResultOutput {
  readonly stdout: FileWriter;
  readonly stdoutIsTerminal: boolean;
  readonly colors: Colors;
  readonly width: number;
}

/** A value as JSON and as the text of a cell; undefined is NULL. */
interface Cell {
  readonly json: () => string;
  readonly text: () => string | undefined;
}

interface Heading {
  readonly name: string;
  readonly isNumber: boolean;
  /** Octets as base64. */
  readonly isBlob?: boolean;
}

interface Rows {
  add(cells: readonly Cell[]): void;
  end(): void;
}

export async function writeResult(
  result: DuckDB.DuckDBResult,
  format: ResultFormat,
  output: ResultOutput,
  values: ResultText,
): Promise<void> {
  const types = result.columnTypes();
  const headings = result
    .deduplicatedColumnNames()
    .map((name, i) => ({ name, isNumber: values.isNumber(types[i]), isBlob: values.isBlob(types[i]) }));
  const rows = rowsFor(format, headings, output);
  for await (const chunk of result) {
    for (const row of chunk.getRows())
      rows.add(
        row.map((value, i) => ({
          json: () => values.json(value, types[i]),
          text: () => values.text(value, types[i]),
        })),
      );
    output.stdout.flush();
  }
  rows.end();
}

/** The tables and their columns. */
export function writeSchema(format: ResultFormat, output: ResultOutput): void {
  const names = ['table', 'column', 'type', 'meaning'];
  const rows = rowsFor(
    format,
    names.map((name) => ({ name, isNumber: false })),
    output,
  );
  const tables = tablesOf(
    () => undefined,
    () => undefined,
  );
  for (const [table, columns] of Object.entries(tables))
    for (const { name, type, meaning } of columns)
      rows.add(
        [table, name, sqlType(type), meaning].map((text) => ({
          json: () => jsonString(text),
          text: () => text,
        })),
      );
  rows.end();
  output.stdout.flush();
}

function rowsFor(format: ResultFormat, headings: readonly Heading[], output: ResultOutput): Rows {
  const { stdout } = output;
  if (format === 'table') return new ResultTable(headings, output);
  if (format === 'csv') {
    const shown = output.stdoutIsTerminal ? visible : undefined;
    const write = (values: readonly CsvValue[]) => stdout.write(csvRow(values, shown));
    write(headings.map(({ name }) => name));
    return { add: (cells) => write(cells.map((cell, i) => csvValue(cell, headings[i]))), end() {} };
  }
  const names = headings.map(({ name }) => jsonString(name));
  const renderer = objectRenderer<readonly Cell[]>(format, stdout, (cells) =>
    stdout.write(`{${cells.map((cell, i) => `${names[i]}:${cell.json()}`).join(',')}}`),
  );
  return { add: (cells) => renderer.row(cells), end: () => renderer.end() };
}

/** A negative number is no formula, nor is base64 that begins with a plus. */
function csvValue(cell: Cell, { isNumber, isBlob = false }: Heading): CsvValue {
  const text = cell.text();
  if (text === undefined) return undefined;
  return isNumber || isBlob ? { plain: text } : text;
}

/** Rows that the widths are chosen by. */
const FIRST = 500;
const NULL = 'NULL';
const MIN_WIDTH = 6;

class ResultTable implements Rows {
  private first: string[][] = [];
  private table: StreamingTable | undefined = undefined;

  constructor(
    private readonly headings: readonly Heading[],
    private readonly output: ResultOutput,
  ) {}

  add(cells: readonly Cell[]): void {
    const row = cells.map((cell) => visible(cell.text() ?? NULL));
    if (this.table !== undefined) this.table.add(row);
    else if (this.first.push(row) === FIRST) this.begin();
  }

  end(): void {
    (this.table ?? this.begin()).end();
  }

  private begin(): StreamingTable {
    const { output, headings, first } = this;
    const widths = fitted(
      headings.map(({ name }, i) =>
        first.reduce((most, row) => Math.max(most, widthOf(row[i])), widthOf(visible(name))),
      ),
      output.width - 1,
    );
    const columns: TableColumn[] = headings.map(({ name, isNumber }, i) => ({
      title: visible(name),
      width: widths[i],
      ...(isNumber && { align: 'right' as const }),
    }));
    this.table = new StreamingTable(columns, output.stdout, output.width, output.colors.label);
    for (const row of first) this.table.add(row);
    this.first = [];
    return this.table;
  }
}

/** The widest columns give way until all fit, or none is wide any more. */
function fitted(wanted: readonly number[], room: number): number[] {
  const widths = [...wanted];
  const excess = () => widths.reduce((sum, width) => sum + width + PER_COLUMN, 0) - room;
  while (excess() > 0) {
    const widest = Math.max(...widths);
    if (widest <= MIN_WIDTH) break;
    const next = Math.max(MIN_WIDTH, ...widths.filter((width) => width < widest));
    const many = widths.filter((width) => width === widest).length;
    const width = Math.max(next, widest - Math.ceil(excess() / many));
    for (const [i, one] of widths.entries()) if (one === widest) widths[i] = width;
  }
  return widths;
}
