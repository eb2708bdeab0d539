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
} from '../http/connection.js';
import { type CutHead, type RequestHead, type ResponseHead, tokenList } from '../http/head.js';
import { Holding } from '../http/holding.js';
import type { ForeignProtocol } from '../http/protocol.js';
import { atLimit } from '../limits.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import { Connection, other, type Side } from '../tcp/connection.js';
import type { TlsConnection } from '../tls/connection.js';
import { decodeHandshake } from '../websocket/handshake.js';
import { Midstream } from '../websocket/midstream.js';
import { PLAIN_HTTP1, type SessionCarrier } from '../websocket/session-record.js';
import { Http2Midstream } from './h2-midstream.js';
import { Http2Carried } from './http2.js';
import { type OpenSession, SessionMaker } from './sessions.js';
import type { Shared } from './shared.js';
import {
  type Carried,
  DoubtfulSink,
  DoubtingSink,
  type Doubts,
  EitherSink,
  EndingSink,
  TunnelSink,
} from './sinks.js';
import { carryTls } from './tls.js';

/** What a connection costs in memory before it is a session, and what its search for frames adds. */
const CONNECTION_COST = 3072;
const MIDSTREAM_COST = 5120;
/** A proxy reached by TLS, in whose tunnel is TLS: deeper is nobody's traffic. */
const MAX_LAYERS = 4;

/** What carries a connection that is not one of TCP. */
interface Around {
  /** TLS connections. */
  readonly layers: number;
  /** CONNECT, of any HTTP. */
  readonly tunnels: number;
  /** In an h2Stream, of which it may not be known how much is missing. */
  readonly inHttp2: boolean;
  /** Called when there is a session in this one. */
  readonly becomesSession?: () => void;
}

const NOTHING_AROUND: Around = { layers: 0, tunnels: 0, inHttp2: false };

export class CarriedConnection implements HttpOwner, Carried {
  readonly sinks: readonly [StreamSink, StreamSink];
  /** Given up: the sinks take nothing any more. */
  over = false;
  /**
   * Where the opening or a head was not captured, or the user says what it is: frames may come without a
   * handshake.
   */
  midstream: Midstream | undefined = undefined;
  http2Midstream: Http2Midstream | undefined = undefined;
  instead: readonly [StreamSink, StreamSink] | undefined = undefined;
  private readonly holding: Holding;
  /** What of the holding goes when there is a session. */
  private cost = CONNECTION_COST;
  /** Behind how many CONNECT. */
  private tunnels: number;
  /** How each side ended. */
  private readonly ends: [StreamEnd | undefined, StreamEnd | undefined] = [undefined, undefined];
  private http: HttpConnection | undefined = undefined;
  private opened: OpenSession | undefined = undefined;
  /** Once it speaks HTTP/2. */
  private http2: Http2Carried | undefined = undefined;
  private readonly sessions: SessionMaker;
  private tls: TlsConnection | undefined = undefined;
  private response: ResponseHead | undefined = undefined;
  /** The whole lines of the last request of a side, where a gap cut its head: they tell the path. */
  private readonly cutRequests: [RequestHead | undefined, RequestHead | undefined] = [undefined, undefined];
  /** The gap that is being told cuts a head. */
  private cutsHead = false;

  constructor(
    private readonly dissector: Shared,
    private readonly connection: Connection,
    private readonly carrier: SessionCarrier = PLAIN_HTTP1,
    private readonly around: Around = NOTHING_AROUND,
  ) {
    this.tunnels = around.tunnels;
    this.sessions = new SessionMaker(dissector, connection, carrier);
    this.holding = new Holding(dissector.holdingPool, () => this.giveUp());
    this.holding.add(CONNECTION_COST);
    const forced = dissector.forcedClient(connection);
    const isHttp2 = carrier.http === 'h2';
    if (!isHttp2 && (connection.initiator === undefined || forced !== undefined))
      this.midstream = this.makeMidstream(forced);
    if (!isHttp2 && connection.initiator === undefined && forced === undefined)
      this.http2Midstream = this.makeHttp2Midstream();
    const [a, b] = isHttp2 ? this.speakHttp2().sides : this.speakHttp();
    this.sinks = [new EitherSink(a, this, 0), new EitherSink(b, this, 1)];
  }

