/**
 * Messages as CSV (RFC 4180), one row each, for spreadsheets and data frames.
 *
 * Strategy: text that is UTF-8 stands in `text`, all else in `base64`. A text that a spreadsheet would take for a formula gets
 * an apostrophe in front, as https://owasp.org/www-community/attacks/CSV_Injection advises.
 */
import { formatEpoch } from '../output/time.js';
import type { TextWriter } from '../output/writer.js';
import type { Message } from '../websocket/message-record.js';
import { messageOpcodeName } from '../websocket/opcode.js';
import type { Exporter } from './exporter.js';

export const CSV_COLUMNS = [
  'message',
  'session',
  'client',
  'server',
  'host',
  'path',
  'subprotocol',
  'sender',
  'opcode',
  'time',
  'length',
  'compressed',
  'wire_length',
  'complete',
  'packet',
  'close_code',
  'text',
  'base64',
] as const;

export class CsvExport implements Exporter {
  /** `shown`: what is written of a text. */
  constructor(
    private readonly writer: TextWriter,
    private readonly shown: (text: string) => string = asItIs,
  ) {}

  begin(): void {
    this.row(CSV_COLUMNS);
  }

  message(message: Message): void {
    const { number, session, sender, opcode, timestamp, length, content, validText, close } = message;
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    this.row([
      number,
      session.number,
      session.client,
      session.server,
      session.host,
      session.path,
      session.handshake?.subprotocol,
      sender,
      messageOpcodeName(opcode),
      formatEpoch(timestamp),
      length,
      message.compressed,
      message.wireLength,
      message.complete,
      message.packets.at(-1),
      close?.code,
      validText ? bytes.toString('utf8') : close?.reason,
      validText ? undefined : { plain: bytes.toString('base64') },
    ]);
  }

  closed(): void {}

  end(): void {}

  close(): void {}

  private row(values: readonly CsvValue[]): void {
    this.writer.write(csvRow(values, this.shown));
  }
}

/** A number that is too long for a double, and base64, which is no formula either, are given as `plain` text. */
export type CsvValue = string | number | boolean | { readonly plain: string } | undefined;

/** With its line end; `shown`: what is written of a text, where that is a terminal. */
export function csvRow(values: readonly CsvValue[], shown: (text: string) => string = asItIs): string {
  return `${values.map((value) => cell(value, shown)).join(',')}\r\n`;
}

function asItIs(text: string): string {
  return text;
}

/** The full-width forms are = + - @ to some spreadsheets. */
const FORMULA = /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
const QUOTED = /[",\r\n]/;

function cell(value: CsvValue, shown: (text: string) => string): string {
  if (typeof value === 'object') return value.plain;
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const text = shown(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
