/**
 * Fields of what frames and messages carry: payloads by opcode, Closes, and what fragments make together. Names are Wireshark's.
 *
 * Of frames what a whole message says is that of its last frame, as in tshark; where a payload is empty there is none.
 */
import { type CloseBody, decodeClose } from '../websocket/close.js';
import { type Frame, isWholeMessage } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT } from '../websocket/opcode.js';
import {
  type Field,
  type FieldType,
  frameField,
  type Getter,
  itemField,
  ofEndedMessage,
  type Value,
} from './field.js';

export const OPCODES = {
  continuation: CONTINUATION,
  text: TEXT,
  binary: BINARY,
  close: CLOSE,
  'connection close': CLOSE,
  ping: PING,
  pong: PONG,
};

const bytesOf = (item: Frame | Message): Uint8Array => ('payload' in item ? item.payload : item.content);

/** Payload of the frames, or content of the messages, with one opcode; as in tshark there is none where it is empty. */
const payloadField = (
  name: string,
  type: FieldType,
  meaning: string,
  wanted: (opcode: number) => boolean,
): Field => ({
  ...itemField(name, type, meaning, (item) => {
    const bytes = bytesOf(item);
    return wanted(item.opcode) && bytes.length > 0 ? bytes : undefined;
  }),
  payload: true,
});

/**
 * Text of messages, and of the frames that end one, as in tshark: fragments before its last are none. Of a text in one
 * frame that is not compressed the frame has it all.
 */
const textOf: Getter<Frame> = (frame, { message }) => {
  if (frame.messageOpcode !== TEXT || !frame.fin) return undefined;
  const bytes = isWholeMessage(frame) ? frame.payload : message?.(frame)?.content;
  return bytes === undefined || bytes.length === 0 ? undefined : bytes;
};

/** As in tshark there is no reason where it is empty. */
function closeField(name: string, type: FieldType, meaning: string, part: 'code' | 'reason'): Field {
  const partOf = (body: CloseBody | undefined) => (body?.[part] === '' ? undefined : body?.[part]);
  return {
    name,
    type,
    meaning,
    payload: true,
    of: {
      frame: ({ opcode, payload }) => (opcode === CLOSE ? partOf(decodeClose(payload)) : undefined),
      message: ({ close }) => partOf(close),
      session: ({ close }) =>
        [partOf(close.client?.body), partOf(close.server?.body)].filter((value) => value !== undefined),
    },
  };
}

const isReserved = (opcode: number) => !Object.values(OPCODES).includes(opcode);

function textField(): Field {
  const field = payloadField(
    'websocket.payload.text',
    'text',
    'that of a text, at its last frame',
    (opcode) => opcode === TEXT,
  );
  return { ...field, message: true, of: { ...field.of, frame: textOf } };
}

/** As in tshark the last frame of a message has the message in its place, unless that has no beginning. */
function continuationField(): Field {
  const field = payloadField(
    'websocket.payload.continue',
    'bytes',
    'that of a continuation, but for the last one',
    (opcode) => opcode === CONTINUATION,
  );
  const frame: Getter<Frame> = (record, context) =>
    record.fin && record.messageOpcode !== CONTINUATION ? undefined : field.of.frame?.(record, context);
  return { ...field, of: { ...field.of, frame } };
}

/** Of a message of several frames, at the last of them. */
function fragmentsField(
  name: string,
  type: FieldType,
  meaning: string,
  get: (message: Message) => Value,
): Field {
  const message = (record: Message) => (record.frames.length > 1 ? get(record) : undefined);
  return ofEndedMessage({ name, type, meaning, of: { message } });
}

export const payloadFields: readonly Field[] = [
  frameField('websocket.masked_payload', 'label', 'it has a payload, and that is masked', (frame) =>
    frame.masked && frame.length > 0 ? true : undefined,
  ),
  payloadField('websocket.payload', 'bytes', 'unmasked payload; content of a message', () => true),
  textField(),
  continuationField(),
  payloadField('websocket.payload.ping', 'bytes', 'that of a Ping', (opcode) => opcode === PING),
  payloadField('websocket.payload.pong', 'bytes', 'that of a Pong', (opcode) => opcode === PONG),
  payloadField('websocket.payload.unknown', 'bytes', 'that of a reserved opcode', isReserved),
  payloadField('websocket.payload.close', 'bytes', 'that of a Close', (opcode) => opcode === CLOSE),
  { ...closeField('websocket.payload.close.status_code', 'number', 'code of a Close', 'code'), max: 0xffff },
  closeField('websocket.payload.close.reason', 'string', 'reason of a Close', 'reason'),
  fragmentsField('websocket.fragments', 'label', 'it ends a message of several frames', () => true),
  fragmentsField(
    'websocket.fragment.count',
    'number',
    'frames of the message that it ends, of several',
    ({ frames }) => frames.length,
  ),
  fragmentsField(
    'websocket.reassembled.length',
    'number',
    'octets of their payloads on the wire',
    ({ wireLength }) => wireLength,
  ),
];
