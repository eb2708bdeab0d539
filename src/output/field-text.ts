/**
 * The fields of filters as text: a line, a row of a table or a JSON object each.
 */
import { type Field, RECORD_KINDS } from '../filter/index.js';
import type { Colors } from './colors.js';
import { jsonString } from './json.js';
import { type Column, fittingColumns, StreamingTable } from './table.js';
import type { TextWriter } from './writer.js';

/** `websocket.opcode    number    FM--  opcode, or its name: text, …` */
export function fieldLine(field: Field): string {
  const { name, type } = field;
  return `${name.padEnd(41)}${type.padEnd(9)}${recordLetters(field)}  ${describe(field)}`;
}

/** One line of JSON, without the line end. */
export function fieldJson(field: Field): string {
  const { name, type, of, meaning, names = {} } = field;
  const records = RECORD_KINDS.filter((kind) => of[kind] !== undefined);
  return (
    `{"field":"${name}","type":"${type}","records":${JSON.stringify(records)},` +
    `"meaning":${jsonString(meaning)},"names":${JSON.stringify(names)}}`
  );
}

interface FieldColumn extends Column {
  readonly cell: (field: Field) => string;
}

const columns: readonly FieldColumn[] = [
  { title: 'Field', width: 39, wrap: true, cell: ({ name }) => name },
  { title: 'Type', width: 7, dispensable: 1, cell: ({ type }) => type },
  { title: 'Of', width: 4, dispensable: 2, cell: recordLetters },
];

export function writeFieldTable(
  writer: TextWriter,
  fields: readonly Field[],
  colors: Colors,
  width: number,
): void {
  const shown = fittingColumns(columns, width, 25);
  const table = new StreamingTable([...shown, { title: 'Meaning', wrap: true }], writer, width, colors.label);
  for (const field of fields) table.add([...shown.map(({ cell }) => cell(field)), describe(field)]);
  table.end();
}

/** Which records have it: `FMSf` are frames, messages, sessions and findings. */
function recordLetters({ of }: Field): string {
  const letters = { frame: 'F', message: 'M', session: 'S', finding: 'f' };
  return RECORD_KINDS.map((kind) => (of[kind] === undefined ? '-' : letters[kind])).join('');
}

function describe({ meaning, names }: Field): string {
  return names === undefined ? meaning : `${meaning}: ${Object.keys(names).join(', ')}`;
}
