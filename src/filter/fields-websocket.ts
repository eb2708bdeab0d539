/**
 * Fields of WebSocket frames and messages: under `websocket.` those of Wireshark, with its meanings, under `ws.` ours.
 *
 * Where a message has no such field of its own (FIN, masks), only frames have it.
 */
import { SEVERITIES } from '../rules/rule.js';
import { secondsBetween } from '../stream/place.js';
import type { Unit } from '../subprotocol/decoder.js';
import { decodePlainJson } from '../subprotocol/json.js';
import { deflateParameters } from '../websocket/deflate-parameters.js';
import type { Frame, Sender } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { SessionSummary } from '../websocket/session-record.js';
import {
  type Field,
  type FieldType,
  type FilterContext,
  type FindingFacts,
  frameField,
  itemField,
  ofAll,
  ofEachSession,
  ofEndedMessage,
  ofSession,
  type Records,
  type Value,
} from './field.js';
import { messageFields } from './fields-message.js';
import { OPCODES, payloadFields } from './fields-payload.js';
import { unitsOf } from './json.js';

const SENDERS: readonly Sender[] = ['client', 'server'];

/** Of sessions as they are listed, at their end. */
const summaryField = (
  name: string,
  type: FieldType,
  meaning: string,
  session: (summary: SessionSummary) => Value | undefined | readonly Value[],
): Field => ({ name, type, meaning, of: { session } });

/** RFC 6455 §5.2: the seven bits that hold the length, or say that it follows. */
function shortLength({ lengthForm, length }: Frame): number {
  return lengthForm === 7 ? length : lengthForm === 16 ? 126 : 127;
}

function keyBytes({ masked, maskingKey }: Frame): Uint8Array | undefined {
  if (!masked) return undefined;
  return Uint8Array.of(maskingKey >>> 24, maskingKey >>> 16, maskingKey >>> 8, maskingKey);
}

/** RFC 7692 §6: the bit has this name where the extension was agreed on, or no handshake tells that it was not. */
const isDeflated = ofEachSession(
  ({ handshake }) =>
    handshake === undefined || deflateParameters(handshake)?.extension === 'permessage-deflate',
);

