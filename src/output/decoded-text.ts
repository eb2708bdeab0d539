/**
 * What a message says in its subprotocol, as one line that is safe to print, and as JSON.
 */
import { visible } from '../bytes/visible.js';
import { clip } from '../subprotocol/bounded.js';
import type { Answer, Decoded, JsonLike, Unit } from '../subprotocol/decoder.js';
import type { Message } from '../websocket/message-record.js';
import type { Colors } from './colors.js';
import { jsonString, jsonValue } from './json.js';

/** Tells what a message says, where it is known. */
export type Decode = (message: Message) => Decoded | undefined;

export const notDecoded: Decode = () => undefined;

/** `socket.io ack 3 of "echo" (answers 12 after 4.2 ms)` */
export function describeDecoded({ protocol, summary, answers, parts }: Decoded): string {
  const answered = answers ?? parts?.find((part) => part.answers !== undefined)?.answers;
  return visible(`${protocol} ${summary}`) + (answered === undefined ? '' : ` ${describeAnswer(answered)}`);
}

/** What stands in front of the content, with what tells them apart. */
export function decodedStart(decoded: Decoded | undefined, content: boolean): string {
  return decoded === undefined ? '' : `${describeDecoded(decoded)}${content ? ' | ' : ''}`;
}

export function describeAnswer({ message, latency }: Answer): string {
  return `(answers ${message} after ${formatLatency(latency)})`;
}

/** `350 µs`, `4.2 ms`, `1.25 s` */
function formatLatency(seconds: number): string {
  if (Math.abs(seconds) >= 1) return `${seconds.toFixed(2)} s`;
  const milliseconds = seconds * 1000;
  return Math.abs(milliseconds) >= 1
    ? `${milliseconds.toFixed(1)} ms`
    : `${(milliseconds * 1000).toFixed(0)} µs`;
}

/** Lines of a tree, and how much of a value is in one. */
const MAX_LINES = 32;
const MAX_VALUE = 200;

/** What a message says as a tree: its units, and the fields of each. */
export function decodedTree(decoded: Decoded, colors: Colors): string[] {
  const { protocol, parts } = decoded;
  const lines = [colors.label(`Message in ${visible(protocol)}: ${describeUnit(decoded)}`)];
  if (parts === undefined) lines.push(...fieldLines(decoded.value));
  else for (const part of parts) lines.push(`    ${describeUnit(part)}`, ...indented(fieldLines(part.value)));
  const more = lines.length - MAX_LINES;
  return more > 1 ? [...lines.slice(0, MAX_LINES), `    … ${more} more lines`] : lines;
}

const describeUnit = ({ summary, answers }: Unit): string =>
  visible(summary) + (answers === undefined ? '' : ` ${describeAnswer(answers)}`);

const indented = (lines: readonly string[]): string[] => lines.map((line) => `    ${line}`);

function fieldLines(value: JsonLike): string[] {
  if (value === null) return [];
  if (typeof value !== 'object' || Array.isArray(value)) return [`    ${valueText(value)}`];
  return Object.entries(value).map(([name, inner]) => `    ${visible(name)}: ${valueText(inner)}`);
}

const valueText = (value: JsonLike): string => visible(clip(JSON.stringify(value), MAX_VALUE));

export function decodedJson(decoded: Decoded): string {
  const { parts } = decoded;
  const several = parts === undefined ? '' : `,"parts":[${parts.map(unitJson).join(',')}]`;
  return `{${unitFields(decoded)}${several}}`;
}

const unitJson = (unit: Unit): string => `{${unitFields(unit)}}`;

function unitFields({ protocol, type, summary, value, answers }: Unit): string {
  const answered =
    answers === undefined ? 'null' : `{"message":${answers.message},"latency":${answers.latency}}`;
  return `"protocol":${jsonString(protocol)},"type":${jsonString(type)},"summary":${jsonString(summary)},"value":${jsonValue(value)},"answers":${answered}`;
}
