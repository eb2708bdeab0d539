/**
 * All TCP connections of the capture: takes datagrams, finds the connection of each segment, opens and
 * closes connections.
 *
 * Strategy: most connections are of no interest, so one costs only a slot until its first data byte; then the
 * owner is asked for sinks, and a Connection object is made only if it wants the data. The same addresses and
 * ports may be used again, and the SYN of that may not be captured, or be forged: numbers far from those of a
 * connection that is over open a new one, while one that goes on is only replaced when its peer answers the
 * SYN or data follow it. A connection that was reset lingers until it is quiet, since what was under way to
 * whoever reset it is captured behind the reset.
 */
import { atLimit, DEFAULT_LIMITS, type Limits } from '../limits.js';
import type { Datagram, DatagramSink } from '../network/datagram.js';
import type { ReportDefect } from '../stream/defect.js';
import type { Place } from '../stream/place.js';
import type { StreamSink } from '../stream/stream-sink.js';
import type { HoldBudget } from './assembler.js';
import { Connection, endpointAt, other, type Side } from './connection.js';
import { ACK, decodeSegment, FIN, RST, Segment, SYN } from './segment.js';
import { DISCARDED, IDLE, LIVE, Slots } from './slots.js';

export type TcpLimits = Pick<
  Limits,
  | 'maxConnections'
  | 'maxHeldPerDirection'
  | 'maxHeldTotal'
  | 'graceSegments'
  | 'graceSeconds'
  | 'maxLingering'
  | 'maxSuspects'
>;

export interface TcpTableOptions {
  /** Set to the place of the bytes before each call into a sink. */
  readonly place: Place;
  readonly report: ReportDefect;
  /** Asked at a connection's first data byte; undefined: nobody wants it. */
  readonly open: (connection: Connection) => readonly [StreamSink, StreamSink] | undefined;
  readonly limits?: Partial<TcpLimits>;
  /** Told, before its bytes are, which connection the datagram of a packet is of, and of which of its sides. */
  readonly assigned?: ((packet: number, connection: number, side: Side) => void) | undefined;
}

/** Numbers for the summary. */
export interface TcpCounts {
  segments: number;
  connections: number;
  discarded: number;
  malformed: number;
  dropped: number;
  /** Connections dropped at the limit. */
  evicted: number;
}

/** Seconds of silence that end a connection that was reset. */
const LINGER_SECONDS = 2;
/** No slot. */
const NONE = -1;

export class TcpTable implements DatagramSink {
  readonly counts: TcpCounts = {
    segments: 0,
    connections: 0,
    discarded: 0,
    malformed: 0,
    dropped: 0,
    evicted: 0,
  };
  private readonly segment = new Segment();
  private readonly slots: Slots;
  private readonly budget: HoldBudget;
  /** Connections that were reset, in the order in which they are looked at. */
  private readonly lingering: Connection[] = [];
  /** Connections in which something waits; each packet, one of them is looked at. */
  private readonly watched: Connection[] = [];
  private lookAt = 0;
  private readonly released = (connection: Connection) => this.release(connection);
  private readonly evicted = (count: number) => this.reportEvicted(count);
  /** The slot whose Connection is at work; a number, since it is stored with each segment. */
  private delivering = NONE;
  private readonly place: Place;
  private readonly limits: TcpLimits;
  private readonly assigned: TcpTableOptions['assigned'];

  constructor(private readonly options: TcpTableOptions) {
    this.place = options.place;
    this.assigned = options.assigned;
    const limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.limits = limits;
    this.slots = new Slots(limits.maxConnections);
    this.budget = {
      held: 0,
      duplicates: 0,
      perDirection: limits.maxHeldPerDirection,
      total: limits.maxHeldTotal,
      graceSegments: limits.graceSegments,
      graceSeconds: limits.graceSeconds,
      exceeded: (key) =>
        this.defectAt(key, 'hole-limit', 'a hole was given up: too many bytes wait behind it'),
      behindEnd: () => this.reportUnfit('behind-end'),
    };
  }

