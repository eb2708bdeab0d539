/**
 * What the frames of one direction are like: their first octets, their lengths, what their payloads begin
 * with, and whether they end where TCP segments end. Peers are monotonous: a few frames tell how to
 * recognise the next.
 *
 * Strategy: counts, to which a prior adds some frames' worth of what is usual.
 */
import type { FrameHeader } from './frame.js';
import { isControl } from './opcode.js';

/** Frames that the prior weighs as much as. */
const PRIOR_FRAMES = 4;
/** Lengths are told apart by their order of magnitude, to 2^40. */
const MAGNITUDES = 41;

/** Even up to 16 MiB; then each is a quarter as usual as the one before. */
const USUAL_MAGNITUDES = Float64Array.from({ length: MAGNITUDES + 1 }, (_, magnitude) =>
  magnitude <= 24 ? 1 / 24 : 4 ** (24 - magnitude) / 24,
);

/** Where a frame ends: with the segment in which it begins, with a later segment, within a segment. */
export const ENDS_WITH_SEGMENT = 0;
export const ENDS_WITH_LATER_SEGMENT = 1;
export const ENDS_WITHIN_SEGMENT = 2;
const USUAL_ENDS: readonly number[] = [0.35, 0.3, 0.35];

export class FrameHabits {
  /** Data frames by order of magnitude of their length; neighbours get a share. */
  private readonly magnitudes = new Float64Array(MAGNITUDES + 1);
  private readonly firsts = new Float64Array(256);
  private readonly openings = new Float64Array(256);
  private readonly ends = new Float64Array(3);
  private firstCount = 0;
  private lengthCount = 0;
  private openingCount = 0;
  private endCount = 0;

  /** Takes note of a frame. `first` is its first octet, `opening` its first unmasked payload octet (-1: none). */
  note(first: number, header: FrameHeader, opening: number): void {
    this.firsts[first]++;
    this.firstCount++;
    if (isControl(header.opcode)) return;
    const magnitude = magnitudeOf(header.length);
    this.magnitudes[magnitude] += 0.6;
    this.magnitudes[Math.max(0, magnitude - 1)] += 0.2;
    this.magnitudes[magnitude + 1] += 0.2;
    this.lengthCount++;
    if (opening < 0) return;
    this.openings[opening]++;
    this.openingCount++;
  }

  /** Takes note of how a frame ended. */
  noteEnd(how: number): void {
    this.ends[how]++;
    this.endCount++;
  }

  /** Probability of a first octet, where it is usually `usual`. */
  first(octet: number, usual: number): number {
    return (this.firsts[octet] + PRIOR_FRAMES * usual) / (this.firstCount + PRIOR_FRAMES);
  }

  /** Probability of a data frame's length: spread evenly over the orders of magnitude, if nothing is known. */
  length(length: number): number {
    const magnitude = magnitudeOf(length);
    const share =
      (this.magnitudes[magnitude] + PRIOR_FRAMES * USUAL_MAGNITUDES[magnitude]) /
      (this.lengthCount + PRIOR_FRAMES);
    return share / 2 ** Math.max(2, magnitude);
  }

  /** Probability of a payload's first octet. */
  opening(octet: number, usual: number): number {
    return (this.openings[octet] + PRIOR_FRAMES * usual) / (this.openingCount + PRIOR_FRAMES);
  }

  /** Probability of a kind of end. */
  end(how: number): number {
    return (this.ends[how] + PRIOR_FRAMES * USUAL_ENDS[how]) / (this.endCount + PRIOR_FRAMES);
  }
}

function magnitudeOf(length: number): number {
  if (length < 0x4000_0000) return 31 - Math.clz32(length + 4);
  return Math.min(MAGNITUDES - 1, Math.floor(Math.log2(length)));
}
