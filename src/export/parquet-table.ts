/**
 * One table as a Parquet file (https://parquet.apache.org/docs/file-format/), written by the package hyparquet-writer.
 *
 * Strategy: rows are gathered by column and written as a row group when there are many, or when they hold much: memory is that
 * of one group. What stays until the end is where each group lies, some kilobytes for each.
 */
import { type BasicType, fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { visible } from '../bytes/visible.js';
import { attemptOutput } from '../output/writer.js';

/** `number` is a whole one; `time` nanoseconds since the epoch. */
export type ColumnType = 'number' | 'real' | 'boolean' | 'text' | 'bytes';
export type Cell = number | bigint | boolean | string | Uint8Array | undefined;

const TYPES: Readonly<Record<ColumnType, BasicType>> = {
  number: 'INT64',
  real: 'DOUBLE',
  boolean: 'BOOLEAN',
  text: 'STRING',
  bytes: 'BYTE_ARRAY',
};

/** Rows, and octets, of a group. */
const MOST_ROWS = 20_000;
const MOST_BYTES = 1 << 23;

export class ParquetTable<Name extends string> {
  private readonly names: readonly Name[];
  private readonly name: string;
  private readonly writer: ParquetWriter;
  private cells: Cell[][] = [];
  private rows = 0;
  private bytes = 0;

  /** Throws OutputError where the file cannot be made. */
  constructor(
    path: string,
    private readonly columns: Readonly<Record<Name, ColumnType>>,
  ) {
    this.names = Object.keys(columns) as Name[];
    this.name = visible(path);
    const schema = schemaFromColumnData({ columnData: this.columnData() });
    this.writer = attemptOutput(
      this.name,
      () => new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'wsdissect' }),
    );
  }

  /** What is left out has no value. */
  row(row: Readonly<Partial<Record<Name, Cell>>>): void {
    for (const [i, name] of this.names.entries()) {
      const cell = row[name];
      const isNumber = this.columns[name] === 'number' && typeof cell === 'number';
      this.cells[i].push(isNumber ? BigInt(cell) : cell);
      if (typeof cell === 'string' || cell instanceof Uint8Array) this.bytes += cell.length;
    }
    if (++this.rows >= MOST_ROWS || this.bytes >= MOST_BYTES) this.writeGroup();
  }

  end(): void {
    if (this.rows > 0) this.writeGroup();
    attemptOutput(this.name, () => this.writer.finish());
  }

  private writeGroup(): void {
    const rowGroupSize = this.rows;
    const columnData = this.columnData();
    attemptOutput(this.name, () => this.writer.write({ columnData, rowGroupSize }));
    this.columnData();
  }

  /** What was gathered; from then on there is nothing. */
  private columnData() {
    const { names, cells, columns } = this;
    this.cells = names.map(() => []);
    this.rows = this.bytes = 0;
    return names.map((name, i) => ({
      name,
      type: TYPES[columns[name]],
      nullable: true,
      data: cells[i] ?? [],
    }));
  }
}
