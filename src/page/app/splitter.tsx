/**
 * The border between the list and what is below it, which is moved by dragging, or by arrows.
 */
import type { RefObject } from 'preact';
import { useState } from 'preact/hooks';

/** Share of the list, in percent. */
const FIRST = 40;
const LEAST = 15;
const MOST = 80;
const STEP = 5;

/** `panes`: what is divided; its style is told the share. */
export function Splitter({ panes }: { panes: RefObject<HTMLElement | null> }) {
  const [share, setShare] = useState(FIRST);
  const divide = (wanted: number): void => {
    const bounded = Math.round(Math.max(LEAST, Math.min(MOST, wanted)));
    panes.current?.style.setProperty('--list-share', `${bounded}%`);
    setShare(bounded);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const to = { ArrowUp: share - STEP, ArrowDown: share + STEP, Home: LEAST, End: MOST }[event.key];
    if (to === undefined || event.ctrlKey) return;
    divide(to);
    event.preventDefault();
  };
  const onPointerMove = (event: PointerEvent): void => {
    const { current } = panes;
    if (current === null || !(event.currentTarget as Element).hasPointerCapture(event.pointerId)) return;
    const { top, height } = current.getBoundingClientRect();
    divide(((event.clientY - top) / height) * 100);
  };
  return (
    <div
      class="splitter"
      role="separator"
      aria-orientation="horizontal"
      aria-label="Height of the list"
      aria-valuemin={LEAST}
      aria-valuemax={MOST}
      aria-valuenow={share}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onDblClick={() => divide(FIRST)}
    />
  );
}
