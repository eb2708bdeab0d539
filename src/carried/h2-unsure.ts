/**
 * An h2Stream whose heads were lost or are not known: a WebSocket, if its frames tell, or a tunnel by a plain CONNECT
 * (RFC 9113 §8.5), if the first DATA of a side is what TLS or HTTP begins with.
 *
 * Strategy: frames are searched for all the while; beside, the first bytes of each side are held until they tell. Either
 * side does: behind a loss what the server says may be read first.
 */
import { HeldBytes } from '../http/held.js';
import type { Account } from '../http/holding.js';
import { recognise } from '../http/protocol.js';
import type { Place } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import { other, type Side } from '../tcp/connection.js';
import { HANDSHAKE_TYPE } from '../tls/handshake.js';
import { HANDSHAKE, RECORD_HEADER } from '../tls/record.js';
import type { Midstream } from '../websocket/midstream.js';

/** First bytes that are looked at: a record header and a type, or the method of a request. */
const MOST_FIRST = 64;
/** What is held of a side, with its pieces. */
const MOST_HELD = 4096;

export interface H2UnsureOptions {
  readonly place: Place;
  readonly account: Account;
  readonly clientSide: Side;
  readonly midstream: Midstream;
  /** It is a tunnel: who takes what is in it; undefined: nobody. */
  tunnelled(): readonly [StreamSink, StreamSink] | undefined;
  /** Both sides have ended; `passed`: octets of which nobody knew what they are. */
  over(passed: number): void;
}

/** The first bytes of a side, until they tell. */
interface First {
  readonly bytes: number[];
  readonly held: HeldBytes;
}

export class H2Unsure {
  readonly sides: readonly [StreamSink, StreamSink];
  private readonly first: [First | undefined, First | undefined];
  /** By side: bytes went by that are no part of the first ones. */
  private readonly passed: [number, number] = [0, 0];
  private readonly ends: [StreamEnd | undefined, StreamEnd | undefined] = [undefined, undefined];
  private tunnel: readonly [StreamSink, StreamSink] | undefined = undefined;

  constructor(private readonly options: H2UnsureOptions) {
    const { place, account } = options;
    const first = (): First => ({ bytes: [], held: new HeldBytes(place, MOST_HELD, account, () => {}) });
    this.first = [first(), first()];
    this.sides = [this.sideSink(0), this.sideSink(1)];
  }

  private sideSink(side: Side): StreamSink {
    return {
      bytes: (chunk, start, end) => this.bytes(side, chunk, start, end),
      gap: (length, uncertain) => this.gap(side, length, uncertain),
      inDoubt: () => this.tunnel?.[side].inDoubt?.(),
      end: (how) => this.end(side, how),
    };
  }

  private bytes(side: Side, chunk: Uint8Array, start: number, end: number): void {
    if (this.tunnel !== undefined) {
      this.tunnel[side].bytes(chunk, start, end);
      return;
    }
    const { midstream } = this.options;
    this.passed[side] += end - start;
    if (!midstream.taken && this.beginsTunnel(side, chunk, start, end)) this.openTunnel();
    else midstream.sides[side].bytes(chunk, start, end);
  }

  /** Takes them among the first ones; true: they tell that it is a tunnel. */
  private beginsTunnel(side: Side, chunk: Uint8Array, start: number, end: number): boolean {
    const first = this.first[side];
    if (first === undefined) return false;
    first.held.bytes(chunk, start, end);
    first.bytes.push(...chunk.subarray(start, Math.min(end, start + MOST_FIRST - first.bytes.length)));
    const begins = beginsTunnel(Uint8Array.from(first.bytes), side === this.options.clientSide);
    if (begins === undefined && first.bytes.length < MOST_FIRST) return false;
    if (!begins) this.forget(side);
    return begins === true;
  }

  private forget(side: Side): void {
    this.first[side]?.held.clear();
    this.first[side] = undefined;
  }

  private openTunnel(): void {
    const { clientSide, midstream, tunnelled } = this.options;
    const sinks = tunnelled();
    if (sinks === undefined) {
      for (const side of [0, 1] as const) this.forget(side);
      return;
    }
    midstream.abandon();
    this.tunnel = sinks;
    for (const side of [clientSide, other(clientSide)]) {
      const first = this.first[side];
      if (first === undefined) sinks[side].gap(this.passed[side], true);
      else first.held.replay(sinks[side]);
      this.first[side] = undefined;
      const how = this.ends[side];
      if (how !== undefined) sinks[side].end(how);
    }
  }

  private gap(side: Side, length: number, uncertain?: boolean): void {
    if (this.tunnel !== undefined) this.tunnel[side].gap(length, uncertain);
    else {
      // In front of what begins a tunnel nothing of it is missing.
      if (this.passed[side] > 0) this.forget(side);
      this.options.midstream.sides[side].gap(length, uncertain);
    }
  }

  private end(side: Side, how: StreamEnd): void {
    const { midstream, over } = this.options;
    this.ends[side] = how;
    if (this.tunnel !== undefined) this.tunnel[side].end(how);
    else midstream.sides[side].end(how);
    if (this.ends[other(side)] === undefined) return;
    for (const one of [0, 1] as const) this.forget(one);
    const isKnown = this.tunnel !== undefined || midstream.taken;
    over(isKnown ? 0 : this.passed[0] + this.passed[1]);
  }
}

/** Whether the first bytes of a side begin TLS or HTTP; undefined: they are too few. */
function beginsTunnel(bytes: Uint8Array, isClient: boolean): boolean | undefined {
  const protocol = recognise(bytes, 0, bytes.length);
  if (protocol === 'undecided') return undefined;
  if (protocol !== 'tls')
    return protocol === (isClient ? 'http1-request' : 'http1-response') || protocol === 'http2';
  if (bytes[0] !== HANDSHAKE) return false;
  if (bytes.length <= RECORD_HEADER) return undefined;
  return bytes[RECORD_HEADER] === HANDSHAKE_TYPE[isClient ? 'clientHello' : 'serverHello'];
}
