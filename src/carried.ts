/**
 * What one TCP connection carries: HTTP first, and in it tunnels, upgrades and WebSocket sessions; or, where the
 * capture begins in the middle, a WebSocket that frames alone tell.
 */
import {
  type Carrier,
  type Exchange,
  HttpConnection,
  type HttpOwner,
  type LossReason,
} from './http/connection.js';
import { type HeadQuirk, headerValue, type RequestHead, type ResponseHead, tokenList } from './http/head.js';
import { Holding, type HoldingPool } from './http/holding.js';
import { atLimit, type Limits } from './limits.js';
import { formatEndpoint } from './network/address.js';
import type { RuleEngine, SessionWatch } from './rules/engine.js';
import type { Finding } from './rules/finding.js';
import type { Defect, Layer } from './stream/defect.js';
import type { Place } from './stream/place.js';
import type { StreamEnd, StreamSink } from './stream/stream-sink.js';
import { type Connection, other, type Side } from './tcp/connection.js';
import type { Beginning } from './websocket/direction.js';
import type { Frame } from './websocket/frame-record.js';
import { decodeHandshake, type Handshake } from './websocket/handshake.js';
import type { MessageOrder } from './websocket/message-order.js';
import type { Message } from './websocket/message-record.js';
import { Midstream } from './websocket/midstream.js';
import type { PayloadBudget } from './websocket/payload-budget.js';
import { PlainReader } from './websocket/plain-reader.js';
import type { Recognition } from './websocket/recognise.js';
import type { WindowBudget } from './websocket/segment-window.js';
import { type SessionConsumer, SessionDecoder, type SessionOptions } from './websocket/session.js';
import {
  type BySender,
  refusedSession,
  type Session,
  type SessionSummary,
} from './websocket/session-record.js';

/** Who wants what the connections carry. What is left out is not made. */
export interface SessionsConsumer {
  /** A server agreed to an upgrade. */
  sessionOpened?(session: Session): void;
  /** A frame ended. */
  frame?(frame: Frame): void;
  /** A message, or a control frame, ended. */
  message?(message: Message): void;
  /** A rule of the protocol was broken. */
  finding?(finding: Finding): void;
  /** A session is over, or an upgrade was refused (its `end` is then undefined). */
  sessionClosed?(summary: SessionSummary): void;
  /** Bytes could not be decoded, or a limit made us drop something. */
  defect?(defect: Defect): void;
}

/** What the connections of a dissection share. */
export interface Shared {
  readonly consumer: SessionsConsumer;
  readonly place: Place;
  readonly payloadLimit: number;
  readonly limits: Limits;
  readonly windowBudget: WindowBudget;
  /** Of what connections hold that are no session (yet). */
  readonly holdingPool: HoldingPool;
  readonly payloadBudget: PayloadBudget;
  /** Undefined when nobody wants findings. */
  readonly engine: RuleEngine | undefined;
  /** Undefined when nobody wants messages. */
  readonly messages: MessageOrder | undefined;
  /** decodingOf() this. */
  readonly decoding: Decoding;
  frameCount: number;
  readonly totals: { messages: number; undecodedBytes: number };
  sessionCount: number;
  /** The side that is the client of a connection that the user says is a WebSocket, by its port. */
  forcedClient(connection: Connection): Side | undefined;
  defect(layer: Layer, code: string, message: string): void;
  /** A session is over. */
  closed(summary: SessionSummary): void;
}

/** What the decoders of all sessions have in common. */
export interface Decoding {
  readonly options: SessionOptions;
  readonly consumer: SessionConsumer;
}

/** Made once: half a million sessions need no closures of their own. */
export function decodingOf(shared: Omit<Shared, 'decoding'>): Decoding {
  const { consumer, messages, place, payloadLimit, limits, windowBudget, payloadBudget } = shared;
  const nextFrameNumber = () => ++shared.frameCount;
  const plain = { place, limits, nextFrameNumber };
  return {
    options: {
      place,
      payloadLimit,
      limits,
      windowBudget,
      payloadBudget,
      nextFrameNumber,
      plainReaders: { client: new PlainReader('client', plain), server: new PlainReader('server', plain) },
      count: (messages, unfound) => {
        shared.totals.messages += messages;
        shared.totals.undecodedBytes += unfound;
      },
    },
    consumer: {
      frame: consumer.frame && ((frame) => consumer.frame?.(frame)),
      message: messages && ((message, packet) => messages.add(message, packet)),
      closed: (summary) => shared.closed(summary),
      defect: (code, message) => shared.defect('websocket', code, message),
    },
  };
}

