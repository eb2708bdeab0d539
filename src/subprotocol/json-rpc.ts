/**
 * JSON-RPC 2.0 (https://www.jsonrpc.org/specification): requests, notifications, responses, and batches of them.
 *
 * Strategy: either side may ask; a response is paired with the request of the other side with the same id (§5), whose
 * method it then names. Only what has `"jsonrpc":"2.0"` is taken.
 */
import type { Sender } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import { brief, facts, quoted } from './bounded.js';
import { bufferOf, isRecord, mayBeJson, parseJson, textOf } from './content.js';
import { MAX_UNITS, makeUnit, otherSide, type Subprotocol, type Tools, type Unit } from './decoder.js';

type Fields = Readonly<Record<string, unknown>>;

const PROTOCOL = 'json-rpc';
const MARK = '"jsonrpc"';
/** Where the member is looked for: near the front or near the end, where it mostly stands. */
const GLANCE = 64;

export const jsonRpc: Subprotocol = {
  name: PROTOCOL,

  expects: ({ handshake }) => (/^json-?rpc/i.test(handshake?.subprotocol ?? '') ? 1 : 0),

  bid(message) {
    if (!mayBeJson(message, true)) return 0;
    const content = bufferOf(message.content);
    const front = content.subarray(0, GLANCE);
    return front.includes(MARK) || content.subarray(-GLANCE).includes(MARK) ? 0.9 : 0;
  },

  open: (_session, tools) => ({ decode: (message) => decode(message, tools) }),
};

function decode(message: Message, tools: Tools): Unit[] | undefined {
  if (!mayBeJson(message, true)) return undefined;
  const value = parseJson(textOf(message));
  if (isCall(value)) return [unitOf(value, message, tools)];
  if (!Array.isArray(value) || value.length === 0 || !value.every(isCall)) return undefined;
  const units = value.slice(0, MAX_UNITS).map((call: Fields) => unitOf(call, message, tools));
  if (value.length > MAX_UNITS) units.push(more(value.length - MAX_UNITS));
  return units;
}

const more = (count: number): Unit => makeUnit(PROTOCOL, 'more', `${count} more`, { count });

/** §4, §5: the version, and a method, a result or an error. */
function isCall(value: unknown): value is Fields {
  return (
    isRecord(value) &&
    value.jsonrpc === '2.0' &&
    (typeof value.method === 'string' || 'result' in value || 'error' in value)
  );
}

function unitOf(call: Fields, message: Message, tools: Tools): Unit {
  const { id, method } = call;
  if (typeof method !== 'string') return responseUnit(call, message, tools);
  const params = call.params;
  if (id === undefined)
    return makeUnit(PROTOCOL, 'notification', `notification ${quoted(method)}`, facts({ method, params }));
  const key = keyOf(message.sender, id);
  if (key !== undefined) tools.requests.ask(key, message, method);
  return makeUnit(
    PROTOCOL,
    'request',
    `request ${quoted(method)} id ${brief(id)}`,
    facts({ id, method, params }),
  );
}

function responseUnit({ id, result, error }: Fields, message: Message, tools: Tools): Unit {
  const key = keyOf(otherSide(message.sender), id);
  const found = key === undefined ? undefined : tools.requests.settle(key, message);
  const method = found?.note;
  const to = method === undefined ? '' : ` of ${quoted(method)}`;
  if (error === undefined)
    return makeUnit(
      PROTOCOL,
      'result',
      `result${to} id ${brief(id)}`,
      facts({ id, method, result }),
      found?.answers,
    );
  const told = isRecord(error) ? error : {};
  const text = typeof told.message === 'string' ? ` ${quoted(told.message)}` : '';
  const what = `error ${brief(told.code)}${text}${to} id ${brief(id)}`;
  return makeUnit(PROTOCOL, 'error', what, facts({ id, method, error }), found?.answers);
}

/** A string and a number are different ids; null is none that an answer could be told by. */
function keyOf(asker: Sender, id: unknown): string | undefined {
  return typeof id === 'string' || typeof id === 'number' ? `${asker} ${typeof id} ${id}` : undefined;
}
