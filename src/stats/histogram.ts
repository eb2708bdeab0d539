/**
 * How often which number came: whole numbers from 0, of sizes in octets or times in nanoseconds.
 *
 * Strategy: log-linear. Each power of two has up to 128 steps of the same width, made when the first number falls into it, so
 * that memory is bounded (8 KiB for the sizes of most captures, 55 KiB at most). Numbers below 256 are exact; a percentile of
 * others is the middle of its step, at most 1/256 (0.4 %) off. Count, minimum, maximum and powers of two are exact.
 */

/** Steps of a power of two, as a power of two. */
const BITS = 7;
/** Of a percentile, at most. */
export const RELATIVE_ERROR = 1 / 256;
/** Numbers from here on are not exact in a double. */
const MOST = Number.MAX_SAFE_INTEGER;

export interface Octave {
  /** From `from` to `to`, both included. */
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

export class Histogram {
  count = 0;
  /** Of all numbers; meaningless without any. */
  min = MOST;
  max = 0;
  private zeros = 0;
  /** Of the numbers from 2 ** index on: how many in each step. */
  private readonly octaves: (Float64Array | undefined)[] = [];

  /** What is negative, as a clock that was set back makes it, counts as 0. */
  add(number: number): void {
    const value = Math.min(MOST, Math.max(0, Math.round(number)));
    this.count++;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    if (value === 0) {
      this.zeros++;
      return;
    }
    const exponent = exponentOf(value);
    const octave = (this.octaves[exponent] ??= new Float64Array(2 ** Math.min(BITS, exponent)));
    octave[Math.floor((value - 2 ** exponent) / stepOf(exponent))]++;
  }

  /**
   * The least number that `share` of all are not above (nearest rank), within RELATIVE_ERROR; undefined without any
   * number.
   */
  percentile(share: number): number | undefined {
    if (this.count === 0) return undefined;
    const rank = Math.max(1, Math.ceil(share * this.count));
    if (rank === 1) return this.min;
    if (rank === this.count) return this.max;
    let seen = this.zeros;
    if (seen >= rank) return 0;
    for (const [exponent, octave] of this.octaves.entries())
      for (let i = 0; octave !== undefined && i < octave.length; i++) {
        seen += octave[i];
        if (seen >= rank) return this.within(2 ** exponent + (i + 0.5) * stepOf(exponent) - 0.5);
      }
    return this.max;
  }

  /** The powers of two from the first to the last that holds a number; 0 on its own. */
  powersOfTwo(): Octave[] {
    const powers: Octave[] = [{ from: 0, to: 0, count: this.zeros }];
    for (let exponent = 0; exponent < this.octaves.length; exponent++) {
      const count = this.octaves[exponent]?.reduce((sum, step) => sum + step, 0) ?? 0;
      powers.push({ from: 2 ** exponent, to: 2 ** (exponent + 1) - 1, count });
    }
    const first = powers.findIndex(({ count }) => count > 0);
    return first < 0 ? [] : powers.slice(first);
  }

  private within(value: number): number {
    return Math.min(this.max, Math.max(this.min, Math.round(value)));
  }
}

function exponentOf(value: number): number {
  if (value < 2 ** 32) return 31 - Math.clz32(value);
  return 63 - Math.clz32(Math.floor(value / 2 ** 32));
}

/** Width of the steps from 2 ** exponent on. */
function stepOf(exponent: number): number {
  return 2 ** Math.max(0, exponent - BITS);
}
