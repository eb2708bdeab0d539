/**
 * A message as a JSON object. The names are a contract, documented in the README.
 *
 * Strategy: as of a frame (frame-json.ts).
 */
import type { Message } from '../websocket/message-record.js';
import { messageOpcodeName } from '../websocket/opcode.js';
import { type ByteWriter, encoded } from './byte-writer.js';
import { type Decode, decodedJson } from './decoded-text.js';
import { JSON_TEXT } from './escape.js';
import { jsonOrNull, jsonString, rangeJson } from './json.js';
import { plainJson } from './plain-json.js';
import { SessionFields } from './session-fields.js';
import { TimeWriter } from './time-writer.js';

const NUMBER = encoded('{"message":');
const FIRST_TIME = encoded(',"firstTime":');
const LENGTH = encoded(',"length":');
const CONTENT = encoded(',"content":"');
const CONTENT_BASE64 = encoded(',"contentBase64":"');
const NO_CLOSE = encoded('","closeCode":null,"closeReason":null');
const COMPRESSED = encoded(',"compressed":true,"wireLength":');
const NOT_COMPRESSED = encoded(',"compressed":false,"wireLength":');
const FRAMES = encoded(',"frames":[');
const PACKETS = encoded('],"packets":[');
const COMPLETE = encoded('],"complete":true,"unknownRanges":[');
const INCOMPLETE = encoded('],"complete":false,"unknownRanges":[');
const END = encoded(']}');
const CONTEXT = ',"context":true';

export class MessageJson {
  private readonly time: TimeWriter;
  private readonly firstTime: TimeWriter;
  /** From the sender to the time: by opcode, those of the server first. */
  private readonly facts: (Uint8Array | undefined)[] = [];
  private readonly sessions = new SessionFields(
    ({ number, client, server, path, handshake }) =>
      `,"session":${number},"client":${jsonString(client)},"server":${jsonString(server)},` +
      `"path":${jsonOrNull(path)},"subprotocol":${jsonOrNull(handshake?.subprotocol)}`,
  );

  constructor(
    private readonly writer: ByteWriter,
    /** Where it is given, plain JSON that it does not know is told as such, too. */
    private readonly decode?: Decode,
  ) {
    this.time = new TimeWriter(writer);
    this.firstTime = new TimeWriter(writer);
  }

  /** Writes one line, without the line end. `isNeighbour`: of what a filter holds for. */
  write(message: Message, isNeighbour = false): void {
    const { writer } = this;
    writer.bytes(NUMBER);
    writer.number(message.number);
    writer.bytes(this.sessions.of(message.session));
    const kind = message.opcode + (message.sender === 'client' ? 16 : 0);
    writer.bytes((this.facts[kind] ??= encoded(facts(message))));
    this.time.write(message.timestamp);
    writer.bytes(FIRST_TIME);
    this.firstTime.write(message.firstTimestamp);
    writer.bytes(LENGTH);
    writer.number(message.length);
    writeContent(writer, message);
    writeClose(writer, message);
    writer.bytes(message.compressed ? COMPRESSED : NOT_COMPRESSED);
    writer.number(message.wireLength);
    writer.bytes(FRAMES);
    writer.numbers(message.frames);
    writer.bytes(PACKETS);
    writer.numbers(message.packets);
    writer.bytes(message.complete ? COMPLETE : INCOMPLETE);
    const { unknownRanges } = message;
    if (unknownRanges.length > 0) writer.write(unknownRanges.map(rangeJson).join(','));
    this.writeEnd(message, this.says(message), isNeighbour);
  }

  private writeEnd(message: Message, says: string | undefined, isNeighbour: boolean): void {
    const { writer } = this;
    const { confidence, content, length, limited } = message;
    const isWhole = !limited && content.length >= length;
    if (isWhole && confidence >= 1 && says === undefined && !isNeighbour) {
      writer.bytes(END);
      return;
    }
    const kept = isWhole ? '' : `,"contentKept":${content.length}`;
    const doubt = confidence < 1 ? `,"confidence":${confidence}` : '';
    const told = says === undefined ? '' : `,"decoded":${says}`;
    writer.write(`]${kept}${doubt}${told}${isNeighbour ? CONTEXT : ''}}`);
  }

  private says(message: Message): string | undefined {
    if (this.decode === undefined) return undefined;
    const decoded = this.decode(message);
    return decoded === undefined ? plainJson(message) : decodedJson(decoded);
  }
}

function facts({ sender, opcode }: Message): string {
  return `,"sender":"${sender}","opcode":"${messageOpcodeName(opcode)}","time":`;
}

/** A string for a text message that is UTF-8, base64 for all else; without its last quote. */
function writeContent(writer: ByteWriter, { content, validText }: Message): void {
  if (validText && writer.escaped(content, JSON_TEXT, CONTENT)) return;
  writer.bytes(CONTENT_BASE64);
  writer.base64(content);
}

function writeClose(writer: ByteWriter, { close }: Message): void {
  if (close === undefined) writer.bytes(NO_CLOSE);
  else writer.write(`","closeCode":${close.code},"closeReason":${jsonString(close.reason)}`);
}
