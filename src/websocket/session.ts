/**
 * The session: one WebSocket connection from its handshake to its close, made of two directions.
 *
 * From here upward everything is plain readonly objects. The decoder hands the carriers one sink per sender
 * and tells its consumer of frames as they end and of the session once both directions are over.
 */
import { atLimit, type Limits } from '../limits.js';
import type { Delivered, Place, Timestamp } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import type { CloseBody } from './close.js';
import { MessageInflater } from './deflate.js';
import { deflateParameters, type NegotiatedDeflate } from './deflate-parameters.js';
import { type Beginning, Direction, type DirectionEnd, type DirectionOwner } from './direction.js';
import type { Frame, Sender } from './frame-record.js';
import type { Handshake } from './handshake.js';
import type { DecodedMessage } from './message-record.js';
import { type FrameFacts, hasGot, type SessionObserver } from './observer.js';
import type { PayloadBudget } from './payload-budget.js';
import type { Resynchronisation } from './resync.js';
import type { WindowBudget } from './segment-window.js';

/** A value for each sender. */
export interface BySender<T> {
  readonly client: T;
  readonly server: T;
}

export interface Session {
  /** 1-based, in the order in which the handshakes were answered; refused upgrades are counted too. */
  readonly number: number;
  /** Number of the TCP connection, as Wireshark's tcp.stream. */
  readonly connection: number;
  /** `ip:port`, an IPv6 address in brackets. */
  readonly client: string;
  readonly server: string;
  /** Undefined where it was not captured, or not the answer, and frames alone told that this is a WebSocket. */
  readonly handshake: Handshake | undefined;
  /**
   * Request target and Host field as written; known too where the answer was not captured, and as far as their
   * lines are whole where the request is cut.
   */
  readonly path: string | undefined;
  readonly host: string | undefined;
  /** 1 with a handshake or where the user said so; less where frames alone told it. */
  readonly confidence: number;
  /** Bytes that the client sent behind its request before it had got any of the server's answer. */
  readonly earlyClientBytes: number;
  /** When the first byte of the handshake was captured; without one, the first byte of all. */
  readonly opened: Timestamp;
  /** When the last byte of the server's answer was captured; without one, as `opened`. */
  readonly answered: Timestamp;
  /** Number of the packet with the last byte of the server's answer; without one, with the first byte of all. */
  readonly openedPacket: number;
}

/** What is to be kept of many sessions. */
export function withoutHandshake(session: Session): Session {
  return { ...session, handshake: undefined };
}

/** A Close frame as it was captured. */
export interface ObservedClose {
  /** Undefined where the body holds no whole code. */
  readonly body: CloseBody | undefined;
  readonly packet: number;
  readonly timestamp: Timestamp;
  /** As in FrameFacts. */
  readonly acknowledges: number | undefined;
  readonly sequenceEnd: number | undefined;
}

/** What is known of a session at its end; for a refused upgrade all counts are 0. */
export interface SessionSummary {
  readonly session: Session;
  readonly frames: BySender<number>;
  /** Captured payload octets. */
  readonly payloadBytes: BySender<number>;
  /** Octets of the streams that the capture does not hold. */
  readonly missingBytes: BySender<number>;
  /** Stream offset behind which frames could not be told apart to the end: a gap swallowed a header. */
  readonly lostAt: BySender<number | undefined>;
  /** Octets between frames lost and frames found again, missing ones included. */
  readonly undecodedBytes: BySender<number>;
  /** The first Close frame of each sender. */
  readonly close: BySender<ObservedClose | undefined>;
  /** Who sent the first Close frame. */
  readonly closedBy: Sender | undefined;
  /** Neither side had got the other's Close when it sent its own. */
  readonly closesCrossed: boolean;
  /** The last Pings of each sender that got no Pong, if they had a second or more for it. */
  readonly unansweredPings: BySender<number>;
  /** How each stream ended; undefined for a refused upgrade. */
  readonly end: BySender<StreamEnd> | undefined;
  /** What the segment with that end acknowledges of the other side's stream (int32); undefined: not known. */
  readonly endAcknowledges: BySender<number | undefined>;
  /** How far the other side has acknowledged the stream of a sender, as far as is known. */
  readonly delivered: BySender<Delivered | undefined>;
  /** Whose FIN acknowledges that of the other side: it had got all that the other sent. */
  readonly endedInTurn: Sender | undefined;
  /** Whose stream ended first by FIN or RST. */
  readonly endedFirst: Sender | undefined;
  /** When it did; undefined where neither did. */
  readonly endedFirstAt: Timestamp | undefined;
  /** When the last byte, or the end, was captured. */
  readonly ended: Timestamp;
}

