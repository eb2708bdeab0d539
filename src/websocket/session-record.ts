/**
 * What is told of a session: who spoke with whom, by which handshake, and at its end what it came to. Plain readonly
 * objects.
 */
import type { Delivered, Place, Timestamp } from '../stream/place.js';
import type { StreamEnd } from '../stream/stream-sink.js';
import type { TlsFacts } from '../tls/facts.js';
import type { CloseBody } from './close.js';
import type { Sender } from './frame-record.js';
import type { Handshake } from './handshake.js';

/** A value for each sender. */
export interface BySender<T> {
  readonly client: T;
  readonly server: T;
}

/** What brings the frames of a session. */
export interface SessionCarrier {
  /** As ALPN has it. `http/1.1`, too, where no handshake was captured. */
  readonly http: 'http/1.1' | 'h2';
  /** Number of the HTTP/2 stream. */
  readonly stream: number | undefined;
  /** Number of the HTTP/2 stream that is a tunnel for it (RFC 9113 §8.5), with another version of HTTP in it. */
  readonly tunnel: number | undefined;
  readonly tls: TlsFacts | undefined;
}

/** One record for all that come by HTTP/1.1 alone. */
export const PLAIN_HTTP1: SessionCarrier = {
  http: 'http/1.1',
  stream: undefined,
  tunnel: undefined,
  tls: undefined,
};

/** What ends with it is an HTTP/2 stream: TCP and other streams go on. */
export function isInHttp2Stream({ stream, tunnel }: SessionCarrier): boolean {
  return stream !== undefined || tunnel !== undefined;
}

/** A WebSocket connection, or a refused upgrade, as far as it is known when it begins. */
export interface Session {
  /** 1-based, in the order in which the handshakes were answered; refused upgrades are counted too. */
  readonly number: number;
  /** Number of the TCP connection, as Wireshark's tcp.stream. */
  readonly connection: number;
  /** `ip:port`, an IPv6 address in brackets. */
  readonly client: string;
  readonly server: string;
  readonly carrier: SessionCarrier;
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

/** A Close frame as it was captured. */
export interface ObservedClose {
  /** Undefined where the body holds no whole code. */
  readonly body: CloseBody | undefined;
  readonly packet: number;
  readonly timestamp: Timestamp;
  /** How far its sender had got the other side's TCP stream (sequence number, int32); undefined: not known. */
  readonly acknowledges: number | undefined;
  /** TCP sequence number behind its last byte (int32). */
  readonly sequenceEnd: number | undefined;
}

/** The beginning of a frame header in which a stream ends. */
export interface CutHeader {
  /** Octets of it. */
  readonly length: number;
  /** TCP sequence number of the first one (int32). */
  readonly sequence: number;
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
  /** Where a stream ended within a frame header, that; undefined, too, where its place in TCP is not known. */
  readonly cutHeader: BySender<CutHeader | undefined>;
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
    cutHeader: unknown,
    endAcknowledges: unknown,
    delivered: unknown,
    endedInTurn: undefined,
    endedFirst: undefined,
    endedFirstAt: undefined,
    ended: { seconds: place.seconds, nanoseconds: place.nanoseconds },
  };
}
