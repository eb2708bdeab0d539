/**
 * SignalR of ASP.NET Core: the handshake and the JSON and MessagePack hub protocols
 * (https://github.com/dotnet/aspnetcore/blob/main/src/SignalR/docs/specs/HubProtocol.md).
 *
 * Strategy: the handshake and JSON are records that end in 0x1e, MessagePack values have their length in front; both
 * become the same facts (signalr-facts.ts). What is invoked and its completion are paired by who invoked, and the id;
 * items of a stream are counted.
 */
import type { Message } from '../websocket/message-record.js';
import { brief, facts, quoted } from './bounded.js';
import { bufferOf, isRecord, isText, parseJson } from './content.js';
import { MAX_UNITS, makeUnit, otherSide, type Subprotocol, type Tools, type Unit } from './decoder.js';
import { type HubMessage, hubMessages, KINDS, messageOfJson } from './signalr-facts.js';

const PROTOCOL = 'signalr';
/** Ends a record of text ("Text encoding"). */
const RECORD_END = 0x1e;
const CONTENT =
  /^\{(?:"protocol":"[\w-]{1,24}","version":|"type":[1-9]\b|\}\x1e|"(?:error|target|arguments|invocationId)":)/;
const GLANCE = 64;

export const signalr: Subprotocol = {
  name: PROTOCOL,
  expects: () => 0,
  bid({ content }) {
    if (content[0] === 0x7b && content[content.length - 1] === RECORD_END)
      return CONTENT.test(bufferOf(content.subarray(0, GLANCE)).toString('latin1')) ? 0.9 : 0;
    return isHubBinary(content) ? 0.4 : 0;
  },
  open: (_session, tools) => ({
    decode(message) {
      const units = isRecords(message.content) ? records(message, tools) : binary(message, tools);
      return units && cut(units);
    },
  }),
};

const isRecords = (content: Uint8Array): boolean =>
  content[content.length - 1] === RECORD_END && content[0] === 0x7b;

/** Length, an array of up to 15, a type, of one message at least. */
function isHubBinary(content: Uint8Array): boolean {
  for (let at = 0; at < Math.min(content.length, 5); at++)
    if (content[at] < 0x80) {
      const [array, type] = [content[at + 1], content[at + 2]];
      return array > 0x90 && array <= 0x96 && type >= 1 && type <= 9 && hubMessages(content) !== undefined;
    }
  return false;
}

function cut(units: Unit[]): Unit[] {
  const more = units.length - MAX_UNITS;
  if (more <= 0) return units;
  return [...units.slice(0, MAX_UNITS), makeUnit(PROTOCOL, 'more', `${more} more`, { count: more })];
}

/** The handshake comes in a binary message, too. */
function records(message: Message, tools: Tools): Unit[] | undefined {
  const { content, opcode } = message;
  if (opcode === 1 && !isText(message)) return undefined;
  const units: Unit[] = [];
  for (const text of bufferOf(content.subarray(0, -1)).toString().split('\x1e')) {
    const value = parseJson(text);
    if (!isRecord(value)) return undefined;
    const told = messageOfJson(value);
    const unit = told === undefined ? handshake(value, message, tools) : unitOf(told, message, tools);
    if (unit === undefined) return undefined;
    units.push(unit);
  }
  return units;
}

function binary(message: Message, tools: Tools): Unit[] | undefined {
  return hubMessages(message.content)?.map((told) => unitOf(told, message, tools));
}

/** "SignalR Handshake": the client's names a protocol, the server's is empty or has an error. */
function handshake(
  { protocol, version, error, ...rest }: Readonly<Record<string, unknown>>,
  message: Message,
  { requests }: Tools,
): Unit | undefined {
  if (message.sender === 'client') {
    if (typeof protocol !== 'string') return undefined;
    requests.ask('handshake', message);
    const summary = `handshake ${quoted(protocol)} version ${brief(version)}`;
    return makeUnit(PROTOCOL, 'handshake', summary, facts({ protocol, version, ...rest }));
  }
  if (protocol !== undefined || (error !== undefined && typeof error !== 'string')) return undefined;
  const found = requests.settle('handshake', message);
  const told = error === undefined ? 'accepted' : `refused: ${quoted(error as string)}`;
  return makeUnit(PROTOCOL, 'handshake', `handshake ${told}`, facts({ error, ...rest }), found?.answers);
}

function unitOf({ kind, id, value, error }: HubMessage, message: Message, { requests }: Tools): Unit {
  const { sender } = message;
  const name = KINDS[kind];
  if (name === 'ping') return makeUnit(PROTOCOL, name, name, value);
  const asks = name === 'invocation' || name === 'stream invocation';
  const target = typeof value.target === 'string' ? value.target : undefined;
  const key = `${asks || name === 'cancel' ? sender : otherSide(sender)} ${id}`;
  if (asks && id !== undefined) requests.ask(key, message, target);
  const found =
    id === undefined
      ? undefined
      : name === 'completion'
        ? requests.settle(key, message)
        : name === 'item'
          ? requests.find(key, message)
          : undefined;
  const of = found?.note;
  const words = [
    name,
    name === 'item' && found !== undefined ? `#${found.count}` : '',
    target === undefined ? '' : quoted(target),
    error === undefined ? '' : quoted(error),
    of === undefined ? '' : `of ${quoted(of)}`,
    id === undefined ? '' : `id ${brief(id)}`,
  ];
  const told = of === undefined ? value : { ...value, of };
  return makeUnit(PROTOCOL, name, words.filter(Boolean).join(' '), told, found?.answers);
}
