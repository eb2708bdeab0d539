/**
 * The tables in SQL: their types, and which of them a query names.
 */
import { TIME_DIGITS, type ValueType } from '../tables/column.js';
import { TABLE_NAMES, type TableName } from '../tables/tables.js';

/** As DuckDB writes it. */
export function sqlType(type: ValueType): string {
  if (type === 'TIME') return `DECIMAL(${TIME_DIGITS.precision},${TIME_DIGITS.scale})`;
  if (typeof type === 'string') return type;
  if ('list' in type) return `${sqlType(type.list)}[]`;
  const members = Object.entries(type.struct).map(([name, member]) => `"${name}" ${sqlType(member)}`);
  return `STRUCT(${members.join(', ')})`;
}

/** SQL that may ask for tables whose names are not in it: query('FROM ' || …), query_table(…). */
const INDIRECT = /\bquery(?:_table)?\b/i;

/** The tables whose names are in the SQL, be it as such or not: a table more costs time only. */
export function namedTables(sql: string): TableName[] {
  const text = sql.toLowerCase();
  return TABLE_NAMES.filter((name) => text.includes(name) || INDIRECT.test(sql));
}
