/**
 * Where in a window of bytes the frames begin: the probability of each octet to be the first of a frame.
 *
 * Strategy: a frame says where the next one begins, so each candidate is the head of one chain. Its evidence
 * is its own plus that of the next candidate, summed from the back in one pass; where a chain leads to what is
 * no frame it breaks, at a cost, and where it leads into a gap the search starts anew behind it. A second
 * pass from the front turns evidence into probabilities: a chain may begin at each octet (segments more
 * likely) or nowhere in the window, and an octet begins a frame where a chain begins at it or leads to it.
 * False candidates whose chain runs into the true one by chance so gain nothing by it. Both passes are linear
 * in the window, whatever the bytes.
 */
import { CandidateRows } from './candidate-rows.js';
import { FrameEvidence, type FrameModel, staysInside } from './evidence.js';
import {
  ENDS_WITH_LATER_SEGMENT,
  ENDS_WITH_SEGMENT,
  ENDS_WITHIN_SEGMENT,
  FrameHabits,
} from './frame-habits.js';
import { addLogs, power } from './log-likelihood.js';
import { CONTINUATION } from './opcode.js';
import type { SegmentWindow } from './segment-window.js';
import { END, GAP, WindowBorders } from './window-borders.js';

export interface ChainStart {
  /** Index in the window's buffer. */
  readonly index: number;
  /** Probability that a frame begins there, given the models. */
  readonly probability: number;
  /** Evidence of the chain from there on, in bits. */
  readonly bits: number;
  /** Frames of the chain, as far as it can be followed; the last may be cut by the window's end. */
  readonly frames: number;
  /** Those of them that are continuations. */
  readonly continuations: number;
  /** Those behind the first that begin where a segment does. */
  readonly aligned: number;
  /** It lies where a frame was expected to begin. */
  readonly expected: boolean;
}

export interface ChainPrior {
  /** Probability that there is a frame's beginning in the window at all. */
  readonly some: number;
  /** Probability that a fragmented message is under way where the first one begins. */
  readonly inside: number;
}

/** What a chain leads to that is no candidate's row, END and GAP - r apart: no frame. */
const BROKEN = -2;
/** Longer payloads are not believed: 1 TiB. */
const MAX_LENGTH = 2 ** 40;
/** Log-likelihood of a chain that leads to what is no frame. */
const BREAK = -24;
/** A short frame that a segment's border cuts: peers write frames whole. */
const CUT = -1.5;
/** Probability for frames before the first that is beyond doubt. */
const EARLIER = 0.97;
/** Behind a cut head: how likely a frame begins there, and how sure it must be. */
const EXPECTED = 0.95;
const EXPECTED_AT_LEAST = 0.9;
/** Most bits for a frame whose header is repeated by the next, once it is known that the next is one. */
const REPETITION_OF_KNOWN = 8;
/** How likely a segment ends where a frame does. */
const ENDS_SEGMENT = 0.7;

/** Scratch, shared by all since searches are synchronous: the row of each octet of a window, or BROKEN. */
let slots = new Int32Array(0);
/** Likewise. */
const rows = new CandidateRows();
const borders = new WindowBorders();

export class ChainSearch {
  readonly masked: boolean;
  private evidence: FrameEvidence;
  private window!: SegmentWindow;
  /** Most bits for a frame whose header is repeated by the next. */
  private repetition = 0;
  /** For each run, log2 of how much likelier all from it on is with frames than without. */
  private restarts = new Float64Array(0);
  /** Log-probability that the chain begins at an octet: any, the first of a segment, the first of all. */
  private anyPrior = 0;
  private segmentPrior = 0;
  private firstPrior = 0;
  /** The row where a frame is expected to begin, or BROKEN. */
  private expectedRow = BROKEN;
  private expectedBits = 0;

  constructor(
    private readonly model: FrameModel,
    private readonly prior: ChainPrior,
  ) {
    this.masked = model.masked;
    this.evidence = new FrameEvidence(model);
  }

  /** Whether a frame may begin at bytes[at], by its first two octets. */
  mayBegin(bytes: Uint8Array, at: number, end: number): boolean {
    return this.evidence.possible[bytes[at]] === 1 && this.evidence.mayBegin(bytes, at, end);
  }

  /**
   * Weighs all of the window; returns log2 of how much likelier it is under this model, frames or none, than
   * with no frame. first() may be asked until the next search.
   */
  weigh(window: SegmentWindow): number {
    this.window = window;
    this.prepare();
    this.evidence.survey(window.buffer, window.length);
    const { prior } = this;
    const { runs, buffer } = window;
    const outsidePrior = Math.log2(1 - prior.inside);
    const insidePrior = Math.log2(prior.inside);
    let total = Math.log2(1 - prior.some);
    const { evidence, restarts } = this;
    const { possible } = evidence;
    for (let r = runs.length - 1; r >= 0; r--) {
      const { start, end } = runs[r];
      let border = end;
      for (let at = end - 1; at >= start; at--) {
        if (possible[buffer[at]] === 1 && evidence.mayBegin(buffer, at, end) && this.addRow(at, r, border)) {
          const row = slots[at];
          const begins = this.startPrior(at, start);
          total = addLogs(total, begins + outsidePrior + rows.outside[row]);
          total = addLogs(total, begins + insidePrior + rows.inside[row]);
        }
        if (borders.segments[at] > 0) border = at;
      }
      restarts[r] = total;
    }
    return total;
  }

