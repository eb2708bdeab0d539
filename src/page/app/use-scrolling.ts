/**
 * Where a long list begins, and the scroll bar beside it: scroll.ts says how the two go together.
 */
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { barOf, type Extent, lowest, scrolled } from './scroll.js';

/** Milliseconds without a step of the bar: it is at rest. */
const REST = 250;

export interface Scrolling {
  /** Pixels of the list above what is in sight. */
  readonly top: number;
  moveTo(top: number): void;
}

export function useScrolling(box: RefObject<HTMLDivElement | null>, extent: Extent): Scrolling {
  const [top, setTop] = useState(0);
  const now = useRef({ top: 0, bar: 0, extent });
  now.current.extent = extent;
  const moveTo = (wanted: number): void => {
    const bounded = Math.max(0, Math.min(wanted, lowest(extent)));
    now.current.top = bounded;
    setTop(bounded);
    const bar = Math.round(barOf(bounded, extent));
    if (box.current === null || Math.abs(box.current.scrollTop - bar) < 1) return;
    now.current.bar = bar;
    box.current.scrollTop = bar;
  };
  useEffect(() => {
    const element = box.current!;
    let resting: ReturnType<typeof setTimeout> | undefined;
    const onScroll = (): void => {
      const state = now.current;
      const after = element.scrollTop;
      if (after === state.bar) return;
      state.top = scrolled(state.top, state.bar, after, state.extent);
      state.bar = after;
      setTop(state.top);
      clearTimeout(resting);
      resting = setTimeout(() => {
        state.bar = element.scrollTop = Math.round(barOf(state.top, state.extent));
      }, REST);
    };
    element.addEventListener('scroll', onScroll, { passive: true });
    return () => {
      clearTimeout(resting);
      element.removeEventListener('scroll', onScroll);
    };
  }, []);
  // A list that got shorter may end above where it was looked at.
  useLayoutEffect(() => {
    if (now.current.top > lowest(extent)) moveTo(lowest(extent));
  }, [extent.whole, extent.sight]);
  return { top: Math.min(top, lowest(extent)), moveTo };
}
