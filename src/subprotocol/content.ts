/**
 * The content of a message as decoders look at it: octets, text, JSON.
 */
import { isUtf8 } from 'node:buffer';
import { jsonShape } from '../bytes/json-shape.js';
import type { Message } from '../websocket/message-record.js';
import { BINARY, TEXT } from '../websocket/opcode.js';
import { bounded, clip } from './bounded.js';
import type { JsonLike } from './decoder.js';

const PREVIEW = 60;
/** Octets of a payload that are looked at to tell of it. */
const MAX_TEXT = 16 * 1024;

/** The same octets, with the methods of a Buffer. */
export const bufferOf = ({ buffer, byteOffset, length }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, length);

export const isText = ({ opcode, validText }: Message): boolean => opcode === TEXT && validText;

export const textOf = ({ content }: Message): string => bufferOf(content).toString();

/** Whether a text begins and ends as an object of JSON (RFC 8259 §4), or, if they are wanted, an array (§5). */
export function mayBeJson(message: Message, lists: boolean): boolean {
  return isText(message) && looksLikeJson(message, lists);
}

function looksLikeJson({ content }: Message, lists: boolean): boolean {
  const shape = jsonShape(content);
  return shape === 'object' || (lists && shape === 'array');
}

/** A binary message that is UTF-8 and may be an object or array of JSON, as the text that it might have been. */
export function jsonText(message: Message): Message | undefined {
  if (message.opcode !== BINARY || !looksLikeJson(message, true) || !isUtf8(message.content))
    return undefined;
  return { ...message, opcode: TEXT, validText: true };
}

/** Undefined where it is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A body whose format is not known: as text where it is some, else as base64. */
export function bodyFacts(body: Uint8Array): { readonly [name: string]: JsonLike } {
  const shown = bufferOf(body.length > MAX_TEXT ? body.subarray(0, MAX_TEXT) : body);
  if (isUtf8(body)) return { length: body.length, payload: bounded(shown.toString()) };
  return { length: body.length, payloadBase64: bounded(shown.toString('base64')) };
}

/** The beginning of a body within a summary: `: text`, or nothing where it is no text. */
export function bodyPreview(body: Uint8Array): string {
  if (body.length === 0 || !isUtf8(body)) return '';
  return `: ${clip(bufferOf(body.subarray(0, 4 * PREVIEW)).toString(), PREVIEW)}`;
}

/** `1 byte`, `12 bytes`. */
export const octets = (count: number): string => (count === 1 ? '1 byte' : `${count} bytes`);
