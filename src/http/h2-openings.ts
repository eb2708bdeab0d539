/**
 * What becomes of an h2Stream by its heads: an ordinary request, or a WebSocket once an extended CONNECT was answered
 * by 2xx (RFC 8441 §5), or by the 101 that some servers send in its place; a tunnel once a
 * plain CONNECT was (RFC 9113 §8.5); and what a client sends before the answer.
 *
 * Strategy: a request says what it asks for, the answer decides. Where one of them was lost or is not known, DATA
 * goes to the owner as that of an h2Stream that may be anything.
 */
import { atLimit } from '../limits.js';
import type { Place } from '../stream/place.js';
import type { StreamSink } from '../stream/stream-sink.js';
import type { Carrier, Exchange } from './connection.js';
import type { H2Block } from './h2-block.js';
import { h2Request, h2Reset, h2Response, isRequest, statusOf } from './h2-head.js';
import {
  agrees,
  type H2Stream,
  isInterim,
  isOrdinaryAnswer,
  isPassedOver,
  isSuccess,
  kindOfRequest,
} from './h2-stream.js';
import type { H2Streams } from './h2-streams.js';
import type { RequestHead, ResponseHead } from './head.js';
import { HeldBytes } from './held.js';
import type { Account } from './holding.js';
import type { HpackBlock } from './hpack.js';

export interface H2Exchange extends Exchange {
  /**
   * The server's SETTINGS offered the extended CONNECT before its answer (RFC 8441 §3); undefined: they were not
   * captured.
   */
  readonly connectOffered: boolean | undefined;
}

export interface H2Owner {
  /** An extended CONNECT for a WebSocket was answered by 2xx: who takes the DATA; undefined: nobody. */
  opened(stream: number, exchange: H2Exchange): Carrier | undefined;
  /** It was refused, if only by a reset of the h2Stream. */
  refused(stream: number, exchange: H2Exchange): void;
  /**
   * DATA comes of an h2Stream of which it is not known whether it is a WebSocket. `request`: what is known of that;
   * `isAll`: what the client's side now gets is all that it has sent behind it.
   */
  unsure(
    stream: number,
    clientSide: 0 | 1,
    request: RequestHead | undefined,
    isAll: boolean,
  ): readonly [StreamSink, StreamSink];
  /** A plain CONNECT was answered by 2xx (RFC 9113 §8.5): who takes what is in the tunnel; undefined: nobody. */
  tunnelled(stream: number, clientSide: 0 | 1): readonly [StreamSink, StreamSink] | undefined;
  defect(code: string, message: string): void;
}

/** What the connection knows. */
export interface H2State {
  readonly clientSide: 0 | 1;
  /** All that the client has sent was seen. */
  readonly isClientComplete: boolean;
  /** As in H2Exchange. */
  readonly connectOffered: boolean | undefined;
  /** The DATA of an h2Stream is taken from now on. */
  delivers(stream: H2Stream): void;
  tellOnce(code: string, message: string): void;
}

export class H2Openings {
  /** Highest number of a request. */
  lastOpened = 0;

  constructor(
    private readonly state: H2State,
    private readonly owner: H2Owner,
    private readonly streams: H2Streams,
    private readonly place: Place,
    private readonly account: Account,
    private readonly maxHeld: number,
  ) {}

  request(info: H2Block, block: HpackBlock): void {
    const id = info.stream;
    let stream = this.streams.get(id);
    const isNew = stream === undefined && id > this.lastOpened;
    if (stream === undefined && isNew) stream = this.streams.open(id, 'unsure');
    if (stream === undefined || stream.request !== undefined || stream.ended[this.state.clientSide]) {
      // Else these are trailers (RFC 9113 §8.1).
      if (isRequest(block))
        this.state.tellOnce(
          'h2-stream-reused',
          `a second request comes on HTTP/2 stream ${id}; it is passed over`,
        );
      return;
    }
    this.lastOpened = Math.max(this.lastOpened, id);
    stream.request = h2Request(info, block, this.place);
    if (stream.sinks !== undefined) return;
    stream.kind = kindOfRequest(stream.request);
    this.decide(stream);
  }

