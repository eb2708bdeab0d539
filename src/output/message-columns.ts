/**
 * The columns of the message list: each field of a message as text, shared by the table and the text lines.
 */
import { formatHex } from '../bytes/hex.js';
import { visible } from '../bytes/visible.js';
import { type CloseBody, closeCodeName } from '../websocket/close.js';
import type { Message } from '../websocket/message-record.js';
import { CLOSE, CONTINUATION, isControl, TEXT } from '../websocket/opcode.js';
import type { ByteWriter } from './byte-writer.js';
import { type Decode, decodedStart, notDecoded } from './decoded-text.js';
import { type ColumnContext, formatDoubt } from './frame-columns.js';
import { formatRemarks, type ListColumns, listColumns } from './list-columns.js';
import { decodeText, isPrintable, PREVIEW_BYTES, writeHex, writeText } from './preview.js';

export interface MessageColumns extends ListColumns {
  readonly length: string;
  /** Octets on the wire of a compressed message, else empty. */
  readonly wire: string;
  readonly frames: string;
  readonly remark: string;
  /** Begins with what it says in its subprotocol. */
  readonly content: string;
}

export function messageColumns(
  message: Message,
  context: ColumnContext,
  decode: Decode = notDecoded,
): MessageColumns {
  const content = previewContent(message);
  return {
    ...listColumns(message, context),
    length: String(message.length),
    wire: message.compressed ? String(message.wireLength) : '',
    frames: String(message.frames.length),
    remark: formatRemarks(messageRemarks(message)),
    content: decodedStart(decode(message), content !== '') + content,
  };
}

/** What is remarkable of a message, as facts. */
export function messageRemarks(message: Message): string[] {
  const list: string[] = [];
  if (message.confidence < 1) list.push(formatDoubt(message));
  if (message.opcode === CONTINUATION) list.push('beginning missing');
  const unknown = message.unknownRanges.reduce((sum, { length }) => sum + length, 0);
  if (unknown > 0) list.push(`${unknown} of ${message.length} bytes unknown`);
  if (message.failure !== undefined) list.push(`deflate: ${message.failure}`);
  else if (!message.complete && unknown === 0 && message.opcode !== CONTINUATION) list.push('incomplete');
  else if (isWholeText(message) && !message.validText) list.push('not UTF-8');
  return list;
}

/** Text that is known and was kept to its end: if it is not UTF-8, its sender made it so. */
function isWholeText({ opcode, complete, content, length }: Message): boolean {
  return opcode === TEXT && complete && content.length === length;
}

/** One line, at most PREVIEW_BYTES of content, with everything that a terminal would act on made visible. */
function previewContent(message: Message): string {
  const { opcode, close, length } = message;
  const content = message.content.subarray(0, PREVIEW_BYTES);
  if (content.length === 0) return '';
  if (opcode === CLOSE) return close === undefined ? formatHex(content, 64) : describeClose(close);
  if (message.validText || (isControl(opcode) && isPrintable(content)))
    return visible(decodeText(content, length));
  return formatHex(content, 64);
}

/** Writes what previewContent() gives: from octets to octets where there are many such messages. */
export function writeContent(writer: ByteWriter, message: Message): void {
  const { content, length, opcode, validText } = message;
  if (validText) writeText(writer, content, length);
  else if (isControl(opcode)) writer.write(previewContent(message));
  else writeHex(writer, content);
}

/** `1000 Normal Closure: bye`, as in the frame list. */
function describeClose({ code, reason }: CloseBody): string {
  return `${code} ${closeCodeName(code)}${reason === '' ? '' : `: ${visible(reason)}`}`;
}
