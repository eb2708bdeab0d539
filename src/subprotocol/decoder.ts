/**
 * What a decoder of a subprotocol is, and what it tells of a message: the joint between those who decide which
 * decoder is asked (session-decoding.ts) and the decoders, one file per protocol.
 *
 * Strategy: a message may hold several units (MQTT packets, STOMP frames, calls of a JSON-RPC batch), or only a part
 * of one; so a decoder gives units. Of one unit, which is nearly always, the unit is what is told of the message.
 */
import type { Sender } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { Session } from '../websocket/session-record.js';
import type { HeldBudget } from './held.js';
import type { SessionRequests } from './requests.js';

/** Plain data, bounded (bounded.ts). */
export type JsonLike =
  | null
  | boolean
  | number
  | string
  | readonly JsonLike[]
  | { readonly [name: string]: JsonLike };

/** What a unit answers. */
export interface Answer {
  /** Number of the message that asked, of the same session. */
  readonly message: number;
  /** Seconds from the last byte of that message to the last one of this. */
  readonly latency: number;
}

/** What one unit of a subprotocol says: a packet, a frame, a call. */
export interface Unit {
  /** As people call it: `socket.io`. */
  readonly protocol: string;
  /** Kind of the unit, in the words of the protocol: `event`, `PUBLISH`. `part`: it goes on in later messages. */
  readonly type: string;
  /** One line without the protocol's name; may hold anything that the payload holds: print it with visible(). */
  readonly summary: string;
  /** The facts. */
  readonly value: JsonLike;
  /** What it answers; undefined where it answers nothing, or that was not captured. */
  readonly answers: Answer | undefined;
}

/** What a message says in its subprotocol. */
export interface Decoded extends Unit {
  /** All units, where there are several; type is then `several`, value null. */
  readonly parts?: readonly Unit[];
}

/** What the decoder of a session shares with others. */
export interface SharedTools {
  /** The session's requests that wait for an answer. */
  readonly requests: SessionRequests;
  /** Of all sessions: octets held of units that go on in later messages. */
  readonly held: HeldBudget;
  /** Most octets that a message's content may come to when it is unpacked. */
  readonly maxUnpacked: number;
  /** To be told where that is not enough. */
  unpackedLimitHit(): void;
}

/** What the decoder of a session is given. */
export interface Tools extends SharedTools {
  /**
   * Decodes a message within a message, by any subprotocol but that which asks; undefined: nobody takes it. So what is
   * nested is no deeper than there are subprotocols that ask.
   */
  inner(message: Message): readonly Unit[] | undefined;
}

/**
 * A decoder as `--decoder` takes it from a module's default export. It may throw: that is contained, and after three
 * messages of a session it is asked no more there.
 */
export interface Subprotocol {
  /** As people call it. */
  readonly name: string;
  /** How surely the handshake says that a session speaks it: 0 (says nothing) to 1 (negotiated). */
  expects(session: Session): number;
  /** How much a message looks like it: 0 (not at all) to 1; by a glance at a few octets. */
  bid(message: Message): number;
  /** A format of content, which says nothing of the session's other messages: it is never asked before others have bid. */
  readonly byContent?: boolean;
  /** Somebody has asked for it: it bids for messages of a session that speaks another, too, and takes them if it bids as much. */
  readonly preferred?: boolean;
  /** Makes the decoder of a session that speaks it. */
  open(session: Session, tools: Tools): UnitDecoder;
}

/** Of one session, with what it knows of both senders. */
export interface UnitDecoder {
  /** Of a whole text or binary message; undefined: it is none of this subprotocol. */
  decode(message: Message): readonly Unit[] | undefined;
  /** Some of what this sender said cannot be read: nothing goes on from before. */
  lost?(sender: Sender): void;
  /** The session is over: gives back what it holds. */
  close?(): void;
}

/** Units told of one message; further ones are counted. */
export const MAX_UNITS = 1000;

export function makeUnit(
  protocol: string,
  type: string,
  summary: string,
  value: JsonLike,
  answers?: Answer,
): Unit {
  return { protocol, type, summary, value, answers };
}

/** A unit that was within another, which `where` tells. */
export const within = (unit: Unit, where: string): Unit => ({
  ...unit,
  summary: `${unit.summary} (${where})`,
});

export const otherSide = (sender: Sender): Sender => (sender === 'client' ? 'server' : 'client');

/** The units of one message as one. */
export function joinUnits(units: readonly Unit[]): Decoded | undefined {
  if (units.length <= 1) return units[0];
  const shown = units.slice(0, 4).map(({ summary }) => summary);
  const rest = units.length - shown.length;
  return {
    protocol: units[0].protocol,
    type: 'several',
    summary: `${shown.join('; ')}${rest > 0 ? `; … ${rest} more` : ''}`,
    value: null,
    answers: undefined,
    parts: units,
  };
}
