/**
 * Finds the slot of a connection by its 4-tuple.
 *
 * Strategy: the keys lie in one typed array (ten words each, of which four tell IPv4 connections apart), and an
 * open-addressed index of slot numbers with linear probing and backward-shift deletion finds them. The hash is
 * multilinear with random multipliers: whatever two keys somebody makes up, they collide with a probability of
 * 2^-17 at most. (Mixing word by word from a random start was not enough: differences in the highest bits of one
 * word can be made to cancel in the next one whatever the start is.)
 */
import { randomFillSync } from 'node:crypto';
import type { Datagram } from '../network/datagram.js';

// The words of a key. Endpoint 0 is the one with the smaller port, or else the smaller address.
const PORTS = 0;
/** The last words of the addresses: all of IPv4's. */
const ADDRESSES = 1;
/** 0: both addresses are IPv4, or IPv6 ones that are mapped to it (RFC 4291 §2.5.5.2); the words end here. */
const FAMILY = 3;
/** The first three words of each IPv6 address. */
const PREFIXES = 4;
const WORDS = 10;
const V4_MAPPED = 0xffff;

export class KeyTable {
  /** Which endpoint of the key sent the datagram last looked up. */
  side: 0 | 1 = 0;
  /** Number of slots in use. */
  size = 0;
  /** Slots 0 … capacity - 1 exist. */
  capacity: number;
  private keys: Int32Array;
  private index: Int32Array;
  private mask: number;
  private free: number[] = [];
  private fresh = 0;
  private readonly probe = new Int32Array(WORDS);
  /** Two for each word of a key. */
  private readonly multipliers = randomFillSync(new Int32Array(2 * WORDS));

  constructor(
    capacity: number,
    private readonly grown: (capacity: number) => void,
  ) {
    this.capacity = capacity;
    this.keys = new Int32Array(capacity * WORDS);
    this.index = new Int32Array(capacity * 2).fill(-1);
    this.mask = capacity * 2 - 1;
  }

  /** The slot of the connection of this segment, or -1. Sets `side`. */
  find(datagram: Datagram, sourcePort: number, destinationPort: number): number {
    if (datagram.addressLength !== 4) return this.findIpv6(datagram, sourcePort, destinationPort);
    const { view } = datagram;
    const source = view.getInt32(datagram.source);
    const destination = view.getInt32(datagram.destination);
    if (
      sourcePort < destinationPort ||
      (sourcePort === destinationPort && source >>> 0 <= destination >>> 0)
    ) {
      this.side = 0;
      return this.findIpv4((sourcePort << 16) | destinationPort, source, destination);
    }
    this.side = 1;
    return this.findIpv4((destinationPort << 16) | sourcePort, destination, source);
  }

  /** The hot path: compares without the probe, which is filled only with what is not found, for add(). */
  private findIpv4(ports: number, first: number, second: number): number {
    const { index, keys, mask } = this;
    for (let at = this.hashIpv4(ports, first, second) & mask; ; at = (at + 1) & mask) {
      const slot = index[at];
      if (slot < 0) break;
      const key = slot * WORDS;
      if (
        keys[key] === ports &&
        keys[key + 1] === first &&
        keys[key + 2] === second &&
        keys[key + FAMILY] === 0
      )
        return slot;
    }
    const { probe } = this;
    probe[PORTS] = ports;
    probe[ADDRESSES] = first;
    probe[ADDRESSES + 1] = second;
    probe[FAMILY] = 0;
    return -1;
  }

  private findIpv6(datagram: Datagram, sourcePort: number, destinationPort: number): number {
    this.load(datagram, sourcePort, destinationPort);
    const { index, mask, probe } = this;
    if (probe[FAMILY] === 0) return this.findIpv4(probe[PORTS], probe[ADDRESSES], probe[ADDRESSES + 1]);
    for (let at = this.hash(probe, 0) & mask; ; at = (at + 1) & mask) {
      const slot = index[at];
      if (slot < 0 || this.matches(slot)) return slot;
    }
  }

  /** Adds the connection that was looked up last and was not found. */
  add(): number {
    if (this.size === this.capacity) this.grow();
    const slot = this.free.pop() ?? this.fresh++;
    this.keys.set(this.probe, slot * WORDS);
    this.link(slot);
    this.size++;
    return slot;
  }

  /** As if the connection of the slot had been looked up and not found: once it is removed, add() adds it anew. */
  recall(slot: number): void {
    this.probe.set(this.keys.subarray(slot * WORDS, (slot + 1) * WORDS));
  }

  remove(slot: number): void {
    const { index, mask } = this;
    let at = this.hash(this.keys, slot * WORDS) & mask;
    while (index[at] !== slot) at = (at + 1) & mask;
    for (let next = (at + 1) & mask; index[next] >= 0; next = (next + 1) & mask) {
      const home = this.hash(this.keys, index[next] * WORDS) & mask;
      if (((next - home) & mask) < ((next - at) & mask)) continue;
      index[at] = index[next];
      at = next;
    }
    index[at] = -1;
    this.free.push(slot);
    this.size--;
  }

