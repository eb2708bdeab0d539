/**
 * Puts the segments of one direction of a connection in order and delivers each byte once, and not before what
 * its sender had got of the other direction.
 *
 * Strategy: the next expected sequence number is the whole state of a healthy stream; bytes in order pass
 * straight through, borrowed. Only segments behind a hole are copied and held, sorted. A hole is given up,
 * as gap(length), when holding more would exceed the bound, when the peer has acknowledged it (it got the
 * bytes, so only the capture lost them), or when the stream ends. An acknowledgement can be captured before
 * the data it acknowledges (several queues, interfaces or files), so an acknowledged hole gets a short
 * grace. A segment that acknowledges bytes of the peer which have not been delivered waits for them likewise: a
 * capture may have them the wrong way round, or a hole in front of them. The first captured copy of a byte counts: what is held never overlaps, and goes before what comes.
 */
import type { Place } from '../stream/place.js';
import type { StreamEnd, StreamSink } from '../stream/stream-sink.js';
import { Held, HeldSegments } from './held.js';
import { advance, distance } from './sequence.js';

/** How a segment fits its stream: `far` lies too far ahead, `behind-end` has bytes behind the end. */
export type Fit = 'fits' | 'far' | 'behind-end';

/** Bytes held by all assemblers of a table, and the bounds. */
export interface HoldBudget {
  held: number;
  /** Octets that were captured again. */
  duplicates: number;
  /** Bytes that one direction may hold behind a hole. */
  readonly perDirection: number;
  /** Bytes that all may hold together. */
  readonly total: number;
  /** Segments of the connection, and seconds, that an acknowledged hole is given to fill after all. */
  readonly graceSegments: number;
  readonly graceSeconds: number;
  /** Told when a bound made us give up a hole. */
  readonly exceeded: (limit: 'maxHeldPerDirection' | 'maxHeldTotal') => void;
  /** Told of each segment that waited, and lies behind the FIN of its sender. */
  readonly behindEnd: () => void;
}

/** What a held segment costs beside its bytes: keeps a flood of one-byte segments bounded too. */
const HELD_OVERHEAD = 160;
/** Beyond this a segment is not of this stream: twice the largest window, RFC 7323 §2.3. */
const MAX_AHEAD = 0x4000_0000;

export class Assembler {
  // What each segment looks at comes first, and so lies together.
  /** Next expected sequence number, int32. */
  next = 0;
  private held: HeldSegments | undefined = undefined;
  private finSeen = false;
  /** Whether the sink was told of the end. */
  ended = false;
  /** Whether `next` is known. */
  started = false;
  /** Where the bytes go in the end: see StreamSink.through. */
  private taker: StreamSink;
  /** What the peer has acknowledged for sure, and when it did so first. */
  delivered = 0;
  private isDeliveredKnown = false;
  private deliveredSeconds = 0;
  private deliveredNanoseconds = 0;
  private finAt = 0;
  private finAcknowledgement: number | undefined = undefined;
  private heldBytes = 0;
  private graceSegments = 0;
  private graceSince = 0;
  /** Where a FIN was captured that came before bytes in front of it. */
  private finPlace: Place | undefined = undefined;
  /** What the FIN waited for was not late bytes in front of it, but those of the other direction, or lost ones. */
  private finWaited = false;
  /** The other direction. */
  private peer: Assembler | undefined = undefined;
  /** Where the peer stood when it was waited for in vain: until it goes on, it is not waited for again. */
  private excused: number | undefined = undefined;

  constructor(
    private readonly sink: StreamSink,
    private readonly place: Place,
    private readonly budget: HoldBudget,
  ) {
    this.taker = sink;
  }

  /** Names the direction whose bytes the segments of this one acknowledge. */
  answers(peer: Assembler): void {
    this.peer = peer;
  }

  /** Says at which sequence number the stream begins. */
  start(sequence: number): void {
    this.next = sequence;
    this.started = true;
  }

