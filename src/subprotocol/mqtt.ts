/**
 * MQTT 3.1, 3.1.1 (OASIS, 2014) and 5 (OASIS, 2019) over WebSocket (§6 of both).
 *
 * Strategy: packets are cut out of each sender's messages (mqtt-stream.ts) and decoded one by one (mqtt-facts.ts).
 * Answers are paired by packet identifier, whose space each sender has for itself (3.1.1 §2.3.1): PUBREC and PUBCOMP
 * answer the PUBLISH. A topic alias (5 §3.3.2.3.4) is told as the topic that it stands for.
 */
import type { Packet } from 'mqtt-packet';
import type { Sender } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { BINARY } from '../websocket/opcode.js';
import type { Session } from '../websocket/session-record.js';
import { facts } from './bounded.js';
import { bufferOf } from './content.js';
import {
  type Answer,
  MAX_UNITS,
  makeUnit,
  otherSide,
  type Subprotocol,
  type Tools,
  type Unit,
  type UnitDecoder,
} from './decoder.js';
import { factsOf, MqttPacketParser, type MqttVersion } from './mqtt-facts.js';
import { isWholePackets, PacketStream, readFixedHeader, type StreamState } from './mqtt-stream.js';

const PROTOCOL = 'mqtt';
/** By type (3.1.1 §2.2.1). */
const NAMES = [
  ...['', 'CONNECT', 'CONNACK', 'PUBLISH', 'PUBACK', 'PUBREC', 'PUBREL', 'PUBCOMP'],
  ...['SUBSCRIBE', 'SUBACK', 'UNSUBSCRIBE', 'UNSUBACK', 'PINGREQ', 'PINGRESP', 'DISCONNECT', 'AUTH'],
];
const [CONNECT, CONNACK, PUBLISH] = [1, 2, 3];
/** From here on a reason code is a failure (5 §2.4). */
const FAILURE = 0x80;
/** Aliases of a sender that are remembered, and the longest topic of one. */
const MAX_ALIASES = 64;
const MAX_ALIASED = 256;

export const mqtt: Subprotocol = {
  name: PROTOCOL,

  expects({ handshake, path = '' }) {
    if (/^mqtt/i.test(handshake?.subprotocol ?? '')) return 1;
    return handshake !== undefined && /\/mqtt\b/i.test(path) ? 0.4 : 0;
  },

  bid({ content, opcode }) {
    if (opcode !== BINARY || content.length < 4) return 0;
    const type = content[0] >> 4;
    if (type !== CONNECT && type !== CONNACK && type !== PUBLISH) return 0;
    const header = readFixedHeader(content, 0);
    if (header === undefined || header === null) return 0;
    if (type === CONNECT) return namesProtocol(content, header.size) ? 0.9 : 0;
    if (!isWholePackets(content)) return 0;
    if (type === CONNACK) return content.length === 4 && content[2] <= 1 && content[3] <= 5 ? 0.4 : 0;
    return hasTopic(content, header.size) ? 0.5 : 0;
  },

  open: (session, tools) => new Mqtt(session, tools),
};

/** 3.1.1 §3.1.2.1; MQTT 3.1 has MQIsdp. */
function namesProtocol(content: Uint8Array, at: number): boolean {
  const name = bufferOf(content).toString('latin1', at, at + 8);
  return name.startsWith('\0\x04MQTT') || name === '\0\x06MQIsdp';
}

/** Whether a PUBLISH begins with a topic that people would choose. */
function hasTopic(content: Uint8Array, at: number): boolean {
  const length = (content[at] << 8) | content[at + 1];
  if (length === 0 || length > MAX_ALIASED || at + 2 + length > content.length) return false;
  return /^[\x20-\x22\x24-\x2a\x2c-\x7e]+$/.test(
    bufferOf(content).toString('latin1', at + 2, at + 2 + length),
  );
}

/** Of one sender. */
interface Side {
  readonly stream: PacketStream;
  readonly aliases: Map<number, string>;
}

class Mqtt implements UnitDecoder {
  private readonly sides: Readonly<Record<Sender, Side>>;
  private parser: MqttPacketParser | undefined;
  /** A packet was decoded. */
  private isSure = false;

  constructor(
    { handshake }: Session,
    private readonly tools: Tools,
  ) {
    const side = () => ({
      stream: new PacketStream(tools.held, handshake !== undefined),
      aliases: new Map<number, string>(),
    });
    this.sides = { client: side(), server: side() };
  }

