/**
 * One TCP connection that carries data somebody wants: two assemblers, one per direction, and what the
 * carriers above may ask about it. Connections without data, or that were discarded, are only a slot in the
 * table.
 */
import { formatAddress } from '../network/address.js';
import type { Place } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import { Assembler, type HoldBudget } from './assembler.js';
import { ACK, FIN, RST, type Segment, SYN } from './segment.js';

/** Index of an endpoint; direction d is sent by endpoint d. */
export type Side = 0 | 1;

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

export class Connection {
  /** The side that sent the SYN; undefined when the opening was not captured. */
  initiator: Side | undefined = undefined;
  /** Set by the carriers when nobody wants the connection any more. */
  abandoned = false;
  private directions: readonly [Assembler, Assembler] | undefined = undefined;

  constructor(
    /** Counted from 0 in the order of the first packets, as Wireshark's tcp.stream. */
    readonly number: number,
    readonly endpoints: readonly [Endpoint, Endpoint],
  ) {}

  /** Connects the carriers' sinks; sinks[d] takes what endpoint d sends. */
  attach(sinks: readonly [StreamSink, StreamSink], place: Place, budget: HoldBudget): void {
    this.directions = [new Assembler(sinks[0], place, budget), new Assembler(sinks[1], place, budget)];
  }

  /** Says at which sequence number the stream of `side` begins. */
  begin(side: Side, sequence: number): void {
    this.directions![side].start(sequence);
  }

  /** Takes a segment that `side` sent; false when it cannot belong to the stream. */
  segment(side: Side, segment: Segment, bytes: Uint8Array): boolean {
    const sent = this.directions![side];
    const answered = this.directions![side === 0 ? 1 : 0];
    const { flags } = segment;
    let fits = true;
    if ((flags & (ACK | RST)) === ACK) answered.acknowledge(segment.acknowledgement);
    // RFC 9293 §3.4: SYN and FIN occupy a sequence number each.
    const first = (flags & SYN) !== 0 ? (segment.sequence + 1) | 0 : segment.sequence;
    if (segment.length > 0 && (flags & RST) === 0)
      fits = sent.push(first, bytes, segment.start, segment.end, segment.length);
    if (sent.waiting) sent.tick();
    if (answered.waiting) answered.tick();
    if ((flags & FIN) !== 0) sent.fin((first + segment.length) | 0);
    // RFC 5961 §3.2: a reset is believed only where the receiver would believe it.
    if ((flags & RST) !== 0 && sent.covers(segment.sequence)) this.end('reset');
    return fits;
  }

  /** Whether both directions have ended. */
  get closed(): boolean {
    return this.directions![0].ended && this.directions![1].ended;
  }

  end(how: StreamEnd): void {
    this.directions![0].end(how);
    this.directions![1].end(how);
  }
}

/** The endpoint whose address lies at `offset` in `bytes`. */
export function endpointAt(bytes: Uint8Array, offset: number, length: number, port: number): Endpoint {
  return { address: formatAddress(bytes, offset, length), port };
}
