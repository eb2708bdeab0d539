/**
 * A raw DEFLATE decoder (RFC 1951) for the messages of RFC 7692, synchronous.
 *
 * Why our own: no library states what we need to tell. How far back matches reach (a window larger than
 * negotiated, context used in spite of no_context_takeover), which octets derive from octets that the capture
 * lost, the exact place of a fault with everything before it delivered, what follows a block with BFINAL set
 * in the middle of a message (RFC 7692 §7.2.3.4), and a cap that keeps what came before it.
 *
 * Strategy: one instance serves all senders, one message at a time: input in place and a 32-bit bit buffer
 * (inflate-input.ts), table look-ups (inflate-codes.ts), a linear output that is used again, the earlier
 * messages beside it (inflate-window.ts). Two loops decode symbols: a fast one without calls and without checks for the input's
 * end, and a careful step for one symbol wherever the fast one meets anything but a literal or a match of known
 * octets: the last octets and the trailer, long codes, unknown octets, faults. A fault is what is one to zlib.
 */
import {
  FIXED_DISTANCES,
  FIXED_LITERALS,
  type HuffmanCode,
  isEnd,
  isInvalid,
  isLiteral,
  newDistanceCode,
  newLengthCode,
  newLiteralCode,
} from './inflate-codes.js';
import { BitInput, TRAILER } from './inflate-input.js';
import { InflateWindow } from './inflate-window.js';

/** Input octets that one turn of the symbol loop may load, generously. */
const LOOKAHEAD = 16;
/** Output octets that one turn of the symbol loop may write: a match (258), or some literals. */
const SLACK = 300;
const FIRST_SIZE = 64 * 1024;
/** Output that is kept for the next message. */
const KEPT_SIZE = 1024 * 1024;
/** RFC 1951 §3.2.7: the order in which the lengths of the code length code are sent. */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
/** §3.2.7: what the code lengths 16, 17 and 18 repeat. */
const REPEAT_BASE = [3, 3, 11];
const REPEAT_BITS = [2, 3, 7];
const EMPTY = new Uint8Array(0);
/** A buffer can be larger, but its offsets are to stay int32. */
const MOST = 0x3fff_ffff;
const NO_WINDOW = new InflateWindow();

export class Inflater extends BitInput {
  /** What came out: output[0, length), until the next call. */
  output: Uint8Array = new Uint8Array(FIRST_SIZE);
  length = 0;
  /** 1 where an octet of `output` is unknown; undefined when all are known. */
  marks: Uint8Array | undefined = undefined;
  /** What is wrong with the data, in words without the place; undefined when nothing is. */
  fault: string | undefined = undefined;
  /** Offset in the wire payload of the octet that makes the fault; its length where octets are lacking. */
  faultOffset = 0;
  /** More than `limit` octets come out. */
  limited = false;
  /** The greatest distance of a match. */
  farthest = 0;
  /** Output length and wire offset when a match first reached into earlier messages; length -1 if none did. */
  reachedLength = -1;
  reachedOffset = 0;
  /** The data ended with the empty stored block of RFC 7692 §7.2.1, whose end is the trailer. */
  endsProperly = false;
  /**
   * What is wrong with the end of a payload that was inflated to it, in words: the trailer begins a block that it
   * does not end, so that a receiver's next message is read as its rest. Undefined when nothing is.
   */
  badEnd: string | undefined = undefined;
  /** A block with BFINAL set is among the data. */
  hasFinal = false;

  private window = NO_WINDOW;
  private limit = 0;
  /** The block under way began where the payload was over. */
  private behind = false;
  /** Bits that there were for it. */
  private room = 0;
  /** Of the last whole block: BFINAL was set; it was a stored one without data. */
  private wasFinal = false;
  private wasEmpty = false;
  /** Output length at which the symbol loop has to look at the limit or the size. */
  private stop = 0;
  /** Whether an unknown octet was met, so that marks have to be heeded. */
  private touched = false;
  /** ownMarks[0, dirty) may be other than 0. */
  private dirty = 0;
  private ownMarks: Uint8Array = EMPTY;
  private readonly literals = newLiteralCode();
  private readonly distances = newDistanceCode();
  private readonly lengthCode = newLengthCode();
  private readonly lengths = new Uint8Array(320);