  decode(message: Message): Unit[] | undefined {
    const { stream } = this.sides[message.sender];
    const units: Unit[] = [];
    let more = 0;
    const state = stream.push(message.content, (bytes, { type }) => {
      if (units.length < MAX_UNITS) units.push(this.unitOf(bytes, NAMES[type], message));
      else more++;
    });
    if (more > 0) units.push(makeUnit(PROTOCOL, 'more', `${more} more`, { count: more }));
    if (state.kind === 'malformed' && this.isSure)
      units.push(makeUnit(PROTOCOL, 'malformed', 'malformed: no packet begins so', {}));
    if (state.kind === 'part' && units.length === 0) units.push(partUnit(state));
    return units.length === 0 ? undefined : units;
  }

  lost(sender: Sender): void {
    this.sides[sender].stream.lost();
    this.sides[sender].aliases.clear();
  }

  close(): void {
    this.sides.client.stream.close();
    this.sides.server.stream.close();
  }

  private unitOf(bytes: Uint8Array, name: string, message: Message): Unit {
    const packet = this.parse(bytes);
    if (typeof packet === 'string')
      return makeUnit(PROTOCOL, 'malformed', `malformed ${name}: ${packet}`, { of: name, reason: packet });
    this.isSure = true;
    if (packet.cmd === 'connect') this.parser = parserOf(this.parser, packet.protocolVersion ?? 4);
    const topic = packet.cmd === 'publish' ? this.topicOf(packet, message.sender) : undefined;
    const { summary, value } = factsOf(packet, topic);
    return makeUnit(PROTOCOL, name, summary, value, this.pair(packet, message));
  }

  /** Where CONNECT was not captured, the version is that by which a packet can be decoded. */
  private parse(bytes: Uint8Array): Packet | string {
    const known = this.parser;
    if (known !== undefined) return known.parse(bytes);
    const four = new MqttPacketParser(4);
    const packet = four.parse(bytes);
    if (typeof packet !== 'string') return packet;
    const five = new MqttPacketParser(5);
    const other = five.parse(bytes);
    if (typeof other === 'string') return packet;
    this.parser = five;
    return other;
  }

  private topicOf(packet: Packet & { cmd: 'publish' }, sender: Sender): string | undefined {
    const alias = packet.properties?.topicAlias;
    if (alias === undefined) return undefined;
    const { aliases } = this.sides[sender];
    if (packet.topic === '') return aliases.get(alias);
    if (packet.topic.length <= MAX_ALIASED && (aliases.size < MAX_ALIASES || aliases.has(alias)))
      aliases.set(alias, packet.topic);
    return undefined;
  }

  /** Notes what asks, and finds what is answered. */
  private pair(packet: Packet, message: Message): Answer | undefined {
    const { requests } = this.tools;
    const { cmd, messageId: id } = packet;
    const asked = ASKS[cmd];
    if (cmd === 'publish' && packet.qos > 0) requests.ask(`publish ${message.sender} ${id}`, message);
    else if (asked !== undefined) requests.ask(`${asked} ${id}`, message);
    const answered = ANSWERS[cmd];
    if (answered === undefined) return undefined;
    const by = answered === 'publish' ? `${otherSide(message.sender)} ` : '';
    const key = `${answered} ${by}${id}`;
    const { reasonCode = 0 } = packet as { reasonCode?: number };
    const goesOn = cmd === 'pubrec' && reasonCode < FAILURE;
    return (goesOn ? requests.find(key, message) : requests.settle(key, message))?.answers;
  }
}

const ASKS: Readonly<Record<string, string>> = {
  connect: 'connect',
  subscribe: 'subscribe',
  unsubscribe: 'unsubscribe',
  pingreq: 'ping',
};
const ANSWERS: Readonly<Record<string, string>> = {
  connack: 'connect',
  suback: 'subscribe',
  unsuback: 'unsubscribe',
  pingresp: 'ping',
  puback: 'publish',
  pubrec: 'publish',
  pubcomp: 'publish',
};

const parserOf = (known: MqttPacketParser | undefined, version: MqttVersion): MqttPacketParser =>
  known?.version === version ? known : new MqttPacketParser(version);

function partUnit({ type, length, have }: StreamState & { kind: 'part' }): Unit {
  const of = type === undefined ? undefined : NAMES[type];
  const whole = length === 0 ? '' : ` of ${length}`;
  return makeUnit(
    PROTOCOL,
    'part',
    `part of ${of ?? 'a packet'}, ${have}${whole} ${have === 1 && whole === '' ? 'byte' : 'bytes'} so far`,
    facts({ of, length: length || undefined, have }),
  );
}
