/**
 * WAMP v2 (https://wamp-proto.org/wamp_latest_ietf.html): calls, registrations, publications, subscriptions.
 *
 * Strategy: a message is an array whose first item is its type; a table names the items behind it (§6.3), whatever
 * it is serialised in: JSON, MessagePack or CBOR, also batched. Requests are paired with what the router or the other
 * peer answers; the names behind registration and subscription IDs are remembered.
 */
import type { Message } from '../websocket/message-record.js';
import { BINARY } from '../websocket/opcode.js';
import type { Session } from '../websocket/session-record.js';
import { brief, facts, quoted } from './bounded.js';
import { decodeCbor } from './cbor.js';
import { bufferOf, isRecord, isText, mayBeJson, parseJson, textOf } from './content.js';
import {
  type Answer,
  MAX_UNITS,
  makeUnit,
  type Subprotocol,
  type Tools,
  type Unit,
  type UnitDecoder,
} from './decoder.js';
import { decodeMessagePack } from './msgpack.js';
import { scanMessagePack } from './msgpack-scan.js';
import { type Asked, TYPES, type WampType } from './wamp-types.js';

const PROTOCOL = 'wamp';
/** §5.3.2, and batched as of §13.5.3. */
const NEGOTIATED = /^wamp\.2\.(json|msgpack|cbor)(\.batched)?$/;
/** HELLO with its roles; a call, a publication or the like with its URI. */
const HELLO = /^\[1,\s*"[^"]{1,128}",\s*\{[\s\S]*"roles"/;
const URI = /^\[(?:16|32|48|64),\s*\d{1,16},\s*\{[^}]{0,128}\},\s*"[\w-]+(?:\.[\w-]*)+"/;
const GLANCE = 512;
/** Ends a message of a JSON batch (§13.5.3.1). */
const SEPARATOR = '\x18';
/** Names of registrations and subscriptions that are remembered. */
const MAX_NAMED = 1024;

type Values = readonly unknown[];

export const wamp: Subprotocol = {
  name: PROTOCOL,
  expects: ({ handshake }) => (NEGOTIATED.test(handshake?.subprotocol ?? '') ? 1 : 0),
  bid(message) {
    if (!mayBeJson(message, true) || message.content[0] !== 0x5b) return 0;
    const start = bufferOf(message.content.subarray(0, GLANCE)).toString('latin1');
    return HELLO.test(start) ? 0.8 : URI.test(start) ? 0.5 : 0;
  },
  open: (session, tools) => new Wamp(session, tools),
};

class Wamp implements UnitDecoder {
  private readonly format: string;
  private readonly isBatched: boolean;
  /** URIs by kind and ID. */
  private readonly named = new Map<string, string>();

  constructor(
    { handshake }: Session,
    private readonly tools: Tools,
  ) {
    const [, format = 'json', batched] = NEGOTIATED.exec(handshake?.subprotocol ?? '') ?? [];
    this.format = format;
    this.isBatched = batched !== undefined;
  }

  decode(message: Message): Unit[] | undefined {
    const messages = this.format === 'json' ? this.texts(message) : this.octets(message);
    if (messages === undefined || messages.length === 0) return undefined;
    const units: Unit[] = [];
    for (const values of messages.slice(0, MAX_UNITS)) {
      const unit = this.unitOf(values, message);
      if (unit === undefined) return undefined;
      units.push(unit);
    }
    const more = messages.length - MAX_UNITS;
    if (more > 0) units.push(makeUnit(PROTOCOL, 'more', `${more} more`, { count: more }));
    return units;
  }

  private texts(message: Message): unknown[] | undefined {
    if (!this.isBatched) return mayBeJson(message, true) ? [parseJson(textOf(message))] : undefined;
    return isText(message) ? textOf(message).split(SEPARATOR).filter(Boolean).map(parseJson) : undefined;
  }