  /**
   * Inflates the payload wire[start, end), with matches that may reach into `window`, which is not changed.
   * `whole`: the trailer is appended, and bits that are lacking are a fault. At most `limit` octets come out, and
   * never more than a gibibyte.
   */
  inflate(
    window: InflateWindow,
    wire: Uint8Array,
    start: number,
    end: number,
    whole: boolean,
    limit: number,
  ): void {
    this.open(wire, start, end, whole);
    this.reset(window, Math.min(limit, MOST));
    while (!this.done) this.block();
    if (this.touched) this.dirty = this.length;
    if (this.short) {
      // In place of what zeros for the missing bits may have feigned. Between two blocks it is an end, not a fault.
      this.fault = whole && !this.behind ? 'the data ends within a block' : undefined;
      this.faultOffset = end - start;
      if (whole && this.behind && this.room > 0) this.badEnd = this.describeEnd();
    }
    this.limited = this.length > this.limit;
    if (this.limited) {
      this.length = this.limit;
      this.fault = this.badEnd = undefined;
      this.endsProperly = false;
    }
    this.window = NO_WINDOW;
    this.close();
  }

  private reset(window: InflateWindow, limit: number): void {
    this.window = window;
    this.limit = limit;
    this.ownMarks.fill(0, 0, this.dirty);
    this.dirty = 0;
    if (this.output.length > KEPT_SIZE) {
      this.output = new Uint8Array(FIRST_SIZE);
      this.ownMarks = EMPTY;
    }
    if (window.doubtful && this.ownMarks.length < this.output.length)
      this.ownMarks = new Uint8Array(this.output.length);
    this.marks = window.doubtful ? this.ownMarks : undefined;
    this.stop = Math.min(this.output.length - SLACK, limit + 1);
    this.length = this.farthest = 0;
    this.fault = this.badEnd = undefined;
    this.reachedLength = -1;
    this.endsProperly = this.hasFinal = this.wasFinal = this.wasEmpty = this.touched = false;
  }

  /** A block, RFC 1951 §3.2.3. */
  private block(): void {
    this.behind = (this.end - this.at) * 8 + this.bits < 3;
    this.room = (this.last - this.at) * 8 + this.bits;
    const header = this.take(3);
    if (this.done) return;
    const isFinal = (header & 1) === 1;
    const before = this.length;
    if (isFinal) this.hasFinal = true;
    if (header >> 1 === 0) this.storedBlock();
    else if (header >> 1 === 1) this.symbols(FIXED_LITERALS, FIXED_DISTANCES);
    else if (header >> 1 === 2) {
      if (this.codes()) this.symbols(this.literals, this.distances);
    } else this.fail('a reserved block type');
    // RFC 7692 §7.2.1: behind a block with BFINAL set the next one begins with a new octet.
    if (isFinal) this.take(this.bits & 7);
    if (this.done) return;
    this.wasFinal = isFinal;
    this.wasEmpty = header >> 1 === 0 && this.length === before;
  }

  /** RFC 7692 §7.2.1, steps 2 and 3; §7.2.3.4, §7.2.3.6. */
  private describeEnd(): string {
    if (this.end === this.start) return 'there is no data, not even the octet 00 of an empty message';
    if (this.wasEmpty) return 'the last four octets, 00 00 ff ff, were not removed';
    if (this.wasFinal) return 'no octet 00 follows the block with BFINAL set';
    return 'the data does not end with an empty stored block';
  }

  /** §3.2.4. */
  private storedBlock(): void {
    this.take(this.bits & 7);
    const atEnd = this.at - (this.bits >> 3) === this.end;
    const length = this.take(16);
    const complement = this.take(16);
    if (this.done) return;
    if (length !== (~complement & 0xffff)) this.fail('a stored block whose two lengths disagree');
    else if (atEnd) this.endsProperly = this.done = true;
    else {
      this.giveBack();
      this.copyStored(Math.min(length, this.limit + 1 - this.length));
    }
  }

  private copyStored(length: number): void {
    if (length > 0) this.reserve(this.length + length + SLACK);
    const size = Math.max(0, Math.min(length, this.end - this.at));
    this.output.set(this.input.subarray(this.at, this.at + size), this.length);
    this.at += size;
    this.length += size;
    let left = length - size;
    for (; left > 0 && this.at < this.last; left--)
      this.output[this.length++] = TRAILER[this.at++ - this.end];
    if (left > 0) this.short = true;
    this.done = left > 0 || this.length > this.limit;
  }

  /** The codes of a block with dynamic ones, §3.2.7; false when they are no codes. */
  private codes(): boolean {
    const { lengths } = this;
    const literals = this.take(5) + 257;
    const distances = this.take(5) + 1;
    const codeLengths = this.take(4) + 4;
    // 286 literal/length and 30 distance codes may occur (§3.2.5, §3.2.6).
    if (literals > 286 || distances > 30) return this.fail('more codes than DEFLATE has symbols');
    lengths.fill(0, 0, LENGTH_ORDER.length);
    for (let i = 0; i < codeLengths; i++) lengths[LENGTH_ORDER[i]] = this.take(3);
    if (this.done) return false;
    if (!this.lengthCode.build(lengths, 0, LENGTH_ORDER.length, false))
      return this.fail('an impossible set of code lengths');
    if (!this.codeLengths(literals + distances)) return false;
    if (lengths[256] === 0) return this.fail('a block without an end-of-block code');
    if (!this.literals.build(lengths, 0, literals, true))
      return this.fail('an impossible set of literal/length codes');
    if (!this.distances.build(lengths, literals, distances, true))
      return this.fail('an impossible set of distance codes');
    return true;
  }

