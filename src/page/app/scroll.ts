/**
 * Which rows of a long list are in sight, and how a scroll bar that is shorter than the list moves it.
 *
 * Strategy: browsers lay out no more than some 16 to 33 million pixels, so the bar has at most MOST pixels. A small step of
 * it moves the list by just that, so that wheel and finger feel right; a leap moves it in proportion, as who drags the bar
 * expects. At rest the bar is put where the proportion says.
 */
import type { Span } from '../spans.js';

/** Pixels of a scroll bar's box: every browser lays out as many, and a step of the bar is still finer than a view. */
export const MOST = 4_000_000;

export interface Extent {
  /** Pixels of all rows. */
  readonly whole: number;
  /** Pixels that are in sight. */
  readonly sight: number;
}

/** Pixels that the scroll bar is given. */
export function barLength({ whole }: Extent): number {
  return Math.min(whole, MOST);
}

/** How far down the list can begin. */
export function lowest({ whole, sight }: Extent): number {
  return Math.max(0, whole - sight);
}

/** Where the bar belongs when the list begins at pixel `top`. */
export function barOf(top: number, extent: Extent): number {
  const [list, bar] = [lowest(extent), barLength(extent) - extent.sight];
  return list <= 0 || bar <= 0 ? 0 : list === bar ? top : (top / list) * bar;
}

/** Where the list begins after the bar went from `before` to `after`; it began at `top`. */
export function scrolled(top: number, before: number, after: number, extent: Extent): number {
  const [list, bar] = [lowest(extent), barLength(extent) - extent.sight];
  if (list <= bar) return clamp(after, list);
  if (after <= 0) return 0;
  if (after >= bar) return list;
  const isStep = Math.abs(after - before) <= 2 * extent.sight;
  return clamp(isStep ? top + after - before : (after / bar) * list, list);
}

/** Rows in sight, wholly or in part. */
export function rowsInSight(top: number, { sight }: Extent, rowHeight: number, count: number): Span {
  const from = Math.min(Math.floor(top / rowHeight), Math.max(0, count - 1));
  const end = Math.min(count, Math.ceil((top + sight) / rowHeight));
  return { from, count: Math.max(0, end - from) };
}

/** Where the list has to begin so that `row` is in sight: as it is, if possible; with `margin` rows around a leap. */
export function revealing(row: number, top: number, extent: Extent, rowHeight: number): number {
  const [start, end] = [row * rowHeight, (row + 1) * rowHeight];
  if (start >= top && end <= top + extent.sight) return top;
  const isNear = end > top - extent.sight && start < top + 2 * extent.sight;
  if (!isNear) return clamp(start - extent.sight / 3, lowest(extent));
  return clamp(start < top ? start : end - extent.sight, lowest(extent));
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(value, most));
}
