/**
 * A session as a conversation: what each side says on its side of the page, with the time since what was said before.
 *
 * Strategy: written as the messages come, so that a long session costs no memory. Control frames are counted and told in one
 * line, unless they are asked for; a Close is always told.
 */
import { hexLines } from '../bytes/hex.js';
import { visible } from '../bytes/visible.js';
import { count } from '../rules/count.js';
import { secondsBetween, type Timestamp } from '../stream/place.js';
import type { Decoded } from '../subprotocol/decoder.js';
import { encodeExtensions } from '../websocket/extensions.js';
import type { Sender } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { CLOSE, CONTINUATION, isControl, opcodeName } from '../websocket/opcode.js';
import type { Session, SessionSummary } from '../websocket/session-record.js';
import { closeStory } from './close-story.js';
import type { Colors } from './colors.js';
import { type Decode, describeDecoded } from './decoded-text.js';
import type { ColumnContext } from './frame-columns.js';
import { formatRemarks } from './list-columns.js';
import { messageRemarks } from './message-columns.js';
import { prettyJson, prettyText } from './pretty-json.js';
import { isPrintable } from './preview.js';
import { carrierText } from './session-text.js';
import { formatTime } from './time.js';
import { wrap } from './width.js';
import type { TextWriter } from './writer.js';

export interface ConversationOptions {
  /** What messages say in their subprotocols. */
  readonly decode: Decode;
  /** Columns to keep to; undefined: lines are as long as they are. */
  readonly width: number | undefined;
  /** Control frames are told one by one. */
  readonly control: boolean;
  /** Long content is told to its end. */
  readonly full: boolean;
}

/** How far what the server says is moved to the right, where there is room. */
const SERVER_INDENT = 16;
const ROOMY = 72;
const DEFAULT_COLUMNS = 80;
/** Lines of a message that are told. */
const MOST_LINES = 40;
/** Octets of a message that are looked at for them. */
const MOST_OCTETS = 1 << 16;

export class Conversation {
  private before: Timestamp | undefined = undefined;
  /** Names of the control frames that were passed over, and how many of each. */
  private readonly passed = new Map<string, number>();

  constructor(
    private readonly writer: TextWriter,
    private readonly context: ColumnContext,
    private readonly colors: Colors,
    private readonly options: ConversationOptions,
  ) {}

  opened(session: Session): void {
    const { number, client, server, path, host, handshake, carrier, opened } = session;
    const { label, dim } = this.colors;
    const target = `${visible(host ?? '')}${visible(path ?? '')}`;
    this.line(`${label(`Session ${number}`)}  client ${client}, server ${server}  ${target}`.trimEnd());
    const { timeFormat, start } = this.context;
    const facts = [`opened ${formatTime(opened, timeFormat, start())}`, carrierText(carrier)];
    if (handshake?.subprotocol !== undefined) facts.push(`subprotocol ${visible(handshake.subprotocol)}`);
    const extensions = handshake?.extensions.extensions ?? [];
    if (extensions.length > 0) facts.push(visible(encodeExtensions(extensions)));
    if (handshake === undefined) facts.push('its handshake was not captured, or not whole');
    this.line(dim(facts.join(', ')));
    this.before = opened;
  }

  message(message: Message): void {
    const { opcode } = message;
    if (isControl(opcode) && opcode !== CLOSE && !this.options.control) {
      const name = opcodeName(opcode);
      this.passed.set(name, (this.passed.get(name) ?? 0) + 1);
      return;
    }
    this.tellPassed();
    const indent = this.indentOf(message.sender);
    this.line('');
    this.line(`${indent}${this.heading(message)}`);
    const decoded = this.options.decode(message);
    if (decoded !== undefined)
      for (const line of this.fitted(describeDecoded(decoded), message.sender))
        this.line(`${indent}  ${this.colors.label(line)}`);
    for (const line of this.content(message, decoded)) this.line(`${indent}  ${line}`);
    this.before = message.timestamp;
  }

  closed(summary: SessionSummary): void {
    this.tellPassed();
    this.line('');
    this.line(this.colors.dim(closeStory(summary)));
  }

