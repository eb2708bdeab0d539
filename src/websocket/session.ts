/**
 * The session: one WebSocket connection from its handshake to its close, made of two directions.
 *
 * From here upward everything is plain readonly objects. The decoder hands the carriers one sink per sender
 * and tells its consumer of frames as they end and of the session once both directions are over.
 */
import { atLimit, type Limits } from '../limits.js';
import type { Place, Timestamp } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import type { CloseBody } from './close.js';
import { MessageInflater } from './deflate.js';
import { deflateParameters, type NegotiatedDeflate } from './deflate-parameters.js';
import { Direction } from './direction.js';
import type { Beginning, DirectionEnd, DirectionOwner } from './direction-owner.js';
import type { Frame, Sender } from './frame-record.js';
import type { DecodedMessage } from './message-record.js';
import type { FrameFacts, SessionObserver } from './observer.js';
import { OpenPings } from './open-pings.js';
import type { PayloadBudget } from './payload-budget.js';
import { PlainReader } from './plain-reader.js';
import type { Resynchronisation } from './resync.js';
import type { WindowBudget } from './segment-window.js';
import { endOf, firstToClose, firstToEnd, haveCrossed, lastToEnd, type ObservedEnd } from './session-end.js';
import {
  type BySender,
  type CutHeader,
  isInHttp2Stream,
  type ObservedClose,
  type Session,
  type SessionSummary,
} from './session-record.js';

export interface SessionConsumer {
  /** Leave it out if frames are only to be counted: none is then made. */
  readonly frame?: ((frame: Frame) => void) | undefined;
  /** As MessageOwner.message; leave it out if nobody wants messages. */
  readonly message?: ((message: DecodedMessage, packet: number) => void) | undefined;
  /** Whether of this session only messages are wanted that are no frame's payload as it is. */
  readonly joinedOnly?: ((session: Session) => boolean) | undefined;
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
  /** By sender; each session makes its own if they share none. */
  readonly plainReaders?: BySender<PlainReader>;
  /** Told, when a direction ends, how many data messages ended in it, and in how many bytes no frames were found. */
  readonly count?: (messages: number, unfound: number) => void;
}

export class SessionDecoder implements DirectionOwner {
  /** What the client sends; bytes behind the request's head. */
  readonly client: StreamSink;
  /** What the server sends; bytes behind the 101's head. */
  readonly server: StreamSink;
  private readonly parameters: NegotiatedDeflate | undefined;
  private readonly directions: BySender<SenderSink>;
  private closes: { client?: ObservedClose; server?: ObservedClose } = {};
  private closedBy: Sender | undefined = undefined;
  private readonly cutHeaders: Partial<Record<Sender, CutHeader>> = {};
  private ends: { client?: ObservedEnd; server?: ObservedEnd } = {};
  /** Of sides that have sent a Ping. */
  private pings: { client?: OpenPings; server?: OpenPings } = {};

  constructor(
    public session: Session,
    private readonly options: SessionOptions,
    private readonly consumer: SessionConsumer,
  ) {
    const { handshake } = session;
    // Without a handshake RSV1 can mean nothing but compression: no other extension uses it.
    this.parameters = handshake === undefined ? UNKNOWN_PARAMETERS : deflateParameters(handshake);
    this.directions = { client: new SenderSink('client', this), server: new SenderSink('server', this) };
    const { beginnings } = options;
    if (beginnings !== undefined) {
      this.directions.client.direction.beginInTheMiddle(beginnings.client, session.confidence);
      this.directions.server.direction.beginInTheMiddle(beginnings.server, session.confidence);
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

  get joinedOnly(): boolean {
    return this.consumer.joinedOnly?.(this.session) === true;
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

  plainReader(sender: Sender): PlainReader {
    return this.options.plainReaders?.[sender] ?? new PlainReader(sender, this.options);
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
    const { pings } = this;
    if (!isPing) pings[sender === 'client' ? 'server' : 'client']?.answered();
    else {
      pings[sender] ??= new OpenPings();
      pings[sender].sent(this.place);
    }
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

  ended(sender: Sender, { how, pendingHeader, sequence, messages, unfound }: DirectionEnd): void {
    this.options.count?.(messages, unfound);
    if (pendingHeader > 0)
      this.consumer.defect(
        'truncated-frame-header',
        `session ${this.session.number}: the ${sender}'s stream ends ${pendingHeader} bytes into a frame header`,
      );
    const { acknowledgement, delivered, packet } = this.place;
    // The end of an HTTP/2 stream has no place in TCP's sequence that could be acknowledged.
    const end = isInHttp2Stream(this.session.carrier) ? undefined : sequence;
    this.ends[sender] = { how, packet, timestamp: this.now(), sequence: end, acknowledgement, delivered };
    if (pendingHeader > 0 && end !== undefined)
      this.cutHeaders[sender] = { length: pendingHeader, sequence: (end - pendingHeader) | 0 };
    const { ends } = this;
    if (ends.client === undefined || ends.server === undefined) return;
    const summary = this.summary(ends as BySender<ObservedEnd>);
    this.consumer.observer?.closed(summary);
    this.consumer.closed(summary);
  }

  private lossAt(sender: Sender, streamOffset: number): string {
    const { tls } = this.session.carrier;
    const known = tls === undefined ? 'the capture' : 'what was captured and decrypted';
    return streamOffset === 0 && this.options.beginnings !== undefined
      ? `${known} begins in the middle of the ${sender}'s stream`
      : `a gap swallowed a frame header at byte ${streamOffset} of the ${sender}'s stream`;
  }

  /** `ends` in the order in which they were told of. */
  private summary(ends: BySender<ObservedEnd>): SessionSummary {
    const client = this.directions.client.direction;
    const server = this.directions.server.direction;
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
        client: this.pings.client?.overdue(this.place) ?? 0,
        server: this.pings.server?.overdue(this.place) ?? 0,
      },
      end: { client: ends.client.how, server: ends.server.how },
      cutHeader: { client: this.cutHeaders.client, server: this.cutHeaders.server },
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

/** What a sender sends. Its direction is made for the first of it: many sessions are open and say nothing. */
class SenderSink implements StreamSink {
  private made: Direction | undefined = undefined;

  constructor(
    private readonly sender: Sender,
    private readonly owner: DirectionOwner,
  ) {}

  get direction(): Direction {
    return (this.made ??= new Direction(this.sender, this.owner));
  }

  get through(): Direction | undefined {
    return this.made;
  }

  bytes(chunk: Uint8Array, start: number, end: number): void {
    this.direction.bytes(chunk, start, end);
  }

  gap(length: number, uncertain?: boolean): void {
    this.direction.gap(length, uncertain);
  }

  end(how: StreamEnd): void {
    this.direction.end(how);
  }
}

/** What is assumed of a session whose handshake was not captured. */
const UNKNOWN_PARAMETERS: NegotiatedDeflate = {
  client: { contextTakeover: true, windowBits: 15 },
  server: { contextTakeover: true, windowBits: 15 },
  extension: 'permessage-deflate',
};
