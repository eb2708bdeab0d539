/**
 * What a message says in its subprotocol, as one line that is safe to print, and as JSON.
 */
import { visible } from '../bytes/visible.js';
import type { Answer, Decoded, Unit } from '../subprotocol/decoder.js';
import type { Message } from '../websocket/message-record.js';
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

export function decodedJson(decoded: Decoded): string {
  const { parts } = decoded;
  const several =
    parts === undefined ? '' : `,"parts":[${parts.map((part) => `{${unitFields(part)}}`).join(',')}]`;
  return `{"protocol":${jsonString(decoded.protocol)},${unitFields(decoded)}${several}}`;
}

function unitFields({ type, summary, value, answers }: Unit): string {
  const answered =
    answers === undefined ? 'null' : `{"message":${answers.message},"latency":${answers.latency}}`;
  return `"type":${jsonString(type)},"summary":${jsonString(summary)},"value":${jsonValue(value)},"answers":${answered}`;
}
