/**
 * One table as a Parquet file (https://parquet.apache.org/docs/file-format/), written by the package hyparquet-writer.
 *
 * Strategy: values are gathered by column and written as a row group when there are many, or when they hold much: memory is that
 * of one group. What stays until the end is where each group lies, some kilobytes for each.
 */
import { fileWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { visible } from '../bytes/visible.js';
import { attemptOutput } from '../output/writer.js';
import { type Column, type Plain, type Scalar, TIME_DIGITS, type ValueType } from '../tables/column.js';

/** Rows, and octets, of a group. */
const MOST_ROWS = 20_000;
const MOST_BYTES = 1 << 23;

export class ParquetTable<T> {
  private readonly name: string;
  private readonly writer: ParquetWriter;
  private values: Plain[][];
  private rows = 0;
  private bytes = 0;

  /** Throws OutputError where the file cannot be made. */
  constructor(
    path: string,
    private readonly columns: readonly Column<T>[],
  ) {
    this.name = visible(path);
    this.values = columns.map(() => []);
    const schema = [
      { name: 'root', num_children: columns.length },
      ...columns.flatMap(({ name, type }) => elementsOf(name, type)),
    ];
    this.writer = attemptOutput(
      this.name,
      () => new ParquetWriter({ writer: fileWriter(path), schema, createdBy: 'wsdissect' }),
    );
  }

  add(record: T): void {
    for (const [i, { type, value }] of this.columns.entries()) {
      const plain = value(record);
      if (typeof plain === 'string' || plain instanceof Uint8Array) this.bytes += plain.length;
      this.values[i].push(converted(plain, type));
    }
    if (++this.rows >= MOST_ROWS || this.bytes >= MOST_BYTES) this.writeGroup();
  }

  end(): void {
    if (this.rows > 0) this.writeGroup();
    attemptOutput(this.name, () => this.writer.finish());
  }

  private writeGroup(): void {
    const { columns, values, rows } = this;
    const columnData = columns.map(({ name }, i) => ({ name, data: values[i] }));
    this.values = columns.map(() => []);
    this.rows = this.bytes = 0;
    attemptOutput(this.name, () => this.writer.write({ columnData, rowGroupSize: rows }));
  }
}

/** https://github.com/apache/parquet-format/blob/master/LogicalTypes.md */
const SCALARS: Readonly<Record<Scalar, Omit<SchemaElement, 'name'>>> = {
  VARCHAR: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  // It comes as text, and the writer would make a JSON string of it.
  JSON: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  BLOB: { type: 'BYTE_ARRAY' },
  BOOLEAN: { type: 'BOOLEAN' },
  INTEGER: { type: 'INT32' },
  BIGINT: { type: 'INT64' },
  UBIGINT: { type: 'INT64', converted_type: 'UINT_64' },
  DOUBLE: { type: 'DOUBLE' },
  TIME: { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, converted_type: 'DECIMAL', ...TIME_DIGITS },
};

/** A column's part of the schema, which is its tree in preorder. */
function elementsOf(name: string, type: ValueType): SchemaElement[] {
  const element = { name, repetition_type: 'OPTIONAL' as const };
  if (typeof type === 'string') return [{ ...element, ...SCALARS[type] }];
  if ('list' in type)
    return [
      { ...element, converted_type: 'LIST', num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      ...elementsOf('element', type.list),
    ];
  const members = Object.entries(type.struct);
  return [
    { ...element, num_children: members.length },
    ...members.flatMap(([member, its]) => elementsOf(member, its)),
  ];
}

/** As the writer takes it: whole numbers of 64 bits are bigints. */
function converted(value: Plain, type: ValueType): Plain {
  if (value === undefined || value === null) return value;
  if (type === 'BIGINT' || type === 'UBIGINT') return BigInt(value as number | bigint);
  if (typeof type === 'string') return value;
  if ('list' in type) return (value as readonly Plain[]).map((one) => converted(one, type.list));
  const members = value as { readonly [name: string]: Plain };
  return Object.fromEntries(
    Object.entries(type.struct).map(([name, its]) => [name, converted(members[name], its)]),
  );
}
