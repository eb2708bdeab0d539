/**
 * The sinks that stand between a connection and the carriers that look at it.
 */
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import type { Side } from '../tcp/connection.js';
import type { Midstream } from '../websocket/midstream.js';
import type { Http2Midstream } from './h2-midstream.js';

/** What an EitherSink asks of its connection. */
export interface Carried {
  readonly over: boolean;
  readonly isSession: boolean;
  readonly midstream: Midstream | undefined;
  /** HTTP/2 that the capture found in the middle, while it is not known whether it is that. */
  readonly http2Midstream: Http2Midstream | undefined;
  /** Who alone takes the bytes. */
  readonly instead: readonly [StreamSink, StreamSink] | undefined;
  gapTold(side: Side): void;
  ended(side: Side, how: StreamEnd): void;
}

/** Where a connection may carry HTTP or a WebSocket without a handshake: both look at it until one is sure. */
export class EitherSink implements StreamSink {
  constructor(
    private readonly http: StreamSink,
    private readonly connection: Carried,
    private readonly side: Side,
  ) {}

  get through(): StreamSink | undefined {
    return this.connection.isSession ? this.http.through : undefined;
  }

  bytes(chunk: Uint8Array, start: number, end: number): void {
    const { connection, side } = this;
    if (connection.over) return;
    if (connection.instead !== undefined) {
      connection.instead[side].bytes(chunk, start, end);
      return;
    }
    if (connection.midstream?.taken !== true) this.http.bytes(chunk, start, end);
    connection.midstream?.sides[side].bytes(chunk, start, end);
    connection.http2Midstream?.bytes(side, chunk, start, end);
  }

  gap(length: number, uncertain?: boolean): void {
    const { connection, side } = this;
    if (connection.over) return;
    if (connection.instead !== undefined) {
      connection.instead[side].gap(length, uncertain);
      return;
    }
    if (connection.midstream?.taken !== true) this.http.gap(length, uncertain);
    connection.midstream?.sides[side].gap(length, uncertain);
    connection.http2Midstream?.gap(side, length);
    connection.gapTold(side);
  }

  inDoubt(): void {
    const { connection, side } = this;
    if (!connection.over) (connection.instead?.[side] ?? this.http).inDoubt?.();
  }

  end(how: StreamEnd): void {
    const { connection, side } = this;
    if (connection.over) return;
    if (connection.instead !== undefined) connection.instead[side].end(how);
    else {
      if (connection.midstream?.taken !== true) this.http.end(how);
      connection.midstream?.sides[side].end(how);
    }
    connection.ended(side, how);
  }
}

/** A tunnel in an h2Stream: hands on what `connection` wants of it. */
export class TunnelSink implements StreamSink {
  constructor(
    private readonly sink: StreamSink,
    private readonly connection: { readonly abandoned: boolean },
  ) {}

  bytes(chunk: Uint8Array, start: number, end: number): void {
    if (!this.connection.abandoned) this.sink.bytes(chunk, start, end);
  }

  /** Behind a loss of h2Frames something may be missing, even if all octets counted for others. */
  gap(length: number, uncertain?: boolean): void {
    if (!this.connection.abandoned) this.sink.gap(uncertain ? Math.max(1, length) : length, uncertain);
  }

  inDoubt(): void {
    if (!this.connection.abandoned) this.sink.inDoubt?.();
  }

  end(how: StreamEnd): void {
    this.sink.end(how);
  }
}

/** What goes around TLS, which tells inwards what is missing only with the next record that authenticates. */
export interface Doubts {
  /** By side: something is missing in front of the next byte, and how much is not known. */
  readonly isUncertain: [boolean, boolean];
  /** What takes the plaintext. */
  inside: readonly [StreamSink, StreamSink] | undefined;
}

/** In front of TLS, which counts what is missing and could not tell that the count is not certain. */
export class DoubtingSink implements StreamSink {
  constructor(
    private readonly sink: StreamSink,
    private readonly side: Side,
    private readonly doubts: Doubts,
  ) {}

  bytes(chunk: Uint8Array, start: number, end: number): void {
    this.sink.bytes(chunk, start, end);
  }

  gap(length: number, uncertain?: boolean): void {
    this.doubts.isUncertain[this.side] ||= uncertain === true;
    this.sink.gap(length);
    this.inDoubt();
  }

  inDoubt(): void {
    this.doubts.inside?.[this.side].inDoubt?.();
  }

  end(how: StreamEnd): void {
    this.sink.end(how);
  }
}

/** Behind that TLS: what its DoubtingSink has noted is told. */
export class DoubtfulSink implements StreamSink {
  constructor(
    private readonly sink: StreamSink,
    private readonly side: Side,
    private readonly doubts: Doubts,
  ) {}

  bytes(chunk: Uint8Array, start: number, end: number): void {
    if (this.doubts.isUncertain[this.side]) this.gap(1);
    this.sink.bytes(chunk, start, end);
  }

  gap(length: number, uncertain?: boolean): void {
    const { isUncertain } = this.doubts;
    const isDoubtful = isUncertain[this.side] || uncertain === true;
    isUncertain[this.side] = false;
    this.sink.gap(length, isDoubtful);
  }

  end(how: StreamEnd): void {
    if (this.doubts.isUncertain[this.side]) this.gap(1);
    this.sink.end(how);
  }
}

/** Hands on, and tells when the stream has ended. */
export class EndingSink implements StreamSink {
  constructor(
    private readonly sink: StreamSink,
    private readonly ended: () => void,
  ) {}

  bytes(chunk: Uint8Array, start: number, end: number): void {
    this.sink.bytes(chunk, start, end);
  }

  gap(length: number, uncertain?: boolean): void {
    this.sink.gap(length, uncertain);
  }

  end(how: StreamEnd): void {
    this.sink.end(how);
    this.ended();
  }
}
