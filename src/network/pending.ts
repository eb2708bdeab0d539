/**
 * One datagram that waits for its fragments: both addresses and then the payload in one buffer, which in the
 * end becomes the datagram's own, and a bitmap of the 8-byte units that have arrived.
 */
import type { Packet } from '../capture/packet.js';
import type { IpHeader } from './header.js';

/** Units of eight bytes in the largest payload that IP can number. */
const MAX_UNITS = 8192;
/** Bytes of memory that a Set needs for a number. */
const RANGE_COST = 32;

export class Pending {
  /** Nobody wants it: nothing is kept. */
  ignored = false;
  /** Payload length, known from the last fragment on; -1 before. */
  total = -1;
  protocol: number;
  readonly packet: number;
  readonly captureOffset: number;
  readonly capture: number;
  private readonly seconds: number;
  private readonly payloadStart: number;
  private bytes: Uint8Array = EMPTY;
  private seen: Uint8Array = EMPTY;
  private seenUnits = 0;
  /** Of the fragments that brought something, see rangeOf. */
  private readonly ranges = new Set<number>();
  /** End of the fragment that reaches farthest. */
  private reach = 0;
  /** First byte of the payload that a snap length cut off. */
  private cutAt = Number.POSITIVE_INFINITY;

  constructor(header: IpHeader) {
    const { packet } = header;
    this.packet = packet.number;
    this.captureOffset = packet.captureOffset;
    this.capture = packet.capture;
    this.seconds = timeOf(packet);
    this.protocol = header.protocol;
    this.payloadStart = 2 * header.addressLength;
  }

  /** Bytes of memory held. */
  get memory(): number {
    return this.bytes.length + this.seen.length + this.ranges.size * RANGE_COST;
  }

  get isComplete(): boolean {
    return this.total >= 0 && this.seenUnits === units(this.total);
  }

  /** Seconds of capture time since the first fragment. */
  age(now: Packet): number {
    return timeOf(now) - this.seconds;
  }

  /** What is there of it, for a defect's message. */
  describe(): string {
    const of = this.total < 0 ? 'an unknown number' : `${units(this.total)}`;
    return `${this.seenUnits} of ${of} of 8-byte units arrived`;
  }

  /** False when the fragment contradicts the length that another one gave. */
  accepts({ fragmentOffset, length, moreFragments }: IpHeader): boolean {
    const end = fragmentOffset + length;
    if (this.total >= 0 && (end > this.total || (!moreFragments && end !== this.total))) return false;
    return moreFragments || end >= this.reach;
  }

  /** Copies what is new; true when the rest differs from what others brought. */
  write(header: IpHeader): boolean {
    const { fragmentOffset, length, moreFragments } = header;
    const end = fragmentOffset + length;
    if (!moreFragments) this.total = end;
    if (fragmentOffset === 0) this.protocol = header.protocol;
    this.reach = Math.max(this.reach, end);
    this.reserve(header, end);
    const first = fragmentOffset / 8;
    const last = first + units(length);
    let fresh = 0;
    let differs = false;
    for (let unit = first; unit < last; unit++) {
      if ((this.seen[unit >>> 3] & (1 << (unit & 7))) === 0) {
        this.copyUnit(unit, header);
        fresh++;
      } else differs ||= this.unitDiffers(unit, header);
    }
    this.seenUnits += fresh;
    // An empty last fragment brings the length.
    if (fresh > 0 || length === 0) this.ranges.add(rangeOf(header));
    return differs;
  }

  /** Whether it took this very fragment before, and that was not cut shorter. */
  has(header: IpHeader): boolean {
    if (!this.ranges.has(rangeOf(header))) return false;
    const { fragmentOffset, length, start, end } = header;
    if (fragmentOffset <= this.cutAt && fragmentOffset + end - start > this.cutAt) return false;
    const first = fragmentOffset / 8;
    const last = first + units(length);
    for (let unit = first; unit < last; unit++) if (this.unitDiffers(unit, header)) return false;
    return true;
  }

  /** Turns the header of the last fragment into that of the whole datagram. */
  deliver(header: IpHeader): void {
    header.lend(this.bytes);
    header.source = 0;
    header.destination = header.addressLength;
    header.protocol = this.protocol;
    header.start = this.payloadStart;
    header.end = this.payloadStart + Math.min(this.total, this.cutAt);
    header.length = this.total;
    header.origin = Number.NaN;
  }

  private reserve(header: IpHeader, end: number): void {
    if (this.seen.length === 0) this.seen = new Uint8Array(MAX_UNITS / 8);
    const needed = this.payloadStart + end;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, Math.min(2 * this.bytes.length, MAX_UNITS * 8)));
    if (this.bytes.length > 0) grown.set(this.bytes);
    else {
      const { bytes, source, destination, addressLength } = header;
      grown.set(bytes.subarray(source, source + addressLength));
      grown.set(bytes.subarray(destination, destination + addressLength), addressLength);
    }
    this.bytes = grown;
  }

  private copyUnit(unit: number, header: IpHeader): void {
    this.seen[unit >>> 3] |= 1 << (unit & 7);
    const from = header.start + unit * 8 - header.fragmentOffset;
    const captured = Math.max(from, Math.min(from + 8, header.end));
    this.bytes.set(header.bytes.subarray(from, captured), this.payloadStart + unit * 8);
    const wireEnd = Math.min(from + 8, header.start + header.length);
    if (captured < wireEnd) this.cutAt = Math.min(this.cutAt, unit * 8 + captured - from);
  }

  private unitDiffers(unit: number, header: IpHeader): boolean {
    const from = header.start + unit * 8 - header.fragmentOffset;
    const known = Math.min(8, this.cutAt - unit * 8, header.end - from);
    const to = this.payloadStart + unit * 8;
    for (let i = 0; i < known; i++) if (header.bytes[from + i] !== this.bytes[to + i]) return true;
    return false;
  }
}

/** Offset, length and flag in one number. */
function rangeOf({ fragmentOffset, length, moreFragments }: IpHeader): number {
  return (fragmentOffset * 0x10000 + length) * 2 + (moreFragments ? 1 : 0);
}

function units(length: number): number {
  return Math.ceil(length / 8);
}

/** Capture time in seconds. */
export function timeOf(packet: Packet): number {
  return packet.seconds + packet.nanoseconds / 1e9;
}

const EMPTY = new Uint8Array(0);
