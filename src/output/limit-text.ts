/**
 * The limits as text: a line, a row of a table or a JSON object each.
 */
import { LIMITS, type LimitKey, limitName } from '../limits.js';
import type { Colors } from './colors.js';
import { jsonString } from './json.js';
import { type Column, fittingColumns, StreamingTable } from './table.js';
import type { TextWriter } from './writer.js';

/** `held-total              32MiB      bytes behind holes in all connections; …` */
export function limitLine(key: LimitKey): string {
  return `${limitName(key).padEnd(24)}${describeDefault(key).padEnd(11)}${describe(key)}`;
}

/** One line of JSON, without the line end. */
export function limitJson(key: LimitKey): string {
  const { default: value, unit, meaning, defect } = LIMITS[key];
  return (
    `{"limit":"${limitName(key)}","option":"${key}","default":${value},"unit":"${unit}",` +
    `"meaning":${jsonString(meaning)},"defect":${defect === undefined ? 'null' : jsonString(defect)}}`
  );
}

interface LimitColumn extends Column {
  readonly cell: (key: LimitKey) => string;
}

const columns: readonly LimitColumn[] = [
  { title: 'Limit', width: 21, wrap: true, cell: limitName },
  { title: 'Default', width: 7, dispensable: 1, align: 'right', cell: describeDefault },
];

export function writeLimitTable(
  writer: TextWriter,
  keys: readonly LimitKey[],
  colors: Colors,
  width: number,
): void {
  const shown = fittingColumns(columns, width, 15);
  const table = new StreamingTable(
    [...shown, { title: 'What is bounded; and what becomes of the rest', wrap: true }],
    writer,
    width,
    colors.label,
  );
  for (const key of keys) table.add([...shown.map(({ cell }) => cell(key)), describe(key)]);
  table.end();
}

/** As it could be given: `32MiB`. */
export function describeDefault(key: LimitKey): string {
  const { default: value, unit } = LIMITS[key];
  if (unit !== 'bytes') return `${value}`;
  const size = [30, 20, 10].find((bits) => value % 2 ** bits === 0);
  return size === undefined ? `${value}` : `${value / 2 ** size}${['KiB', 'MiB', 'GiB'][size / 10 - 1]}`;
}

function describe(key: LimitKey): string {
  const { unit, meaning } = LIMITS[key];
  return unit === 'count' ? meaning : `${unit} ${meaning}`;
}
