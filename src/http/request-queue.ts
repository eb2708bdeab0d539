/**
 * The requests of one connection that await their response (RFC 9112 §9.3.2: responses come in order).
 *
 * Strategy: a bounded queue, and behind it at most one `decisive` request (upgrade or CONNECT), since what
 * follows such a request is not read before its response. Of requests above the bound only the number is
 * kept, so that the later ones still meet the right response.
 *
 * Captures are not always in order. A response that comes before its request is remembered by its time: a
 * later request that is not younger was answered by it, a younger one belongs to a response to come.
 */
import type { Limits } from '../limits.js';
import type { RequestHead, ResponseHead } from './head.js';
import type { Account } from './holding.js';

type QueueLimits = Pick<Limits, 'maxPendingRequests' | 'maxHeldForResponse'>;

type EarlyResponse = Pick<ResponseHead, 'status' | 'seconds' | 'nanoseconds'>;

/** What a request costs beside the bytes of its head. */
const REQUEST_COST = 1024;

export class RequestQueue {
  private readonly queue: RequestHead[] = [];
  private queuedBytes = 0;
  private surplus = 0;
  private decisive: RequestHead | undefined = undefined;
  /** Responses that came before their requests. */
  private early: EarlyResponse[] = [];
  private toldEarly = false;

  constructor(
    private readonly limits: QueueLimits,
    private readonly account: Account,
    /** Told which limit was hit, and what that means. */
    private readonly overflow: (limit: keyof QueueLimits, what: string) => void,
  ) {}

  /** A decisive request awaits its response. */
  get waiting(): boolean {
    return this.decisive !== undefined;
  }

  /** The decisive request that awaits its response. */
  get awaited(): RequestHead | undefined {
    return this.decisive;
  }

  /** That request; whoever takes it awaits none any more. */
  takeAwaited(): RequestHead | undefined {
    const { decisive } = this;
    this.decisive = undefined;
    if (decisive !== undefined) this.count(decisive, -1);
    return decisive;
  }

  /** The status of the response to `request`, where that came before it. */
  takeEarly(request: RequestHead): number | undefined {
    const match = this.early.findIndex((response) => !isYounger(request, response));
    const status = this.early[match]?.status;
    this.early = match < 0 ? [] : this.early.slice(match + 1);
    return status;
  }

  add(request: RequestHead, decisive: boolean): void {
    if (decisive) {
      this.takeAwaited();
      this.decisive = request;
      this.count(request, 1);
    } else if (this.surplus > 0 || !this.hasRoom(request)) {
      if (this.surplus++ === 0)
        this.overflow(
          this.queue.length < this.limits.maxPendingRequests ? 'maxHeldForResponse' : 'maxPendingRequests',
          'too many requests have no response yet; some will stay without',
        );
    } else {
      this.queue.push(request);
      this.queuedBytes += request.byteLength;
      this.count(request, 1);
    }
  }

  /** The request that a final response (or 101) answers; undefined where it is not known. */
  next(response: ResponseHead): RequestHead | undefined {
    if (response.status === 101 && this.decisive !== undefined) this.serverLost();
    const request = this.queue.shift();
    if (request !== undefined) {
      this.queuedBytes -= request.byteLength;
      this.count(request, -1);
      return request;
    }
    if (this.surplus > 0) {
      this.surplus--;
      return undefined;
    }
    const decisive = this.takeAwaited();
    if (decisive === undefined) this.addEarly(response);
    return decisive;
  }

  /** Requests are missing: an early response may have answered one of those. */
  clientLost(): void {
    this.early = [];
  }

  /** Responses are missing, nobody knows whose; only what follows a decisive request still waits. */
  serverLost(): void {
    this.account.add(-(this.queuedBytes + this.queue.length * REQUEST_COST));
    this.queue.length = 0;
    this.queuedBytes = 0;
    this.surplus = 0;
  }

  /** So many responses and no request: the client's direction was not captured, none will come. */
  private addEarly({ status, seconds, nanoseconds }: ResponseHead): void {
    if (this.early.length >= this.limits.maxPendingRequests) {
      this.early = [];
      if (!this.toldEarly)
        this.overflow(
          'maxPendingRequests',
          'too many responses have no request; requests that come late get none',
        );
      this.toldEarly = true;
    }
    this.early.push({ status, seconds, nanoseconds });
  }

  private count(request: RequestHead, times: 1 | -1): void {
    this.account.add(times * (request.byteLength + REQUEST_COST));
  }

  private hasRoom(request: RequestHead): boolean {
    const { maxPendingRequests, maxHeldForResponse } = this.limits;
    return (
      this.queue.length < maxPendingRequests && this.queuedBytes + request.byteLength <= maxHeldForResponse
    );
  }
}

function isYounger(request: RequestHead, response: EarlyResponse): boolean {
  if (request.seconds !== response.seconds) return request.seconds > response.seconds;
  return request.nanoseconds > response.nanoseconds;
}
