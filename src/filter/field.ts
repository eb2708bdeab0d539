/**
 * What a field is: a named value of the records that commands list.
 *
 * Strategy: a getter for each kind of record that has the field; of a session, all its records have it. A getter gives
 * undefined where a record has no such value, and a list where it has several.
 */
import type { Finding } from '../rules/finding.js';
import type { Timestamp } from '../stream/place.js';
import type { Decoded } from '../subprotocol/decoder.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { Session, SessionSummary } from '../websocket/session-record.js';

/** The records that filters choose from, by kind: what `frames()`, `messages()`, `sessions()`, `findings()` give. */
export interface Records {
  readonly frame: Frame;
  readonly message: Message;
  readonly session: SessionSummary;
  readonly finding: Finding;
}
/** `frame`, `message`, `session` or `finding`. */
export type RecordKind = keyof Records;
export const RECORD_KINDS: readonly RecordKind[] = ['frame', 'message', 'session', 'finding'];

/**
 * `text`: octets that are UTF-8; `time`: seconds since the epoch; `address`: 4 or 16 octets; `json`: whatever JSON has;
 * `label`: something that is there or not, and has no value.
 */
export type FieldType =
  | 'number'
  | 'time'
  | 'boolean'
  | 'string'
  | 'text'
  | 'bytes'
  | 'address'
  | 'json'
  | 'label';

/** A value of a field; `address` and `bytes` are octets, and a bigint is an integer that a double cannot hold. */
export type Value = number | bigint | boolean | string | Uint8Array | null;

/** What filters ask of a finding. */
export type FindingFacts = Pick<Finding, 'rule' | 'severity'>;

/** What a filter may ask beside the record: start() and findings() may be trivial where it does not. */
export interface FilterContext {
  /** Time of the first packet. */
  start(): Timestamp;
  /** Findings about the record that are known so far. */
  findings(record: Records[RecordKind]): readonly FindingFacts[];
  /** What a message says in its subprotocol, where that is known. */
  decoded?(message: Message): Decoded | undefined;
  /** The data message that a frame ends, where that is known: without it only what the frame itself holds is. */
  message?(frame: Frame): Message | undefined;
  /** Seconds since the record of its kind that came before the record in its session; undefined: there is none. */
  gap?(): number | undefined;
}

/** What a record has of a field: undefined where it has none, a list where it has several values. */
export type Getter<Record> = (record: Record, context: FilterContext) => Value | undefined | readonly Value[];

/** The values that a field can have, where not all of its type are. */
export interface Domain {
  /** Names that stand for numbers, in lower case. */
  readonly names?: Readonly<Record<string, number>> | undefined;
  /** The greatest number; such a field has whole numbers from 0 on. */
  readonly max?: number | undefined;
  /** Of addresses: 4 (IPv4) or 16 (IPv6). */
  readonly octets?: 4 | 16 | undefined;
  /** It may have more behind a point, as seconds do. */
  readonly decimal?: boolean | undefined;
  /** All there are; `rules`: the ids of the rules. */
  readonly values?: readonly string[] | 'rules' | undefined;
}

/** A field that filters may name. */
export interface Field extends Domain {
  /** As in Wireshark where that has it; ours begin with `ws.`. */
  readonly name: string;
  readonly type: FieldType;
  /** In a few words, with its unit. */
  readonly meaning: string;
  /** How it is taken from each kind of record that has it. */
  readonly of: { readonly [Kind in RecordKind]?: Getter<Records[Kind]> };
  /** The same, with integers of JSON that a double cannot hold; slower. */
  readonly exactly?: Field['of'];
  /** It looks into payloads: they are to be kept whole. */
  readonly payload?: boolean;
  /** It asks what messages say in their subprotocols: the value, or all of a unit, with numbers of messages. */
  readonly decoded?: 'value' | 'units';
  /** It asks for findings: the rules are to be applied. */
  readonly findings?: boolean;
  /** Of a frame it asks what the message says that ends with it. */
  readonly message?: boolean;
  /** It asks how long ago the record before it was: it is to be shown all, in their order. */
  readonly gap?: boolean;
}

/** The same field, and of a frame that ends a data message it is that of the message. */
export function ofEndedMessage(field: Field): Field {
  return {
    ...field,
    message: true,
    of: ended(field.of),
    ...(field.exactly && { exactly: ended(field.exactly) }),
  };
}

function ended(of: Field['of']): Field['of'] {
  const { frame, message } = of;
  return {
    ...of,
    frame: (record, context) => {
      const whole = context.message?.(record);
      return whole === undefined ? frame?.(record, context) : message?.(whole, context);
    },
  };
}

/** A field of all records of a session. */
export function ofSession(get: Getter<Session>): Field['of'] {
  return ofAll(({ session }, context) => get(session, context));
}

/** Of all records: what they have in common is enough. */
export function ofAll(get: Getter<{ readonly session: Session }>): Field['of'] {
  return { frame: get, message: get, session: get, finding: get };
}

/** What is the same for all records of a session is made once. */
export function ofEachSession<T>(make: (session: Session) => T): (session: Session) => T {
  const known = new WeakMap<Session, T>();
  return (session) => {
    let made = known.get(session);
    if (made === undefined) {
      made = make(session);
      known.set(session, made);
    }
    return made;
  };
}

/** Of frames alone. */
export const frameField = (
  name: string,
  type: FieldType,
  meaning: string,
  frame: (frame: Frame) => Value | undefined,
): Field => ({ name, type, meaning, of: { frame } });

/** Of frames and messages. */
export const itemField = (
  name: string,
  type: FieldType,
  meaning: string,
  get: (item: Frame | Message, context: FilterContext) => Value | undefined,
): Field => ({ name, type, meaning, of: { frame: get, message: get } });
