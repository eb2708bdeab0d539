/**
 * Values that SQL gave, as JSON and as text.
 *
 * Strategy: by type, since a value alone does not tell: numbers keep all their digits, JSON stays JSON, octets are base64,
 * lists and structs are arrays and objects, and what JSON has no word for (dates, intervals) is the text that DuckDB gives it.
 */
import type * as DuckDB from '@duckdb/node-api';
import { escapeUnsafe, jsonString } from '../output/json.js';

type Value = DuckDB.DuckDBValue;
type Type = DuckDB.DuckDBType;

export class ResultText {
  private readonly numbers: ReadonlySet<number>;

  constructor(private readonly duckdb: typeof DuckDB) {
    const { DuckDBTypeId: Id } = duckdb;
    this.numbers = new Set([
      Id.TINYINT,
      Id.SMALLINT,
      Id.INTEGER,
      Id.BIGINT,
      Id.HUGEINT,
      Id.UTINYINT,
      Id.USMALLINT,
      Id.UINTEGER,
      Id.UBIGINT,
      Id.UHUGEINT,
      Id.BIGNUM,
      Id.DECIMAL,
      Id.FLOAT,
      Id.DOUBLE,
    ]);
  }

  isNumber(type: Type): boolean {
    return this.numbers.has(type.typeId);
  }

  isBlob(type: Type): boolean {
    return type.typeId === this.duckdb.DuckDBTypeId.BLOB;
  }

  json(value: Value, type: Type): string {
    const { duckdb } = this;
    if (value === null) return 'null';
    if (typeof value === 'boolean') return String(value);
    // RFC 8259 §6: infinity and NaN are no numbers of JSON.
    if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'null';
    if (this.isNumber(type)) return String(value);
    if (value instanceof duckdb.DuckDBBlobValue) return `"${base64(value.bytes)}"`;
    if (value instanceof duckdb.DuckDBListValue || value instanceof duckdb.DuckDBArrayValue) {
      const { valueType } = type as DuckDB.DuckDBListType;
      return `[${value.items.map((item) => this.json(item, valueType)).join(',')}]`;
    }
    if (value instanceof duckdb.DuckDBStructValue) {
      const { entryNames, entryTypes } = type as DuckDB.DuckDBStructType;
      const members = entryNames.map(
        (name, i) => `${jsonString(name)}:${this.json(value.entries[name], entryTypes[i])}`,
      );
      return `{${members.join(',')}}`;
    }
    if (value instanceof duckdb.DuckDBMapValue) {
      const { keyType, valueType } = type as DuckDB.DuckDBMapType;
      const members = value.entries.map(
        ({ key, value: member }) =>
          `${jsonString(this.text(key, keyType) ?? 'null')}:${this.json(member, valueType)}`,
      );
      return `{${members.join(',')}}`;
    }
    const text = String(value);
    return type.alias === 'JSON' ? (compactJson(text) ?? jsonString(text)) : jsonString(text);
  }

  /** For a cell: undefined is NULL. */
  text(value: Value, type: Type): string | undefined {
    if (value === null) return undefined;
    if (typeof value === 'object' && isNested(value, this.duckdb)) return this.json(value, type);
    if (value instanceof this.duckdb.DuckDBBlobValue) return base64(value.bytes);
    return String(value);
  }
}

function isNested(value: Value, duckdb: typeof DuckDB): boolean {
  return [
    duckdb.DuckDBListValue,
    duckdb.DuckDBArrayValue,
    duckdb.DuckDBStructValue,
    duckdb.DuckDBMapValue,
  ].some((type) => value instanceof type);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** JSON in one line, with all digits of its numbers; undefined for what only DuckDB takes for JSON (NaN). */
function compactJson(text: string): string | undefined {
  try {
    JSON.parse(text);
  } catch {
    return undefined;
  }
  // Raw, these stand between tokens only (RFC 8259 §7).
  return escapeUnsafe(text.replaceAll(/[\n\r\t]/g, ' '));
}
