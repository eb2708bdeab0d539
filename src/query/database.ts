/**
 * The database that SQL is put to: DuckDB, in memory or in a file.
 *
 * Strategy: DuckDB is an optional package (it takes 70 MB) and loaded here only. Rows are handed to its appender a chunk of
 * columns at a time, in one chunk that is used again, and what it has gathered goes to the table every few megabytes: memory
 * is that of a chunk beside DuckDB's own, which is limited and goes on in a temporary folder. SQL may come from anywhere, so
 * it reaches no file, network or extension unless that is asked for, and cannot change so.
 */
import type * as DuckDB from '@duckdb/node-api';
import type { Column, ColumnType, Plain } from '../tables/column.js';
import { ResultText } from './result-text.js';
import { sqlType } from './sql.js';

/** Octets of text that a chunk gathers, and those that the appender does. */
const CHUNK_BYTES = 1 << 20;
const FLUSH_BYTES = 1 << 22;
/** Rows that a chunk of DuckDB holds. */
const CHUNK_ROWS = 2048;
/** What a row takes beside its text, about. */
const ROW_BYTES = 256;

/** DuckDB is not installed. */
export class NoDatabase extends Error {
  override name = 'NoDatabase';
}

export interface DatabaseOptions {
  /** Path of the file; undefined: in memory. */
  readonly file: string | undefined;
  /** The file is there, and stays as it is. */
  readonly readOnly: boolean;
  /** Where DuckDB puts what exceeds its memory. */
  readonly folder: string;
  /** Octets that it may take. */
  readonly memory: number;
  /** SQL may read and write files, and load extensions. */
  readonly external: boolean;
}

export class QueryDatabase {
  readonly values: ResultText;

  private constructor(
    private readonly duckdb: typeof DuckDB,
    private readonly instance: DuckDB.DuckDBInstance,
    private readonly connection: DuckDB.DuckDBConnection,
  ) {
    this.values = new ResultText(duckdb);
  }

  /** Throws NoDatabase, or what DuckDB says of the file. */
  static async open({ file, readOnly, folder, memory, external }: DatabaseOptions): Promise<QueryDatabase> {
    const duckdb = await import('@duckdb/node-api').catch((cause: unknown) => {
      throw new NoDatabase('DuckDB is not installed', { cause });
    });
    const instance = await duckdb.DuckDBInstance.create(file ?? ':memory:', {
      access_mode: readOnly ? 'READ_ONLY' : 'AUTOMATIC',
      memory_limit: `${Math.ceil(memory / 1024)}KiB`,
      temp_directory: folder,
      enable_external_access: String(external),
      lock_configuration: String(!external),
    });
    return new QueryDatabase(duckdb, instance, await instance.connect());
  }

  async createTable(name: string, columns: readonly ColumnType[]): Promise<void> {
    const list = columns.map((column) => `"${column.name}" ${sqlType(column.type)}`).join(', ');
    await this.connection.run(`CREATE TABLE ${name} (${list})`);
  }

  async loader<T>(table: string, columns: readonly Column<T>[]): Promise<TableLoader<T>> {
    return new TableLoader(this.duckdb, await this.connection.createAppender(table), columns);
  }

  /** Throws what DuckDB says of SQL that is wrong, as far as that can be told of empty tables. */
  async check(sql: string): Promise<void> {
    const statements = await this.connection.extractStatements(sql);
    // Of several, later ones may ask for what earlier ones make.
    if (statements.count === 1) (await statements.prepare(0)).destroySync();
  }

  /** Does all statements, and gives the rows of the last one. */
  async ask(sql: string): Promise<DuckDB.DuckDBResult> {
    return this.connection.stream(sql);
  }

  /** Ends the statement that is under way: it throws. */
  interrupt(): void {
    this.connection.interrupt();
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

export class TableLoader<T> {
  private readonly types: readonly DuckDB.DuckDBType[];
  private readonly chunk: DuckDB.DuckDBDataChunk;
  private values: Plain[][];
  private rows = 0;
  private bytes = 0;
  private appended = 0;

  constructor(
    private readonly duckdb: typeof DuckDB,
    private readonly appender: DuckDB.DuckDBAppender,
    private readonly columns: readonly Column<T>[],
  ) {
    this.types = columns.map((_, index) => appender.columnType(index));
    this.chunk = duckdb.DuckDBDataChunk.create(this.types, 0);
    this.values = columns.map(() => []);
  }

  add(record: T): void {
    const { columns, values } = this;
    this.bytes += ROW_BYTES;
    for (let i = 0; i < columns.length; i++) {
      const value = columns[i].value(record);
      values[i].push(value);
      if (typeof value === 'string' || value instanceof Uint8Array) this.bytes += value.length;
    }
    if (++this.rows === CHUNK_ROWS || this.bytes > CHUNK_BYTES) this.append();
  }

  /** There are no more. */
  end(): void {
    if (this.rows > 0) this.append();
    this.appender.closeSync();
  }

  private append(): void {
    const { chunk } = this;
    chunk.reset();
    chunk.rowCount = this.rows;
    for (const [index, values] of this.values.entries()) {
      const type = this.types[index];
      chunk.setColumnValues(
        index,
        values.map((value) => this.convert(value, type)),
      );
    }
    this.appender.appendDataChunk(chunk);
    this.appended += this.bytes;
    if (this.appended > FLUSH_BYTES) {
      this.appender.flushSync();
      this.appended = 0;
    }
    this.values = this.columns.map(() => []);
    this.rows = 0;
    this.bytes = 0;
  }

  private convert(value: Plain, type: DuckDB.DuckDBType): DuckDB.DuckDBValue {
    const { DuckDBDecimalValue, DuckDBListType, DuckDBStructType, DuckDBTypeId, listValue, structValue } =
      this.duckdb;
    if (value === null || value === undefined) return null;
    if (type instanceof DuckDBListType)
      return listValue((value as readonly Plain[]).map((one) => this.convert(one, type.valueType)));
    if (type instanceof DuckDBStructType) {
      const members = value as { readonly [name: string]: Plain };
      return structValue(
        Object.fromEntries(
          type.entryNames.map((name, i) => [name, this.convert(members[name], type.entryTypes[i])]),
        ),
      );
    }
    if (type.typeId === DuckDBTypeId.DECIMAL) {
      const { width, scale } = type as DuckDB.DuckDBDecimalType;
      return new DuckDBDecimalValue(value as bigint, width, scale);
    }
    if (type.typeId === DuckDBTypeId.BLOB) return new this.duckdb.DuckDBBlobValue(value as Uint8Array);
    const isWide = type.typeId === DuckDBTypeId.BIGINT || type.typeId === DuckDBTypeId.UBIGINT;
    return isWide ? BigInt(value as number | bigint) : (value as string | number | boolean);
  }
}
