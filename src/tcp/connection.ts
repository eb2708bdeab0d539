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
  private directions: readonly [Assembler, Assembler] | undefined = undefined;
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
    const [first, second] = sinks.map((sink) => new Assembler(sink, place, budget));
    first.answers(second);
    second.answers(first);
    this.directions = [first, second];
    this.place = place;
  }

  /** Says that nobody wants the connection any more. */
  abandon(): void {
    this.abandoned = true;
    this.released?.(this);
  }

  /** Says at which sequence number the stream of `side` begins. */
  begin(side: Side, sequence: number): void {
    this.directions![side].start(sequence);
  }

  /** Sequence number of the next byte that `side` sends; undefined where nothing is known of it yet. */
  position(side: Side): number | undefined {
    const direction = this.directions![side];
    return direction.started ? direction.next : undefined;
  }

  /** Takes a segment that `side` sent. */
  segment(side: Side, segment: Segment, bytes: Uint8Array): Fit {
    const sent = this.directions![side];
    const answered = this.directions![other(side)];
    const { flags } = segment;
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
    if (this.resetBy !== undefined && (segment.length > 0 || (flags & FIN) !== 0)) this.notePlace();
    return fit;
  }

  /** Whether both directions have ended. */
  get closed(): boolean {
    return this.directions![0].ended && this.directions![1].ended;
  }

  /** Ends both directions: with `how`, or as reset if one side has reset the connection, at the time of that. */
  end(how: StreamEnd): void {
    const directions = this.directions!;
    const { resetBy, place, resetPlace } = this;
    if (resetBy === undefined) {
      directions[0].end(how);
      directions[1].end(how);
      return;
    }
    const current = place!.copyFrom(0);
    place!.assign(resetPlace!);
    directions[resetBy].end('reset');
    directions[other(resetBy)].end('reset');
    place!.assign(current);
  }

  /** What waited for the other direction goes on as far as that has come, by turns. */
  private settle(): void {
    const [first, second] = this.directions!;
    while (first.settle() || second.settle());
  }

  private fin(side: Side, sequence: number): void {
    // A FIN that was under way does not come before the reset that it met.
    if (this.resetBy === other(side)) this.directions![other(side)].end('reset');
    this.directions![side].fin(sequence);
  }

  /**
   * RFC 5961 §3.2: a reset is believed only where the receiver would believe it. One that lies ahead may have
   * been captured before the segments in front of it.
   */
  private reset(side: Side, sequence: number): void {
    if (this.resetBy !== undefined) return;
    if (this.directions![side].covers(sequence)) {
      this.resetBy = side;
      this.earlyResets = undefined;
      this.notePlace();
    } else (this.earlyResets ??= [undefined, undefined])[side] = sequence;
  }

  private retryReset(side: Side): void {
    const sequence = this.earlyResets![side];
    if (sequence !== undefined && this.directions![side].covers(sequence)) this.reset(side, sequence);
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