  /**
   * Takes the payload bytes[start, end) that begins at `sequence`, of true length `length`. `place` holds
   * its place.
   */
  push(sequence: number, bytes: Uint8Array, start: number, end: number, length: number): Fit {
    if (!this.started) this.start(sequence);
    const ahead = distance(sequence, this.next);
    if (ahead < 0) this.budget.duplicates += Math.min(length, -ahead);
    // A keep-alive probe behind a FIN has one octet there (RFC 9293 §3.8.4).
    if (this.ended) return ahead + length > 1 ? 'behind-end' : 'fits';
    if (ahead > 0) {
      if (ahead > MAX_AHEAD) return 'far';
      this.hold(sequence, bytes, start, end, length);
    } else if (ahead + length > 0) {
      if (this.isBlocked || this.mustWait(this.place.acknowledgement))
        this.hold(this.next, bytes, start - ahead, end, ahead + length);
      else if (this.held === undefined) this.deliver(bytes, start - ahead, end, ahead + length);
      else this.deliverAround(sequence, bytes, start, end, length);
    }
    return 'fits';
  }

  /** Delivers what waited for the other direction, as far as that has come; whether it was something. */
  settle(): boolean {
    const { next, ended } = this;
    if (this.isBlocked) this.drain();
    else if (this.isFinBlocked) this.checkFin();
    return this.next !== next || this.ended !== ended;
  }

  /** Notes the FIN that lies at `sequence`; the sink hears of it when all bytes before it came. */
  fin(sequence: number): void {
    if (this.finSeen) return;
    if (!this.started) this.start(sequence);
    this.finSeen = true;
    this.finAt = sequence;
    this.finAcknowledgement = this.place.acknowledgement;
    this.checkFin();
    if (!this.ended) this.finPlace = this.place.copyFrom(0);
  }

  /** Notes when that was, if it is more than before. */
  noteDelivered(sequence: number): void {
    if (this.isDeliveredKnown && distance(sequence, this.delivered) <= 0) return;
    this.delivered = sequence;
    this.isDeliveredKnown = true;
    this.deliveredSeconds = this.place.seconds;
    this.deliveredNanoseconds = this.place.nanoseconds;
  }

  /** Notes that the peer has everything before `sequence`. */
  acknowledge(sequence: number): void {
    if (!this.started) {
      this.start(sequence);
      return;
    }
    this.noteDelivered(sequence);
  }

  /** Called for each segment of the connection while something waits: gives up what was waited for long enough. */
  tick(): void {
    if (!this.isDue) return;
    const now = this.place.seconds + this.place.nanoseconds / 1e9;
    if (this.graceSegments++ === 0) this.graceSince = now;
    const { graceSegments, graceSeconds } = this.budget;
    if (this.graceSegments <= graceSegments && now - this.graceSince < graceSeconds) return;
    this.giveUp();
  }

  /** The same where no segments of the connection come, at `now`, in seconds; whether something was given up. */
  tickQuiet(now: number): boolean {
    if (!this.isDue) return false;
    if (this.graceSegments === 0) {
      this.graceSegments = 1;
      this.graceSince = now;
    }
    if (now - this.graceSince < this.budget.graceSeconds) return false;
    this.giveUp();
    return true;
  }

  /** What is waited for is only lacking in the capture, here or in the other direction. */
  private get isDue(): boolean {
    if (!this.waiting) return false;
    return this.hasLost || ((this.isBlocked || this.isFinBlocked) && !this.peer!.hasLost);
  }

  /** Whether the stream goes on at `sequence`: it has begun, has no end yet, and nothing waits behind a hole. */
  isNext(sequence: number): boolean {
    // What is mostly true is compared with it: a mere test asks V8 whether it is an empty string, 0n and so on.
    return (
      sequence === this.next &&
      this.held === undefined &&
      !this.finSeen &&
      !this.ended &&
      this.started === true
    );
  }

  /** Bytes wait for those in front of them, or they or the end for the other direction, or the end for lost bytes. */
  get waiting(): boolean {
    return this.held !== undefined || this.isFinBlocked || this.hasLostEnd;
  }

  /** Whether `sequence` lies between the next expected octet and one past the last one seen. */
  covers(sequence: number): boolean {
    if (!this.started) return true;
    let last = this.next;
    if (this.held !== undefined) last = this.held.end;
    return distance(sequence, this.next) >= 0 && distance(sequence, last) <= 1;
  }

  /** Delivers what is held, the holes as gaps, and ends the stream. */
  end(how: StreamEnd): void {
    if (this.ended) return;
    while (this.held !== undefined) this.giveUp();
    if (this.ended) return;
    const missing = this.missingAtEnd();
    if (missing > 0) this.sink.gap(missing);
    if (this.finSeen) this.endByFin();
    else {
      this.ended = true;
      this.tellEnd(how);
    }
  }

