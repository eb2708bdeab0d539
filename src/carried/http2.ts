/**
 * What one HTTP/2 connection carries: a session for each h2Stream that an extended CONNECT made a WebSocket
 * (RFC 8441), and for each whose opening was not captured and whose frames tell that it is one; and tunnels.
 */
import type { Carrier } from '../http/connection.js';
import { H2Connection } from '../http/h2-connection.js';
import type { H2Exchange, H2Owner } from '../http/h2-openings.js';
import type { RequestHead } from '../http/head.js';
import type { Account } from '../http/holding.js';
import type { StreamSink } from '../stream/stream-sink.js';
import type { Connection, Side } from '../tcp/connection.js';
import { decodeHandshake } from '../websocket/handshake.js';
import { Midstream } from '../websocket/midstream.js';
import type { SessionCarrier } from '../websocket/session-record.js';
import { H2Unsure } from './h2-unsure.js';
import { likelyClient } from './peers.js';
import { SessionMaker } from './sessions.js';
import type { Shared } from './shared.js';

export interface Http2CarriedOwner {
  /** There is a session. */
  becomesSession(): void;
  /** Makes what carries the DATA of an h2Stream that is a tunnel; undefined: nobody reads it. */
  tunnelled(
    stream: number,
    clientSide: Side,
    becomesSession: () => void,
  ): readonly [StreamSink, StreamSink] | undefined;
}

/** What an h2Stream costs in memory while frames are searched for in it. */
const UNSURE_COST = 5120;

export class Http2Carried implements H2Owner {
  /** There is or was a session: the connection is not given up. */
  hasSession = false;
  readonly http: H2Connection;

  /** `carrier`: what carries the HTTP/2. */
  constructor(
    private readonly dissector: Shared,
    private readonly connection: Connection,
    private readonly carrier: SessionCarrier,
    private readonly account: Account,
    private readonly owner: Http2CarriedOwner,
  ) {
    const { place, limits } = dissector;
    this.http = new H2Connection({ place, limits, account, owner: this, client: likelyClient(connection) });
  }

  get sides(): readonly [StreamSink, StreamSink] {
    return this.http.sides;
  }

  opened(stream: number, exchange: H2Exchange): Carrier {
    this.openSession();
    return this.makerOf(stream).open(exchange, handshakeOf(exchange)).decoder;
  }

  refused(stream: number, exchange: H2Exchange): void {
    this.makerOf(stream).refuse(exchange, handshakeOf(exchange));
  }

  unsure(
    stream: number,
    clientSide: Side,
    request: RequestHead | undefined,
    isAll: boolean,
  ): readonly [StreamSink, StreamSink] {
    const { dissector } = this;
    const midstream = new Midstream({
      place: dissector.place,
      budget: dissector.windowBudget,
      recognised: (recognition) => {
        this.openSession();
        return this.makerOf(stream).openMidstream(recognition, request);
      },
    });
    if (request !== undefined && isAll) midstream.expect(clientSide);
    this.account.add(UNSURE_COST);
    const unsure = new H2Unsure({
      place: dissector.place,
      account: this.account,
      clientSide,
      midstream,
      tunnelled: () => this.tunnelled(stream, clientSide),
      over: (passed) => {
        this.account.add(-UNSURE_COST);
        if (passed > 0) this.http.passedOver(stream, passed);
      },
    });
    return unsure.sides;
  }

  tunnelled(stream: number, clientSide: Side): readonly [StreamSink, StreamSink] | undefined {
    return this.owner.tunnelled(stream, clientSide, () => this.openSession());
  }

  defect(code: string, message: string): void {
    this.dissector.defect('http', code, message);
  }

  private openSession(): void {
    if (!this.hasSession) this.owner.becomesSession();
    this.hasSession = true;
  }

  private makerOf(stream: number): SessionMaker {
    return new SessionMaker(this.dissector, this.connection, { ...this.carrier, http: 'h2', stream });
  }
}

function handshakeOf({ request, response, connectOffered }: H2Exchange) {
  return decodeHandshake(request, response, connectOffered);
}