export interface SessionConsumer {
  /** Leave it out if frames are only to be counted: none is then made. */
  readonly frame?: ((frame: Frame) => void) | undefined;
  /** As MessageOwner.message; leave it out if nobody wants messages. */
  readonly message?: ((message: DecodedMessage, packet: number) => void) | undefined;
  /** Watches frames and messages as facts. */
  readonly observer?: SessionObserver | undefined;
  closed(summary: SessionSummary): void;
  defect(code: string, message: string): void;
}

export type SessionLimits = Pick<
  Limits,
  'maxPayload' | 'maxMessage' | 'maxMissingRanges' | 'maxUnknownRanges' | 'maxSegments' | 'maxFragments'
>;

export interface SessionOptions {
  readonly place: Place;
  /** Payload octets kept per frame. */
  readonly payloadLimit: number;
  readonly limits: SessionLimits;
  /** Shared by all sessions. */
  readonly windowBudget: WindowBudget;
  /** Of all payloads under way, shared by all sessions. */
  readonly payloadBudget: PayloadBudget;
  /** Where no handshake was captured, or not whole. */
  readonly beginnings?: BySender<Beginning> | undefined;
  readonly nextFrameNumber: () => number;
  /** Told, when a direction ends, how many data messages ended in it. */
  readonly countMessages?: (count: number) => void;
}

export class SessionDecoder implements DirectionOwner {
  /** What the client sends; bytes behind the request's head. */
  readonly client: StreamSink;
  /** What the server sends; bytes behind the 101's head. */
  readonly server: StreamSink;
  private readonly parameters: NegotiatedDeflate | undefined;
  private readonly directions: BySender<Direction>;
  private closes: { client?: ObservedClose; server?: ObservedClose } = {};
  private closedBy: Sender | undefined = undefined;
  private ends: { client?: ObservedEnd; server?: ObservedEnd } = {};
  private readonly pings = { client: new OpenPings(), server: new OpenPings() };

  constructor(
    public session: Session,
    private readonly options: SessionOptions,
    private readonly consumer: SessionConsumer,
  ) {
    const { handshake } = session;
    // Without a handshake RSV1 can mean nothing but compression: no other extension uses it.
    this.parameters = handshake === undefined ? UNKNOWN_PARAMETERS : deflateParameters(handshake);
    this.directions = { client: new Direction('client', this), server: new Direction('server', this) };
    const { beginnings } = options;
    if (beginnings !== undefined) {
      this.directions.client.beginInTheMiddle(beginnings.client, session.confidence);
      this.directions.server.beginInTheMiddle(beginnings.server, session.confidence);
    }
    this.client = this.directions.client;
    this.server = this.directions.server;
  }

  get deflate(): boolean {
    return this.parameters !== undefined;
  }

  get perFrame(): boolean {
    return this.parameters?.extension === 'x-webkit-deflate-frame';
  }

  get place(): Place {
    return this.options.place;
  }

  get payloadLimit(): number {
    return this.options.payloadLimit;
  }

  get limits(): SessionLimits {
    return this.options.limits;
  }

  get frame(): ((frame: Frame) => void) | undefined {
    return this.consumer.frame;
  }

  get message(): ((message: DecodedMessage, packet: number) => void) | undefined {
    return this.consumer.message;
  }

  get observer(): SessionObserver | undefined {
    return this.consumer.observer;
  }

  get windowBudget(): WindowBudget {
    return this.options.windowBudget;
  }

  get payloadBudget(): PayloadBudget {
    return this.options.payloadBudget;
  }

  nextFrameNumber(): number {
    return this.options.nextFrameNumber();
  }

  inflater(sender: Sender): MessageInflater | undefined {
    const parameters = this.parameters?.[sender];
    if (parameters === undefined) return undefined;
    const contextKnown = this.session.handshake !== undefined;
    const { maxMessage, maxUnknownRanges } = this.limits;
    return new MessageInflater({ ...parameters, maxContent: maxMessage, maxUnknownRanges, contextKnown });
  }

  defect(code: string, message: string): void {
    this.consumer.defect(code, message);
  }