  private makeHttp2Midstream(): Http2Midstream {
    const { place, limits } = this.dissector;
    return new Http2Midstream({
      place,
      account: this.holding,
      // Its frames tell within few of them, and most connections are something else.
      limit: limits.maxRecognised / 4,
      recognised: () => {
        this.instead = this.speakHttp2().sides;
        for (const side of [0, 1] as const) {
          const how = this.ends[side];
          if (how !== undefined) this.instead[side].end(how);
        }
        return this.instead;
      },
    });
  }

  /** It is neither a WebSocket nor HTTP/2 that was found in the middle. */
  private abandonMidstream(): void {
    this.midstream?.abandon();
    this.http2Midstream?.abandon();
  }

  private speakHttp(): readonly [StreamSink, StreamSink] {
    const { place, limits } = this.dissector;
    const http = new HttpConnection({ place, owner: this, account: this.holding, limits });
    this.http = http;
    return http.sides;
  }

  private speakHttp2(): Http2Carried {
    this.abandonMidstream();
    const { dissector, connection, carrier, holding } = this;
    this.http2 = new Http2Carried(dissector, connection, carrier, holding, {
      becomesSession: () => this.becomeSession(),
      tunnelled: (stream, clientSide, becomesSession) =>
        this.tunnelInHttp2(stream, clientSide, becomesSession),
    });
    return this.http2;
  }

  /** A handshake opened one, or it is HTTP/2: only HTTP has a say in where the bytes go. */
  get isSession(): boolean {
    const isDecided = this.opened !== undefined || this.http2 !== undefined || this.tls !== undefined;
    return isDecided && this.midstream?.taken !== true;
  }

  /** What carries HTTP in turn, or another version of it. */
  foreign(protocol: ForeignProtocol): readonly [StreamSink, StreamSink] | undefined {
    return protocol === 'http2' ? this.speakHttp2().sides : this.speakTls();
  }

  head(head: RequestHead | ResponseHead): void {
    if (this.carrier.tls === undefined) this.dissector.consumer.head?.(head);
  }

  headCut(cut: CutHead): void {
    if (this.carrier.tls === undefined) this.dissector.consumer.headCut?.(cut);
  }

  requested(_request: RequestHead, clientSide: Side): void {
    this.cutRequests[clientSide] = undefined;
    this.abandonMidstream();
    this.holding.renew();
  }

  private speakTls(): readonly [StreamSink, StreamSink] | undefined {
    const { dissector, connection, holding, around } = this;
    if (around.layers >= MAX_LAYERS) return undefined;
    const doubts: Doubts = { isUncertain: [false, false], inside: undefined };
    this.tls = carryTls({
      dissector,
      connection,
      holding,
      tunnel: this.carrier.tunnel,
      recognised: () => this.abandonMidstream(),
      inside: (carrier) => {
        this.abandonMidstream();
        this.becomeSession();
        const within = { layers: around.layers + 1, tunnels: 0, inHttp2: around.inHttp2 };
        const { sinks } = new CarriedConnection(dissector, connection, carrier, within);
        doubts.inside = sinks;
        return !around.inHttp2 ? sinks : bySide((side) => new DoubtfulSink(sinks[side], side, doubts));
      },
    });
    const { sides } = this.tls;
    return bySide((side) => new DoubtingSink(sides[side], side, doubts));
  }

  /** A final response: of interest only where a WebSocket was asked for and refused. */
  answered(exchange: Exchange): void {
    this.abandonMidstream();
    this.holding.renew();
    const { request, response, clientSide } = exchange;
    if (request === undefined) this.cutRequests[clientSide] = undefined;
    const handshake = decodeHandshake(request, response);
    if (!handshake.isWebSocketRequest) return;
    this.sessions.refuse(exchange, handshake, this.cutRequestOf(exchange));
  }

  switched(exchange: Exchange): Carrier | undefined {
    this.abandonMidstream();
    if (isUpgradeToHttp2(exchange)) return this.upgradeToHttp2(exchange.clientSide);
    this.opened = this.openSession(exchange);
    this.response = exchange.response;
    return this.opened?.decoder;
  }

