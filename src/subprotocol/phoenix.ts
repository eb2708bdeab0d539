/**
 * Phoenix channels, serialisations 1.0.0 (JSON objects) and 2.0.0 (JSON arrays; binary pushes, replies and broadcasts):
 * https://hexdocs.pm/phoenix/writing_a_channels_client.html and `assets/js/phoenix/serializer.js` of Phoenix 1.8.
 *
 * Strategy: all forms become the same five fields. A `phx_reply` is paired by topic and ref with what the client pushed,
 * whose event it then names; joins and heartbeats are pushes like others.
 */
import type { Message } from '../websocket/message-record.js';
import { BINARY } from '../websocket/opcode.js';
import { brief, facts, quoted } from './bounded.js';
import { bodyFacts, bufferOf, isRecord, mayBeJson, octets, parseJson, textOf } from './content.js';
import { makeUnit, type Subprotocol, type Tools, type Unit } from './decoder.js';

const PROTOCOL = 'phoenix';
const REPLY = 'phx_reply';
/** Events of the protocol itself; all others are the application's. */
const OWN = /^(?:phx_(?:join|leave|reply|error|close)|heartbeat)$/;
const VERSION = /[?&]vsn=[12]\.\d\.\d(?:&|$)/;
/** An array with join_ref, ref, topic and event; an object with an event of the protocol. */
const CONTENT_2 =
  /^\[(?:null|"\d{1,9}"),(?:null|"\d{1,9}"),"[^"\\]{1,256}","(?:phx_\w+|heartbeat|([^"\\]{1,128}))",\{/;
const CONTENT_1 = /"event":"(?:phx_(?:join|leave|reply|error|close)|heartbeat)"/;
const GLANCE = 512;

interface Push {
  readonly joinRef?: string | null;
  readonly ref: string | null;
  readonly topic: string;
  readonly event: string;
  readonly payload: unknown;
}

export const phoenix: Subprotocol = {
  name: PROTOCOL,

  expects: ({ path = '' }) => (VERSION.test(path) && /\/websocket(?:\?|$)/.test(path) ? 0.8 : 0),

  bid(message) {
    if (!mayBeJson(message, true)) return 0;
    const glance = bufferOf(message.content.subarray(0, GLANCE));
    // Nearly all that is JSON has not even this.
    if (message.content[0] === 0x7b && !glance.includes('"event":"')) return 0;
    const start = glance.toString('latin1');
    if (start[0] === '{') return CONTENT_1.test(start) && start.includes('"topic":"') ? 0.7 : 0;
    const found = CONTENT_2.exec(start);
    return found === null ? 0 : found[1] === undefined ? 0.8 : 0.5;
  },

  open: (_session, tools) => ({
    decode(message) {
      const push = message.opcode === BINARY ? binaryPush(message) : textPush(message);
      return push && [unitOf(push, message, tools)];
    },
  }),
};

function textPush(message: Message): Push | undefined {
  if (!mayBeJson(message, true)) return undefined;
  const value = parseJson(textOf(message));
  if (Array.isArray(value) && value.length === 5) {
    const [joinRef, ref, topic, event, payload] = value;
    return checked({ joinRef, ref, topic, event, payload });
  }
  if (!isRecord(value) || !('payload' in value)) return undefined;
  const { join_ref: joinRef, ref = null, topic, event, payload } = value;
  return checked({ ...(joinRef === undefined ? {} : { joinRef }), ref, topic, event, payload });
}

function checked(push: { readonly [Name in keyof Push]: unknown }): Push | undefined {
  const { joinRef, ref, topic, event } = push;
  const isRef = (value: unknown) => value === null || typeof value === 'string';
  const isPush =
    typeof topic === 'string' &&
    typeof event === 'string' &&
    isRef(ref) &&
    (joinRef === undefined || isRef(joinRef));
  return isPush ? (push as Push) : undefined;
}

/** By the first octet: names whose lengths follow, an octet each. Pushes of a server have no ref. */
const BINARY_FORMS: Readonly<Record<string, readonly (keyof Push | 'status')[]>> = {
  'client 0': ['joinRef', 'ref', 'topic', 'event'],
  'server 0': ['joinRef', 'topic', 'event'],
  'server 1': ['joinRef', 'ref', 'topic', 'status'],
  'server 2': ['topic', 'event'],
};

function binaryPush({ content, sender }: Message): Push | undefined {
  const names = BINARY_FORMS[`${sender} ${content[0]}`];
  if (names === undefined || content.length < 1 + names.length) return undefined;
  let at = 1 + names.length;
  const told: Record<string, string> = {};
  for (const [index, name] of names.entries()) {
    const end = at + content[1 + index];
    if (end > content.length) return undefined;
    told[name] = bufferOf(content.subarray(at, end)).toString();
    at = end;
  }
  const { joinRef = null, ref = null, topic, event = REPLY, status } = told;
  const data = bodyFacts(content.subarray(at));
  return { joinRef, ref, topic, event, payload: status === undefined ? data : { status, response: data } };
}

function unitOf(push: Push, message: Message, { requests }: Tools): Unit {
  const { joinRef, ref, topic, event, payload } = push;
  const isClient = message.sender === 'client';
  const key = ref === null ? undefined : `${topic} ${ref}`;
  if (isClient && key !== undefined) requests.ask(key, message, event);
  const isReply = event === REPLY && isRecord(payload);
  const found =
    isReply && !isClient && key !== undefined ? requests.settle(`${topic} ${ref}`, message) : undefined;
  const of = found?.note;
  // 1.0.0 does not tell whether a push is for one who joined, or for all.
  const type = OWN.test(event) ? event : joinRef === null && !isClient ? 'broadcast' : 'push';
  const size =
    message.opcode === BINARY && !isReply
      ? `, ${octets(Number((payload as { length: number }).length))}`
      : '';
  const what = isReply
    ? `${brief(payload.status)}${of === undefined ? '' : ` of ${quoted(of)}`}`
    : type === event
      ? ''
      : quoted(event);
  const summary = [type, what, `on ${quoted(topic)}`].filter((word) => word !== '').join(' ');
  const value = facts({
    topic,
    event,
    ref: ref ?? undefined,
    joinRef: joinRef ?? undefined,
    ...(isReply ? { of, status: payload.status, response: payload.response } : { payload }),
  });
  return makeUnit(PROTOCOL, type, `${summary}${size}`, value, found?.answers);
}
