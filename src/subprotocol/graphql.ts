/**
 * GraphQL over WebSocket: graphql-transport-ws (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md), and
 * the older protocol of subscriptions-transport-ws, which calls itself `graphql-ws` in the handshake.
 *
 * Strategy: both are JSON objects with `type`, and nearly the same under other names: one table tells what part each
 * type plays. Results of an operation are paired by its id with the message that began it, and counted; the latency of
 * each is since then, so that of the first one is the time to the first result.
 */
import type { Message } from '../websocket/message-record.js';
import { brief, facts, quoted } from './bounded.js';
import { bufferOf, isRecord, mayBeJson, parseJson, textOf } from './content.js';
import { makeUnit, otherSide, type Subprotocol, type Tools, type Unit } from './decoder.js';

type Fields = Readonly<Record<string, unknown>>;
type Part = 'init' | 'ready' | 'alive' | 'ping' | 'pong' | 'begin' | 'result' | 'end' | 'stop' | 'terminate';

const TRANSPORT_WS: Readonly<Record<string, Part>> = {
  connection_init: 'init',
  connection_ack: 'ready',
  ping: 'ping',
  pong: 'pong',
  subscribe: 'begin',
  next: 'result',
  error: 'end',
  complete: 'end',
};
const OLDER: Readonly<Record<string, Part>> = {
  connection_init: 'init',
  connection_ack: 'ready',
  connection_error: 'ready',
  ka: 'alive',
  connection_keep_alive: 'alive',
  connection_terminate: 'terminate',
  start: 'begin',
  data: 'result',
  error: 'end',
  complete: 'end',
  stop: 'stop',
};

/** What no other protocol on JSON says, in the first octets. */
const CONTENT = /"type"\s*:\s*"(?:connection_(?:init|ack)"|(subscribe|start)".*"query"\s*:)/s;
const GLANCE = 512;

const make = (name: string, types: Readonly<Record<string, Part>>, says: RegExp): Subprotocol => ({
  name,
  expects: ({ handshake }) => (handshake?.subprotocol === name ? 1 : 0),
  bid(message) {
    if (!mayBeJson(message, false)) return 0;
    const found = CONTENT.exec(bufferOf(message.content.subarray(0, GLANCE)).toString('latin1'));
    if (found === null) return 0;
    return found[1] === undefined ? 0.5 : says.test(found[1]) ? 0.9 : 0;
  },
  open: (_session, tools) => ({ decode: (message) => decode(message, name, types, tools) }),
});

export const graphqlTransportWs = make('graphql-transport-ws', TRANSPORT_WS, /^subscribe$/);
export const graphqlWs = make('graphql-ws', OLDER, /^start$/);

function decode(
  message: Message,
  name: string,
  types: Readonly<Record<string, Part>>,
  tools: Tools,
): Unit[] | undefined {
  if (!mayBeJson(message, false)) return undefined;
  const value = parseJson(textOf(message));
  if (!isRecord(value) || typeof value.type !== 'string' || !Object.hasOwn(types, value.type))
    return undefined;
  return [unitOf(value, value.type, types[value.type], name, message, tools)];
}

function unitOf(
  told: Fields,
  type: string,
  part: Part,
  protocol: string,
  message: Message,
  { requests }: Tools,
): Unit {
  const { id, payload } = told;
  const { sender } = message;
  if (part === 'begin') return beginUnit(told, type, protocol, message, requests);
  if (part === 'result' || part === 'end') return resultUnit(told, type, part, protocol, message, requests);
  if (part === 'init') requests.ask('connection', message);
  if (part === 'ping') requests.ask(`ping ${sender}`, message);
  const key = part === 'ready' ? 'connection' : part === 'pong' ? `ping ${otherSide(sender)}` : undefined;
  const found = key === undefined ? undefined : requests.settle(key, message);
  const summary = id === undefined ? type : `${type} id ${brief(id)}`;
  return makeUnit(protocol, type, summary, facts({ id, payload }), found?.answers);
}

function beginUnit(
  { id, payload }: Fields,
  type: string,
  protocol: string,
  message: Message,
  requests: Tools['requests'],
): Unit {
  const { query, operationName, variables } = isRecord(payload) ? payload : ({} as Fields);
  const { operation, name, field } = operationOf(query, operationName);
  const label = [operation, name === undefined ? field : quoted(name)].filter(Boolean).join(' ');
  requests.ask(`operation ${brief(id)}`, message, label);
  const value = facts({
    id,
    operation,
    name,
    field,
    query,
    variables,
    payload: isRecord(payload) ? undefined : payload,
  });
  return makeUnit(protocol, type, spaced(type, label, `id ${brief(id)}`), value);
}

function resultUnit(
  { id, payload }: Fields,
  type: string,
  part: Part,
  protocol: string,
  message: Message,
  requests: Tools['requests'],
): Unit {
  const key = `operation ${brief(id)}`;
  const found = part === 'end' ? requests.settle(key, message) : requests.find(key, message);
  const of = found?.note ? `of ${found.note}` : '';
  // A client that completes ends what it asked for itself: that answers nothing.
  const isAnswer = message.sender === 'server';
  const nth = part === 'result' ? found?.count : undefined;
  const summary = spaced(type, nth === undefined ? '' : `#${nth}`, of, `id ${brief(id)}`);
  return makeUnit(
    protocol,
    type,
    summary,
    facts({ id, nth, payload }),
    isAnswer ? found?.answers : undefined,
  );
}

const spaced = (...words: readonly string[]): string => words.filter((word) => word !== '').join(' ');

/** GraphQL (October 2021) §2.3: kind and name of an operation; `{ … }` is a query without name. §2.5: its first field. */
const OPERATION = /(?:^|[\s,}])(query|mutation|subscription)\b\s*([_A-Za-z]\w*)?/;
const FIELD = /\{\s*(?:\w+\s*:\s*)?([_A-Za-z]\w*)/;
/** As much of a document as is looked at. */
const MAX_DOCUMENT = 4096;

interface Operation {
  readonly operation?: string;
  readonly name?: string;
  /** The first one that is asked for. */
  readonly field?: string;
}

function operationOf(query: unknown, operationName: unknown): Operation {
  const given = typeof operationName === 'string' ? { name: operationName } : {};
  if (typeof query !== 'string') return given;
  const document = query
    .slice(0, MAX_DOCUMENT)
    .replace(/#[^\n\r]*/g, '')
    .trimStart();
  const [, operation, name] = document.startsWith('{') ? ['', 'query'] : (OPERATION.exec(document) ?? []);
  const field = FIELD.exec(document)?.[1];
  return {
    ...(operation === undefined ? {} : { operation }),
    ...(name === undefined ? {} : { name }),
    ...given,
    ...(field === undefined ? {} : { field }),
  };
}
