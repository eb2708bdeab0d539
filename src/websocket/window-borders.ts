/**
 * Where the segments of a window end, and where in it (or in which gap) a frame's end lies. Shared scratch that
 * is filled for one window at a time: searches are synchronous.
 */
import type { SegmentWindow } from './segment-window.js';

/** What a place in the stream is that lies in no run: at or behind the window's end … */
export const END = -1;
/** … or in the gap before run r: GAP - r. */
export const GAP = -3;

export class WindowBorders {
  /** For each index of the window, the length of the segment that ends before it; 0 where none does. */
  segments: Int32Array = new Int32Array(0);
  private window!: SegmentWindow;
  /** The run in which locate() found its octet, where that is not the one it began in. */
  private targetRun = 0;

  survey(window: SegmentWindow): void {
    this.window = window;
    const { length, runs, segments } = window;
    if (this.segments.length <= length) this.segments = new Int32Array(length * 2 + 1);
    this.segments.fill(0, 0, length + 1);
    let run = 0;
    for (let i = 0; i < segments.length; i++) {
      const { start } = segments[i];
      while (runs[run].end <= start) run++;
      const end = i + 1 < segments.length ? Math.min(segments[i + 1].start, runs[run].end) : runs[run].end;
      this.segments[end] = end - start;
    }
  }

  /** Index of the octet `size` behind `at` in run `r`; END at or behind the window's end, GAP - q in a gap. */
  locate(at: number, size: number, r: number): number {
    const { runs } = this.window;
    if (at + size < runs[r].end) return at + size;
    const target = runs[r].offset + at - runs[r].start + size;
    let low = r + 1;
    let high = runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (runs[middle].offset <= target) low = middle + 1;
      else high = middle;
    }
    this.targetRun = low - 1;
    const { start, end, offset } = runs[low - 1];
    if (target < offset + end - start) return start + target - offset;
    return low < runs.length ? GAP - low : END;
  }

  /**
   * Length of the segment that ends with the frame of `size` octets at `at`; 0 where none is known to.
   * `target` is what locate() said of its end.
   */
  segmentEnding(at: number, size: number, target: number, r: number): number {
    const { runs } = this.window;
    if (at + size <= runs[r].end) return this.segments[at + size];
    if (target < 0) return 0;
    if (this.segments[target] > 0) return this.segments[target];
    const behind = runs[this.targetRun];
    if (target > behind.start) return 0;
    // The segment that ends with a gap: what was captured of it, and the gap.
    const before = runs[this.targetRun - 1];
    return behind.offset - before.offset - (before.end - before.start) + this.segments[before.end];
  }
}