  private heading(message: Message): string {
    const { sender, number, opcode, length, timestamp, compressed, wireLength } = message;
    const { timeFormat, start } = this.context;
    const arrow = sender === 'client' ? '▶' : '◀';
    const waited = this.before === undefined ? '' : `  ${since(this.before, timestamp)}`;
    const name = this.colors.opcode(opcode, opcode === CONTINUATION ? 'message' : opcodeName(opcode));
    const size = `${count(length, 'byte')}${compressed ? `, ${wireLength} deflated` : ''}`;
    const remarks = formatRemarks(messageRemarks(message));
    const when = this.colors.dim(`#${number}  ${formatTime(timestamp, timeFormat, start())}${waited}`);
    const about = `${name}, ${size}${remarks === '' ? '' : `  ${this.colors.remark(remarks)}`}`;
    return `${arrow} ${this.colors.label(sender)}  ${when}  ${about}`;
  }

  private content(message: Message, decoded: Decoded | undefined): string[] {
    const { opcode, close, content, validText } = message;
    if (opcode === CLOSE) {
      if (close === undefined) return hexLines(content);
      return [`${close.code}${close.reason === '' ? '' : ` ${visible(close.reason)}`}`];
    }
    if (content.length === 0) return [];
    const shown = this.options.full ? content : content.subarray(0, MOST_OCTETS);
    const lines =
      validText || (isControl(opcode) && isPrintable(shown))
        ? this.textLines(shown, message)
        : [...this.valueLines(message, decoded), ...hexLines(shown)];
    if (this.options.full || (lines.length <= MOST_LINES && shown.length === content.length)) return lines;
    const more = `… ${content.length} bytes in all (--full shows them)`;
    return [...lines.slice(0, MOST_LINES), this.colors.dim(more)];
  }

  /** JSON is laid out; of other text each line is one. */
  private textLines(content: Uint8Array, { sender }: Message): string[] {
    const text = Buffer.from(content).toString('utf8');
    const lines = prettyText(text, this.columnsOf(sender)) ?? text.split(/\r?\n/);
    return lines.flatMap((line) => this.fitted(visible(line), sender));
  }

  /** What binary says in its subprotocol, laid out as JSON is. */
  private valueLines({ sender }: Message, decoded: Decoded | undefined): string[] {
    const units = decoded === undefined ? [] : (decoded.parts ?? [decoded]);
    return units.flatMap(({ type, value }) => {
      if (type === 'part' || typeof value !== 'object' || value === null) return [];
      const lines = prettyJson(JSON.stringify(value), this.columnsOf(sender)) ?? [];
      return lines.flatMap((line) => this.fitted(visible(line), sender));
    });
  }

  /** A line over as many as it takes where there is a width to keep to. */
  private fitted(line: string, sender: Sender): string[] {
    return this.options.width === undefined ? [line] : wrapped(line, this.columnsOf(sender));
  }

  private columnsOf(sender: Sender): number {
    const { width = DEFAULT_COLUMNS } = this.options;
    return Math.max(20, width - this.indentOf(sender).length - 2);
  }

  private tellPassed(): void {
    if (this.passed.size === 0) return;
    const parts = [...this.passed].map(([name, count]) => `${count} ${name}`);
    this.passed.clear();
    this.line('');
    this.line(this.colors.dim(`· ${parts.join(', ')} (--control shows them)`));
  }

  private indentOf(sender: Sender): string {
    const { width = DEFAULT_COLUMNS } = this.options;
    return sender === 'server' && width >= ROOMY ? ' '.repeat(SERVER_INDENT) : '';
  }

  private line(text: string): void {
    this.writer.write(`${text.trimEnd()}\n`);
  }
}

/** `+0.0012 s`, with as many digits as it takes. */
export function since(before: Timestamp, time: Timestamp): string {
  const seconds = secondsBetween(before, time);
  const digits = Math.abs(seconds) < 0.01 ? 6 : Math.abs(seconds) < 10 ? 3 : 1;
  return `${seconds < 0 ? '-' : '+'}${Math.abs(seconds).toFixed(digits)} s`;
}

/** What a line is indented by, its continuations are, too. */
function wrapped(line: string, columns: number): string[] {
  const [indent] = /^ */.exec(line)!;
  const room = Math.max(10, columns - indent.length);
  return wrap(line.slice(indent.length), room).map((part) => indent + part);
}
