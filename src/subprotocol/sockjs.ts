/**
 * SockJS over its WebSocket transport (https://sockjs.github.io/sockjs-protocol/sockjs-protocol-0.3.3.html): frames of a
 * letter and JSON from the server, arrays of strings from the client.
 *
 * Strategy: each string is a message of its own, which others decode in turn; one that nobody takes is told as it is.
 */
import type { Message } from '../websocket/message-record.js';
import { TEXT } from '../websocket/opcode.js';
import { brief, facts, quoted } from './bounded.js';
import { bufferOf, isText, parseJson, textOf } from './content.js';
import { MAX_UNITS, makeUnit, type Subprotocol, type Tools, type Unit, within } from './decoder.js';

const PROTOCOL = 'sockjs';
/** Base URL, number of the server, session, transport. */
const PATH = /\/\d{3}\/[^/.]+\/websocket(?:\?|$)/;
const CONTENT = /^(?:a\["|c\[\d{4},")/;
const GLANCE = 8;

export const sockjs: Subprotocol = {
  name: PROTOCOL,
  expects: ({ path = '' }) => (PATH.test(path) ? 0.8 : 0),
  bid(message) {
    const { content, sender } = message;
    const first = content[0];
    if ((first !== 0x61 && first !== 0x63) || sender !== 'server' || !isText(message)) return 0;
    const isWhole = content[content.length - 1] === 0x5d;
    return isWhole && CONTENT.test(bufferOf(content.subarray(0, GLANCE)).toString('latin1')) ? 0.7 : 0;
  },
  open: (_session, tools) => ({
    decode(message) {
      if (!isText(message)) return undefined;
      return message.sender === 'server' ? serverUnits(message, tools) : clientUnits(message, tools);
    },
  }),
};

function serverUnits(message: Message, tools: Tools): Unit[] | undefined {
  const text = textOf(message);
  if (text === 'o') return [makeUnit(PROTOCOL, 'open', 'open', {})];
  if (text === 'h') return [makeUnit(PROTOCOL, 'heartbeat', 'heartbeat', {})];
  const told = 'acm'.includes(text[0]) ? parseJson(text.slice(1)) : undefined;
  if (text[0] === 'c') return Array.isArray(told) ? [closeUnit(told)] : undefined;
  return messageUnits(text[0] === 'm' ? [told] : told, message, tools);
}

function closeUnit([code, reason]: readonly unknown[]): Unit {
  const why = typeof reason === 'string' ? ` ${quoted(reason)}` : '';
  return makeUnit(PROTOCOL, 'close', `close ${brief(code)}${why}`, facts({ code, reason }));
}

/** A client may send a bare string, too. */
function clientUnits(message: Message, tools: Tools): Unit[] | undefined {
  if (message.content[0] !== 0x5b && message.content[0] !== 0x22) return undefined;
  const told = parseJson(textOf(message));
  return messageUnits(typeof told === 'string' ? [told] : told, message, tools);
}

function messageUnits(list: unknown, message: Message, tools: Tools): Unit[] | undefined {
  if (!Array.isArray(list) || !list.every((one): one is string => typeof one === 'string')) return undefined;
  if (list.length === 0) return [makeUnit(PROTOCOL, 'message', 'no messages', {})];
  const units: Unit[] = [];
  for (const text of list.slice(0, MAX_UNITS)) units.push(...innerUnits(text, message, tools));
  const more = list.length - MAX_UNITS;
  if (more > 0) units.push(makeUnit(PROTOCOL, 'more', `${more} more`, { count: more }));
  return units;
}

function innerUnits(text: string, message: Message, tools: Tools): readonly Unit[] {
  const content = Buffer.from(text);
  const inner = { ...message, opcode: TEXT, validText: true, content, length: content.length };
  const units = tools.inner(inner);
  if (units !== undefined) return units.map((unit) => within(unit, 'in sockjs'));
  const payload = parseJson(text) ?? text;
  return [makeUnit(PROTOCOL, 'message', `message ${quoted(text)}`, facts({ payload }))];
}
