/**
 * A control packet of MQTT as facts: decoded by the npm package `mqtt-packet` (9.0, by the authors of the client `mqtt`),
 * which is given one whole packet at a time, so it keeps nothing and its faults end with the packet.
 *
 * Strategy: the package is loaded when the first packet comes. It emits what it found before it returns.
 */
import { createRequire } from 'node:module';
import type { IConnackPacket, IConnectPacket, IPublishPacket, Packet, Parser } from 'mqtt-packet';
import { bounded, brief, clip, facts, quoted } from './bounded.js';
import { bodyFacts, bodyPreview, bufferOf, octets } from './content.js';
import type { JsonLike } from './decoder.js';

export type MqttVersion = 3 | 4 | 5;

let load: (() => typeof import('mqtt-packet')) | undefined;

/** Decodes packets of one protocol version. */
export class MqttPacketParser {
  private readonly parser: Parser;
  private packet: Packet | undefined = undefined;
  private failure: string | undefined = undefined;

  constructor(readonly version: MqttVersion) {
    load ??= () => createRequire(import.meta.url)('mqtt-packet');
    this.parser = load().parser({ protocolVersion: version } as Parameters<
      typeof import('mqtt-packet').parser
    >[0]);
    this.parser.on('packet', (packet: Packet) => {
      this.packet = packet;
    });
    this.parser.on('error', (error: Error) => {
      this.failure = error.message;
    });
  }

  /** The packet, or why it is none. */
  parse(bytes: Uint8Array): Packet | string {
    this.packet = undefined;
    this.failure = undefined;
    this.parser.parse(bufferOf(bytes));
    const { packet } = this;
    return this.failure ?? (packet !== undefined && isWhole(packet) ? packet : TOO_SHORT);
  }
}

const TOO_SHORT = 'it is too short';

/** The package lets some packets pass that end before an identifier (told as -1) or a code. */
function isWhole(packet: Packet): boolean {
  if (packet.messageId === -1) return false;
  return packet.cmd !== 'connack' || (packet.returnCode ?? packet.reasonCode) !== undefined;
}

/** MQTT 5.0 §3.1.2.2; 3 is that of MQTT 3.1. */
export const versionName = (version: MqttVersion | undefined): string =>
  version === 3 ? '3.1' : version === 4 ? '3.1.1' : String(version ?? '?');

export interface PacketFacts {
  readonly summary: string;
  readonly value: { readonly [name: string]: JsonLike };
}

/** What a packet says; `topic`: of a PUBLISH, where an alias stands for it. */
export function factsOf(packet: Packet, topic: string | undefined): PacketFacts {
  const properties = plainProperties((packet as { properties?: object }).properties);
  switch (packet.cmd) {
    case 'connect':
      return connectFacts(packet, properties);
    case 'connack':
      return connackFacts(packet, properties);
    case 'publish':
      return publishFacts(packet, topic ?? packet.topic, properties);
    case 'subscribe': {
      const { messageId: id, subscriptions } = packet;
      const topics = subscriptions.map(({ topic: filter, qos }) => `${quoted(filter)} qos ${qos}`);
      return topicFacts('SUBSCRIBE', topics, id, facts({ id, subscriptions, properties }));
    }
    case 'unsubscribe': {
      const { messageId: id, unsubscriptions: topics } = packet;
      return topicFacts('UNSUBSCRIBE', topics.map(quoted), id, facts({ id, topics, properties }));
    }
    default:
      return answerFacts(packet, properties);
  }
}

const numbered = (id: number | undefined): string => (id === undefined ? '' : ` id ${id}`);

function connectFacts(packet: IConnectPacket, properties: JsonLike | undefined): PacketFacts {
  const { clientId, clean, keepalive, username, password, will } = packet;
  const version = versionName(packet.protocolVersion);
  return {
    summary: `CONNECT ${quoted(clientId)}, MQTT ${version}`,
    value: facts({
      version,
      clientId,
      clean,
      keepalive,
      username,
      hasPassword: password !== undefined,
      will: will && { ...willFacts(will), properties: plainProperties(will.properties) },
      properties,
    }),
  };
}

function connackFacts(packet: IConnackPacket, properties: JsonLike | undefined): PacketFacts {
  const { sessionPresent, returnCode, reasonCode } = packet;
  const code = reasonCode ?? returnCode;
  const result = code === 0 ? 'accepted' : `refused with ${brief(code)}`;
  return { summary: `CONNACK ${result}`, value: facts({ code, sessionPresent, properties }) };
}

function publishFacts(packet: IPublishPacket, topic: string, properties: JsonLike | undefined): PacketFacts {
  const { qos, retain, dup, messageId: id } = packet;
  const body = packet.payload as Buffer;
  const quality = `qos ${qos}${retain ? ' retain' : ''}${dup ? ' dup' : ''}`;
  return {
    summary: `PUBLISH ${quoted(topic)} ${quality}${numbered(id)}, ${octets(body.length)}${bodyPreview(body)}`,
    value: facts({ topic, qos, retain, dup, id, ...bodyFacts(body), properties }),
  };
}

function topicFacts(
  name: string,
  topics: readonly string[],
  id: number | undefined,
  value: PacketFacts['value'],
): PacketFacts {
  return { summary: `${name} ${clip(topics.join(', '), 200)}${numbered(id)}`, value };
}

/** Of a packet that tells codes at most. */
function answerFacts(packet: Packet, properties: JsonLike | undefined): PacketFacts {
  const { messageId: id, cmd } = packet;
  const { granted, reasonCode: code } = packet as { granted?: number[]; reasonCode?: number };
  const given =
    granted === undefined || granted.length === 0 ? '' : ` granted ${clip(granted.join(', '), 80)}`;
  const why = code === undefined || code === 0 ? '' : ` reason ${code}`;
  return {
    summary: `${cmd.toUpperCase()}${given}${why}${numbered(id)}`,
    value: facts({ id, granted, code, properties }),
  };
}

function willFacts(will: { topic: string; payload: Buffer | string; qos?: number; retain?: boolean }) {
  const { topic, payload, qos, retain } = will;
  return { topic, qos, retain, ...bodyFacts(Buffer.from(payload)) };
}

/** Binary properties as text, or base64. */
function plainProperties(properties: object | undefined): JsonLike | undefined {
  if (properties === undefined) return undefined;
  const plain = Object.entries(properties).map(([name, value]) => {
    if (!Buffer.isBuffer(value)) return [name, value];
    const { payload, payloadBase64 } = bodyFacts(value);
    return [name, payload ?? { base64: payloadBase64 }];
  });
  return bounded(Object.fromEntries(plain));
}