  response(info: H2Block, block: HpackBlock): void {
    const id = info.stream;
    const known = this.streams.get(id);
    // What no request opened was given up, or is pushed.
    if (known === undefined && this.state.isClientComplete) return;
    const stream = known ?? this.streams.open(id, 'unsure');
    if (isInterim(stream, statusOf(block))) return;
    if (stream.response !== undefined || stream.sinks !== undefined) return;
    stream.response = h2Response(info, block, this.place);
    this.decide(stream);
  }

  /** What the answer makes of the h2Stream, if it has come. */
  private decide(stream: H2Stream): void {
    const { kind, request, response } = stream;
    if (response === undefined) return;
    if (kind === 'unsure' && isOrdinaryAnswer(response)) stream.kind = 'ordinary';
    if (kind === 'connecting') this.decideTunnel(stream, response.status);
    if (kind !== 'asked' || request === undefined) return;
    if (response.status === 0) stream.kind = 'unsure';
    else if (agrees(response) && !isPassedOver(request, response)) this.open(stream, response);
    else {
      if (!agrees(response)) this.owner.refused(stream.id, this.exchange(stream, response));
      this.pass(stream);
    }
  }

  /** Of a status that is not known DATA of the server tells. */
  private decideTunnel(stream: H2Stream, status: number): void {
    if (isSuccess(status)) this.tunnel(stream);
    else if (status !== 0) this.pass(stream);
  }

  private tunnel(stream: H2Stream): void {
    const sinks = this.owner.tunnelled(stream.id, this.state.clientSide);
    if (sinks === undefined) this.pass(stream);
    else {
      stream.kind = 'open';
      this.deliver(stream, sinks);
    }
  }

  private pass(stream: H2Stream): void {
    stream.kind = 'ordinary';
    stream.held?.clear();
  }

  /** Nobody answers any more. */
  resetByServer(stream: H2Stream, code: number | undefined): void {
    stream.kind = 'ordinary';
    this.owner.refused(stream.id, this.exchange(stream, h2Reset(code, this.place)));
  }

  private open(stream: H2Stream, response: ResponseHead): void {
    const carrier = this.owner.opened(stream.id, this.exchange(stream, response));
    if (carrier === undefined) {
      this.pass(stream);
      return;
    }
    stream.kind = 'open';
    if (this.state.clientSide === 0) this.deliver(stream, [carrier.client, carrier.server]);
    else this.deliver(stream, [carrier.server, carrier.client]);
  }

  private exchange(stream: H2Stream, response: ResponseHead): H2Exchange {
    const { clientSide, connectOffered } = this.state;
    return {
      request: stream.request,
      response,
      clientSide,
      earlyBytes: stream.held?.sentBefore(response.firstSequence) ?? 0,
      connectOffered,
    };
  }

  /** The answer was not captured: it may have been a 2xx. Says who then takes the DATA. */
  presume(stream: H2Stream): H2Stream['sinks'] {
    if (stream.kind === 'connecting') this.tunnel(stream);
    else this.unsure(stream);
    return stream.sinks;
  }

  private unsure(stream: H2Stream): void {
    stream.kind = 'unsure';
    const isAll = this.state.isClientComplete;
    const sinks = this.owner.unsure(stream.id, this.state.clientSide, stream.request, isAll);
    this.deliver(stream, sinks);
  }

  /** What was held goes to its sink, and so does the end. */
  private deliver(stream: H2Stream, sinks: readonly [StreamSink, StreamSink]): void {
    const { clientSide } = this.state;
    stream.sinks = sinks;
    this.state.delivers(stream);
    stream.held?.replay(sinks[clientSide]);
    stream.held = undefined;
    for (const side of [0, 1] as const) if (stream.ended[side]) sinks[side].end('fin');
  }

  holder(stream: H2Stream): HeldBytes {
    const { place, account, maxHeld } = this;
    return (stream.held ??= new HeldBytes(place, maxHeld, account, () =>
      this.owner.defect(
        'held-bytes-limit',
        `too much follows a CONNECT without a response (HTTP/2 stream ${stream.id}); the rest is a gap ` +
          atLimit('maxHeldForResponse', maxHeld),
      ),
    ));
  }
}
