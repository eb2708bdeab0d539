/**
 * One TCP connection that carries data somebody wants: two assemblers, one per direction, and what the
 * carriers above may ask about it. Connections without data, or that were discarded, are only a slot in the
 * table.
 */
import { formatAddress } from '../network/address.js';
import type { Place } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import { Assembler, type Fit, type HoldBudget } from './assembler.js';
import { ACK, FIN, RST, type Segment, SYN } from './segment.js';
import { distance } from './sequence.js';

/** Index of an endpoint; direction d is sent by endpoint d. */
export type Side = 0 | 1;

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export function other(side: Side): Side {
  return side === 0 ? 1 : 0;
}

export class Connection {
  /** The side that sent the SYN; undefined when the opening was not captured. */
  initiator: Side | undefined = undefined;
  /** The side that reset the connection. What both had sent before may come yet: end() says that it is over. */
  resetBy: Side | undefined = undefined;
  /** When the last byte, or the end, of a connection that was reset came: seconds. */
  quietSince = 0;
  /** Nobody wants the connection any more. */
  abandoned = false;
  /** The table looks at it, because something waits, even if no more segments of it come. */
  isWatched = false;
  /** What endpoint 0 sends, and endpoint 1; not in an array, which each segment would have to go through. */
  private first: Assembler | undefined = undefined;
  private second: Assembler | undefined = undefined;
  private place: Place | undefined = undefined;
  private resetPlace: Place | undefined = undefined;
  /** Where a reset lay that came before the bytes in front of it, or is not of this connection; by side. */
  private earlyResets: [number | undefined, number | undefined] | undefined = undefined;

  constructor(
    /** Counted from 0 in the order of the first packets, as Wireshark's tcp.stream. */
    readonly number: number,
    readonly endpoints: readonly [Endpoint, Endpoint],
    /** Of the table. */
    readonly slot = 0,
    private readonly released?: (connection: Connection) => void,
  ) {}

  /** Connects the carriers' sinks; sinks[d] takes what endpoint d sends. */
  attach(sinks: readonly [StreamSink, StreamSink], place: Place, budget: HoldBudget): void {
    this.first = new Assembler(sinks[0], place, budget);
    this.second = new Assembler(sinks[1], place, budget);
    this.first.answers(this.second);
    this.second.answers(this.first);
    this.place = place;
  }

  /** Says that nobody wants the connection any more. */
  abandon(): void {
    this.abandoned = true;
    this.released?.(this);
  }

  /** Says at which sequence number the stream of `side` begins. */
  begin(side: Side, sequence: number): void {
    this.sentBy(side).start(sequence);
  }

  /** Sequence number of the next byte that `side` sends; undefined where nothing is known of it yet. */
  position(side: Side): number | undefined {
    const direction = this.sentBy(side);
    return direction.started ? direction.next : undefined;
  }

  /**
   * The hot path: takes a segment of `side` that holds an acknowledgement and nothing else but data, as segment()
   * would. False, and nothing has happened, unless it is the next one and neither side has anything else under way.
   */
  continue(side: Side, segment: Segment, bytes: Uint8Array): boolean {
    const sent = side === 0 ? this.first! : this.second!;
    const answered = side === 0 ? this.second! : this.first!;
    if (this.resetBy !== undefined || this.earlyResets !== undefined) return false;
    if (!sent.isNext(segment.sequence) || !answered.isNext(answered.next)) return false;
    if (distance(segment.acknowledgement, answered.next) > 0) {
      // Data behind what was not delivered yet may have to wait for it.
      if (segment.length > 0) return false;
      answered.acknowledge(segment.acknowledgement);
    } else if (segment.acknowledgement !== answered.delivered)
      answered.noteDelivered(segment.acknowledgement);
    if (segment.length > 0) sent.deliver(bytes, segment.start, segment.end, segment.length);
    return true;
  }