const QUIRKS: Readonly<Record<HeadQuirk, string>> = {
  'bare-lf': 'has lines that end in LF without CR',
  'bare-cr': 'has a CR without LF',
  'obs-fold': 'has a header that goes on in the next line (RFC 9112 §5.2)',
  'malformed-line': 'has a line that is no header field',
  'leading-empty-line': 'comes behind an empty line',
};

/** What a connection costs in memory before it is a session, and what its search for frames adds. */
const CONNECTION_COST = 3072;
const MIDSTREAM_COST = 5120;

export class CarriedConnection implements HttpOwner {
  readonly sinks: readonly [StreamSink, StreamSink];
  /** Given up: the sinks take nothing any more. */
  over = false;
  /**
   * Where the opening or a head was not captured, or the user says what it is: frames may come without a
   * handshake.
   */
  midstream: Midstream | undefined = undefined;
  private readonly holding: Holding;
  /** What of the holding goes when there is a session. */
  private cost = CONNECTION_COST;
  private tunnels = 0;
  /** How each side ended. */
  private readonly ends: [StreamEnd | undefined, StreamEnd | undefined] = [undefined, undefined];
  private http!: HttpConnection;
  private opened: SessionDecoder | undefined = undefined;
  /** Who judges the session. */
  private watch: SessionWatch | undefined = undefined;
  private response: ResponseHead | undefined = undefined;
  /** The whole lines of the last request of a side, where a gap cut its head: they tell the path. */
  private readonly cutRequests: [RequestHead | undefined, RequestHead | undefined] = [undefined, undefined];
  /** The gap that is being told cuts a head. */
  private cutsHead = false;

  constructor(
    private readonly dissector: Shared,
    private readonly connection: Connection,
  ) {
    this.holding = new Holding(dissector.holdingPool, () => this.giveUp());
    this.holding.add(CONNECTION_COST);
    const forced = dissector.forcedClient(connection);
    if (connection.initiator === undefined || forced !== undefined)
      this.midstream = this.makeMidstream(forced);
    const [a, b] = this.speakHttp();
    this.sinks = [new EitherSink(a, this, 0), new EitherSink(b, this, 1)];
  }

  private speakHttp(): readonly [StreamSink, StreamSink] {
    const { place, limits } = this.dissector;
    this.http = new HttpConnection({ place, owner: this, account: this.holding, limits });
    return this.http.sides;
  }

  /** There is one that a handshake opened: only HTTP has a say in where the bytes go. */
  get isSession(): boolean {
    return this.opened !== undefined && this.midstream?.taken !== true;
  }

  requested(_request: RequestHead, clientSide: Side): void {
    this.cutRequests[clientSide] = undefined;
    this.midstream?.abandon();
    this.holding.renew();
  }

  /** A final response: of interest only where a WebSocket was asked for and refused. */
  answered(exchange: Exchange): void {
    this.midstream?.abandon();
    this.holding.renew();
    const { request, response, clientSide } = exchange;
    if (request === undefined) this.cutRequests[clientSide] = undefined;
    const handshake = decodeHandshake(request, response);
    if (!handshake.isWebSocketRequest) return;
    const session = this.session(exchange, handshake);
    this.dissector.engine?.observe(session);
    this.dissector.consumer.sessionClosed?.(refusedSession(session, this.dissector.place));
  }

  switched(exchange: Exchange): Carrier | undefined {
    this.midstream?.abandon();
    this.opened = this.openSession(exchange);
    this.response = exchange.response;
    return this.opened;
  }

  /** The 101 was captured before its request: now the request has come. */
  lateRequest(request: RequestHead): void {
    const { opened, response } = this;
    if (opened === undefined || response === undefined) return;
    const handshake = decodeHandshake(request, response);
    opened.session = { ...opened.session, handshake, path: handshake.target, host: handshake.host };
    this.watch?.requested(opened.session);
  }

