/**
 * Where the frames of a sequence diagram stand on its time axis.
 *
 * Strategy: time runs downwards true to scale between neighbours, but two never stand closer than can be read, and a pause
 * longer than can be looked at is cut and told in words.
 */
import { duration } from './amounts.js';

export interface Scale {
  /** Pixels for a second. */
  readonly perSecond: number;
  /** Least and greatest pixels between neighbours. */
  readonly least: number;
  readonly most: number;
}

export interface Pause {
  /** Middle of it, in pixels from the top. */
  readonly y: number;
  readonly seconds: number;
  readonly text: string;
  /** It is longer than it is drawn. */
  readonly cut: boolean;
}

export interface Layout {
  /** Pixels from the top, one for each frame. */
  readonly ys: readonly number[];
  /** Those that are long enough to be told. */
  readonly pauses: readonly Pause[];
  readonly height: number;
}

/** Pixels above the first frame, whose text stands below the names of the sides, and below the last. */
const ABOVE = 42;
const BELOW = 24;
/** Of a pause that has room for words. */
const TOLD = 36;

/** `times`: seconds, one for each frame, in the order of the capture; a step back is drawn as none. */
export function layOut(times: readonly number[], { perSecond, least, most }: Scale): Layout {
  const ys: number[] = [];
  const pauses: Pause[] = [];
  let y = ABOVE;
  for (const [i, time] of times.entries()) {
    if (i > 0) {
      const seconds = Math.max(0, time - times[i - 1]);
      const wanted = seconds * perSecond;
      const step = Math.min(most, Math.max(least, wanted));
      if (step >= TOLD)
        pauses.push({ y: y + step / 2, seconds, text: duration(seconds), cut: wanted > most });
      y += step;
    }
    ys.push(y);
  }
  return { ys, pauses, height: y + BELOW };
}

/** A scale in which half of the steps are as long as `pixels`: what is ordinary can be told apart. */
export function fittingScale(times: readonly number[], pixels: number): number {
  const steps = times
    .slice(1)
    .map((time, i) => time - times[i])
    .filter((step) => step > 0)
    .sort((a, b) => a - b);
  const middle = steps[steps.length >> 1];
  return middle === undefined ? 1 : pixels / middle;
}