export const websocketFields: readonly Field[] = [
  {
    name: 'websocket',
    type: 'label',
    meaning: 'it is of a WebSocket: all that is listed is',
    of: ofAll(() => true),
  },
  frameField('websocket.fin', 'boolean', 'last frame of its message', ({ fin }) => fin),
  {
    ...frameField(
      'websocket.rsv',
      'number',
      'the three reserved bits: RSV1 is 4, RSV2 2, RSV3 1',
      (frame) => (frame.rsv1 ? 4 : 0) + (frame.rsv2 ? 2 : 0) + (frame.rsv3 ? 1 : 0),
    ),
    max: 0b111,
  },
  itemField('websocket.pmc', 'boolean', 'RSV1 where permessage-deflate is in use: compressed', (item) => {
    if (!isDeflated(item.session)) return undefined;
    return 'rsv1' in item ? item.rsv1 : item.compressed;
  }),
  {
    ...itemField('websocket.opcode', 'number', 'opcode, or its name', ({ opcode }) => opcode),
    names: OPCODES,
    max: 0b1111,
  },
  frameField('websocket.mask', 'boolean', 'it is masked', ({ masked }) => masked),
  {
    ...frameField(
      'websocket.payload_length',
      'number',
      'the 7 bits: 126 or 127 where a longer form follows',
      shortLength,
    ),
    max: 0b111_1111,
  },
  {
    ...frameField(
      'websocket.payload_length_ext_16',
      'number',
      'length in 16 bits',
      ({ lengthForm, length }) => (lengthForm === 16 ? length : undefined),
    ),
    max: 0xffff,
  },
  frameField('websocket.payload_length_ext_64', 'number', 'length in 64 bits', ({ lengthForm, length }) =>
    lengthForm === 64 ? length : undefined,
  ),
  frameField('websocket.masking_key', 'bytes', 'such as 37:fa:21:3d', keyBytes),
  ...payloadFields,
  {
    name: 'ws.session',
    type: 'number',
    meaning: 'number of the session, from 1',
    of: ofSession(({ number }) => number),
  },
  {
    name: 'ws.sender',
    type: 'string',
    meaning: 'client or server; of a finding who broke the rule',
    values: SENDERS,
    of: {
      frame: ({ sender }) => sender,
      message: ({ sender }) => sender,
      finding: ({ breaker }) => breaker,
    },
  },
  {
    name: 'ws.frame',
    type: 'number',
    meaning: 'number of the frame; of a message those of all its frames',
    of: { frame: ({ number }) => number, message: ({ frames }) => frames, finding: ({ frame }) => frame },
  },
  itemField('ws.length', 'number', 'octets of payload; of a message of content', ({ length }) => length),
  itemField('ws.compressed', 'boolean', 'its message is compressed', ({ compressed }) => compressed),
  itemField('ws.complete', 'boolean', 'nothing of it is missing', ({ complete }) => complete),
  {
    ...itemField(
      'ws.gap',
      'number',
      'seconds since the frame, or message, before it in its session',
      (_, { gap }) => gap?.(),
    ),
    decimal: true,
    gap: true,
  },
  {
    name: 'ws.confidence',
    type: 'number',
    meaning: '1 where it is certain that it is one, less where it was found again',
    decimal: true,
    of: {
      frame: ({ confidence }) => confidence,
      message: ({ confidence }) => confidence,
      session: ({ session }) => session.confidence,
    },
  },
  frameField('ws.truncated', 'boolean', 'its stream ended inside it', ({ truncated }) => truncated),
  frameField('ws.rsv1', 'boolean', 'RSV1', ({ rsv1 }) => rsv1),
  frameField('ws.rsv2', 'boolean', 'RSV2', ({ rsv2 }) => rsv2),
  frameField('ws.rsv3', 'boolean', 'RSV3', ({ rsv3 }) => rsv3),
  ...messageFields,
  {
    name: 'ws.subprotocol',
    type: 'string',
    meaning: 'subprotocol that was agreed on',
    of: ofSession(({ handshake }) => handshake?.subprotocol),
  },
  summaryField('ws.frames', 'number', 'frames of both sides', ({ frames }) => frames.client + frames.server),
  summaryField(
    'ws.bytes',
    'number',
    'octets of payload of both sides',
    ({ payloadBytes }) => payloadBytes.client + payloadBytes.server,
  ),
  summaryField(
    'ws.missing',
    'number',
    'octets that the capture does not hold',
    ({ missingBytes }) => missingBytes.client + missingBytes.server,
  ),
  {
    ...summaryField('ws.duration', 'number', 'seconds from its handshake to its end', ({ session, ended }) =>
      secondsBetween(session.opened, ended),
    ),
    decimal: true,
  },
  {
    ...summaryField('ws.closed_by', 'string', 'who sent the first Close', ({ closedBy }) => closedBy),
    values: SENDERS,
  },
  unitField(
    'ws.decoded.protocol',
    'string',
    'subprotocol in which it says something',
    (unit) => unit.protocol,
  ),
  unitField('ws.decoded.type', 'string', 'what it is in its subprotocol, such as event', (unit) => unit.type),
  unitField('ws.decoded.summary', 'string', 'what it says there, in a line', (unit) => unit.summary),
  unitField(
    'ws.decoded.answers',
    'number',
    'number of the message that it answers',
    (unit) => unit.answers?.message,
  ),
  {
    ...unitField(
      'ws.decoded.latency',
      'number',
      'seconds since that message',
      (unit) => unit.answers?.latency,
    ),
    decimal: true,
  },
  {
    ...findingField(
      'ws.finding',
      'rule that it breaks, such as unmasked-client-frame',
      ({ rule }) => rule.id,
    ),
    values: 'rules',
  },
  {
    ...findingField('ws.finding.severity', SEVERITIES.join(', '), ({ severity }) => severity),
    values: SEVERITIES,
  },
];

function unitField(
  name: string,
  type: FieldType,
  meaning: string,
  value: (unit: Unit) => Value | undefined,
): Field {
  const message = (record: Message, context: FilterContext) => {
    const known = unitsOf(record, context);
    const units = known.length > 0 ? known : plainJsonOf(record);
    return units.map(value).filter((one) => one !== undefined);
  };
  return ofEndedMessage({ name, type, meaning, decoded: 'units', of: { message } });
}

/** Nobody else is asked for what no subprotocol has taken. */
function plainJsonOf(message: Message): readonly Unit[] {
  const unit = decodePlainJson(message);
  return unit === undefined ? [] : [unit];
}

/** Of frames and messages, as far as findings are known when they are listed; of sessions all. */
function findingField(name: string, meaning: string, value: (finding: FindingFacts) => Value): Field {
  const known = (record: Records['frame' | 'message' | 'session'], context: FilterContext) =>
    context.findings(record).map(value);
  return {
    name,
    type: 'string',
    meaning,
    findings: true,
    of: { frame: known, message: known, session: known, finding: value },
  };
}