  private load(datagram: Datagram, sourcePort: number, destinationPort: number): void {
    const { probe } = this;
    const { view, source, destination } = datagram;
    const forward = sourcePort === destinationPort ? isForward(datagram) : sourcePort < destinationPort;
    this.side = forward ? 0 : 1;
    const first = forward ? source : destination;
    const second = forward ? destination : source;
    probe[PORTS] = forward ? (sourcePort << 16) | destinationPort : (destinationPort << 16) | sourcePort;
    probe[ADDRESSES] = view.getInt32(first + 12);
    probe[ADDRESSES + 1] = view.getInt32(second + 12);
    this.loadPrefixes(view, first, second);
  }

  private loadPrefixes(view: DataView, first: number, second: number): void {
    const { probe } = this;
    for (let i = 0; i < 3; i++) {
      probe[PREFIXES + i] = view.getInt32(first + 4 * i);
      probe[PREFIXES + 3 + i] = view.getInt32(second + 4 * i);
    }
    const mapped = isMapped(probe, PREFIXES) && isMapped(probe, PREFIXES + 3);
    probe[FAMILY] = mapped ? 0 : 1;
  }

  /** One by one, not in a loop, which takes twice as long. */
  private matches(slot: number): boolean {
    const { keys, probe } = this;
    const key = slot * WORDS;
    return (
      keys[key] === probe[0] &&
      keys[key + 1] === probe[1] &&
      keys[key + 2] === probe[2] &&
      keys[key + 3] === probe[3] &&
      keys[key + 4] === probe[4] &&
      keys[key + 5] === probe[5] &&
      keys[key + 6] === probe[6] &&
      keys[key + 7] === probe[7] &&
      keys[key + 8] === probe[8] &&
      keys[key + 9] === probe[9]
    );
  }

  private hash(words: Int32Array, at: number): number {
    const sum = this.sumIpv4(words[at + PORTS], words[at + ADDRESSES], words[at + ADDRESSES + 1]);
    return mix(words[at + FAMILY] === 0 ? sum : (sum + this.hashPrefixes(words, at)) | 0);
  }

  private hashIpv4(ports: number, first: number, second: number): number {
    return mix(this.sumIpv4(ports, first, second));
  }

  /** Of all 16-bit halves of the words, each times a multiplier of its own: its upper 17 bits cannot be foreseen. */
  private sumIpv4(ports: number, first: number, second: number): number {
    const { multipliers } = this;
    return (
      (Math.imul(ports & 0xffff, multipliers[0]) +
        Math.imul(ports >>> 16, multipliers[1]) +
        Math.imul(first & 0xffff, multipliers[2]) +
        Math.imul(first >>> 16, multipliers[3]) +
        Math.imul(second & 0xffff, multipliers[4]) +
        Math.imul(second >>> 16, multipliers[5])) |
      0
    );
  }

  private hashPrefixes(words: Int32Array, at: number): number {
    const { multipliers } = this;
    let sum = 0;
    for (let i = PREFIXES; i < WORDS; i++) {
      const word = words[at + i];
      sum = (sum + Math.imul(word & 0xffff, multipliers[2 * i])) | 0;
      sum = (sum + Math.imul(word >>> 16, multipliers[2 * i + 1])) | 0;
    }
    return sum;
  }

  private link(slot: number): void {
    const { index, mask } = this;
    let at = this.hash(this.keys, slot * WORDS) & mask;
    while (index[at] >= 0) at = (at + 1) & mask;
    index[at] = slot;
  }

  /** Doubles the capacity. */
  grow(): void {
    const capacity = this.capacity * 2;
    const { index } = this;
    const keys = new Int32Array(capacity * WORDS);
    keys.set(this.keys);
    this.keys = keys;
    this.index = new Int32Array(capacity * 2).fill(-1);
    this.mask = capacity * 2 - 1;
    for (const slot of index) if (slot >= 0) this.link(slot);
    this.capacity = capacity;
    this.grown(capacity);
  }
}

/** So that the lower bits, which are used, depend on the upper ones, and keys in a row scatter. */
function mix(sum: number): number {
  const mixed = Math.imul(sum ^ (sum >>> 15), 0x85ebca6b);
  return mixed ^ (mixed >>> 16);
}

/** Whether the source is endpoint 0 where the ports are the same. */
function isForward({ bytes, source, destination, addressLength }: Datagram): boolean {
  for (let i = 0; i < addressLength; i++) {
    const difference = bytes[source + i] - bytes[destination + i];
    if (difference !== 0) return difference < 0;
  }
  return true;
}

function isMapped(words: Int32Array, at: number): boolean {
  return words[at] === 0 && words[at + 1] === 0 && words[at + 2] === V4_MAPPED;
}
