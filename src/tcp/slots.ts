/**
 * What the table remembers of every connection: some 90 bytes in typed arrays, and a Connection object for
 * those whose data somebody wants.
 *
 * Strategy: a slot outlives its connection for a while, so that late segments find it. When the arrays are
 * full, the slots of connections that are over are taken back before the arrays grow; at the limit also those
 * of connections that never showed more than bare acknowledgements, and only then the least recently seen.
 */
import { type Connection, other, type Side } from './connection.js';
import { KeyTable } from './key-table.js';
import { ACK, FIN, RST, type Segment, SYN } from './segment.js';

// What a slot holds.
/** No data yet. */
export const IDLE = 0;
export const LIVE = 1;
export const DISCARDED = 2;
export const CLOSED = 3;

// What was seen of a slot; the bits of side 1 are those of side 0 shifted by one.
const SYN_SEEN = 0x01;
/** The side's FIN, or a reset of either side. */
const END_SEEN = 0x04;
const INITIATOR = 0x10;
/** The base of the side is known. */
const KNOWN = 0x40;
const BOTH = 3;

const INITIAL_SLOTS = 1024;
/** Packets after which a connection that is over is forgotten: late segments come well within it. */
const LINGER_PACKETS = 20_000;
/** Sequence numbers around what a side sent that may still be of it: the largest window without scaling. */
const REACH = 0x1_0000;
/** What may be under way to the sender of a reset. */
const IN_FLIGHT = 0x100_0000;
/** Half of sequence space: all that lies ahead (RFC 9293 §3.4). */
const AHEAD = 0x7fff_ffff;
const SIDES = [0, 1] as const;

/** A SYN with other numbers in the middle of a connection: of a new one, or forged. */
export interface Suspect {
  readonly side: Side;
  /** Sequence number of the first data byte. */
  readonly base: number;
  /** Number of the connection that it would open. */
  readonly number: number;
  /** Of the SYN itself. */
  readonly packet: number;
}

export class Slots {
  states = new Uint8Array(INITIAL_SLOTS);
  numbers = new Uint32Array(INITIAL_SLOTS);
  /** As long as the other arrays from the start: one that is filled here and there is a hash table to V8. */
  readonly live = new Array<Connection | undefined>(INITIAL_SLOTS).fill(undefined);
  readonly suspects = new Map<number, Suspect>();
  readonly keys = new KeyTable(INITIAL_SLOTS, (capacity) => this.grown(capacity));
  private seen = new Uint8Array(INITIAL_SLOTS);
  /** By side: the sequence number of its first byte, or else the first one that was seen. */
  private bases = new Int32Array(2 * INITIAL_SLOTS);
  /** By side: the sequence number up to which it can have sent. */
  private tops = new Int32Array(2 * INITIAL_SLOTS);
  private lastPackets = new Float64Array(INITIAL_SLOTS);

  constructor(private readonly maxConnections: number) {}

  /** The slot, new or old, has a segment in this packet. */
  touch(slot: number, packet: number): void {
    this.lastPackets[slot] = packet;
  }

  /** Adds the connection that the keys last looked up; the number of connections lost for it goes to `evicted`. */
  add(number: number, packet: number, evicted: (count: number) => void): number {
    const { keys } = this;
    if (keys.size >= Math.min(keys.capacity, this.maxConnections)) {
      this.sweep(packet, evicted);
      // A sweep that freed little must not be repeated at each of the next connections.
      if (keys.size > keys.capacity * 0.75 && keys.capacity < this.maxConnections) keys.grow();
    }
    const slot = keys.add();
    this.states[slot] = IDLE;
    this.seen[slot] = 0;
    this.numbers[slot] = number;
    return slot;
  }

  forget(slot: number): void {
    const connection = this.live[slot];
    this.live[slot] = undefined;
    this.suspects.delete(slot);
    if (connection !== undefined) connection.end('capture-end');
    this.lastPackets[slot] = 0;
    this.keys.remove(slot);
  }

  /** Notes what a SYN, FIN, RST or the first segment of a side tells. */
  note(slot: number, side: Side, segment: Segment): void {
    const { flags, sequence } = segment;
    const first = (flags & SYN) === 0 ? sequence : (sequence + 1) | 0;
    if ((flags & SYN) !== 0) this.noteSyn(slot, side, first, segment);
    else if (!this.knows(slot, side)) this.setBase(slot, side, first);
    if ((flags & RST) !== 0) {
      if (this.states[slot] !== LIVE) this.noteReset(slot, side, segment);
    } else if ((flags & FIN) !== 0) {
      this.seen[slot] |= END_SEEN << side;
      this.tops[2 * slot + side] = (first + segment.length) | 0;
    }
  }

  /** The side opened the connection, and its first data byte is `base`. */
  setInitiator(slot: number, side: Side, base: number): void {
    this.seen[slot] = (this.seen[slot] & ~(INITIATOR * BOTH)) | (SYN_SEEN << side) | (INITIATOR << side);
    this.setBase(slot, side, base);
  }

