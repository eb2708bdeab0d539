/**
 * A frame as a JSON object. The names are a contract, documented in the README.
 *
 * Strategy: the text is put together by hand in the fixed order of the contract; only strings that come from
 * the capture go through the escaper. `time` and `length` are written with all their digits, more than a
 * double holds.
 */
import { isUtf8 } from 'node:buffer';
import { decodeClose } from '../websocket/close.js';
import type { Frame } from '../websocket/frame-record.js';
import { formatKey } from '../websocket/mask.js';
import { CLOSE, opcodeName, TEXT } from '../websocket/opcode.js';
import type { Session } from '../websocket/session.js';
import { jsonOrNull, jsonString, rangeJson } from './json.js';
import { formatEpoch } from './time.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** One line, without the line end. */
export function frameJson(frame: Frame): string {
  let text =
    `{"frame":${frame.number},"time":${formatEpoch(frame.timestamp)},${sessionFields(frame.session)},` +
    `"sender":"${frame.sender}",` +
    `"fin":${frame.fin},"rsv1":${frame.rsv1},"rsv2":${frame.rsv2},"rsv3":${frame.rsv3},` +
    `"opcode":"${opcodeName(frame.opcode)}","masked":${frame.masked},` +
    `"maskingKey":${frame.masked ? `"${formatKey(frame.maskingKey)}"` : 'null'},` +
    `"lengthForm":${frame.lengthForm},"length":${exact(frame)},${payloadJson(frame)}`;
  if (frame.opcode === CLOSE) text += closeJson(frame);
  text += `,"streamOffset":${frame.streamOffset},"packets":[${packetNumbers(frame).join(',')}]`;
  text += `,"complete":${frame.complete}`;
  if (frame.confidence < 1) text += `,"confidence":${frame.confidence}`;
  if (frame.payload.length < keepable(frame)) text += `,"payloadKept":${frame.payload.length}`;
  if (!frame.complete)
    text += `,"truncated":${frame.truncated},"missing":[${frame.missing.map(rangeJson).join(',')}]`;
  return `${text}}`;
}

/** What is the same in all frames of a session: escaped once, not per frame. */
const sessionTexts = new WeakMap<Session, string>();

function sessionFields(session: Session): string {
  let text = sessionTexts.get(session);
  if (text === undefined) {
    text =
      `"session":${session.number},"client":${jsonString(session.client)},` +
      `"server":${jsonString(session.server)},"path":${jsonOrNull(session.path)}`;
    sessionTexts.set(session, text);
  }
  return text;
}

/** The packets that carried the frame, each once, in stream order. */
export function packetNumbers(frame: Frame): number[] {
  const numbers: number[] = [];
  for (const { packet } of frame.pieces) if (numbers[numbers.length - 1] !== packet) numbers.push(packet);
  return numbers.length > 1 ? [...new Set(numbers)] : numbers;
}

/** A string for text that is whole and valid UTF-8 within the frame, base64 for all else. */
function payloadJson(frame: Frame): string {
  const { payload } = frame;
  if (frame.messageOpcode === TEXT && !frame.compressed && isUtf8(payload))
    return `"payload":${jsonString(decoder.decode(payload))}`;
  const base64 = Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('base64');
  return `"payloadBase64":"${base64}"`;
}

function closeJson(frame: Frame): string {
  const body = decodeClose(frame.payload);
  if (body === undefined) return ',"closeCode":null,"closeReason":null';
  return `,"closeCode":${body.code},"closeReason":${jsonString(body.reason)}`;
}

function exact(frame: Frame): string {
  return String(frame.length > Number.MAX_SAFE_INTEGER ? frame.exactLength : frame.length);
}

/** Payload octets up to the last captured one: fewer are kept where a limit was hit. */
function keepable({ length, missing, truncated }: Frame): number {
  const last = missing[missing.length - 1];
  const isTail = last !== undefined && (truncated || last.offset + last.length === length);
  return isTail ? last.offset : length;
}
