/**
 * Rules as text: the list of all, and one explained.
 */
import type { Rule } from '../rules/rule.js';
import type { Colors } from './colors.js';
import { jsonString } from './json.js';
import { type Column, fittingColumns, MIN_REST, PER_COLUMN, StreamingTable, takenBy } from './table.js';
import { wrap } from './width.js';
import type { TextWriter } from './writer.js';

/** `unmasked-client-frame       error    RFC 6455 §5.1    A client frame is not masked` */
export function ruleLine({ id, severity, section, title }: Rule, colors: Colors): string {
  return `${id.padEnd(28)}${colors.severity(severity, severity.padEnd(9))}${section.padEnd(21)}${title}`;
}

interface RuleColumn extends Column {
  readonly cell: (rule: Rule) => string;
}

/** Least width of the titles, where the section can give way. */
const MIN_TITLE = 30;

const columns: readonly RuleColumn[] = [
  { title: 'Rule', width: 26, cell: ({ id }) => id },
  { title: 'Severity', width: 8, cell: ({ severity }) => severity },
  { title: 'Section', width: 16, dispensable: 1, cell: ({ section }) => section },
];

export function writeRuleTable(
  writer: TextWriter,
  rules: readonly Rule[],
  colors: Colors,
  width: number,
): void {
  const shown = narrowed(fittingColumns(columns, width, MIN_TITLE), width);
  const table = new StreamingTable(
    [...shown, { title: 'What is wrong', wrap: true }],
    writer,
    width,
    colors.label,
  );
  for (const rule of rules) {
    const cells = shown.map(({ title, cell }) =>
      title === 'Severity' ? colors.severity(rule.severity, cell(rule)) : cell(rule),
    );
    table.add([...cells, rule.title]);
  }
  table.end();
}

/** On the narrowest terminals the severity gives way too, and at last the ids are broken. */
function narrowed(wide: readonly RuleColumn[], width: number): RuleColumn[] {
  const kept = fittingColumns(
    wide.map((column) => (column.title === 'Severity' ? { ...column, dispensable: 1 } : column)),
    width,
    MIN_REST,
  );
  const excess = Math.max(0, takenBy(kept) + PER_COLUMN + MIN_REST - width);
  return kept.map((column) =>
    column.title === 'Rule' ? { ...column, width: column.width! - excess, wrap: true } : column,
  );
}

/** All that is known of a rule, for people. */
export function explainRule(rule: Rule, colors: Colors, width: number): string {
  const { example } = rule;
  const parts: readonly [string, string][] = [
    ['What the RFC asks', rule.asks],
    ['Why', rule.why],
    ['How it happens', rule.causes],
    ['What the client does', rule.client],
    ['What the server does', rule.server],
  ];
  const [heading, ...rest] = wrap(`${rule.id}: ${rule.title}`, readable(width));
  const lines = [
    colors.label(rule.id) + heading.slice(rule.id.length),
    ...rest,
    `${colors.severity(rule.severity, rule.severity)}, ${rule.section}`,
    ...parts.flatMap(([title, text]) => ['', colors.label(title), ...fold(text, width)]),
    '',
    colors.label('Example'),
    ...example.bytes.split('\n').flatMap((line) => foldExample(line, width)),
    ...fold(example.explanation, width),
  ];
  return `${lines.join('\n')}\n`;
}

/** One line of JSON, without the line end. */
export function ruleJson(rule: Rule): string {
  const { id, section, severity, title, asks, why, causes, client, server, example } = rule;
  const fails = rule.fails === true;
  return (
    `{"rule":"${id}","severity":"${severity}","fails":${fails},"section":${jsonString(section)},"title":${jsonString(title)},` +
    `"asks":${jsonString(asks)},"why":${jsonString(why)},"causes":${jsonString(causes)},` +
    `"client":${jsonString(client)},"server":${jsonString(server)},` +
    `"example":{"bytes":${jsonString(example.bytes)},"explanation":${jsonString(example.explanation)}}}`
  );
}

/** Wider lines of prose would be harder to read. */
function readable(width: number): number {
  return Math.min(width, 80);
}

/** Prose, two columns in. */
function fold(text: string, width: number): string[] {
  return wrap(text, readable(width) - 2).map((line) => `  ${line}`);
}

/** A line of an example, four columns in; what is too long goes on farther in. */
function foldExample(line: string, width: number): string[] {
  const [first, ...rest] = line.length + 4 <= width ? [line] : wrap(line, width - 6);
  return [`    ${first}`, ...rest.map((more) => `      ${more}`)].map((one) => one.trimEnd());
}