  initiator(slot: number): Side | undefined {
    const initiator = this.seen[slot] & (INITIATOR * BOTH);
    return initiator === 0 ? undefined : initiator === INITIATOR ? 0 : 1;
  }

  hasSyn(slot: number, side: Side): boolean {
    return (this.seen[slot] & (SYN_SEEN << side)) !== 0;
  }

  knows(slot: number, side: Side): boolean {
    return (this.seen[slot] & (KNOWN << side)) !== 0;
  }

  base(slot: number, side: Side): number {
    return this.bases[2 * slot + side];
  }

  /** Both sides have ended, or one has reset. */
  isOver(slot: number): boolean {
    const state = this.states[slot];
    if (state === LIVE) return this.live[slot]!.resetBy !== undefined;
    return state === CLOSED || (this.seen[slot] & (END_SEEN * BOTH)) === END_SEEN * BOTH;
  }

  /** Whether the two sides talk to each other, as far as is known. */
  isEstablished(slot: number): boolean {
    if (this.isOver(slot)) return false;
    return this.states[slot] !== IDLE || (this.seen[slot] & (SYN_SEEN * BOTH)) === SYN_SEEN * BOTH;
  }

  /** Whether `sequence` lies far from all that this side of a connection that is over can have sent. */
  isFar(slot: number, side: Side, sequence: number): boolean {
    if (!this.knows(slot, side)) return false;
    const base = this.bases[2 * slot + side];
    const length = (this.tops[2 * slot + side] - base) >>> 0;
    return (sequence - base + REACH) >>> 0 > length + 2 * REACH;
  }

  /** Nobody wants the Connection of the slot. */
  discard(slot: number): void {
    this.live[slot] = undefined;
    this.states[slot] = DISCARDED;
  }

  /** The Connection of the slot has ended. */
  close(slot: number): void {
    const connection = this.live[slot]!;
    this.live[slot] = undefined;
    this.states[slot] = CLOSED;
    for (const side of SIDES) {
      const inFlight = connection.resetBy === other(side) ? IN_FLIGHT : 0;
      const position = connection.position(side);
      if (position !== undefined) this.tops[2 * slot + side] = (position + inFlight) | 0;
    }
  }

  private noteSyn(slot: number, side: Side, base: number, { flags, acknowledgement }: Segment): void {
    if ((flags & ACK) === 0) {
      this.setInitiator(slot, side, base);
      return;
    }
    const initiator = other(side);
    this.setInitiator(
      slot,
      initiator,
      this.hasSyn(slot, initiator) ? this.base(slot, initiator) : acknowledgement,
    );
    this.seen[slot] |= SYN_SEEN << side;
    this.setBase(slot, side, base);
  }

  private noteReset(slot: number, side: Side, { flags, sequence, acknowledgement }: Segment): void {
    this.seen[slot] |= END_SEEN * BOTH;
    this.tops[2 * slot + side] = sequence;
    if ((flags & ACK) !== 0) this.tops[2 * slot + other(side)] = (acknowledgement + IN_FLIGHT) | 0;
  }

  private setBase(slot: number, side: Side, base: number): void {
    this.seen[slot] |= KNOWN << side;
    this.bases[2 * slot + side] = base;
    this.tops[2 * slot + side] = (base + AHEAD) | 0;
  }

  private sweep(packet: number, evicted: (count: number) => void): void {
    const full = this.keys.size >= this.maxConnections;
    for (let slot = 0; slot < this.keys.capacity; slot++) {
      const last = this.lastPackets[slot];
      if (last === 0) continue;
      const over = this.states[slot] !== LIVE && this.isOver(slot);
      if (full ? over || this.isBare(slot) : over && packet - last > LINGER_PACKETS) this.forget(slot);
    }
    if (full && this.keys.size > this.maxConnections * 0.75) evicted(this.evict());
  }

  /** Nothing was seen but segments without SYN and without data. */
  private isBare(slot: number): boolean {
    return this.states[slot] === IDLE && (this.seen[slot] & (SYN_SEEN * BOTH)) === 0;
  }

  /** Forgets the quarter that was not seen for longest; returns how many. */
  private evict(): number {
    const { lastPackets, keys } = this;
    const sorted = lastPackets.slice(0, keys.capacity).sort();
    const oldest = sorted[keys.capacity - keys.size + (keys.size >> 2)];
    let count = 0;
    for (let slot = 0; slot < keys.capacity; slot++) {
      if (lastPackets[slot] === 0 || lastPackets[slot] > oldest) continue;
      this.forget(slot);
      count++;
    }
    return count;
  }

  private grown(capacity: number): void {
    this.states = copyInto(new Uint8Array(capacity), this.states);
    this.seen = copyInto(new Uint8Array(capacity), this.seen);
    this.bases = copyInto(new Int32Array(2 * capacity), this.bases);
    this.tops = copyInto(new Int32Array(2 * capacity), this.tops);
    this.numbers = copyInto(new Uint32Array(capacity), this.numbers);
    this.lastPackets = copyInto(new Float64Array(capacity), this.lastPackets);
    while (this.live.length < capacity) this.live.push(undefined);
  }
}

function copyInto<T extends Uint8Array | Int32Array | Uint32Array | Float64Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