  /**
   * The first octet that begins a frame with at least this probability, where `total` is the log-likelihood
   * of all that is possible: what weigh() returned, or more if other models are possible too.
   */
  first(atLeast: number, total: number): ChainStart | undefined {
    const { runs } = this.window;
    const { inside } = this.prior;
    rows.massOutside.fill(0, 0, rows.count);
    rows.massInside.fill(0, 0, rows.count);
    const restarted = new Float64Array(runs.length);
    let run = 0;
    // Probability, in bits, per likelihood of what begins here: the search begins anew behind gaps.
    let entering = (this.expectedRow < 0 ? 0 : Math.log2(1 - EXPECTED)) - total;
    // Rows were added from the back.
    for (let row = rows.count - 1; row >= 0; row--) {
      const at = rows.index[row];
      for (; at >= runs[run].end; run++)
        entering = addLogs(entering, Math.log2(restarted[run + 1]) - this.restarts[run + 1]);
      const start = entering + this.startPrior(at, runs[run].start);
      const isExpected = row === this.expectedRow;
      const expectedMass = isExpected ? EXPECTED * power(this.expectedBits - total) : 0;
      const outsideMass =
        rows.massOutside[row] + (1 - inside) * power(start + rows.outside[row]) + expectedMass;
      const insideMass = rows.massInside[row] + inside * power(start + rows.inside[row]);
      const mass = outsideMass + insideMass;
      const enough = mass >= (isExpected ? EXPECTED_AT_LEAST : atLeast);
      if (enough && this.evidence.decode(this.window.buffer, at, runs[run].end))
        return this.found(row, mass, insideMass > outsideMass);
      const next = rows.next[row];
      if (next <= GAP) restarted[GAP - next] += mass;
      if (next < 0) continue;
      const octet = this.window.buffer[at];
      rows.lead(next, staysInside(octet, false), outsideMass);
      rows.lead(next, staysInside(octet, true), insideMass);
    }
    return undefined;
  }

  /**
   * As first(); the frames found then tell what this peer's are like, and by that the ones before them may be
   * recognised with at least the probability EARLIER. Where a frame is `expected` to begin, at the beginning of
   * a segment, EXPECTED_AT_LEAST is enough. Ends what can be asked of this search.
   */
  earliest(atLeast: number, total: number, expected?: number): ChainStart | undefined {
    const found = this.first(atLeast, total);
    if (found === undefined && expected === undefined) return undefined;
    const { evidence } = this;
    if (found !== undefined) {
      this.evidence = new FrameEvidence(this.model, this.habitsOf(found));
      this.repetition = REPETITION_OF_KNOWN;
    }
    const usual = this.weigh(this.window);
    const probability = found === undefined ? atLeast : Math.min(atLeast, EARLIER);
    const earlier = this.first(probability, this.expect(expected, usual));
    this.evidence = evidence;
    this.repetition = 0;
    this.expectedRow = BROKEN;
    if (found === undefined || earlier === undefined) return found ?? earlier;
    return earlier.index < found.index || (earlier.expected && earlier.index === found.index)
      ? earlier
      : found;
  }

  /**
   * Log-likelihood of all that is possible where a frame is `expected` to begin and it is `usual` otherwise.
   * More segments of text there are the rest of a long head. A header that nothing contradicts is believed there,
   * however rare its like.
   */
  private expect(expected: number | undefined, usual: number): number {
    if (expected === undefined) return usual;
    const { buffer, length, segments } = this.window;
    const segment = segments.find(({ start }) => start >= expected && !isText(buffer, start, length));
    const row = segment === undefined ? BROKEN : slots[segment.start];
    if (row < 0) return usual;
    const first = buffer[rows.index[row]];
    const next = rows.next[row];
    const following = this.following(next, staysInside(first, false));
    const contradicted = next === BROKEN || (next >= 0 && following < 0) || (first & 0x0f) === CONTINUATION;
    this.expectedRow = row;
    this.expectedBits = contradicted ? rows.outside[row] : Math.max(rows.outside[row], following);
    return addLogs(Math.log2(EXPECTED) + this.expectedBits, Math.log2(1 - EXPECTED) + usual);
  }

