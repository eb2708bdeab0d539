/**
 * All TCP connections of the capture: takes datagrams, finds the connection of each segment, opens and
 * closes connections.
 *
 * Strategy: most connections are of no interest, so one costs a slot of some 60 bytes until its first data
 * byte; then the owner is asked for sinks, and a Connection object is made only if it wants the data. Closed
 * and discarded connections keep their slot for a while, so that late segments find it; slots of closed ones
 * are taken back before the table grows.
 */
import type { Datagram, DatagramSink } from '../network/datagram.js';
import type { ReportDefect } from '../stream/defect.js';
import type { Place } from '../stream/place.js';
import type { StreamSink } from '../stream/stream-sink.js';
import type { HoldBudget } from './assembler.js';
import { Connection, endpointAt, type Side } from './connection.js';
import { KeyTable } from './key-table.js';
import { ACK, decodeSegment, FIN, RST, Segment, SYN } from './segment.js';

export interface TcpLimits {
  /** Connections remembered at a time; beyond it the least recently seen are dropped. */
  readonly maxConnections: number;
  /** Bytes of out-of-order data that one direction may hold. */
  readonly maxHeldPerDirection: number;
  /** Bytes of out-of-order data that all connections may hold together. */
  readonly maxHeldTotal: number;
}

export const defaultTcpLimits: TcpLimits = {
  maxConnections: 1_048_576,
  maxHeldPerDirection: 8 * 1024 * 1024,
  maxHeldTotal: 32 * 1024 * 1024,
};

export interface TcpTableOptions {
  /** Set to the place of the bytes before each call into a sink. */
  readonly place: Place;
  readonly report: ReportDefect;
  /** Asked at a connection's first data byte; undefined: nobody wants it. */
  readonly open: (connection: Connection) => readonly [StreamSink, StreamSink] | undefined;
  readonly limits?: Partial<TcpLimits>;
}

/** Numbers for the summary. */
export interface TcpCounts {
  segments: number;
  connections: number;
  discarded: number;
  malformed: number;
  dropped: number;
}

// What a slot holds.
const IDLE = 0;
const LIVE = 1;
const DISCARDED = 2;
const CLOSED = 3;

// What was seen of a slot; the bits of side 1 are those of side 0 shifted by one.
const SYN_SEEN = 0x01;
const FIN_SEEN = 0x04;
const INITIATOR = 0x10;

const INITIAL_SLOTS = 1024;
/** Packets after which a closed connection is forgotten: late segments come well within it. */
const LINGER_PACKETS = 20_000;

export class TcpTable implements DatagramSink {
  readonly counts: TcpCounts = { segments: 0, connections: 0, discarded: 0, malformed: 0, dropped: 0 };
  private readonly segment = new Segment();
  private readonly keys: KeyTable;
  private readonly limits: TcpLimits;
  private readonly budget: HoldBudget;
  private states = new Uint8Array(INITIAL_SLOTS);
  private seen = new Uint8Array(INITIAL_SLOTS);
  /** Sequence number of the first data byte of each side. */
  private bases = new Int32Array(2 * INITIAL_SLOTS);
  private numbers = new Uint32Array(INITIAL_SLOTS);
  private lastPackets = new Float64Array(INITIAL_SLOTS);
  private readonly live: (Connection | undefined)[] = [];

  constructor(private readonly options: TcpTableOptions) {
    this.limits = { ...defaultTcpLimits, ...options.limits };
    this.keys = new KeyTable(INITIAL_SLOTS, (capacity) => this.grown(capacity));
    this.budget = {
      held: 0,
      perDirection: this.limits.maxHeldPerDirection,
      total: this.limits.maxHeldTotal,
      exceeded: () => this.defect('hole-limit', 'a hole was given up: too many bytes wait behind it'),
    };
  }

  datagram(datagram: Datagram): void {
    const { segment, keys } = this;
    this.counts.segments++;
    const { place } = this.options;
    const { packet } = datagram;
    place.packet = packet.number;
    place.seconds = packet.seconds;
    place.nanoseconds = packet.nanoseconds;
    place.origin = datagram.origin;
    place.comment = packet.comment;
    if (!decodeSegment(datagram, segment)) {
      this.counts.malformed++;
      this.defect('bad-tcp-header', 'the TCP header is cut or its data offset is impossible');
      return;
    }
    let slot = keys.find(datagram, segment.sourcePort, segment.destinationPort);
    const { side } = keys;
    const { flags } = segment;
    if (slot >= 0 && (flags & (SYN | ACK)) === SYN && this.isNew(slot, side)) {
      this.forget(slot);
      slot = -1;
    }
    if (slot < 0) {
      // Nothing begins with a bare ACK, FIN or RST: it is the end of a connection that was closed long ago.
      if (segment.length === 0 && (flags & SYN) === 0) return;
      slot = this.add(packet.number);
    }
    this.lastPackets[slot] = packet.number;
    if ((flags & (SYN | FIN | RST)) !== 0) this.noteFlags(slot, side);
    const connection =
      this.live[slot] ??
      (this.states[slot] === IDLE && segment.length > 0 ? this.open(slot, datagram) : undefined);
    if (connection !== undefined) this.deliver(slot, connection, datagram);
  }

  /** Ends all connections: the capture is over. */
  end(): void {
    for (let slot = 0; slot < this.live.length; slot++) {
      const connection = this.live[slot];
      if (connection === undefined) continue;
      this.live[slot] = undefined;
      connection.end('capture-end');
    }
  }