  /** Takes a segment that `side` sent. */
  segment(side: Side, segment: Segment, bytes: Uint8Array): Fit {
    const { flags } = segment;
    const sent = side === 0 ? this.first! : this.second!;
    const answered = side === 0 ? this.second! : this.first!;
    let fit: Fit = 'fits';
    if ((flags & (ACK | RST)) === ACK) answered.acknowledge(segment.acknowledgement);
    // RFC 9293 §3.4: SYN and FIN occupy a sequence number each.
    const first = (flags & SYN) !== 0 ? (segment.sequence + 1) | 0 : segment.sequence;
    if (segment.length > 0 && (flags & RST) === 0)
      fit = sent.push(first, bytes, segment.start, segment.end, segment.length);
    if (sent.waiting) sent.tick();
    if (answered.waiting) answered.tick();
    if (sent.waiting || answered.waiting) this.settle();
    if ((flags & FIN) !== 0) this.fin(side, (first + segment.length) | 0);
    if ((flags & RST) !== 0) this.reset(side, segment.sequence);
    else if (this.earlyResets !== undefined) this.retryReset(side);
    if ((flags & FIN) !== 0 && answered.waiting) this.settle();
    if (this.resetBy !== undefined && (segment.length > 0 || (flags & FIN) !== 0)) this.notePlace();
    return fit;
  }

  /** Bytes or ends wait for others, and nothing else ends the wait than what comes, or time. */
  get waiting(): boolean {
    return this.resetBy === undefined && (this.first!.waiting || this.second!.waiting);
  }

  /** Between its segments, at `now` in seconds: gives up what was waited for long enough. */
  tickQuiet(now: number): void {
    const first = this.first!.tickQuiet(now);
    const second = this.second!.tickQuiet(now);
    if (first || second) this.settle();
  }

  /** Whether both directions have ended. */
  get closed(): boolean {
    return this.first!.ended && this.second!.ended;
  }

  /** Ends both directions: with `how`, or as reset if one side has reset the connection, at the time of that. */
  end(how: StreamEnd): void {
    const { resetBy, place, resetPlace } = this;
    if (resetBy === undefined) {
      this.first!.end(how);
      this.second!.end(how);
      return;
    }
    const current = place!.copyFrom(0);
    place!.assign(resetPlace!);
    this.sentBy(resetBy).end('reset');
    this.sentBy(other(resetBy)).end('reset');
    place!.assign(current);
  }

  /** What waited for the other direction goes on as far as that has come, by turns. */
  private settle(): void {
    while (this.first!.settle() || this.second!.settle());
  }

  private sentBy(side: Side): Assembler {
    return side === 0 ? this.first! : this.second!;
  }

  private fin(side: Side, sequence: number): void {
    // A FIN that was under way does not come before the reset that it met.
    if (this.resetBy === other(side)) this.sentBy(other(side)).end('reset');
    this.sentBy(side).fin(sequence);
  }

  /**
   * RFC 5961 §3.2: a reset is believed only where the receiver would believe it. One that lies ahead may have
   * been captured before the segments in front of it.
   */
  private reset(side: Side, sequence: number): void {
    if (this.resetBy !== undefined) return;
    if (this.sentBy(side).covers(sequence)) {
      this.resetBy = side;
      this.earlyResets = undefined;
      this.notePlace();
    } else (this.earlyResets ??= [undefined, undefined])[side] = sequence;
  }

  private retryReset(side: Side): void {
    const sequence = this.earlyResets![side];
    if (sequence !== undefined && this.sentBy(side).covers(sequence)) this.reset(side, sequence);
  }

  private notePlace(): void {
    this.resetPlace = this.place!.copyFrom(0);
    this.quietSince = this.place!.seconds;
  }
}

/** The endpoint whose address lies at `offset` in `bytes`. */
export function endpointAt(bytes: Uint8Array, offset: number, length: number, port: number): Endpoint {
  return { address: formatAddress(bytes, offset, length), port };
}