  /** Literal/length and distance code lengths as one sequence; repetitions may cross the border (§3.2.7). */
  private codeLengths(count: number): boolean {
    const { lengths, lengthCode } = this;
    let have = 0;
    while (have < count) {
      this.fill();
      const entry = lengthCode.table[this.hold & lengthCode.mask];
      const symbol = entry >> 16;
      this.take(entry & 15);
      if (symbol < 16) lengths[have++] = symbol;
      else {
        const repeat = REPEAT_BASE[symbol - 16] + this.take(REPEAT_BITS[symbol - 16]);
        if (symbol === 16 && have === 0) return this.fail('a code length repeated before there is one');
        if (have + repeat > count) return this.fail('more code lengths than announced');
        lengths.fill(symbol === 16 ? lengths[have - 1] : 0, have, have + repeat);
        have += repeat;
      }
      if (this.done) return false;
    }
    return true;
  }

  /** The symbols of a block, to its end-of-block code or to what stops the work. */
  private symbols(literals: HuffmanCode, distances: HuffmanCode): void {
    do {
      if (this.length >= this.stop) {
        this.done = this.length > this.limit;
        if (this.done) return;
        this.reserve(this.length + 2 * SLACK);
      }
      if (this.at <= this.end - LOOKAHEAD) this.run(literals.table, distances.table);
    } while (this.step(literals, distances));
    this.giveBack();
  }

  /**
   * Literals and matches of known octets, up to anything else, which is left to `step`. Written for the
   * compiler, each measured: no calls (they keep the variables out of the registers), no constants of the
   * module (they are read from memory every time), literals in an inner loop (whose invariants are hoisted), and
   * `| 0` where a number would not be known to be an int32.
   */
  private run(literalTable: Int32Array, distanceTable: Int32Array): void {
    /** Of tables of ten and eight bits. */
    const literalMask = 0x3ff;
    const distanceMask = 0xff;
    const longMatch = 48;
    const { input, output, window } = this;
    const ring = window.octets;
    const ringMask = (ring.length - 1) | 0;
    const next = window.next | 0;
    const stop = this.stop | 0;
    const safe = (this.end - LOOKAHEAD) | 0;
    const lowest = (this.touched ? output.length : window.doubtful ? 0 : -window.kept) | 0;
    let at = this.at | 0;
    let hold = this.hold | 0;
    let bits = this.bits | 0;
    let to = this.length | 0;
    let farthest = this.farthest | 0;
    for (;;) {
      let entry = -1;
      while (at <= safe && to < stop) {
        // To 24 … 31 bits, without a branch; those above are the beginning of the next octet.
        hold |= (input[at] | (input[(at + 1) | 0] << 8) | (input[(at + 2) | 0] << 16)) << bits;
        at = (at + ((31 - bits) >> 3)) | 0;
        bits |= 24;
        entry = literalTable[hold & literalMask];
        if (entry >= 0) break;
        hold = (hold >>> (entry & 15)) | 0;
        bits = (bits - (entry & 15)) | 0;
        output[to] = entry >> 16;
        to = (to + 1) | 0;
        entry = literalTable[hold & literalMask];
        if (entry >= 0) break;
        hold = (hold >>> (entry & 15)) | 0;
        bits = (bits - (entry & 15)) | 0;
        output[to] = entry >> 16;
        to = (to + 1) | 0;
      }
      if (entry < 0) break;
      let extra = (entry >> 4) & 15;
      if (extra === 15) break;
      hold |= (input[at] | (input[(at + 1) | 0] << 8) | (input[(at + 2) | 0] << 16)) << bits;
      at = (at + ((31 - bits) >> 3)) | 0;
      bits |= 24;
      const startAt = at;
      const startHold = hold;
      const startBits = bits;
      hold >>>= entry & 15;
      const length = ((entry >> 16) + (hold & ((1 << extra) - 1))) | 0;
      hold = (hold >>> extra) | 0;
      bits = (bits - (entry & 15) - extra) | 0;
      hold |= (input[at] | (input[(at + 1) | 0] << 8) | (input[(at + 2) | 0] << 16)) << bits;
      at = (at + ((31 - bits) >> 3)) | 0;
      bits |= 24;
      entry = distanceTable[hold & distanceMask];
      hold = (hold >>> (entry & 15)) | 0;
      extra = (entry >> 4) & 15;
      const distance = ((entry >> 16) + (hold & ((1 << extra) - 1))) | 0;
      let from = (to - distance) | 0;
      if (extra === 15 || from < lowest || length > longMatch) {
        at = startAt;
        hold = startHold;
        bits = startBits;
        break;
      }
      hold = (hold >>> extra) | 0;
      bits = (bits - (entry & 15) - extra) | 0;
      if (distance > farthest) farthest = distance;
      const last = (to + length) | 0;
      if (from < 0) {
        if (this.reachedLength < 0) {
          this.reachedLength = to;
          this.reachedOffset = at - (bits >> 3) - 1 - this.start;
        }
        for (; from < 0 && to < last; from = (from + 1) | 0, to = (to + 1) | 0)
          output[to] = ring[(next + from) & ringMask];
      }
      // Four at a time; what is written beyond the match is overwritten by what comes next.
      for (; to < last; from = (from + 4) | 0, to = (to + 4) | 0) {
        output[to] = output[from];
        output[(to + 1) | 0] = output[(from + 1) | 0];
        output[(to + 2) | 0] = output[(from + 2) | 0];
        output[(to + 3) | 0] = output[(from + 3) | 0];
      }
      to = last;
    }
    this.at = at;
    this.hold = hold & ((1 << bits) - 1);
    this.bits = bits;
    this.length = to;
    this.farthest = farthest;
  }