  tunnelled(): readonly [StreamSink, StreamSink] | undefined {
    const { maxProxyTunnels } = this.dissector.limits;
    if (this.tunnels++ < maxProxyTunnels) return this.speakHttp();
    this.defect(
      'proxy-tunnel-limit',
      `too many CONNECT inside each other; what is in the last stays unread ${atLimit('maxProxyTunnels', maxProxyTunnels)}`,
    );
    return undefined;
  }

  defect(code: string, message: string): void {
    if (this.midstream?.taken !== true) this.dissector.defect('http', code, message);
  }

  /** One side has ended. */
  ended(side: Side, how: StreamEnd): void {
    this.ends[side] = how;
    if (this.ends[other(side)] !== undefined) this.holding.close();
  }

  /** All connections together hold too much, and this one has shown nothing of interest for longest. */
  private giveUp(): void {
    if (this.opened !== undefined) {
      this.http.settle();
      return;
    }
    this.over = true;
    this.midstream?.abandon();
    this.holding.close();
    this.connection.abandon();
    this.dissector.defect(
      'http',
      'undecided-limit',
      'a connection that is no WebSocket so far was given up: they hold too much together ' +
        atLimit('maxUndecided', this.dissector.limits.maxUndecided),
    );
  }

  private becomeSession(): void {
    this.holding.add(-this.cost);
    this.cost = 0;
  }

  private openSession(exchange: Exchange): SessionDecoder | undefined {
    const handshake = decodeHandshake(exchange.request, exchange.response);
    if (!handshake.isWebSocketRequest && !handshake.isWebSocketResponse) {
      this.connection.abandon();
      return undefined;
    }
    this.becomeSession();
    return this.decoderOf(this.session(exchange, handshake));
  }

  /** The answer to an upgrade was not captured, or not whole: frames tell whether it was a 101. */
  unanswered(request: RequestHead, clientSide: Side, cut: boolean): Carrier | undefined {
    if (!tokenList(request, 'Upgrade').includes('websocket')) return undefined;
    const midstream = this.makeMidstream(undefined, request);
    midstream.expect(clientSide);
    if (cut) midstream.expect(other(clientSide));
    const [a, b] = midstream.sides;
    let ends = 0;
    const ended = () => {
      if (++ends === 2 && !midstream.taken)
        this.defect(
          'unanswered-upgrade',
          'an upgrade request has no whole response; what follows it stays unread',
        );
    };
    const sides = [new EndingSink(a, ended), new EndingSink(b, ended)];
    return { client: sides[clientSide], server: sides[other(clientSide)] };
  }

  /** `request`: of the upgrade whose answer was not captured. */
  private makeMidstream(forced: Side | undefined, request?: RequestHead): Midstream {
    const { dissector } = this;
    this.cost += MIDSTREAM_COST;
    this.holding.add(MIDSTREAM_COST);
    return new Midstream({
      place: dissector.place,
      budget: dissector.windowBudget,
      forced,
      recognised: (recognition) =>
        this.openMidstream(recognition, request ?? this.cutRequests[recognition.clientSide]),
    });
  }

  /** Frames were recognised without a handshake. */
  private openMidstream(
    { clientSide, starts, undecoded, expected, confidence, begun }: Recognition,
    request: RequestHead | undefined,
  ): readonly [StreamSink, StreamSink] {
    const { dissector } = this;
    const { packet, seconds, nanoseconds } = begun;
    const beginning = (side: Side): Beginning => ({
      start: starts[side],
      undecoded: undecoded[side],
      expected: expected[side],
    });
    this.becomeSession();
    const decoder = this.decoderOf(
      {
        number: ++dissector.sessionCount,
        ...this.peers(clientSide),
        handshake: undefined,
        path: request?.target,
        host: request && headerValue(request, 'Host'),
        confidence,
        earlyClientBytes: 0,
        opened: { seconds, nanoseconds },
        answered: { seconds, nanoseconds },
        openedPacket: packet,
      },
      { client: beginning(clientSide), server: beginning(other(clientSide)) },
    );
    return clientSide === 0 ? [decoder.client, decoder.server] : [decoder.server, decoder.client];
  }

