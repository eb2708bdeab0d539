/**
 * One h2Stream: what it is known to carry, and where the DATA of both sides goes.
 */
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import { PROTOCOL } from './h2-head.js';
import { headerValue, type RequestHead, type ResponseHead } from './head.js';
import type { HeldBytes } from './held.js';

const SWITCHING = 101;

/**
 * `ordinary`: of no interest; `asked`: an extended CONNECT for a WebSocket without an answer so far; `connecting`: a
 * plain one for a tunnel; `open`: answered, its DATA is taken; `unsure`: the heads that would tell were not captured, or
 * are not known.
 */
export type H2StreamKind = 'ordinary' | 'asked' | 'connecting' | 'open' | 'unsure';

export class H2Stream {
  request: RequestHead | undefined = undefined;
  response: ResponseHead | undefined = undefined;
  /** By side. */
  sinks: readonly [StreamSink, StreamSink] | undefined = undefined;
  /** DATA of the client that waits for the answer. */
  held: HeldBytes | undefined = undefined;
  readonly ended: [boolean, boolean] = [false, false];

  constructor(
    readonly id: number,
    public kind: H2StreamKind,
  ) {}

  /** One side sends no more; once. */
  end(side: 0 | 1, how: StreamEnd): void {
    if (this.ended[side]) return;
    this.ended[side] = true;
    this.sinks?.[side].end(how);
  }

  /** What the client sends is held until it is answered. */
  get isAwaited(): boolean {
    return this.kind === 'asked' || this.kind === 'connecting';
  }

  get isOver(): boolean {
    return this.ended[0] && this.ended[1];
  }
}

/**
 * What a request asks for, as far as it is known (RFC 8441 §4). `:protocol` tells, whatever method a client that knows
 * no better sends with it.
 */
export function kindOfRequest(request: RequestHead): H2StreamKind {
  const { unknownFields } = request;
  const protocol = headerValue(request, PROTOCOL);
  if (protocol !== undefined) return protocol.toLowerCase() === 'websocket' ? 'asked' : 'ordinary';
  if (unknownFields > 0) return isConnect(request) ? 'unsure' : 'ordinary';
  // RFC 9113 §8.5.
  return request.method === 'CONNECT' ? 'connecting' : 'ordinary';
}

/** A server that passes over `:protocol` answers another method than CONNECT as ever. */
export function isPassedOver(request: RequestHead, response: ResponseHead): boolean {
  return !isConnect(request) && agrees(response) && isOrdinaryAnswer(response);
}

/** As far as it is known. */
function isConnect({ method }: RequestHead): boolean {
  return method === '' || method === 'CONNECT';
}

/** The answer to a request that is not known says that it is of a representation, which no WebSocket has. */
export function isOrdinaryAnswer(response: ResponseHead): boolean {
  const { status } = response;
  if (status !== 0 && !agrees(response)) return true;
  return ['content-type', 'content-length'].some((name) => headerValue(response, name) !== undefined);
}

/** RFC 8441 §5; RFC 9113 §8.6 has no 101, but frames follow that of a server which knows no better. */
export function agrees({ status }: ResponseHead): boolean {
  return status === SWITCHING || isSuccess(status);
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** An answer that another one follows (RFC 9110 §15.2). */
export function isInterim({ kind }: H2Stream, status: number | undefined): boolean {
  const maySwitch = kind === 'asked' || kind === 'unsure';
  return status !== undefined && status < 200 && !(maySwitch && status === SWITCHING);
}