  closeFrame(
    { sender, confidence, acknowledges, sequenceEnd }: FrameFacts,
    body: CloseBody | undefined,
  ): void {
    const known = this.closes[sender];
    if (known !== undefined) return;
    this.closes[sender] = {
      body,
      packet: this.place.packet,
      timestamp: this.now(),
      acknowledges,
      sequenceEnd,
    };
    // Frames found again behind a loss are decoded late: there the order of capture counts.
    if (this.closedBy === undefined || confidence < 1) this.closedBy = firstToClose(this.closes);
  }

  heartbeat(sender: Sender, isPing: boolean): void {
    if (isPing) this.pings[sender].sent(this.place);
    else this.pings[sender === 'client' ? 'server' : 'client'].answered();
  }

  tooLong(sender: Sender, length: number): void {
    const { maxPayload } = this.limits;
    this.consumer.defect(
      'payload-limit',
      `session ${this.session.number}: a frame of the ${sender} has ${length} bytes of payload; ` +
        `${maxPayload} are kept ${atLimit('maxPayload', maxPayload)}`,
    );
  }

  overBudget(sender: Sender, length: number): void {
    this.consumer.defect(
      'payload-limit',
      `session ${this.session.number}: a frame of the ${sender} has ${length} bytes of payload; ` +
        `less is kept: all payloads under way hold too much ${atLimit('maxHeldPayload', this.payloadBudget.total)}`,
    );
  }

  behindGap(sender: Sender, length: number): void {
    this.consumer.defect(
      'payload-limit',
      `session ${this.session.number}: a frame of the ${sender} has ${length} bytes of payload; ` +
        `what lies behind a long gap is not kept ${atLimit('maxZeros', this.payloadBudget.zeros)}`,
    );
  }

  lost(sender: Sender, streamOffset: number): void {
    const { number } = this.session;
    this.consumer.defect(
      'frames-lost',
      `session ${number}: ${this.lossAt(sender, streamOffset)}; ` +
        'the frames behind it cannot be told apart',
    );
  }

  found(sender: Sender, streamOffset: number, { streamOffset: at, confidence }: Resynchronisation): void {
    // Where else would the frames of a capture begin that begins in the middle?
    if (streamOffset === 0 && this.options.beginnings !== undefined) return;
    const { number } = this.session;
    this.consumer.defect(
      'frames-lost',
      `session ${number}: ${this.lossAt(sender, streamOffset)}; ` +
        `frames were found again at byte ${at}, with confidence ${confidence.toFixed(4)}`,
    );
  }

  ended(sender: Sender, { how, pendingHeader, sequence, messages }: DirectionEnd): void {
    this.options.countMessages?.(messages);
    if (pendingHeader > 0)
      this.consumer.defect(
        'truncated-frame-header',
        `session ${this.session.number}: the ${sender}'s stream ends ${pendingHeader} bytes into a frame header`,
      );
    const { acknowledgement, delivered, packet } = this.place;
    this.ends[sender] = { how, packet, timestamp: this.now(), sequence, acknowledgement, delivered };
    const { ends } = this;
    if (ends.client === undefined || ends.server === undefined) return;
    const summary = this.summary(ends as BySender<ObservedEnd>);
    this.consumer.observer?.closed(summary);
    this.consumer.closed(summary);
  }

  private lossAt(sender: Sender, streamOffset: number): string {
    return streamOffset === 0 && this.options.beginnings !== undefined
      ? `the capture begins in the middle of the ${sender}'s stream`
      : `a gap swallowed a frame header at byte ${streamOffset} of the ${sender}'s stream`;
  }

  /** `ends` in the order in which they were told of. */
  private summary(ends: BySender<ObservedEnd>): SessionSummary {
    const { client, server } = this.directions;
    const endedFirst = firstToEnd(ends);
    const ended = ends.client.packet > ends.server.packet ? ends.client : ends.server;
    return {
      session: this.session,
      frames: { client: client.frames, server: server.frames },
      payloadBytes: { client: client.payloadBytes, server: server.payloadBytes },
      missingBytes: { client: client.missingBytes, server: server.missingBytes },
      lostAt: { client: client.lostAt, server: server.lostAt },
      undecodedBytes: { client: client.undecodedBytes, server: server.undecodedBytes },
      close: { client: this.closes.client, server: this.closes.server },
      closedBy: this.closedBy,
      closesCrossed: haveCrossed(this.closes),
      unansweredPings: {
        client: this.pings.client.overdue(this.place),
        server: this.pings.server.overdue(this.place),
      },
      end: { client: ends.client.how, server: ends.server.how },
      endAcknowledges: { client: ends.client.acknowledgement, server: ends.server.acknowledgement },
      delivered: { client: ends.client.delivered, server: ends.server.delivered },
      endedInTurn: lastToEnd(ends),
      endedFirst,
      endedFirstAt: endedFirst && endOf(ends, endedFirst),
      ended: ended.timestamp,
    };
  }