  /** What the frames of a chain are like. */
  private habitsOf(found: ChainStart): FrameHabits {
    const { evidence, window } = this;
    const { buffer } = window;
    const habits = new FrameHabits();
    for (let row = slots[found.index]; row >= 0; row = rows.next[row]) {
      const at = rows.index[row];
      const r = window.runAt(at);
      const { end } = window.runs[r];
      if (!evidence.decode(buffer, at, end)) break;
      habits.note(buffer[at], evidence.header, evidence.opening(buffer, at, end));
      const behind = at + evidence.header.headerLength + evidence.header.length;
      if (behind > end) continue;
      const segment = borders.segments[behind];
      if (segment === 0) habits.noteEnd(ENDS_WITHIN_SEGMENT);
      else habits.noteEnd(behind - segment <= at ? ENDS_WITH_SEGMENT : ENDS_WITH_LATER_SEGMENT);
    }
    return habits;
  }

  private found(row: number, mass: number, inside: boolean): ChainStart {
    const { buffer } = this.window;
    let frames = 0;
    let continuations = 0;
    let aligned = 0;
    for (let at = row; at >= 0; at = rows.next[at], frames++) {
      const index = rows.index[at];
      if ((buffer[index] & 0x0f) === CONTINUATION) continuations++;
      if (at !== row && this.beginsSegment(index)) aligned++;
    }
    const bits = inside ? rows.inside[row] : rows.outside[row];
    const expected = row === this.expectedRow;
    const probability = Math.min(mass, 1);
    return { index: rows.index[row], probability, bits, frames, continuations, aligned, expected };
  }

  private prepare(): void {
    const { prior, window } = this;
    const { length, runs, segments } = window;
    rows.count = 0;
    if (slots.length <= length) slots = new Int32Array(length * 2 + 1);
    slots.fill(BROKEN, 0, length + 1);
    borders.survey(window);
    this.restarts = new Float64Array(runs.length);
    this.firstPrior = Math.log2(prior.some * 0.3);
    this.segmentPrior = Math.log2((prior.some * 0.3) / Math.max(1, segments.length));
    this.anyPrior = Math.log2((prior.some * 0.4) / Math.max(1, length));
  }

  private beginsSegment(index: number): boolean {
    const { window } = this;
    return borders.segments[index] > 0 || window.runs[window.runAt(index)].start === index;
  }

  private startPrior(at: number, runStart: number): number {
    if (at === 0) return this.firstPrior;
    return at === runStart || borders.segments[at] > 0 ? this.segmentPrior : this.anyPrior;
  }

  /**
   * Makes the row of the candidate at `at` in run `r`; `border` ends the segment that it lies in. False where
   * it is no better than what is no frame.
   */
  private addRow(at: number, r: number, border: number): boolean {
    const { evidence, window } = this;
    const { buffer } = window;
    const { end } = window.runs[r];
    let next = END;
    let own: number;
    let most = Number.POSITIVE_INFINITY;
    if (evidence.decode(buffer, at, end)) {
      const { headerLength, length } = evidence.header;
      if (length > MAX_LENGTH) return false;
      const size = headerLength + length;
      const target = borders.locate(at, size, r);
      next = target >= 0 ? slots[target] : target;
      const segment = borders.segmentEnding(at, size, target, r);
      own = evidence.bits(buffer, at, end, segment, at + size === border);
      if (segment === 0 && target >= 0 && size <= borders.segments[border] && at + size > border) own += CUT;
      if (next >= 0 && this.repeats(at, target, headerLength))
        most = segment > 0 ? Math.max(this.repetition, Math.log2(ENDS_SEGMENT * size)) : this.repetition;
    } else {
      own = evidence.cutBits(buffer, at);
      if (r + 1 < window.runs.length) next = GAP - (r + 1);
    }
    const first = buffer[at];
    const outside =
      Math.min(own + evidence.firstShare(first, false), most) +
      this.following(next, staysInside(first, false));
    const inside =
      Math.min(own + evidence.firstShare(first, true), most) + this.following(next, staysInside(first, true));
    if (outside < BREAK && inside < BREAK) return false;
    const row = rows.add(at);
    slots[at] = row;
    rows.next[row] = next;
    rows.outside[row] = outside;
    rows.inside[row] = inside;
    return true;
  }

  private following(next: number, inside: boolean): number {
    if (next >= 0) return inside ? rows.inside[next] : rows.outside[next];
    if (next === END) return 0;
    return next === BROKEN ? BREAK : this.restarts[GAP - next];
  }

  /**
   * Whether the next header is the same, octet for octet: what looks like one frame by chance and has a
   * period then looks like many.
   */
  private repeats(at: number, next: number, headerLength: number): boolean {
    const { buffer } = this.window;
    for (let i = 0; i < headerLength; i++) if (buffer[at + i] !== buffer[next + i]) return false;
    return true;
  }
}

/** Octets of a segment that tell whether it is of a head. */
const TELLING = 8;

/** Whether bytes[at, …) may be of a head. */
function isText(bytes: Uint8Array, at: number, length: number): boolean {
  const end = Math.min(at + TELLING, length);
  for (let i = at; i < end; i++) {
    const octet = bytes[i];
    if ((octet < 0x20 || octet > 0x7e) && octet !== 0x0d && octet !== 0x0a) return false;
  }
  return true;
}
