/**
 * The composition root: wires the stations (packets → datagrams → segments → HTTP → WebSocket) and tells a
 * consumer what comes out. The only file that knows them all. Sans-I/O and synchronous: one call per packet.
 */
import type { Packet } from './capture/packet.js';
import { type Exchange, HttpConnection, type LossReason } from './http/connection.js';
import type { HeadQuirk, RequestHead, ResponseHead } from './http/head.js';
import { formatEndpoint } from './network/address.js';
import { NetworkDecoder } from './network/decoder.js';
import type { Defect, Layer } from './stream/defect.js';
import { Place, type Timestamp } from './stream/place.js';
import type { StreamSink } from './stream/stream-sink.js';
import type { Connection } from './tcp/connection.js';
import { type TcpLimits, TcpTable } from './tcp/table.js';
import type { Frame } from './websocket/frame-record.js';
import { decodeHandshake, type Handshake } from './websocket/handshake.js';
import { refusedSession, type Session, SessionDecoder, type SessionSummary } from './websocket/session.js';

/** Who wants the results. What is left out is not made. */
export interface DissectionConsumer {
  /** The first packet has come: times may be told relative to dissector.start. */
  opened?(dissector: Dissector): void;
  /** A server agreed to an upgrade. */
  sessionOpened?(session: Session): void;
  /** A frame ended. */
  frame?(frame: Frame): void;
  /** A session is over, or an upgrade was refused (its `end` is then undefined). */
  sessionClosed?(summary: SessionSummary): void;
  /** Bytes could not be decoded, or a limit made us drop something. */
  defect?(defect: Defect): void;
}

export interface DissectorLimits extends TcpLimits {
  /** Payload octets kept per frame; the rest is counted and a defect says so. */
  readonly maxPayload: number;
}

export interface DissectorOptions {
  readonly limits?: Partial<DissectorLimits>;
  /** Octets of payload that the consumer looks at; more is not kept, and that is no defect. */
  readonly previewPayload?: number;
}

export const defaultMaxPayload = 64 * 1024 * 1024;

const QUIRKS: Readonly<Record<HeadQuirk, string>> = {
  'bare-lf': 'has lines that end in LF without CR',
  'bare-cr': 'has a CR without LF',
  'obs-fold': 'has a header that goes on in the next line (RFC 9112 §5.2)',
  'malformed-line': 'has a line that is no header field',
  'leading-empty-line': 'comes behind an empty line',
};

/** CONNECT inside CONNECT: proxies are chained, but not without end. */
const MAX_TUNNELS = 4;

export class Dissector {
  readonly place = new Place();
  readonly network: NetworkDecoder;
  readonly tcp: TcpTable;
  /** Time of the first packet. */
  start: Timestamp = { seconds: 0, nanoseconds: 0 };
  frameCount = 0;
  sessionCount = 0;
  readonly maxPayload: number;
  /** Octets kept of a payload: what the consumer looks at, within the limit. */
  readonly payloadLimit: number;
  private begun = false;

  constructor(
    readonly consumer: DissectionConsumer,
    options: DissectorOptions = {},
  ) {
    const { limits } = options;
    this.maxPayload = limits?.maxPayload ?? defaultMaxPayload;
    this.payloadLimit = Math.min(this.maxPayload, options.previewPayload ?? this.maxPayload);
    this.tcp = new TcpTable({
      place: this.place,
      report: (defect) => this.consumer.defect?.(defect),
      open: (connection) => new ConnectionStation(this, connection).sinks,
      ...(limits === undefined ? {} : { limits }),
    });
    this.network = new NetworkDecoder({ sink: this.tcp, report: (defect) => this.consumer.defect?.(defect) });
  }

  packet(packet: Packet): void {
    if (!this.begun) {
      this.begun = true;
      this.start = { seconds: packet.seconds, nanoseconds: packet.nanoseconds };
      this.consumer.opened?.(this);
    }
    this.network.packet(packet);
  }

  /** Says that the capture is over: what is under way ends. */
  end(): void {
    this.network.end();
    this.tcp.end();
  }