  datagram(datagram: Datagram): void {
    const { segment, slots, place } = this;
    const { packet } = datagram;
    this.counts.segments++;
    if (this.lingering.length > 0) this.endQuiet(packet.seconds);
    place.packet = packet.number;
    place.seconds = packet.seconds;
    place.nanoseconds = packet.nanoseconds;
    place.origin = datagram.origin;
    if (place.comment !== packet.comment) place.comment = packet.comment;
    if (!decodeSegment(datagram, segment)) {
      this.counts.malformed++;
      this.defect('bad-tcp-header', 'the TCP header is cut or its data offset is impossible');
      return;
    }
    const { flags } = segment;
    place.sequence = (segment.sequence - segment.start + ((flags & SYN) !== 0 ? 1 : 0)) | 0;
    place.acknowledgement = (flags & ACK) === 0 ? undefined : segment.acknowledgement;
    const slot = slots.keys.find(datagram, segment.sourcePort, segment.destinationPort);
    const { side } = slots.keys;
    const connection = slot < 0 ? undefined : slots.live[slot];
    if (this.watched.length > 0) this.endWait(connection, packet.seconds + packet.nanoseconds / 1e9);
    // Nearly all segments of a connection are its next bytes, or acknowledge some, and tell nothing else.
    if (
      connection !== undefined &&
      (flags & (SYN | FIN | RST | ACK)) === ACK &&
      slots.suspects.size === 0 &&
      slots.knows(slot, side)
    ) {
      if (this.assigned !== undefined) this.assigned(place.packet, connection.number, side);
      this.delivering = slot;
      const continued = connection.continue(side, segment, datagram.bytes);
      this.delivering = NONE;
      if (continued) {
        slots.touch(slot, place.packet);
        if (connection.abandoned) this.discard(connection);
        return;
      }
    }
    this.enter(slot, side, datagram);
  }

  /** Takes a segment that may open, change or end the connection whose slot was found (-1: none was). */
  private enter(found: number, side: Side, datagram: Datagram): void {
    const { segment, slots } = this;
    const { flags } = segment;
    let slot = found;
    if (slot < 0) slot = this.add(this.counts.connections++);
    else if (this.isAnother(slot, side)) {
      if (this.isSuspicious(slot)) {
        this.assigned?.(this.place.packet, slots.numbers[slot], side);
        this.suspect(slot, side);
        return;
      }
      slot = this.replace(slot);
    }
    slots.touch(slot, this.place.packet);
    this.assigned?.(this.place.packet, slots.numbers[slot], side);
    if ((flags & (SYN | FIN | RST)) !== 0 || !slots.knows(slot, side)) slots.note(slot, side, segment);
    const connection =
      slots.live[slot] ??
      (slots.states[slot] === IDLE && segment.length > 0 ? this.open(slot, datagram) : undefined);
    if (connection !== undefined) this.deliver(connection, side, datagram);
  }

  /** Octets of streams that were captured again. */
  get duplicates(): number {
    return this.budget.duplicates;
  }

  /** Bytes that wait behind holes. */
  get held(): number {
    return this.budget.held;
  }

  /** Ends all connections: the capture is over. */
  end(): void {
    const { live } = this.slots;
    this.lingering.length = this.watched.length = 0;
    for (let slot = 0; slot < live.length; slot++) {
      const connection = live[slot];
      if (connection === undefined) continue;
      live[slot] = undefined;
      connection.end('capture-end');
    }
  }

  private deliver(connection: Connection, side: Side, datagram: Datagram): void {
    const { slot } = connection;
    const wasReset = connection.resetBy !== undefined;
    this.delivering = slot;
    const fit = connection.segment(side, this.segment, datagram.bytes);
    this.delivering = NONE;
    if (fit !== 'fits') this.reportUnfit(fit);
    if (connection.abandoned) this.discard(connection);
    else if (connection.closed) this.slots.close(slot);
    else if (connection.waiting && !connection.isWatched) this.watch(connection);
    else if (!wasReset && connection.resetBy !== undefined) {
      this.lingering.push(connection);
      if (this.lingering.length > this.limits.maxLingering) this.endOldest();
    }
  }