  private decoderOf(session: Session, beginnings?: BySender<Beginning>): SessionDecoder {
    const { consumer, decoding, engine } = this.dissector;
    consumer.sessionOpened?.(session);
    this.watch = engine?.observe(session);
    return new SessionDecoder(
      session,
      beginnings === undefined ? decoding.options : { ...decoding.options, beginnings },
      this.watch === undefined ? decoding.consumer : { ...decoding.consumer, observer: this.watch },
    );
  }

  /** Number and endpoints of the connection. */
  private peers(clientSide: Side): Pick<Session, 'connection' | 'client' | 'server'> {
    const { number, endpoints } = this.connection;
    const client = endpoints[clientSide];
    const server = endpoints[other(clientSide)];
    return {
      connection: number,
      client: formatEndpoint(client.address, client.port),
      server: formatEndpoint(server.address, server.port),
    };
  }

  private session(exchange: Exchange, handshake: Handshake): Session {
    const { request, response, clientSide } = exchange;
    this.reportQuirks(request);
    this.reportQuirks(response);
    const { dissector } = this;
    const head = request ?? response;
    const cut = request === undefined ? this.cutRequests[clientSide] : undefined;
    return {
      number: ++dissector.sessionCount,
      ...this.peers(clientSide),
      handshake,
      path: cut?.target ?? handshake.target,
      host: (cut && headerValue(cut, 'Host')) ?? handshake.host,
      confidence: 1,
      earlyClientBytes: exchange.earlyBytes,
      opened: { seconds: head.firstSeconds, nanoseconds: head.firstNanoseconds },
      answered: { seconds: response.seconds, nanoseconds: response.nanoseconds },
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
   * which may have swallowed a handshake (a snap length cuts its heads), frames may be recognised, or a later
   * head.
   */
  lost(side: Side, reason: LossReason, cut?: RequestHead): void {
    this.cutRequests[side] = cut?.method === 'GET' ? cut : undefined;
    this.cutsHead = reason === 'cut-head';
    if (this.midstream !== undefined) return;
    if (reason === 'not-http') this.connection.abandon();
    else if (reason === 'gap' || reason === 'cut-head') this.searchBehind(other(side));
  }

  /** Frames may follow a gap. It waits for both ends, and `peer` may have ended before the gap was given up. */
  private searchBehind(peer: Side): void {
    this.midstream = this.makeMidstream(undefined);
    const how = this.ends[peer];
    if (how !== undefined) this.midstream.sides[peer].end(how);
  }

  /** A gap of this side was told to all. Behind a head that it cut comes a frame, if this is a WebSocket. */
  gapTold(side: Side): void {
    if (this.cutsHead) this.midstream?.expect(side);
    this.cutsHead = false;
  }
}

/** Where a connection may carry HTTP or a WebSocket without a handshake: both look at it until one is sure. */
class EitherSink implements StreamSink {
  constructor(
    private readonly http: StreamSink,
    private readonly connection: CarriedConnection,
    private readonly side: Side,
  ) {}

  get through(): StreamSink | undefined {
    return this.connection.isSession ? this.http.through : undefined;
  }

  bytes(chunk: Uint8Array, start: number, end: number): void {
    const { connection, side } = this;
    if (connection.over) return;
    if (connection.midstream?.taken !== true) this.http.bytes(chunk, start, end);
    connection.midstream?.sides[side].bytes(chunk, start, end);
  }

  gap(length: number): void {
    const { connection, side } = this;
    if (connection.over) return;
    if (connection.midstream?.taken !== true) this.http.gap(length);
    connection.midstream?.sides[side].gap(length);
    connection.gapTold(side);
  }

  end(how: StreamEnd): void {
    const { connection, side } = this;
    if (connection.over) return;
    if (connection.midstream?.taken !== true) this.http.end(how);
    connection.midstream?.sides[side].end(how);
    connection.ended(side, how);
  }
}

/** Hands on, and tells when the stream has ended. */
class EndingSink implements StreamSink {
  constructor(
    private readonly sink: StreamSink,
    private readonly ended: () => void,
  ) {}

  bytes(chunk: Uint8Array, start: number, end: number): void {
    this.sink.bytes(chunk, start, end);
  }

  gap(length: number): void {
    this.sink.gap(length);
  }

  end(how: StreamEnd): void {
    this.sink.end(how);
    this.ended();
  }
}
