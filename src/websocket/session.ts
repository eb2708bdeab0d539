/**
 * The session: one WebSocket connection from its handshake to its close, made of two directions.
 *
 * From here upward everything is plain readonly objects. The decoder hands the carriers one sink per sender
 * and tells its consumer of frames as they end and of the session once both directions are over.
 */
import type { Place, Timestamp } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import type { CloseBody } from './close.js';
import { Direction, type DirectionOwner } from './direction.js';
import type { Frame, Sender } from './frame-record.js';
import type { Handshake } from './handshake.js';

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
  readonly handshake: Handshake;
  /** When the first byte of the handshake was captured. */
  readonly opened: Timestamp;
  /** Number of the packet with the last byte of the server's answer. */
  readonly openedPacket: number;
}

/** A Close frame as it was captured. */
export interface ObservedClose {
  /** Undefined where the body holds no whole code. */
  readonly body: CloseBody | undefined;
  readonly packet: number;
  readonly timestamp: Timestamp;
}

/** What is known of a session at its end; for a refused upgrade all counts are 0. */
export interface SessionSummary {
  readonly session: Session;
  readonly frames: BySender<number>;
  /** Captured payload octets. */
  readonly payloadBytes: BySender<number>;
  /** Octets of the streams that the capture does not hold. */
  readonly missingBytes: BySender<number>;
  /** Stream offset behind which frames could not be told apart: a gap swallowed a header. */
  readonly lostAt: BySender<number | undefined>;
  /** The first Close frame of each sender. */
  readonly close: BySender<ObservedClose | undefined>;
  /** Who sent the first Close frame. */
  readonly closedBy: Sender | undefined;
  /** How each stream ended; undefined for a refused upgrade. */
  readonly end: BySender<StreamEnd> | undefined;
  /** When the last byte, or the end, was captured. */
  readonly ended: Timestamp;
}

export interface SessionConsumer {
  /** Leave it out if frames are only to be counted: none is then made. */
  readonly frame?: ((frame: Frame) => void) | undefined;
  closed(summary: SessionSummary): void;
  defect(code: string, message: string): void;
}

export interface SessionOptions {
  readonly place: Place;
  /** Payload octets kept per frame. */
  readonly payloadLimit: number;
  /** A longer payload is a defect, where its frame is wanted. */
  readonly maxPayload: number;
  readonly nextFrameNumber: () => number;
}

export class SessionDecoder implements DirectionOwner {
  /** What the client sends; bytes behind the request's head. */
  readonly client: StreamSink;
  /** What the server sends; bytes behind the 101's head. */
  readonly server: StreamSink;
  readonly deflate: boolean;
  private readonly directions: BySender<Direction>;
  private closes: { client?: ObservedClose; server?: ObservedClose } = {};
  private closedBy: Sender | undefined = undefined;
  private ends: { client?: StreamEnd; server?: StreamEnd } = {};

  constructor(
    public session: Session,
    private readonly options: SessionOptions,
    private readonly consumer: SessionConsumer,
  ) {
    this.deflate = session.handshake.extensions.extensions.some(({ name }) => name === 'permessage-deflate');
    this.directions = { client: new Direction('client', this), server: new Direction('server', this) };
    this.client = this.directions.client;
    this.server = this.directions.server;
  }

  get place(): Place {
    return this.options.place;
  }

  get payloadLimit(): number {
    return this.options.payloadLimit;
  }

  get maxPayload(): number {
    return this.options.maxPayload;
  }

  get frame(): ((frame: Frame) => void) | undefined {
    return this.consumer.frame;
  }

  nextFrameNumber(): number {
    return this.options.nextFrameNumber();
  }

  closeFrame(sender: Sender, body: CloseBody | undefined): void {
    this.closedBy ??= sender;
    this.closes[sender] ??= { body, packet: this.place.packet, timestamp: this.now() };
  }

  tooLong(sender: Sender, length: number): void {
    const { maxPayload } = this.options;
    this.consumer.defect(
      'payload-limit',
      `session ${this.session.number}: a frame of the ${sender} has ${length} bytes of payload; ${maxPayload} are kept`,
    );
  }

  lost(sender: Sender, streamOffset: number): void {
    const { number } = this.session;
    this.consumer.defect(
      'frames-lost',
      `session ${number}: a gap swallowed a frame header at byte ${streamOffset} of the ${sender}'s stream; ` +
        'the frames behind it cannot be told apart',
    );
  }

  ended(sender: Sender, how: StreamEnd, pendingHeader: number): void {
    if (pendingHeader > 0)
      this.consumer.defect(
        'truncated-frame-header',
        `session ${this.session.number}: the ${sender}'s stream ends ${pendingHeader} bytes into a frame header`,
      );
    this.ends[sender] = how;
    const { client, server } = this.ends;
    if (client !== undefined && server !== undefined) this.consumer.closed(this.summary({ client, server }));
  }

  private summary(end: BySender<StreamEnd>): SessionSummary {
    const { client, server } = this.directions;
    return {
      session: this.session,
      frames: { client: client.frames, server: server.frames },
      payloadBytes: { client: client.payloadBytes, server: server.payloadBytes },
      missingBytes: { client: client.missingBytes, server: server.missingBytes },
      lostAt: { client: client.lostAt, server: server.lostAt },
      close: { client: this.closes.client, server: this.closes.server },
      closedBy: this.closedBy,
      end,
      ended: this.now(),
    };
  }

  private now(): Timestamp {
    const { seconds, nanoseconds } = this.place;
    return { seconds, nanoseconds };
  }
}

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
    close: unknown,
    closedBy: undefined,
    end: undefined,
    ended: { seconds: place.seconds, nanoseconds: place.nanoseconds },
  };
}
