/**
 * The HTTP/1.1 station: takes the two directions of a TCP connection, pairs requests with responses, and
 * hands the bytes on where HTTP ends: behind a 101 response, or behind a CONNECT that was answered by 2xx.
 *
 * Strategy: each HttpSide decodes its direction on its own and calls head(), lateHead(), lost() and ended();
 * this class only knows who is the client and which requests await their response. The roles come from the
 * first head of either direction, since a connection may be captured from its middle.
 */
import { atLimit, DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { Place } from '../stream/place.js';
import { discard, type StreamSink } from '../stream/stream-sink.js';
import { type BodyFraming, NO_BODY, requestFraming, responseFraming } from './body.js';
import { type CutHead, headerValue, type RequestHead, type ResponseHead } from './head.js';
import { type Account, uncounted } from './holding.js';
import type { ForeignProtocol } from './protocol.js';
import { RequestQueue } from './request-queue.js';
import { HttpSide, type LossReason, type SideOwner } from './side.js';

export type { LossReason } from './side.js';

export interface Exchange {
  /** Undefined where the request was not captured, or not before the response. */
  readonly request: RequestHead | undefined;
  readonly response: ResponseHead;
  /** The side that sends requests. */
  readonly clientSide: 0 | 1;
  /** Bytes that the client sent behind the request before it had got any of this response. */
  readonly earlyBytes: number;
}

/** The sinks that take the bytes behind the heads of an upgrade. */
export interface Carrier {
  readonly client: StreamSink;
  readonly server: StreamSink;
}

/** Each final response (and 101) leads to exactly one of answered, switched and tunnelled. */
export interface HttpOwner {
  /** Each head that is whole, before anything else is told of it. */
  head?(head: RequestHead | ResponseHead): void;
  /** A head that may be of a WebSocket's handshake was cut by a gap. */
  headCut?(cut: CutHead): void;
  requested?(request: RequestHead, clientSide: 0 | 1): void;
  answered(exchange: Exchange): void;
  /**
   * The answer to an upgrade request is missing, in whole or in part: `cut` where its head begins as a 101 does
   * and ends in a gap. Says who takes what follows, to the end of both sides; undefined: nobody.
   */
  unanswered?(request: RequestHead, clientSide: 0 | 1, cut: boolean): Carrier | undefined;
  /** A 101 response. Undefined: nobody wants the bytes behind it; both sides are discarded. */
  switched(exchange: Exchange): Carrier | undefined;
  /** The request of a 101 that was given to switched() without one has come after all. */
  lateRequest?(request: RequestHead): void;
  /** CONNECT answered by 2xx (RFC 9110 §9.3.6): sinks for [side 0, side 1]; undefined: discard both. */
  tunnelled(exchange: Exchange): readonly [StreamSink, StreamSink] | undefined;
  /**
   * The first bytes of `side` are of another protocol that carries HTTP. Says who takes both sides from their
   * beginning on; undefined: nobody.
   */
  foreign?(protocol: ForeignProtocol, side: 0 | 1): readonly [StreamSink, StreamSink] | undefined;
  /**
   * Called each time that a side stops being understood; it goes on by itself at the next head. `cut`: the whole
   * lines of a request whose head a gap cut.
   */
  lost(side: 0 | 1, reason: LossReason, cut?: RequestHead): void;
  defect(code: string, message: string): void;
}

export type HttpLimits = Pick<Limits, 'maxHeadLength' | 'maxHeldForResponse' | 'maxPendingRequests'>;

export class HttpConnection implements SideOwner {
  /** What side 0 and side 1 of the TCP connection deliver into. */
  readonly sides: readonly [StreamSink, StreamSink];
  private readonly http: readonly [HttpSide, HttpSide];
  private readonly owner: HttpOwner;
  private readonly requests: RequestQueue;
  private clientSide: 0 | 1 | undefined = undefined;
  /** The last response was a 2xx, and its request was not captured. */
  private hasLoneSuccess = false;

  /** What is held counts in `account`. */
  constructor(options: {
    place: Place;
    owner: HttpOwner;
    limits?: HttpLimits;
    account?: Account;
  }) {
    const { owner, place, account = uncounted, limits = DEFAULT_LIMITS } = options;
    this.owner = owner;
    this.requests = new RequestQueue(limits, account, (key, what) =>
      owner.defect('pending-requests-limit', `${what} ${atLimit(key, limits[key])}`),
    );
    this.http = [
      new HttpSide(0, this, place, limits, account),
      new HttpSide(1, this, place, limits, account),
    ];
    this.sides = this.http;
  }

  /** Waits for no request head any more where a 101 came without one: what is held goes to its sink. */
  settle(): void {
    for (const side of this.http) side.settle();
  }

  defect(code: string, message: string): void {
    this.owner.defect(code, message);
  }

  headCut(cut: CutHead): void {
    this.owner.headCut?.(cut);
  }

  head(side: HttpSide, head: RequestHead | ResponseHead): void {
    this.owner.head?.(head);
    const role = head.kind === 'request' ? side.index : other(side.index);
    this.clientSide ??= role;
    if (role !== this.clientSide) {
      this.owner.defect('unexpected-head', `a ${head.kind} head comes from the side that sends the opposite`);
      side.lose('undecodable');
    } else if (head.kind === 'request') this.request(side, head);
    else this.response(side, head, role);
  }

  foreign(side: HttpSide, protocol: ForeignProtocol): boolean {
    if (this.clientSide !== undefined && !(protocol === 'tls' && this.mayBeInTunnel(side))) return false;
    const sinks = this.owner.foreign?.(protocol, side.index);
    if (sinks === undefined) return false;
    this.requests.takeAwaited();
    for (const one of this.http)
      if (one !== side && one.holds) one.carry(sinks[one.index]);
      else one.handOver(sinks[one.index], one === side);
    return true;
  }

  /** TLS comes where HTTP was: of a CONNECT and its answer one is lost. */
  private mayBeInTunnel(side: HttpSide): boolean {
    if (side.index === this.clientSide) return this.hasLoneSuccess;
    return this.requests.awaited?.method === 'CONNECT';
  }

  lost(side: HttpSide, reason: LossReason, cut?: RequestHead | ResponseHead): void {
    if (side.index === this.clientSide) this.requests.clientLost();
    else {
      this.requests.serverLost();
      const byGap = reason === 'gap' || reason === 'cut-head';
      if (byGap && this.presume(side, reason === 'cut-head')) return;
    }
    this.owner.lost(side.index, reason, cut?.kind === 'request' ? cut : undefined);
  }

  ended(): void {
    const { clientSide } = this;
    const [a, b] = this.http;
    if (a.endedBy === undefined || b.endedBy === undefined || clientSide === undefined) return;
    const { holds } = this.http[clientSide];
    if (this.presume(this.http[other(clientSide)]) || !holds) return;
    this.owner.defect(
      'unanswered-upgrade',
      'an upgrade request has no response; what follows it stays unread',
    );
  }

  /** The answer to an upgrade request is lost: what follows it may be the new protocol. */
  private presume(server: HttpSide, cut = false): boolean {
    if (!this.requests.waiting || this.owner.unanswered === undefined) return false;
    const client = this.http[other(server.index)];
    const request = this.requests.takeAwaited()!;
    const carrier = this.owner.unanswered(request, client.index, cut);
    if (carrier === undefined) {
      this.requests.add(request, true);
      return false;
    }
    client.carry(carrier.client);
    server.carry(carrier.server);
    return true;
  }

  private request(side: HttpSide, head: RequestHead): void {
    this.owner.requested?.(head, side.index);
    const framing = this.checked(requestFraming(head));
    const early = this.requests.takeEarly(head);
    const decisive = head.method === 'CONNECT' || headerValue(head, 'Upgrade') !== undefined;
    if (early === undefined) this.requests.add(head, decisive);
    if (early === undefined && decisive) side.message(bounded(framing), 'waiting');
    else side.message(framing, 'head');
  }

  /** Behind a 101 without its request: this is that one, unless it matches a response before the 101. */
  lateHead(side: HttpSide, head: RequestHead): void {
    this.owner.head?.(head);
    const framing = bounded(this.checked(requestFraming(head)));
    const status = this.requests.takeEarly(head);
    if (status === undefined || status === 101) {
      this.owner.lateRequest?.(head);
      side.message(framing, 'carried');
    } else {
      this.owner.requested?.(head, side.index);
      side.message(framing, 'late');
    }
  }

  private response(side: HttpSide, head: ResponseHead, clientSide: 0 | 1): void {
    if (head.status >= 100 && head.status < 200 && head.status !== 101) {
      side.message(NO_BODY, 'head');
      return;
    }
    const client = this.http[clientSide];
    const request = this.requests.next(head);
    this.hasLoneSuccess = request === undefined && head.status >= 200 && head.status < 300;
    const exchange: Exchange = {
      request,
      response: head,
      clientSide,
      // Asked for by few: each response would look through all that waits behind an upgrade.
      get earlyBytes() {
        return client.sentBefore(head.firstSequence);
      },
    };
    if (head.status === 101) this.switch(exchange, client, side);
    else if (request?.method === 'CONNECT' && head.status >= 200 && head.status < 300) this.tunnel(exchange);
    else {
      this.owner.answered(exchange);
      side.message(this.checked(responseFraming(head, request?.method)), 'head');
      if (!this.requests.waiting) client.release();
    }
  }

  /** RFC 9110 §7.8: behind the two heads both sides speak the new protocol. */
  private switch(exchange: Exchange, client: HttpSide, server: HttpSide): void {
    const carrier = this.owner.switched(exchange);
    if (exchange.request === undefined && carrier !== undefined) client.carryLate(carrier.client);
    else client.carry(carrier?.client ?? discard);
    server.carry(carrier?.server ?? discard);
  }

  private tunnel(exchange: Exchange): void {
    const sinks = this.owner.tunnelled(exchange) ?? [discard, discard];
    const server = other(exchange.clientSide);
    this.http[exchange.clientSide].carry(sinks[exchange.clientSide]);
    this.http[server].carry(sinks[server]);
  }

  private checked(framing: BodyFraming): BodyFraming {
    const { problem } = framing;
    if (problem !== undefined) this.owner.defect(problem, `an HTTP body has no usable length: ${problem}`);
    return framing;
  }
}

/** Something follows the request, so its body cannot last until close. */
function bounded(framing: BodyFraming): BodyFraming {
  return framing.kind === 'until-close' ? NO_BODY : framing;
}

function other(side: 0 | 1): 0 | 1 {
  return side === 0 ? 1 : 0;
}
