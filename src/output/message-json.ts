/**
 * A message as a JSON object. The names are a contract, documented in the README.
 */
import type { Message } from '../websocket/message-record.js';
import { CONTINUATION, opcodeName } from '../websocket/opcode.js';
import type { Session } from '../websocket/session.js';
import { jsonOrNull, jsonString, rangeJson } from './json.js';
import { formatEpoch } from './time.js';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** One line, without the line end. */
export function messageJson(message: Message): string {
  const { close, confidence, content } = message;
  const kept = content.length < message.length ? `,"contentKept":${content.length}` : '';
  return (
    `{"message":${message.number},${sessionFields(message.session)},"sender":"${message.sender}",` +
    `"opcode":"${opcodeText(message.opcode)}","time":${formatEpoch(message.timestamp)},` +
    `"firstTime":${formatEpoch(message.firstTimestamp)},"length":${message.length},${contentJson(message)},` +
    `"closeCode":${close?.code ?? null},"closeReason":${jsonOrNull(close?.reason)},` +
    `"compressed":${message.compressed},"wireLength":${message.wireLength},` +
    `"frames":[${message.frames.join(',')}],"packets":[${message.packets.join(',')}],` +
    `"complete":${message.complete},"unknownRanges":[${message.unknownRanges.map(rangeJson).join(',')}]${kept}` +
    `${confidence < 1 ? `,"confidence":${confidence}` : ''}}`
  );
}

/** Of what a message is whose beginning is missing, nobody knows: no name of a message, but the number. */
function opcodeText(opcode: number): string {
  return opcode === CONTINUATION ? '0' : opcodeName(opcode);
}

const sessionTexts = new WeakMap<Session, string>();

function sessionFields(session: Session): string {
  let text = sessionTexts.get(session);
  if (text === undefined) {
    const { handshake } = session;
    text =
      `"session":${session.number},"client":${jsonString(session.client)},` +
      `"server":${jsonString(session.server)},"path":${jsonOrNull(session.path)},` +
      `"subprotocol":${jsonOrNull(handshake?.subprotocol)}`;
    sessionTexts.set(session, text);
  }
  return text;
}

/** A string for a text message that is UTF-8, base64 for all else. */
function contentJson({ content, validText }: Message): string {
  if (validText) return `"content":${jsonString(decoder.decode(content))}`;
  const base64 = Buffer.from(content.buffer, content.byteOffset, content.length).toString('base64');
  return `"contentBase64":"${base64}"`;
}
