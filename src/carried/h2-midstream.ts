/**
 * HTTP/2 without TLS that the capture found in the middle: no preface tells it, but a run of its frames does.
 *
 * Strategy: what both sides send is held, bounded, and searched as behind a loss (http/h2-search.ts). As soon as one side
 * shows a run of frames, all that was held goes to an HTTP/2 connection that begins in the middle, and what follows, too.
 */
import { DEFAULT_FRAME_SIZE } from '../http/h2-frame.js';
import { H2Search } from '../http/h2-search.js';
import type { Account } from '../http/holding.js';
import type { Place } from '../stream/place.js';
import type { StreamSink } from '../stream/stream-sink.js';
import type { Side } from '../tcp/connection.js';

export interface Http2MidstreamOptions {
  readonly place: Place;
  readonly account: Account;
  /** Octets of a side, held and looked at; then it is no HTTP/2. */
  readonly limit: number;
  /** It is HTTP/2: says who takes what the sides send. */
  readonly recognised: () => readonly [StreamSink, StreamSink];
}

export class Http2Midstream {
  private searches: readonly [H2Search, H2Search] | undefined;

  constructor(private readonly options: Http2MidstreamOptions) {
    const search = () =>
      new H2Search({
        place: options.place,
        account: options.account,
        limit: options.limit,
        maxLength: () => DEFAULT_FRAME_SIZE,
        isKnown: () => false,
        overflow: () => this.abandon(),
      });
    this.searches = [search(), search()];
  }

  /** It is something else, or too much for too little. */
  abandon(): void {
    const { searches } = this;
    this.searches = undefined;
    for (const search of searches ?? []) search.giveUp();
  }

  bytes(side: Side, chunk: Uint8Array, start: number, end: number): void {
    if (this.searches?.[side].push(chunk, start, end) !== true) return;
    const { searches } = this;
    this.searches = undefined;
    const sinks = this.options.recognised();
    for (const one of [0, 1] as const)
      searches[one].drain((piece, from, to) => sinks[one].bytes(piece, from, to));
  }

  gap(side: Side, length: number): void {
    this.searches?.[side].gap(length);
  }
}