  private endOldest(): void {
    const connection = this.lingering.shift()!;
    if (this.slots.live[connection.slot] !== connection) return;
    this.endLingering(connection);
    this.defectAt(
      'maxLingering',
      'lingering-limit',
      'a connection that was reset ends at once: bytes of it that come yet are not read',
    );
  }

  /** Looks at one of the connections that were reset: whether it is quiet. */
  private endQuiet(seconds: number): void {
    const connection = this.lingering.shift()!;
    if (this.slots.live[connection.slot] !== connection) return;
    if (Math.abs(seconds - connection.quietSince) > LINGER_SECONDS) this.endLingering(connection);
    else this.lingering.push(connection);
  }

  private watch(connection: Connection): void {
    connection.isWatched = true;
    this.watched.push(connection);
  }

  /**
   * Looks at one of the connections in which something waits: a hole of one that has gone quiet would stay for good, and
   * somebody may watch. In turn, so that a packet costs no more where there are many.
   */
  private endWait(current: Connection | undefined, now: number): void {
    const { watched, slots } = this;
    this.lookAt = (this.lookAt + 1) % watched.length;
    const connection = watched[this.lookAt];
    // Its segment may be the one that it waits for.
    if (connection === current) return;
    const { slot } = connection;
    if (slots.live[slot] === connection && connection.waiting) {
      this.delivering = slot;
      connection.tickQuiet(now);
      this.delivering = NONE;
      if (connection.abandoned) this.discard(connection);
      else if (connection.closed) slots.close(slot);
      else if (connection.waiting) return;
    }
    connection.isWatched = false;
    watched[this.lookAt] = watched[watched.length - 1];
    watched.pop();
  }

  private endLingering(connection: Connection): void {
    if (this.slots.live[connection.slot] !== connection) return;
    // Its last bytes may tell that nobody wants it.
    this.delivering = connection.slot;
    connection.end('reset');
    this.delivering = NONE;
    if (connection.abandoned) this.discard(connection);
    else this.slots.close(connection.slot);
  }

  /** Whether the segment is of another connection than its slot, with the same addresses and ports. */
  private isAnother(slot: number, side: Side): boolean {
    const { slots, segment } = this;
    if ((segment.flags & SYN) !== 0) return this.isOtherSyn(slot, side);
    if (segment.length === 0) return false;
    if (slots.suspects.size > 0 && this.confirms(slot, side, segment.sequence)) return true;
    return slots.states[slot] !== LIVE && slots.isOver(slot) && slots.isFar(slot, side, segment.sequence);
  }

  private isOtherSyn(slot: number, side: Side): boolean {
    const { slots } = this;
    const { flags, sequence, acknowledgement } = this.segment;
    const peer = other(side);
    const suspect = slots.suspects.size > 0 ? slots.suspects.get(slot) : undefined;
    if ((flags & ACK) !== 0 && suspect?.side === peer && suspect.base === acknowledgement) return true;
    if (!slots.knows(slot, side) || slots.base(slot, side) === ((sequence + 1) | 0)) return false;
    if ((flags & ACK) === 0) return true;
    // The answer to the SYN that is known may be made anew.
    const answers = slots.knows(slot, peer) && slots.base(slot, peer) === acknowledgement;
    return !(answers && slots.states[slot] === IDLE);
  }

  /** The data follow a suspicious SYN, and do not go on with what the connection sent. */
  private confirms(slot: number, side: Side, sequence: number): boolean {
    const suspect = this.slots.suspects.get(slot);
    if (suspect?.side !== side || suspect.base !== sequence) return false;
    return this.slots.live[slot]?.position(side) !== sequence;
  }

