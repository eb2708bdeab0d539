/**
 * One direction of a connection as a sequence of HTTP/1.1 messages: decodes the heads, passes over the
 * bodies, and hands everything on from the point where its owner says that HTTP ends.
 *
 * Strategy: a small state machine over the bytes of a call; the owner (HttpConnection, which sees both
 * directions) is told of each head and answers by calling message(), carry() or carryLate().
 *
 *   proxy            a load balancer's header comes before the first head
 *   head ⇄ body      messages in a row
 *   waiting          an upgrade or CONNECT request is behind us: hold until the response decides
 *   late             carried already, but a request head may still come first (reversed capture order)
 *   carried          not HTTP any more: all to the sink
 *   lost             not understood: look out for the next head
 */
import { atLimit, type Limits } from '../limits.js';
import type { Place } from '../stream/place.js';
import { discard, type StreamEnd, type StreamSink } from '../stream/stream-sink.js';
import { type BodyFraming, BodySkipper } from './body.js';
import { type CutHead, HeadDecoder, type HeadFailure, type RequestHead, type ResponseHead } from './head.js';
import { HeldBytes } from './held.js';
import type { Account } from './holding.js';
import { type ForeignProtocol, recognise } from './protocol.js';
import { ProxyHeader } from './proxy-header.js';

/**
 * `not-http`: the first bytes of the direction already tell; `undecodable`: broken HTTP; `gap`: over a head;
 * `cut-head`: a gap within a head that may be one of a WebSocket's handshake.
 */
export type LossReason = 'not-http' | 'undecodable' | 'gap' | 'cut-head';

export interface SideOwner {
  /** A head is complete: call message(), carry() or lose() on `side` before returning. */
  head(side: HttpSide, head: RequestHead | ResponseHead): void;
  /** A request head came late: call message() on `side` before returning. */
  lateHead(side: HttpSide, head: RequestHead): void;
  /** A gap cut a head that may be one of a WebSocket's handshake. */
  headCut(cut: CutHead): void;
  /** The first bytes are of another protocol: call handOver() on both sides, or say that nobody wants it. */
  foreign(side: HttpSide, protocol: ForeignProtocol): boolean;
  /** `cut`: the whole lines of the head that a gap cut. */
  lost(side: HttpSide, reason: LossReason, cut?: RequestHead | ResponseHead): void;
  ended(): void;
  defect(code: string, message: string): void;
}

type AfterBody = 'head' | 'waiting' | 'late' | 'carried';
type State = AfterBody | 'proxy' | 'body' | 'lost';

/** RFC 8446 §5.1: type, version and length of a record. */
const TLS_HEADER = 5;

export class HttpSide implements StreamSink {
  /** Set by end(). */
  endedBy: StreamEnd | undefined = undefined;
  private state: State = 'head';
  private afterBody: AfterBody = 'head';
  private sink: StreamSink = discard;
  /** Offset in this direction of the next byte; not counted on once carried. */
  private offset = 0;
  /** Of the first head that was understood. */
  private kind: 'request' | 'response' | undefined = undefined;
  /** Only while heads are read. */
  private heads: HeadDecoder | undefined = undefined;
  private readonly body = new BodySkipper();
  private proxy: ProxyHeader | undefined = undefined;
  private held: HeldBytes | undefined = undefined;

  constructor(
    readonly index: 0 | 1,
    private readonly owner: SideOwner,
    private readonly place: Place,
    private readonly limits: Pick<Limits, 'maxHeadLength' | 'maxHeldForResponse'>,
    private readonly account: Account,
  ) {}

  private get decoder(): HeadDecoder {
    return (this.heads ??= new HeadDecoder(this.place, this.limits.maxHeadLength, this.account));
  }

  /** Bytes behind an upgrade request that were sent before the response at `sequence` had come. */
  sentBefore(sequence: number): number {
    return this.held?.sentBefore(sequence) ?? 0;
  }

  /** Bytes wait for a response. */
  get holds(): boolean {
    return this.held !== undefined && !this.held.empty;
  }

  get through(): StreamSink | undefined {
    return this.state === 'carried' ? (this.sink.through ?? this.sink) : undefined;
  }

  bytes(chunk: Uint8Array, start: number, end: number): void {
    if (this.state === 'carried') this.sink.bytes(chunk, start, end);
    else this.read(chunk, start, end);
  }

