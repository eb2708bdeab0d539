/**
 * Action Cable of Ruby on Rails, `actioncable-v1-json`
 * (https://docs.anycable.io/misc/action_cable_protocol; ActionCable::INTERNAL of Rails 8.1).
 *
 * Strategy: clients send commands, servers types; what has neither is a message of a channel. A subscription's
 * confirmation or rejection is paired by the identifier with the command, which is JSON in a string and told as such.
 */
import type { Message } from '../websocket/message-record.js';
import { brief, facts, quoted } from './bounded.js';
import { bufferOf, isRecord, mayBeJson, parseJson, textOf } from './content.js';
import { makeUnit, type Subprotocol, type Tools, type Unit } from './decoder.js';

type Fields = Readonly<Record<string, unknown>>;

const PROTOCOL = 'action-cable';
const NEGOTIATED = /^actioncable-v1(?:-ext)?-json$/;
const COMMANDS = new Set(['subscribe', 'unsubscribe', 'message']);
const TYPES = new Set(['welcome', 'ping', 'disconnect', 'confirm_subscription', 'reject_subscription']);
const CONTENT =
  /^\{(?:"command":"(?:subscribe|unsubscribe|message)","identifier":"|"identifier":"\{\\"channel\\":|"type":"(?:welcome"\}|disconnect","reason":))/;
const GLANCE = 64;
/** Of `command`, `identifier`, `type`. */
const FIRST_LETTERS = [0x63, 0x69, 0x74];

export const actionCable: Subprotocol = {
  name: PROTOCOL,
  expects: ({ handshake }) => (NEGOTIATED.test(handshake?.subprotocol ?? '') ? 1 : 0),
  bid(message) {
    if (!FIRST_LETTERS.includes(message.content[2]) || !mayBeJson(message, false)) return 0;
    return CONTENT.test(bufferOf(message.content.subarray(0, GLANCE)).toString('latin1')) ? 0.8 : 0;
  },
  open: (_session, tools) => ({ decode: (message) => decode(message, tools) }),
};

function decode(message: Message, tools: Tools): Unit[] | undefined {
  if (!mayBeJson(message, false)) return undefined;
  const value = parseJson(textOf(message));
  if (!isRecord(value)) return undefined;
  const unit =
    message.sender === 'client' ? commandUnit(value, message, tools) : serverUnit(value, message, tools);
  return unit && [unit];
}

function commandUnit(
  { command, identifier, data }: Fields,
  message: Message,
  tools: Tools,
): Unit | undefined {
  if (typeof command !== 'string' || !COMMANDS.has(command) || typeof identifier !== 'string')
    return undefined;
  if (command === 'subscribe') tools.requests.ask(identifier, message);
  const told = typeof data === 'string' ? (parseJson(data) ?? data) : data;
  const action = isRecord(told) && typeof told.action === 'string' ? told.action : undefined;
  const { channel, value } = identified(identifier);
  const what = action === undefined ? '' : ` ${quoted(action)} to`;
  return makeUnit(
    PROTOCOL,
    command,
    `${command}${what} ${channel}`,
    facts({ identifier: value, action, data: told }),
  );
}

function serverUnit(told: Fields, message: Message, tools: Tools): Unit | undefined {
  const { type, identifier, message: said } = told;
  if (type === undefined) {
    if (typeof identifier !== 'string' || !('message' in told)) return undefined;
    const { channel, value } = identified(identifier);
    return makeUnit(
      PROTOCOL,
      'message',
      `message of ${channel}`,
      facts({ identifier: value, message: said }),
    );
  }
  if (typeof type !== 'string' || !TYPES.has(type)) return undefined;
  if (typeof identifier !== 'string') {
    const { reason, reconnect } = told;
    const why = reason === undefined ? '' : ` ${brief(reason)}`;
    return makeUnit(PROTOCOL, type, `${type}${why}`, facts({ reason, reconnect, message: said }));
  }
  const found = tools.requests.settle(identifier, message);
  const { channel, value } = identified(identifier);
  return makeUnit(PROTOCOL, type, `${type} ${channel}`, facts({ identifier: value }), found?.answers);
}

/** The channel, and all that tells which one. */
function identified(identifier: string): { readonly channel: string; readonly value: unknown } {
  const value = parseJson(identifier) ?? identifier;
  const name = isRecord(value) && typeof value.channel === 'string' ? value.channel : identifier;
  return { channel: quoted(name), value };
}