  defect(layer: Layer, code: string, message: string): void {
    this.consumer.defect?.({ layer, code, message, packet: this.place.packet });
  }
}

/** What one TCP connection carries: HTTP first, tunnels and WebSocket sessions in it. */
class ConnectionStation {
  readonly sinks: readonly [StreamSink, StreamSink];
  private tunnels = 0;

  constructor(
    private readonly dissector: Dissector,
    private readonly connection: Connection,
  ) {
    this.sinks = this.speakHttp();
  }

  private speakHttp(): readonly [StreamSink, StreamSink] {
    let session: SessionDecoder | undefined;
    let response: ResponseHead | undefined;
    const http = new HttpConnection({
      place: this.dissector.place,
      owner: {
        answered: (exchange) => this.answered(exchange),
        switched: (exchange) => {
          session = this.openSession(exchange);
          response = exchange.response;
          return session;
        },
        // The 101 was captured before its request: now the request has come.
        lateRequest: (request) => {
          if (session !== undefined && response !== undefined)
            session.session = { ...session.session, handshake: decodeHandshake(request, response) };
        },
        tunnelled: () => (this.tunnels++ < MAX_TUNNELS ? this.speakHttp() : undefined),
        lost: (_side, reason) => this.lost(reason),
        defect: (code, message) => this.dissector.defect('http', code, message),
      },
    });
    return http.sides;
  }

  /** A final response: of interest only where a WebSocket was asked for and refused. */
  private answered(exchange: Exchange): void {
    const { request, response } = exchange;
    if (response.status === 101) return;
    const handshake = decodeHandshake(request, response);
    if (!handshake.isWebSocketRequest) return;
    const session = this.session(exchange, handshake);
    this.dissector.consumer.sessionClosed?.(refusedSession(session, this.dissector.place));
  }

  private openSession(exchange: Exchange): SessionDecoder | undefined {
    const handshake = decodeHandshake(exchange.request, exchange.response);
    if (!handshake.isWebSocketRequest && !handshake.isWebSocketResponse) {
      this.connection.abandoned = true;
      return undefined;
    }
    const { dissector } = this;
    const { consumer } = dissector;
    const session = this.session(exchange, handshake);
    consumer.sessionOpened?.(session);
    return new SessionDecoder(
      session,
      {
        place: dissector.place,
        payloadLimit: dissector.payloadLimit,
        maxPayload: dissector.maxPayload,
        nextFrameNumber: () => ++dissector.frameCount,
      },
      {
        frame: consumer.frame && ((frame) => consumer.frame?.(frame)),
        closed: (summary) => consumer.sessionClosed?.(summary),
        defect: (code, message) => dissector.defect('websocket', code, message),
      },
    );
  }

  private session(exchange: Exchange, handshake: Handshake): Session {
    const { request, response, clientSide } = exchange;
    this.reportQuirks(request);
    this.reportQuirks(response);
    const { connection, dissector } = this;
    const client = connection.endpoints[clientSide];
    const server = connection.endpoints[clientSide === 0 ? 1 : 0];
    const head = request ?? response;
    return {
      number: ++dissector.sessionCount,
      connection: connection.number,
      client: formatEndpoint(client.address, client.port),
      server: formatEndpoint(server.address, server.port),
      handshake,
      opened: { seconds: head.firstSeconds, nanoseconds: head.firstNanoseconds },
      openedPacket: response.packet,
    };
  }

  /** What a strict decoder would have stopped at. */
  private reportQuirks(head: RequestHead | ResponseHead | undefined): void {
    for (const quirk of head?.quirks ?? [])
      this.dissector.defect('http', quirk, `the head of the ${head!.kind} ${QUIRKS[quirk]}`);
  }

  /**
   * A connection whose beginning was captured and is not HTTP is of no interest from then on. Behind a gap,
   * or where the capture began in the middle of it, a later head may still be recognised.
   */
  private lost(reason: LossReason): void {
    if (reason === 'not-http' && this.connection.initiator !== undefined) this.connection.abandoned = true;
  }
}