  private octets({ content, opcode }: Message): unknown[] | undefined {
    if (opcode !== BINARY) return undefined;
    const decode = this.format === 'cbor' ? decodeCbor : decodeWhole;
    if (!this.isBatched) return [decode(content)];
    const values: unknown[] = [];
    // §13.5.3.2: in front of each message its length in 32 bits.
    for (let at = 0; at < content.length; ) {
      if (at + 4 > content.length) return undefined;
      const end = at + 4 + bufferOf(content).readUInt32BE(at);
      if (end > content.length) return undefined;
      values.push(decode(content.subarray(at + 4, end)));
      at = end;
    }
    return values;
  }

  private unitOf(values: unknown, message: Message): Unit | undefined {
    if (!Array.isArray(values)) return undefined;
    const type = TYPES[values[0] as number];
    if (type === undefined || values.length < type.least + 1) return undefined;
    const told = Object.fromEntries(type.items.map((name, index) => [name, values[index + 1]]));
    const asked = this.pair(type, told, values, message);
    const uri = asked?.note || this.uriOf(type, told);
    const of = type.name === 'ERROR' ? TYPES[told.type as number]?.name : undefined;
    const words = [
      type.name,
      told.reason === undefined && told.error === undefined ? '' : brief(told.reason ?? told.error),
      of === undefined ? '' : `of ${of}`,
      uri === undefined ? '' : quoted(uri),
      told.request === undefined ? '' : `request ${brief(told.request)}`,
    ];
    const summary = words.filter((word) => word !== '').join(' ');
    const { type: _of, ...rest } = told;
    return makeUnit(PROTOCOL, type.name, summary, facts({ ...rest, of, uri }), asked?.answers);
  }

  /** Notes what asks, and finds what is answered. */
  private pair(
    type: WampType,
    told: Readonly<Record<string, unknown>>,
    values: Values,
    message: Message,
  ): { readonly answers: Answer; readonly note: string } | undefined {
    const { requests } = this.tools;
    const { request, details, options } = told;
    const key = (of: Asked | number) => `${of} ${brief(request ?? '')}`;
    const answered = type.name === 'ERROR' ? (told.type as number) : type.answers;
    // Results in progress (§7.3.1) are followed by others; a CHALLENGE by WELCOME.
    const goesOn =
      (isRecord(details) && details.progress === true) ||
      (isRecord(options) && options.progress === true) ||
      type.name === 'CHALLENGE';
    const found =
      answered === undefined
        ? undefined
        : goesOn
          ? requests.find(key(answered), message)
          : requests.settle(key(answered), message);
    // A PUBLISH is answered only if that was asked for (§6.4.2).
    const isAsked = type.name !== 'PUBLISH' || (isRecord(options) && options.acknowledge === true);
    const uri = this.uriOf(type, told);
    if (type.asks === true && isAsked) requests.ask(key(values[0] as number), message, uri ?? '');
    if (found !== undefined) this.remember(type, told, found.note);
    return found;
  }

  /** The ID of what was registered or subscribed to stands for its URI from now on. */
  private remember({ name }: WampType, told: Readonly<Record<string, unknown>>, uri: string): void {
    const id =
      name === 'REGISTERED'
        ? `registration ${brief(told.registration)}`
        : name === 'SUBSCRIBED'
          ? `subscription ${brief(told.subscription)}`
          : undefined;
    if (id !== undefined && uri !== '' && (this.named.size < MAX_NAMED || this.named.has(id)))
      this.named.set(id, uri);
  }

  private uriOf(type: WampType, told: Readonly<Record<string, unknown>>): string | undefined {
    const { topic, procedure, realm } = told;
    for (const uri of [topic, procedure, realm]) if (typeof uri === 'string') return uri;
    for (const kind of ['registration', 'subscription'])
      if (type.items.includes(kind) && told[kind] !== undefined) {
        const known = this.named.get(`${kind} ${brief(told[kind])}`);
        if (known !== undefined) return known;
      }
    return undefined;
  }
}

function decodeWhole(content: Uint8Array): unknown {
  return scanMessagePack(content, 0)?.end === content.length ? decodeMessagePack(content) : undefined;
}