  /**
   * Octets behind the last byte that were never captured: those before the FIN; without a FIN those that the
   * peer acknowledged, of which one may be a FIN that was not captured.
   */
  private missingAtEnd(): number {
    if (this.finSeen) return distance(this.finAt, this.next);
    const missing = this.isDeliveredKnown ? distance(this.delivered, this.next) : 0;
    return missing > 1 ? missing : 0;
  }

  /** Delivers bytes[start, end), of true length `length`, that begin at `next`. */
  deliver(bytes: Uint8Array, start: number, end: number, length: number): void {
    this.next = advance(this.next, length);
    if (start < end) {
      const { through } = this.taker;
      if (through !== undefined) this.taker = through;
      this.taker.bytes(bytes, start, end);
    }
    const missing = start < end ? length - (end - start) : length;
    if (missing > 0) this.sink.gap(missing);
    if (this.finSeen) this.checkFin();
  }

  private checkFin(): void {
    if (!this.finSeen || this.ended || distance(this.finAt, this.next) > 0) return;
    if (this.mustWait(this.finAcknowledgement)) {
      this.finWaited = true;
      return;
    }
    this.release();
    this.endByFin();
  }

  /** Ends the stream where the FIN was captured, unless bytes in front of it in this direction were captured later. */
  private endByFin(): void {
    const { finPlace, finWaited, place } = this;
    this.ended = true;
    if (finPlace === undefined || (finPlace.packet < place.packet && !finWaited)) this.tellEnd('fin');
    else {
      const current = place.copyFrom(0);
      place.assign(finPlace);
      this.tellEnd('fin');
      place.assign(current);
    }
  }

  private tellEnd(how: StreamEnd): void {
    const { delivered: to, place } = this;
    const time = this.deliveredSeconds + this.deliveredNanoseconds / 1e9;
    place.delivered = this.isDeliveredKnown ? { to, time } : undefined;
    this.sink.end(how);
    place.delivered = undefined;
  }

  /** Delivers a segment that begins at `next` or before it, and what is held in it and behind it. */
  private deliverAround(
    sequence: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    length: number,
  ): void {
    const after = advance(sequence, length);
    while (!this.ended && distance(after, this.next) > 0) {
      const first = this.held?.first;
      const to = first !== undefined && distance(first.sequence, after) < 0 ? first.sequence : after;
      const from = distance(this.next, sequence);
      const until = distance(to, sequence);
      this.deliver(bytes, start + from, Math.min(end, start + until), until - from);
      this.drain();
      // What lies under what was held comes second.
      const passed = Math.min(length, distance(this.next, sequence));
      this.budget.duplicates += Math.max(0, passed - until);
      if (!this.isBlocked) continue;
      const rest = distance(after, this.next);
      if (rest > 0) this.hold(this.next, bytes, start + distance(this.next, sequence), end, rest);
      return;
    }
  }

  private hold(sequence: number, bytes: Uint8Array, start: number, end: number, length: number): void {
    // copy() takes off what is new.
    this.budget.duplicates += length;
    const copy = (from: number, to: number) => this.copy(sequence, bytes, start, end, from, to);
    this.held ??= new HeldSegments();
    this.held.insert(sequence, advance(sequence, length), copy);
    while (
      this.held !== undefined &&
      (this.heldBytes > this.budget.perDirection || this.budget.held > this.budget.total)
    ) {
      this.budget.exceeded(
        this.heldBytes > this.budget.perDirection ? 'maxHeldPerDirection' : 'maxHeldTotal',
      );
      this.giveUp();
    }
  }

  /** Copies [from, to) of the segment bytes[start, end) at `sequence`. */
  private copy(
    sequence: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    from: number,
    to: number,
  ): Held {
    const first = Math.min(end, start + distance(from, sequence));
    const last = Math.min(end, start + distance(to, sequence));
    const copy = bytes.slice(first, last);
    this.account(copy.length + HELD_OVERHEAD);
    this.budget.duplicates -= distance(to, from);
    const cut = distance(to, from) - copy.length;
    return new Held(from, copy, cut, this.place.copyFrom(first));
  }

