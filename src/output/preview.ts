/**
 * A payload as one line of text that is safe to print: text with its control characters made visible, a
 * Close with its code, binary as hexadecimal.
 */
import { isUtf8 } from 'node:buffer';
import { formatHex } from '../bytes/hex.js';
import { visible } from '../bytes/visible.js';
import { closeCodeName, decodeClose } from '../websocket/close.js';
import type { Frame } from '../websocket/frame-record.js';
import { CLOSE, PING, PONG, TEXT } from '../websocket/opcode.js';

/** Octets that a preview looks at; no terminal shows more in one line. */
export const PREVIEW_BYTES = 512;

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function preview(frame: Frame): string {
  const { opcode, messageOpcode } = frame;
  const payload = frame.payload.subarray(0, PREVIEW_BYTES);
  if (payload.length === 0) return '';
  if (frame.compressed) return `<deflate> ${formatHex(payload, 64)}`;
  if (opcode === CLOSE) return previewClose(payload);
  if (messageOpcode === TEXT) return visible(decodeText(payload, frame.length));
  if ((opcode === PING || opcode === PONG) && isPrintable(payload)) return visible(decoder.decode(payload));
  return formatHex(payload, 64);
}

/** A character that the limit cuts in two is left out: the payload itself may be whole. */
export function decodeText(payload: Uint8Array, length: number): string {
  if (payload.length < PREVIEW_BYTES || length === PREVIEW_BYTES) return decoder.decode(payload);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(payload, { stream: true });
}

function previewClose(payload: Uint8Array): string {
  const body = decodeClose(payload);
  if (body === undefined) return formatHex(payload, 64);
  const text = `${body.code} ${closeCodeName(body.code)}`;
  return body.reason === '' ? text : `${text}: ${visible(body.reason)}`;
}

export function isPrintable(payload: Uint8Array): boolean {
  return isUtf8(payload) && payload.every((byte) => byte >= 0x20 && byte !== 0x7f);
}