  private deliver(slot: number, connection: Connection, datagram: Datagram): void {
    if (!connection.segment(this.keys.side, this.segment, datagram.bytes)) {
      this.counts.dropped++;
      this.defect('segment-out-of-window', 'a segment lies too far ahead to be of this connection');
    }
    if (connection.closed) this.states[slot] = CLOSED;
    else if (connection.abandoned) {
      this.states[slot] = DISCARDED;
      this.counts.discarded++;
      connection.end('capture-end');
    } else return;
    this.live[slot] = undefined;
  }

  /** Whether this SYN opens a new connection with the addresses and ports of an old one. */
  private isNew(slot: number, side: Side): boolean {
    const base = (this.segment.sequence + 1) | 0;
    const known = (this.seen[slot] & (SYN_SEEN << side)) !== 0 || this.states[slot] !== IDLE;
    return known && this.bases[2 * slot + side] !== base;
  }

  private noteFlags(slot: number, side: Side): void {
    const { flags, sequence, acknowledgement } = this.segment;
    if ((flags & SYN) !== 0) {
      this.seen[slot] |= SYN_SEEN << side;
      this.bases[2 * slot + side] = (sequence + 1) | 0;
      const initiator = (flags & ACK) === 0 ? side : 1 - side;
      this.seen[slot] = (this.seen[slot] & 0x0f) | (INITIATOR << initiator);
      if ((flags & ACK) !== 0 && (this.seen[slot] & (SYN_SEEN << initiator)) === 0) {
        this.seen[slot] |= SYN_SEEN << initiator;
        this.bases[2 * slot + initiator] = acknowledgement;
      }
    }
    if ((flags & FIN) !== 0) this.seen[slot] |= FIN_SEEN << side;
    const finished = (this.seen[slot] & (FIN_SEEN | (FIN_SEEN << 1))) === (FIN_SEEN | (FIN_SEEN << 1));
    if (((flags & RST) !== 0 || finished) && this.states[slot] !== LIVE) this.states[slot] = CLOSED;
  }

  /** Makes the Connection of a slot whose first data byte has come, if the owner wants it. */
  private open(slot: number, datagram: Datagram): Connection | undefined {
    const { segment, keys } = this;
    const { bytes, source, destination, addressLength } = datagram;
    const sender = endpointAt(bytes, source, addressLength, segment.sourcePort);
    const receiver = endpointAt(bytes, destination, addressLength, segment.destinationPort);
    const endpoints = keys.side === 0 ? ([sender, receiver] as const) : ([receiver, sender] as const);
    const connection = new Connection(this.numbers[slot], endpoints);
    const seen = this.seen[slot];
    if ((seen & (INITIATOR | (INITIATOR << 1))) !== 0)
      connection.initiator = (seen & INITIATOR) !== 0 ? 0 : 1;
    const sinks = this.options.open(connection);
    if (sinks === undefined) {
      this.states[slot] = DISCARDED;
      this.counts.discarded++;
      return undefined;
    }
    connection.attach(sinks, this.options.place, this.budget);
    for (const side of [0, 1] as const)
      if ((seen & (SYN_SEEN << side)) !== 0) connection.begin(side, this.bases[2 * slot + side]);
    // The first byte's number tells a SYN that was captured late from the SYN of a new connection.
    if ((seen & (SYN_SEEN << keys.side)) === 0) this.bases[2 * slot + keys.side] = segment.sequence;
    this.states[slot] = LIVE;
    this.live[slot] = connection;
    return connection;
  }

  private add(packet: number): number {
    const { keys } = this;
    if (keys.size >= Math.min(keys.capacity, this.limits.maxConnections)) {
      this.sweep(packet);
      // A sweep that freed little must not be repeated at each of the next connections.
      if (keys.size > keys.capacity * 0.75 && keys.capacity < this.limits.maxConnections) keys.grow();
    }
    const slot = keys.add();
    this.states[slot] = IDLE;
    this.seen[slot] = 0;
    this.bases[2 * slot] = this.bases[2 * slot + 1] = 0;
    this.numbers[slot] = this.counts.connections++;
    return slot;
  }

  /** Makes room: forgets what is closed; at the limit also the quarter that was not seen for longest. */
  private sweep(packet: number): void {
    const { states, lastPackets, live } = this;
    const full = this.keys.size >= this.limits.maxConnections;
    let oldest = -1;
    if (full) {
      const sorted = lastPackets.slice(0, this.keys.capacity).sort();
      oldest = sorted[this.keys.capacity - this.keys.size + (this.keys.size >> 2)];
    }
    let evicted = 0;
    for (let slot = 0; slot < this.keys.capacity; slot++) {
      if (lastPackets[slot] === 0) continue;
      const closed = states[slot] === CLOSED && (full || packet - lastPackets[slot] > LINGER_PACKETS);
      if (!closed && lastPackets[slot] > oldest) continue;
      if (!closed) evicted++;
      this.forget(slot);
    }
    if (evicted > 0 && live.length > 0)
      this.defect(
        'connection-limit',
        `${evicted} connections were dropped: the limit of connections is reached`,
      );
  }

  private forget(slot: number): void {
    const connection = this.live[slot];
    this.live[slot] = undefined;
    if (connection !== undefined) connection.end('capture-end');
    this.lastPackets[slot] = 0;
    this.keys.remove(slot);
  }

  private grown(capacity: number): void {
    this.states = copyInto(new Uint8Array(capacity), this.states);
    this.seen = copyInto(new Uint8Array(capacity), this.seen);
    this.bases = copyInto(new Int32Array(2 * capacity), this.bases);
    this.numbers = copyInto(new Uint32Array(capacity), this.numbers);
    this.lastPackets = copyInto(new Float64Array(capacity), this.lastPackets);
  }

  private defect(code: string, message: string): void {
    this.options.report({ layer: 'tcp', code, message, packet: this.options.place.packet });
  }
}

function copyInto<T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