  private giveUp(): void {
    this.graceSegments = 0;
    if (this.hasLostEnd) {
      this.loseEnd();
      return;
    }
    if (this.held === undefined) {
      this.stopWaiting(this.finAcknowledgement);
      this.checkFin();
      return;
    }
    const first = this.held.first!;
    const missing = distance(first.sequence, this.next);
    if (missing > 0) {
      this.next = first.sequence;
      this.gapBefore(first.place, missing);
    } else this.stopWaiting(first.place.acknowledgement);
    this.drain();
  }

  /** The peer's holes go first. What then is still not there is lost. */
  private stopWaiting(acknowledgement: number | undefined): void {
    const { peer } = this;
    while (this.mustWait(acknowledgement) && peer!.held !== undefined && !peer!.isBlocked) peer!.giveUp();
    if (this.mustWait(acknowledgement)) this.excused = peer!.next;
  }

  /** The last bytes were not captured, but the FIN behind them: the stream ends where that was. */
  private loseEnd(): void {
    const missing = distance(this.finAt, this.next);
    this.next = this.finAt;
    this.gapBefore(this.finPlace!, missing);
    this.finWaited = true;
    this.checkFin();
  }

  /** A gap lies where the bytes behind it were captured, however late it is given up. */
  private gapBefore(behind: Place, missing: number): void {
    const { place } = this;
    const current = place.copyFrom(0);
    place.assign(behind);
    this.sink.gap(missing);
    place.assign(current);
  }

  /** Delivers the held segments that have come into order, each with its own place. */
  private drain(): void {
    const { held } = this;
    if (held === undefined || !this.isBlocked || this.mustWait(held.first!.place.acknowledgement)) return;
    const { place } = this;
    const current = place.copyFrom(0);
    while (this.held === held && this.isBlocked) {
      const entry = held.first!;
      if (this.mustWait(entry.place.acknowledgement)) break;
      this.account(-(entry.bytes.length + HELD_OVERHEAD));
      place.assign(entry.place);
      this.deliver(entry.bytes, 0, entry.bytes.length, entry.bytes.length + entry.cut);
      if (this.held !== held) break;
      held.shift();
      if (held.first === undefined) this.held = undefined;
    }
    place.assign(current);
    this.graceSegments = 0;
  }

  /** The peer has got what lies in front of the bytes held here: only the capture lost it, or has it late. */
  private get hasLost(): boolean {
    const first = this.held?.first;
    if (first === undefined) return this.hasLostEnd;
    return this.isDeliveredKnown && isBetween(first.sequence, this.next, this.delivered);
  }

  /** The same of what lies in front of the FIN, where nothing else waits. */
  private get hasLostEnd(): boolean {
    if (!this.finSeen || this.ended || this.held !== undefined || !this.isDeliveredKnown) return false;
    return isBetween(this.finAt, this.next, this.delivered);
  }

  /** What is held is the next to be delivered, but waits for the other direction. */
  private get isBlocked(): boolean {
    return this.held !== undefined && distance(this.held.first!.sequence, this.next) <= 0;
  }

  /** All bytes before the FIN were delivered, but it waits for the other direction. */
  private get isFinBlocked(): boolean {
    return this.finSeen && !this.ended && this.held === undefined && distance(this.finAt, this.next) <= 0;
  }

  /** Whether who sent a segment with this acknowledgement had got bytes of the peer that were not delivered yet. */
  private mustWait(acknowledgement: number | undefined): boolean {
    const { peer } = this;
    if (acknowledgement === undefined || peer === undefined || !peer.started || peer.ended) return false;
    return distance(acknowledgement, peer.next) > 0 && peer.next !== this.excused;
  }

  /** Forgets what lies behind the end. */
  private release(): void {
    const { held, place } = this;
    if (held === undefined) return;
    const current = place.copyFrom(0);
    for (let entry = held.first; entry !== undefined; entry = held.first) {
      held.shift();
      // The one that is being delivered is among them.
      if (distance(entry.end, this.finAt) <= 0) continue;
      place.assign(entry.place);
      this.budget.behindEnd();
    }
    place.assign(current);
    this.account(-this.heldBytes);
    this.held = undefined;
  }

  private account(bytes: number): void {
    this.heldBytes += bytes;
    this.budget.held += bytes;
  }
}

/** Whether `sequence` lies behind `from`, and not behind `to`. */
function isBetween(sequence: number, from: number, to: number): boolean {
  return distance(sequence, from) > 0 && distance(to, sequence) >= 0;
}
