/**
 * A payload as one line of text that is safe to print: text with its control characters made visible, a
 * Close with its code, binary as hexadecimal.
 */
import { isUtf8 } from 'node:buffer';
import { formatHex } from '../bytes/hex.js';
import { endOfWhole, Utf8Validator } from '../bytes/utf8.js';
import { visible } from '../bytes/visible.js';
import { closeCodeName, decodeClose } from '../websocket/close.js';
import type { Frame } from '../websocket/frame-record.js';
import { CLOSE, isControl, PING, PONG, TEXT } from '../websocket/opcode.js';
import type { ByteWriter } from './byte-writer.js';
import { VISIBLE } from './escape.js';

/** Octets that a preview looks at; no terminal shows more in one line. */
export const PREVIEW_BYTES = 512;

/** Octets that are shown in hexadecimal. */
const HEX_BYTES = 64;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function preview(frame: Frame): string {
  const { opcode, messageOpcode } = frame;
  const payload = frame.payload.subarray(0, PREVIEW_BYTES);
  if (payload.length === 0) return '';
  if (frame.compressed) return `<deflate> ${formatHex(payload, HEX_BYTES)}`;
  if (opcode === CLOSE) return previewClose(payload);
  if (messageOpcode === TEXT) return visible(decodeText(payload, frame.length));
  if ((opcode === PING || opcode === PONG) && isPrintable(payload)) return visible(decoder.decode(payload));
  return formatHex(payload, HEX_BYTES);
}

/** Writes what preview() gives: from octets to octets where there are many such frames. */
export function writePreview(writer: ByteWriter, frame: Frame): void {
  const { payload } = frame;
  if (isControl(frame.opcode)) writer.write(preview(frame));
  else if (frame.messageOpcode === TEXT && !frame.compressed) writeText(writer, payload, frame.length);
  else {
    if (frame.compressed && payload.length > 0) writer.write('<deflate> ');
    writeHex(writer, payload);
  }
}

/** Writes the beginning of the payload of a text, of `length` octets on the wire. */
export function writeText(writer: ByteWriter, payload: Uint8Array, length: number): void {
  const shown = payload.length > PREVIEW_BYTES ? payload.subarray(0, PREVIEW_BYTES) : payload;
  const isCut = shown.length === PREVIEW_BYTES && length !== PREVIEW_BYTES;
  const end = isCut ? endOfWhole(shown, 0, PREVIEW_BYTES) : shown.length;
  const isWhole = end === shown.length;
  const isText = isWhole || new Utf8Validator().push(shown, end, shown.length);
  if (!isText || !writer.escaped(isWhole ? shown : shown.subarray(0, end), VISIBLE))
    writer.write(visible(decodeText(shown, length)));
}

/** Writes the beginning of the payload in hexadecimal. */
export function writeHex(writer: ByteWriter, payload: Uint8Array): void {
  const isLong = payload.length > HEX_BYTES;
  writer.hex(isLong ? payload.subarray(0, HEX_BYTES) : payload);
  if (isLong) writer.write(' …');
}

/** A character that the limit cuts in two is left out: the payload itself may be whole. */
export function decodeText(payload: Uint8Array, length: number): string {
  if (payload.length < PREVIEW_BYTES || length === PREVIEW_BYTES) return decoder.decode(payload);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(payload, { stream: true });
}

function previewClose(payload: Uint8Array): string {
  const body = decodeClose(payload);
  if (body === undefined) return formatHex(payload, HEX_BYTES);
  const text = `${body.code} ${closeCodeName(body.code)}`;
  return body.reason === '' ? text : `${text}: ${visible(body.reason)}`;
}

export function isPrintable(payload: Uint8Array): boolean {
  return isUtf8(payload) && payload.every((byte) => byte >= 0x20 && byte !== 0x7f);
}