  /** One symbol of any kind, with room for it; false when the block ends or the work stops. */
  private step(literals: HuffmanCode, distances: HuffmanCode): boolean {
    const entry = this.symbol(literals);
    if (this.done) return false;
    if (isLiteral(entry)) {
      this.output[this.length++] = entry >> 16;
      return true;
    }
    if (isEnd(entry)) return false;
    if (isInvalid(entry)) return this.fail('an invalid literal/length code');
    const length = (entry >> 16) + this.take((entry >> 4) & 15);
    const distanceEntry = this.symbol(distances);
    if (this.done) return false;
    if (isInvalid(distanceEntry)) return this.fail('an invalid distance code');
    const distance = (distanceEntry >> 16) + this.take((distanceEntry >> 4) & 15);
    return !this.done && this.match(distance, length);
  }

  /** The entry of the next symbol. */
  private symbol(code: HuffmanCode): number {
    this.fill();
    const entry = code.lookUp(this.hold);
    this.take(entry & 15);
    return entry;
  }

  private match(distance: number, length: number): boolean {
    const { output, length: to } = this;
    const from = to - distance;
    if (-from > this.window.reach)
      return this.fail(`a match ${distance} octets back where ${to + this.window.reach} precede it`);
    if (distance > this.farthest) this.farthest = distance;
    const earlier = Math.max(0, Math.min(length, -from));
    if (earlier > 0) this.reach(-from, earlier);
    const at = to + earlier;
    repeat(output, at, distance, length - earlier);
    if (this.touched) repeat(this.ownMarks, at, distance, length - earlier);
    this.length = to + length;
    return true;
  }

  /** Appends `length` octets of earlier messages. */
  private reach(back: number, length: number): void {
    if (this.reachedLength < 0) {
      this.reachedLength = this.length;
      this.reachedOffset = this.offset;
    }
    if (this.window.copy(back, length, this.output, this.ownMarks, this.length)) this.touched = true;
  }

  /** Remembers where the data is wrong. False. */
  private fail(fault: string): false {
    this.done = true;
    this.fault = fault;
    this.faultOffset = this.offset;
    return false;
  }

  /** Makes room for `size` octets. */
  private reserve(size: number): void {
    const { output, ownMarks } = this;
    if (size > output.length) {
      this.output = new Uint8Array(Math.max(size, Math.min(output.length * 2, this.limit + 2 * SLACK)));
      this.output.set(output.subarray(0, this.length));
      if (this.marks !== undefined) {
        this.marks = this.ownMarks = new Uint8Array(this.output.length);
        this.ownMarks.set(ownMarks.subarray(0, this.length));
      }
    }
    this.stop = Math.min(this.output.length - SLACK, this.limit + 1);
  }
}

/** Continues octets[…, at) for `length` octets with what lies `distance` back, which may be what it just wrote. */
function repeat(octets: Uint8Array, at: number, distance: number, length: number): void {
  const from = at - distance;
  if (distance === 1) octets.fill(octets[from], at, at + length);
  else
    for (let done = 0; done < length; ) {
      const size = Math.min(length - done, distance + done);
      octets.copyWithin(at + done, from, from + size);
      done += size;
    }
}