  /** RFC 7540 §3.2: the server goes on with HTTP/2, the client with its preface. */
  private upgradeToHttp2(clientSide: Side): Carrier {
    const { http, sides } = this.speakHttp2();
    http.upgraded(clientSide);
    return { client: sides[clientSide], server: sides[other(clientSide)] };
  }

  /** The 101 was captured before its request: now the request has come. */
  lateRequest(request: RequestHead): void {
    const { opened, response } = this;
    if (opened === undefined || response === undefined) return;
    const handshake = decodeHandshake(request, response);
    const { decoder, watch } = opened;
    decoder.session = { ...decoder.session, handshake, path: handshake.target, host: handshake.host };
    watch?.requested(decoder.session);
  }

  tunnelled(): readonly [StreamSink, StreamSink] | undefined {
    if (!this.mayTunnel()) return undefined;
    this.tunnels++;
    return this.speakHttp();
  }

  /** RFC 9113 §8.5: what is in the h2Stream is a connection of its own, beside which others go on. */
  private tunnelInHttp2(
    stream: number,
    clientSide: Side,
    becomesSession: () => void,
  ): readonly [StreamSink, StreamSink] | undefined {
    if (!this.mayTunnel()) return undefined;
    const { dissector, carrier, around, tunnels } = this;
    const connection = new Connection(this.connection.number, this.connection.endpoints);
    connection.initiator = clientSide;
    const { sinks } = new CarriedConnection(
      dissector,
      connection,
      { ...carrier, http: 'http/1.1', tunnel: stream },
      { layers: around.layers, tunnels: tunnels + 1, inHttp2: true, becomesSession },
    );
    return bySide((side) => new TunnelSink(sinks[side], connection));
  }

  private mayTunnel(): boolean {
    const { maxProxyTunnels } = this.dissector.limits;
    if (this.tunnels < maxProxyTunnels) return true;
    this.defect(
      'proxy-tunnel-limit',
      `too many CONNECT inside each other; what is in the last stays unread ${atLimit('maxProxyTunnels', maxProxyTunnels)}`,
    );
    return false;
  }

  defect(code: string, message: string): void {
    if (this.midstream?.taken !== true) this.dissector.defect('http', code, message);
  }

  /** One side has ended. */
  ended(side: Side, how: StreamEnd): void {
    this.ends[side] = how;
    if (this.ends[other(side)] !== undefined && this.tls?.isWaiting !== true) this.holding.close();
  }

  /** All connections together hold too much, and this one has shown nothing of interest for longest. */
  private giveUp(): void {
    if (this.opened !== undefined || this.http2?.hasSession === true) {
      this.http?.settle();
      this.http2?.http.settle();
      return;
    }
    if (this.tls !== undefined) this.tls.abandon();
    else {
      this.over = true;
      this.abandonMidstream();
      this.holding.close();
      this.connection.abandon();
    }
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
    this.around.becomesSession?.();
  }

  private openSession(exchange: Exchange): OpenSession | undefined {
    const handshake = decodeHandshake(exchange.request, exchange.response);
    if (!handshake.isWebSocketRequest && !handshake.isWebSocketResponse) {
      this.connection.abandon();
      return undefined;
    }
    this.becomeSession();
    return this.sessions.open(exchange, handshake, this.cutRequestOf(exchange));
  }

  private cutRequestOf({ request, clientSide }: Exchange): RequestHead | undefined {
    return request === undefined ? this.cutRequests[clientSide] : undefined;
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
      recognised: (recognition) => {
        this.http2Midstream?.abandon();
        this.becomeSession();
        return this.sessions.openMidstream(recognition, request ?? this.cutRequests[recognition.clientSide]);
      },
    });
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

function bySide(make: (side: Side) => StreamSink): readonly [StreamSink, StreamSink] {
  return [make(0), make(1)];
}

/** RFC 7540 §3.2: the server names h2c, and nothing else. */
function isUpgradeToHttp2({ response }: Exchange): boolean {
  const protocols = tokenList(response, 'Upgrade');
  return protocols.length === 1 && protocols[0] === 'h2c';
}
