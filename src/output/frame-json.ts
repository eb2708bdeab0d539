/**
 * A frame as a JSON object. The names are a contract, documented in the README.
 *
 * Strategy: the text is put together by hand in the fixed order of the contract, of pieces that were encoded once
 * for all frames that share them; only strings that come from the capture are escaped. `time` and `length` are
 * written with all their digits, more than a double holds.
 */
import { decodeClose } from '../websocket/close.js';
import type { Frame } from '../websocket/frame-record.js';
import { CLOSE, opcodeName, TEXT } from '../websocket/opcode.js';
import { type ByteWriter, encoded } from './byte-writer.js';
import { JSON_TEXT } from './escape.js';
import { headerIndex } from './header-index.js';
import { jsonOrNull, jsonString, rangeJson } from './json.js';
import { SessionFields } from './session-fields.js';
import { TimeWriter } from './time-writer.js';

const NUMBER = encoded('{"frame":');
const TIME = encoded(',"time":');
const LENGTH = { 7: encoded(formField(7)), 16: encoded(formField(16)), 64: encoded(formField(64)) };
const PAYLOAD = encoded(',"payload":"');
const PAYLOAD_BASE64 = encoded(',"payloadBase64":"');
const STREAM_OFFSET = encoded(',"streamOffset":');
const PACKETS = encoded(',"packets":[');
const COMPLETE = encoded('],"complete":true');
const INCOMPLETE = encoded('],"complete":false');
const CONTEXT = encoded(',"context":true');
const QUOTE = 0x22;
const END = 0x7d;

export class FrameJson {
  private readonly time: TimeWriter;
  private readonly facts: (Uint8Array | undefined)[] = [];
  private readonly sessions = new SessionFields(
    ({ number, client, server, path }) =>
      `,"session":${number},"client":${jsonString(client)},"server":${jsonString(server)},"path":${jsonOrNull(path)}`,
  );

  constructor(private readonly writer: ByteWriter) {
    this.time = new TimeWriter(writer);
  }

  /** Writes one line, without the line end. `isNeighbour`: of what a filter holds for. */
  write(frame: Frame, isNeighbour = false): void {
    const { writer } = this;
    writer.bytes(NUMBER);
    writer.number(frame.number);
    writer.bytes(TIME);
    this.time.write(frame.timestamp);
    writer.bytes(this.sessions.of(frame.session));
    writer.bytes((this.facts[headerIndex(frame)] ??= encoded(facts(frame))));
    if (frame.masked) {
      writer.hex32(frame.maskingKey);
      writer.octet(QUOTE);
    }
    writer.bytes(LENGTH[frame.lengthForm]);
    if (frame.length > Number.MAX_SAFE_INTEGER) writer.write(String(frame.exactLength));
    else writer.number(frame.length);
    writePayload(writer, frame);
    if (frame.opcode === CLOSE) writer.write(closeJson(frame));
    writer.bytes(STREAM_OFFSET);
    writer.number(frame.streamOffset);
    writer.bytes(PACKETS);
    writePacketNumbers(writer, frame);
    writer.bytes(frame.complete ? COMPLETE : INCOMPLETE);
    const unusual = unusualFields(frame);
    if (unusual !== '') writer.write(unusual);
    if (isNeighbour) writer.bytes(CONTEXT);
    writer.octet(END);
  }
}

/** The fields from the sender to the masking key, which is left out where there is one. */
function facts({ sender, fin, rsv1, rsv2, rsv3, opcode, masked }: Frame): string {
  return (
    `,"sender":"${sender}","fin":${fin},"rsv1":${rsv1},"rsv2":${rsv2},"rsv3":${rsv3},` +
    `"opcode":"${opcodeName(opcode)}","masked":${masked},"maskingKey":${masked ? '"' : 'null'}`
  );
}

function formField(lengthForm: number): string {
  return `,"lengthForm":${lengthForm},"length":`;
}

/** The packets that carried the frame, each once, in stream order. */
export function packetNumbers(frame: Frame): number[] {
  const numbers: number[] = [];
  for (const { packet } of frame.pieces) if (numbers[numbers.length - 1] !== packet) numbers.push(packet);
  return numbers.length > 1 ? [...new Set(numbers)] : numbers;
}

function writePacketNumbers(writer: ByteWriter, frame: Frame): void {
  if (frame.pieces.length === 1) writer.number(frame.pieces[0].packet);
  else writer.numbers(packetNumbers(frame));
}

/** A string for text that is whole and valid UTF-8 within the frame, base64 for all else. */
function writePayload(writer: ByteWriter, { compressed, messageOpcode, payload }: Frame): void {
  const isText = messageOpcode === TEXT && !compressed;
  if (!isText || !writer.escaped(payload, JSON_TEXT, PAYLOAD)) {
    writer.bytes(PAYLOAD_BASE64);
    writer.base64(payload);
  }
  writer.octet(QUOTE);
}

function closeJson(frame: Frame): string {
  const body = decodeClose(frame.payload);
  if (body === undefined) return ',"closeCode":null,"closeReason":null';
  return `,"closeCode":${body.code},"closeReason":${jsonString(body.reason)}`;
}

/** The fields that only a frame has of which something is not known. */
function unusualFields(frame: Frame): string {
  const { complete, confidence, length, missing, payload, truncated } = frame;
  if (complete && confidence === 1 && payload.length === length) return '';
  let text = '';
  if (confidence < 1) text += `,"confidence":${confidence}`;
  if (payload.length < keepable(frame)) text += `,"payloadKept":${payload.length}`;
  if (!complete) text += `,"truncated":${truncated},"missing":[${missing.map(rangeJson).join(',')}]`;
  return text;
}

/** Payload octets up to the last captured one: fewer are kept where a limit was hit. */
function keepable({ length, missing, truncated }: Frame): number {
  const last = missing[missing.length - 1];
  const isTail = last !== undefined && (truncated || last.offset + last.length === length);
  return isTail ? last.offset : length;
}
