/**
 * Engine.IO, protocols 3 and 4 (https://socket.io/docs/v4/engine-io-protocol/), and in its messages Socket.IO.
 *
 * Strategy: over a WebSocket a packet is one message: a digit and data as text; as binary data alone, behind the octet 4
 * in protocol 3. That is so little that a parser of our own is shorter than the use of the npm package
 * `engine.io-parser`, which is for protocol 4 and knows nothing of that octet. A message that is no packet of Socket.IO
 * is one of Engine.IO.
 */
import type { Message } from '../websocket/message-record.js';
import { BINARY } from '../websocket/opcode.js';
import type { Session } from '../websocket/session-record.js';
import { bounded, facts, quoted } from './bounded.js';
import { bodyFacts, bufferOf, isRecord, isText, octets, parseJson, textOf } from './content.js';
import { makeUnit, otherSide, type Subprotocol, type Tools, type Unit, type UnitDecoder } from './decoder.js';
import { SocketIo } from './socket-io.js';

const PROTOCOL = 'engine.io';
/** By their digits. */
const TYPES = ['open', 'close', 'ping', 'pong', 'message', 'upgrade', 'noop'];
const [OPEN, PING, PONG, MESSAGE] = [0, 2, 3, 4];
const ZERO = 0x30;
/** First packet of a server; event or acknowledgement of Socket.IO; CONNECT with data. */
const CONTENT = /^(?:0\{"sid":"|4(?:[23]|[56]\d+-)(?:\/[^,]{0,64},)?\d*\[|40(?:\/[^,]{0,64},)?\{)/;
const GLANCE = 96;
const BASE64 = /^b4?([A-Za-z0-9+/]*={0,2})$/;

export const engineIo: Subprotocol = {
  name: 'socket.io',

  expects({ path = '' }) {
    if (/[?&]EIO=\d/.test(path)) return 0.9;
    return /\/(?:socket|engine)\.io\//.test(path) ? 0.6 : 0;
  },

  bid(message) {
    const { content } = message;
    if (!isText(message) || (content[0] !== ZERO && content[0] !== ZERO + MESSAGE)) return 0;
    return CONTENT.test(bufferOf(content.subarray(0, GLANCE)).toString('latin1')) ? 0.8 : 0;
  },

  open: (session, tools) => new EngineIo(session, tools),
};

class EngineIo implements UnitDecoder {
  private readonly socketIo: SocketIo;
  /** Protocol, by the query of the request. */
  private readonly version: number | undefined;

  constructor(
    { path }: Session,
    private readonly tools: Tools,
  ) {
    const version = /[?&]EIO=(\d)/.exec(path ?? '')?.[1];
    this.version = version === undefined ? undefined : Number(version);
    this.socketIo = new SocketIo(tools);
  }

  decode(message: Message): Unit[] | undefined {
    const unit = message.opcode === BINARY ? this.binary(message) : this.text(message);
    return unit && [unit];
  }

  lost(sender: Message['sender']): void {
    this.socketIo.lost(sender);
  }

  close(): void {
    this.socketIo.close();
  }

  private text(message: Message): Unit | undefined {
    if (!isText(message)) return undefined;
    const type = message.content[0] - ZERO;
    const name = TYPES[type];
    if (name === undefined) return this.base64(textOf(message), message);
    const data = textOf(message).slice(1);
    if (type === MESSAGE) return this.socketIo.decode(data, message) ?? plainText(data);
    if (type === OPEN) return this.open(data);
    if (type === PING || type === PONG) return this.beat(type, data, message);
    return data === '' ? makeUnit(PROTOCOL, name, name, {}) : undefined;
  }

  private open(data: string): Unit | undefined {
    const told = parseJson(data);
    if (!isRecord(told)) return undefined;
    const { version } = this;
    return makeUnit(
      PROTOCOL,
      'open',
      `open${version === undefined ? '' : `, protocol ${version}`}`,
      facts({ version, ...told }),
    );
  }

  /** In protocol 3 clients ask, in 4 servers; a probe, before an upgrade, is always the client's. */
  private beat(type: number, data: string, message: Message): Unit {
    const { requests } = this.tools;
    const name = TYPES[type];
    const key = `beat ${type === PING ? message.sender : otherSide(message.sender)}`;
    if (type === PING) requests.ask(key, message);
    const found = type === PONG ? requests.settle(key, message) : undefined;
    const value = data === '' ? {} : { data: bounded(data) };
    return makeUnit(PROTOCOL, name, data === '' ? name : `${name} ${quoted(data)}`, value, found?.answers);
  }

  private binary(message: Message): Unit | undefined {
    const { content } = message;
    const data = this.version === 3 && content[0] === MESSAGE ? content.subarray(1) : content;
    return (
      this.socketIo.attachment(data.length, message) ??
      makeUnit(PROTOCOL, 'message', `message, ${octets(data.length)}`, bodyFacts(data))
    );
  }

  /** Binary data for a peer that takes text only. */
  private base64(text: string, message: Message): Unit | undefined {
    const data = BASE64.exec(text)?.[1];
    if (data === undefined) return undefined;
    const length = Buffer.byteLength(data, 'base64');
    return (
      this.socketIo.attachment(length, message) ??
      makeUnit(PROTOCOL, 'message', `message, ${octets(length)} as base64`, { length })
    );
  }
}

const plainText = (data: string): Unit =>
  makeUnit(PROTOCOL, 'message', `message ${quoted(data)}`, { payload: bounded(data) });