  private now(): Timestamp {
    const { seconds, nanoseconds } = this.place;
    return { seconds, nanoseconds };
  }
}

/** By the order of capture. */
function firstToClose({
  client,
  server,
}: {
  client?: ObservedClose;
  server?: ObservedClose;
}): Sender | undefined {
  if (client === undefined) return server && 'server';
  return server === undefined || client.packet < server.packet ? 'client' : 'server';
}

function haveCrossed({ client, server }: { client?: ObservedClose; server?: ObservedClose }): boolean {
  if (client === undefined || server === undefined) return false;
  return !hasGot(client.acknowledges, server.sequenceEnd) && !hasGot(server.acknowledges, client.sequenceEnd);
}

/** The end of a stream. */
interface ObservedEnd {
  readonly how: StreamEnd;
  readonly packet: number;
  readonly timestamp: Timestamp;
  /** Of TCP: behind the last byte, and what of the other side is acknowledged there. */
  readonly sequence: number | undefined;
  readonly acknowledgement: number | undefined;
  readonly delivered: Delivered | undefined;
}

/** When the stream of `sender` ended: at the latest where the other one's did, if its FIN was not captured. */
function endOf({ client, server }: BySender<ObservedEnd>, sender: Sender): Timestamp {
  const [own, others] = sender === 'client' ? [client, server] : [server, client];
  return own.how === 'capture-end' ? others.timestamp : own.timestamp;
}

/** RFC 9293 §3.4: a FIN occupies one sequence number. */
function lastToEnd({ client, server }: BySender<ObservedEnd>): Sender | undefined {
  const acknowledges = (a: ObservedEnd, b: ObservedEnd) =>
    a.acknowledgement !== undefined && b.sequence !== undefined && ((a.acknowledgement - b.sequence) | 0) > 0;
  // The FIN that it acknowledges may itself not have been captured.
  const isLast = (a: ObservedEnd, b: ObservedEnd) =>
    a.how === 'fin' && b.how !== 'reset' && acknowledges(a, b);
  if (isLast(client, server)) return 'client';
  return isLast(server, client) ? 'server' : undefined;
}

/**
 * Not who had got the other's end. Else by the order of capture; at the same place, as by one reset, who is told of
 * first.
 */
function firstToEnd(ends: BySender<ObservedEnd>): Sender | undefined {
  const last = lastToEnd(ends);
  if (last !== undefined) return last === 'client' ? 'server' : 'client';
  return (Object.keys(ends) as Sender[])
    .filter((sender) => ends[sender].how !== 'capture-end')
    .sort((a, b) => ends[a].packet - ends[b].packet)[0];
}

/** Seconds that a Pong may take. */
const PONG_TIME = 1;

/** The Pings of one sender since the last Pong. */
class OpenPings {
  private count = 0;
  private since = 0;

  sent({ seconds, nanoseconds }: Place): void {
    if (this.count++ === 0) this.since = seconds + nanoseconds / 1e9;
  }

  answered(): void {
    this.count = 0;
  }

  overdue({ seconds, nanoseconds }: Place): number {
    return seconds + nanoseconds / 1e9 - this.since >= PONG_TIME ? this.count : 0;
  }
}

/** What is assumed of a session whose handshake was not captured. */
const UNKNOWN_PARAMETERS: NegotiatedDeflate = {
  client: { contextTakeover: true, windowBits: 15 },
  server: { contextTakeover: true, windowBits: 15 },
  extension: 'permessage-deflate',
};

/** The summary of an upgrade that the server refused. */
export function refusedSession(session: Session, place: Place): SessionSummary {
  const none = { client: 0, server: 0 };
  const unknown = { client: undefined, server: undefined };
  return {
    session,
    frames: none,
    payloadBytes: none,
    missingBytes: none,
    lostAt: unknown,
    undecodedBytes: none,
    close: unknown,
    closedBy: undefined,
    closesCrossed: false,
    unansweredPings: none,
    end: undefined,
    endAcknowledges: unknown,
    delivered: unknown,
    endedInTurn: undefined,
    endedFirst: undefined,
    endedFirstAt: undefined,
    ended: { seconds: place.seconds, nanoseconds: place.nanoseconds },
  };
}