  private read(chunk: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      if (this.state === 'carried') {
        this.sink.bytes(chunk, at, end);
        return;
      }
      if (this.state === 'head') at = this.pushHead(chunk, at, end);
      else if (this.state === 'body') at = this.pushBody(chunk, at, end);
      else if (this.state === 'late') at = this.pushLate(chunk, at, end);
      else if (this.state === 'proxy') at = this.pushProxy(chunk, at, end);
      else if (this.state === 'waiting') {
        this.holder().bytes(chunk, at, end);
        return;
      } else if (this.isTls(chunk, at, end) && this.owner.foreign(this, 'tls')) continue;
      else if (this.resumes(chunk, at, end)) this.state = 'head';
      else at = this.pass(at, end);
    }
  }

  inDoubt(): void {
    if (this.state === 'carried') this.sink.inDoubt?.();
  }

  gap(length: number, uncertain = false): void {
    if (this.state === 'carried') this.sink.gap(length, uncertain);
    else if (this.state === 'waiting') this.holder().gap(length, uncertain);
    else {
      this.offset += length;
      // Where a body ends cannot be counted then.
      if (uncertain && this.state === 'body' && !this.leavesHttp) this.loseByGap();
      else if (this.state === 'body' && this.body.skip(length)) this.endBody();
      else if (this.leavesHttp) {
        this.endLate();
        this.sink.gap(length, uncertain);
      } else if (this.state !== 'lost') this.loseByGap();
    }
  }

  end(how: StreamEnd): void {
    this.endedBy = how;
    if (this.leavesHttp) this.endLate();
    if (this.state === 'carried') this.sink.end(how);
    else this.reportCutHead();
    this.owner.ended();
  }

  /** The head just given is of a message with this body; `then` says what follows the message. */
  message(framing: BodyFraming, then: AfterBody): void {
    this.body.begin(framing);
    this.state = 'body';
    this.afterBody = then;
    this.endBody();
  }

  /** HTTP ends here (or behind the body in progress): what was held and all that follows goes to `sink`. */
  carry(sink: StreamSink): void {
    this.leaveHttp(sink, 'carried');
  }

  /** As carry(), where all was of another protocol from the first byte on. */
  handOver(sink: StreamSink, current: boolean): void {
    this.sink = sink;
    const begun = this.heads?.length ?? 0;
    const wasLost = this.state === 'lost';
    this.state = 'carried';
    if (current) return;
    if (wasLost && this.offset > 0) sink.gap(this.offset);
    else this.repeatBegun(begun, 0);
    if (this.endedBy !== undefined) sink.end(this.endedBy);
  }

  /** As carry(), where the head of the request that led to it has not been seen and may still come. */
  carryLate(sink: StreamSink): void {
    this.leaveHttp(sink, 'late');
  }

  /** The response left this HTTP: what was held is parsed as such. */
  release(): void {
    this.afterBody = 'head';
    if (this.state !== 'waiting') return;
    this.state = 'head';
    this.held?.replay(this);
    if (this.endedBy !== undefined) this.reportCutHead();
  }

  /** No request head that may still come is waited for. */
  settle(): void {
    if (this.state === 'late') this.endLate();
  }

  /** Not understood as HTTP from here on. */
  lose(reason: LossReason, cut?: RequestHead | ResponseHead): void {
    this.state = 'lost';
    this.decoder.reset();
    this.owner.lost(this, reason, cut);
  }

  private loseByGap(): void {
    const { decoder } = this;
    if (this.state === 'head' && decoder.mayOpen) {
      const cut = decoder.cutHead;
      this.owner.headCut(cut);
      this.lose('cut-head', cut.lines);
    } else this.lose('gap');
  }

  private pushHead(chunk: Uint8Array, start: number, end: number): number {
    const begun = this.decoder.length;
    const next = this.decoder.push(chunk, start, end, this.offset);
    const { head, failure, foreign: protocol } = this.decoder;
    if (protocol !== undefined && this.kind === undefined && this.owner.foreign(this, protocol)) {
      this.repeatBegun(begun, start);
      return start;
    }
    const isProxy = failure === 'proxy-v1' || failure === 'proxy-v2';
    if (isProxy && this.kind === undefined && this.proxy === undefined) {
      this.proxy = new ProxyHeader(failure === 'proxy-v1' ? 1 : 2);
      this.state = 'proxy';
      this.decoder.reset();
      return this.pass(start, next);
    }
    if (failure !== undefined) {
      const foreign = this.kind === undefined && (failure === 'not-http' || isProxy);
      if (!foreign) this.reportFailure(failure);
      this.lose(foreign ? 'not-http' : 'undecodable');
      return this.pass(start, end);
    }
    this.pass(start, next);
    if (head !== undefined) {
      this.decoder.reset();
      this.owner.head(this, head);
      if (this.state === 'lost') return this.pass(next, end);
      this.kind = head.kind;
    }
    return next;
  }

  /** The sink that took over gets the `length` bytes before chunk[start] that were kept, too. */
  private repeatBegun(length: number, start: number): void {
    const { place } = this;
    if (length > 0) {
      const current = place.copyFrom(0);
      place.sequence = (place.sequence + start - length) | 0;
      place.origin = Number.NaN;
      this.sink.bytes(this.decoder.begun(length), 0, length);
      place.assign(current);
    }
    this.heads?.reset();
    this.heads = undefined;
  }

  private reportFailure(failure: HeadFailure): void {
    const { maxHeadLength } = this.limits;
    if (failure === 'too-long')
      this.owner.defect('head-limit', `an HTTP head is too long ${atLimit('maxHeadLength', maxHeadLength)}`);
    else this.owner.defect('undecodable-head', `no HTTP head where one is due: ${failure}`);
  }

  private pushProxy(chunk: Uint8Array, start: number, end: number): number {
    const next = this.pass(start, this.proxy!.push(chunk, start, end));
    if (this.proxy!.done) this.state = 'head';
    else if (this.proxy!.failed) this.lose('not-http');
    return next;
  }

  private pushBody(chunk: Uint8Array, start: number, end: number): number {
    const next = this.pass(start, this.body.push(chunk, start, end));
    if (this.body.failed) {
      this.owner.defect('broken-chunk', 'a chunk of an HTTP body has no valid size or line end');
      if (!this.leavesHttp) {
        this.lose('undecodable');
        return this.pass(next, end);
      }
      this.endLate();
      return next;
    }
    this.endBody();
    return next;
  }

  private endBody(): void {
    if (this.body.done) this.state = this.afterBody;
  }

  private pushLate(chunk: Uint8Array, start: number, end: number): number {
    const next = this.decoder.push(chunk, start, end, this.offset);
    const { head, failure } = this.decoder;
    if (head === undefined && failure === undefined) {
      this.holder().bytes(chunk, start, end);
      return this.pass(start, end);
    }
    if (head?.kind !== 'request') {
      this.endLate();
      return start;
    }
    this.pass(start, next);
    this.held?.clear();
    this.decoder.reset();
    this.owner.lateHead(this, head);
    return next;
  }

  /** The sink is known, but something of HTTP may still come before its first byte. */
  private get leavesHttp(): boolean {
    if (this.state !== 'body') return this.state === 'late';
    return this.afterBody === 'late' || this.afterBody === 'carried';
  }

  private leaveHttp(sink: StreamSink, how: 'late' | 'carried'): void {
    this.sink = sink;
    if (this.state === 'body' && !this.body.untilClose && this.endedBy === undefined) {
      this.afterBody = how;
      return;
    }
    const begun = this.heads?.length ?? 0;
    if (begun > 0) this.holder().gap(begun);
    if (how === 'late' && this.endedBy === undefined) {
      this.state = 'late';
      return;
    }
    this.endLate();
    if (this.endedBy !== undefined) sink.end(this.endedBy);
  }

  /** No (further) request head is expected. */
  private endLate(): void {
    this.state = 'carried';
    this.heads?.reset();
    this.heads = undefined;
    this.held?.replay(this.sink);
  }

  private holder(): HeldBytes {
    const { maxHeldForResponse } = this.limits;
    return (this.held ??= new HeldBytes(this.place, maxHeldForResponse, this.account, () =>
      this.owner.defect(
        'held-bytes-limit',
        'too much follows an upgrade request without a response; the rest is a gap ' +
          atLimit('maxHeldForResponse', maxHeldForResponse),
      ),
    ));
  }

  /** The bytes behind a gap begin with a TLS record that ends with them, or before another. */
  private isTls(chunk: Uint8Array, start: number, end: number): boolean {
    if (recognise(chunk, start, end) !== 'tls' || end - start < TLS_HEADER) return false;
    const next = start + TLS_HEADER + ((chunk[start + 3] << 8) | chunk[start + 4]);
    return next === end || (next < end && recognise(chunk, next, end) === 'tls');
  }

  /** The bytes of a call begin as a head does that this direction may have. */
  private resumes(chunk: Uint8Array, start: number, end: number): boolean {
    const recognised = recognise(chunk, start, end);
    if (recognised === 'http1-request') return this.kind !== 'response';
    return recognised === 'http1-response' && this.kind !== 'request';
  }

  private reportCutHead(): void {
    if (this.state === 'head' && this.decoder.length > 0 && this.decoder.recognised) {
      this.owner.defect(
        'cut-head',
        `the stream ends within an HTTP head, behind ${this.decoder.length} bytes`,
      );
    }
  }

  /** Counts the bytes from start to end as used. */
  private pass(start: number, end: number): number {
    this.offset += end - start;
    return end;
  }
}
