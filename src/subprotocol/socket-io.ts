/**
 * Socket.IO, protocols 2 to 5, in the messages of Engine.IO: events and their acknowledgements, namespaces, attachments.
 *
 * Strategy: an acknowledgement is paired with the event of the other side by namespace and id, a CONNECT of the server
 * with that of the client. Behind a packet with attachments its sender's next binary messages are these: each names
 * its packet, and the last one tells the packet with all of them put in their places.
 */
import type { Sender } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { brief, facts, quoted } from './bounded.js';
import { isRecord, octets } from './content.js';
import { type JsonLike, makeUnit, otherSide, type Tools, type Unit } from './decoder.js';
import {
  ACK,
  BINARY_ACK,
  CONNECT,
  CONNECT_ERROR,
  DISCONNECT,
  parseSocketPacket,
  type SocketPacket,
} from './socket-io-packet.js';

const PROTOCOL = 'socket.io';
/** Attachments of a packet whose messages are remembered. */
const MAX_PLACES = 256;

type Facts = { readonly [name: string]: JsonLike };

/** A packet that waits for its attachments. */
interface Awaiting {
  readonly message: number;
  readonly type: string;
  readonly summary: string;
  readonly count: number;
  /** The packet's facts; undefined where there was no room for them. */
  readonly value: Facts | undefined;
  readonly cost: number;
  readonly come: Facts[];
  number: number;
}

export class SocketIo {
  private readonly awaiting = new Map<Sender, Awaiting>();

  constructor(private readonly tools: Tools) {}

  /** Of the text in an Engine.IO message; undefined: it is no packet of Socket.IO. */
  decode(text: string, message: Message): Unit | undefined {
    const packet = parseSocketPacket(text);
    if (packet === undefined) return undefined;
    this.lost(message.sender);
    const unit = this.unitOf(packet, message);
    if (packet.attachments > 0) this.await(unit, packet.attachments, text.length, message);
    return unit;
  }

  /** Of a binary Engine.IO message with so many octets of data; undefined: no packet waits for it. */
  attachment(length: number, message: Message): Unit | undefined {
    const awaiting = this.awaiting.get(message.sender);
    if (awaiting === undefined) return undefined;
    const number = ++awaiting.number;
    const { come, count, type } = awaiting;
    if (come.length < MAX_PLACES) come.push({ message: message.number, length });
    const isLast = number === count;
    const whole = isLast && awaiting.value !== undefined ? putInPlaces(awaiting.value, come) : undefined;
    if (isLast) this.lost(message.sender);
    return makeUnit(
      PROTOCOL,
      'attachment',
      `attachment ${number} of ${count}, ${octets(length)}, of ${awaiting.summary}`,
      {
        packet: awaiting.message,
        of: type,
        number,
        count,
        length,
        ...(whole === undefined ? {} : { whole }),
      },
    );
  }

  lost(sender: Sender): void {
    const awaiting = this.awaiting.get(sender);
    if (awaiting === undefined) return;
    this.tools.held.give(awaiting.cost);
    this.awaiting.delete(sender);
  }

  close(): void {
    this.lost('client');
    this.lost('server');
  }

  private await({ type, summary, value }: Unit, count: number, cost: number, message: Message): void {
    const isKept = this.tools.held.take(cost);
    this.awaiting.set(message.sender, {
      message: message.number,
      type,
      summary,
      count,
      value: isKept ? (value as Facts) : undefined,
      cost: isKept ? cost : 0,
      come: [],
      number: 0,
    });
  }

  private unitOf(packet: SocketPacket, message: Message): Unit {
    const { type } = packet;
    const where = packet.namespace === '/' ? '' : ` in ${quoted(packet.namespace)}`;
    if (type === CONNECT || type === CONNECT_ERROR) return this.connectUnit(packet, where, message);
    if (type === DISCONNECT)
      return makeUnit(PROTOCOL, 'disconnect', `disconnect${where}`, facts({ namespace: packet.namespace }));
    return type === ACK || type === BINARY_ACK
      ? this.ackUnit(packet, where, message)
      : this.eventUnit(packet, where, message);
  }

  private connectUnit({ type, namespace, query, data }: SocketPacket, where: string, message: Message): Unit {
    const { requests } = this.tools;
    const key = `connect ${namespace}`;
    const isClient = message.sender === 'client';
    if (isClient) requests.ask(key, message);
    const found = isClient ? undefined : requests.settle(key, message);
    if (type === CONNECT)
      return makeUnit(
        PROTOCOL,
        'connect',
        `connect${where}`,
        facts({ namespace, query, data }),
        found?.answers,
      );
    const reason = isRecord(data) ? data.message : data;
    const told = typeof reason === 'string' ? ` ${quoted(reason)}` : '';
    return makeUnit(
      PROTOCOL,
      'connect_error',
      `connect_error${told}${where}`,
      facts({ namespace, data }),
      found?.answers,
    );
  }

  private eventUnit(
    { namespace, id, data, attachments }: SocketPacket,
    where: string,
    message: Message,
  ): Unit {
    const [event, ...args] = data as [string | number, ...unknown[]];
    const wanted = id === undefined ? '' : ` ack ${id}`;
    if (id !== undefined)
      this.tools.requests.ask(ackKey(message.sender, namespace, id), message, String(event));
    return makeUnit(
      PROTOCOL,
      'event',
      `event ${typeof event === 'string' ? quoted(event) : brief(event)}${wanted}${where}`,
      facts({ namespace, event, id, args, attachments: attachments || undefined }),
    );
  }

  private ackUnit({ namespace, id, data, attachments }: SocketPacket, where: string, message: Message): Unit {
    const found =
      id === undefined
        ? undefined
        : this.tools.requests.settle(ackKey(otherSide(message.sender), namespace, id), message);
    const event = found?.note;
    return makeUnit(
      PROTOCOL,
      'ack',
      `ack ${brief(id ?? null)}${event === undefined ? '' : ` of ${quoted(event)}`}${where}`,
      facts({ namespace, event, id, args: data, attachments: attachments || undefined }),
      found?.answers,
    );
  }
}

const ackKey = (asker: Sender, namespace: string, id: number) => `ack ${asker} ${id} ${namespace}`;

/** The value with `{"_placeholder":true,"num":N}` replaced by message number and length of the attachment. */
function putInPlaces(value: Facts, come: readonly Facts[]): JsonLike {
  const put = (item: JsonLike): JsonLike => {
    if (Array.isArray(item)) return item.map(put);
    if (!isRecord(item)) return item;
    if (item._placeholder === true && typeof item.num === 'number')
      return come[item.num] === undefined ? null : { attachment: item.num, ...come[item.num] };
    return Object.fromEntries(Object.entries(item as Facts).map(([name, inner]) => [name, put(inner)]));
  };
  return put(value);
}