  /** RFC 5961 §4: a bare SYN in the middle of a connection does not end it. */
  private isSuspicious(slot: number): boolean {
    const { flags, length } = this.segment;
    return (flags & (SYN | ACK)) === SYN && length === 0 && this.slots.isEstablished(slot);
  }

  private suspect(slot: number, side: Side): void {
    const { suspects } = this.slots;
    const base = (this.segment.sequence + 1) | 0;
    const known = suspects.get(slot);
    if (known?.side === side && known.base === base) return;
    suspects.set(slot, { side, base, number: this.counts.connections++, packet: this.place.packet });
    if (suspects.size <= this.limits.maxSuspects) return;
    suspects.delete(suspects.keys().next().value!);
    this.defectAt(
      'maxSuspects',
      'suspect-limit',
      'a SYN in the middle of a connection is forgotten: what it opened may count as the old one',
    );
  }

  /** A new connection takes the slot's addresses and ports: the one that a suspicious SYN opened, if it follows. */
  private replace(slot: number): number {
    const { slots } = this;
    const { flags, sequence, acknowledgement } = this.segment;
    const suspect = slots.suspects.get(slot);
    slots.keys.recall(slot);
    slots.forget(slot);
    const base = (flags & SYN) === 0 ? sequence : (flags & ACK) !== 0 ? acknowledgement : (sequence + 1) | 0;
    if (suspect === undefined || suspect.base !== base) return this.add(this.counts.connections++);
    const added = this.add(suspect.number);
    this.assigned?.(suspect.packet, suspect.number, suspect.side);
    slots.setInitiator(added, suspect.side, suspect.base);
    return added;
  }

  /** Makes the Connection of a slot whose first data byte has come, if the owner wants it. */
  private open(slot: number, datagram: Datagram): Connection | undefined {
    const { segment, slots } = this;
    const { bytes, source, destination, addressLength } = datagram;
    const sender = endpointAt(bytes, source, addressLength, segment.sourcePort);
    const receiver = endpointAt(bytes, destination, addressLength, segment.destinationPort);
    const endpoints = slots.keys.side === 0 ? ([sender, receiver] as const) : ([receiver, sender] as const);
    const connection = new Connection(slots.numbers[slot], endpoints, slot, this.released);
    connection.initiator = slots.initiator(slot);
    this.delivering = slot;
    const sinks = this.options.open(connection);
    this.delivering = NONE;
    if (sinks === undefined) {
      slots.states[slot] = DISCARDED;
      this.counts.discarded++;
      return undefined;
    }
    connection.attach(sinks, this.place, this.budget);
    for (const side of [0, 1] as const)
      if (slots.hasSyn(slot, side)) connection.begin(side, slots.base(slot, side));
    slots.states[slot] = LIVE;
    slots.live[slot] = connection;
    return connection;
  }

  private add(number: number): number {
    return this.slots.add(number, this.place.packet, this.evicted);
  }

  /** Nobody wants the connection: at once, or when the segment that is being delivered is done with. */
  private release(connection: Connection): void {
    if (connection.slot !== this.delivering && this.slots.live[connection.slot] === connection)
      this.discard(connection);
  }

  private discard(connection: Connection): void {
    this.slots.discard(connection.slot);
    this.counts.discarded++;
    connection.end('capture-end');
  }

  private reportUnfit(fit: 'far' | 'behind-end'): void {
    this.counts.dropped++;
    if (fit === 'far')
      this.defect('segment-out-of-window', 'a segment lies too far ahead to be of this connection');
    else this.defect('segment-behind-end', 'a segment has bytes behind the FIN or reset of its sender');
  }

  private reportEvicted(count: number): void {
    this.counts.evicted += count;
    this.defectAt('maxConnections', 'connection-limit', `${count} connections were dropped`);
  }

  private defectAt(key: keyof TcpLimits, code: string, message: string): void {
    this.defect(code, `${message} ${atLimit(key, this.limits[key])}`);
  }

  private defect(code: string, message: string): void {
    this.options.report({ layer: 'tcp', code, message, packet: this.place.packet });
  }
}
