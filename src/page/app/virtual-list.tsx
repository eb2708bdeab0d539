/**
 * A list of any length of which only the rows in sight are there, as a grid: one tab stop, moved through by keys, its
 * current row told to screen readers.
 *
 * Strategy: the scroll bar belongs to an empty box (scroll.ts says how long); the rows lie in a window that sticks to the
 * top, and are moved within it. So nothing is blank while the browser scrolls, however long the list is. Rows that have not
 * been read yet are drawn empty, and again when they are there.
 */
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { placeAfter } from './list-keys.js';
import { barLength, barOf, type Extent, lowest, revealing, rowsInSight, scrolled } from './scroll.js';
import { useSize } from './use-size.js';

export interface VirtualListProps<Row> {
  readonly id: string;
  readonly label: string;
  readonly count: number;
  readonly rowHeight: number;
  /** Place of the current row; -1: none. */
  readonly current: number;
  readonly head?: ComponentChildren;
  readonly columns: number;
  /** Reads what is at these places. */
  read(places: readonly number[]): Promise<readonly (Row | undefined)[]>;
  /** Changes when what is at the places does. */
  readonly of: unknown;
  cells(row: Row, place: number): ComponentChildren;
  rowClass?(row: Row): string;
  onCurrent(place: number): void;
  /** Enter, or a second click. */
  onOpen?(place: number): void;
  readonly empty: ComponentChildren;
}

const HEAD = 26;

export function VirtualList<Row>(props: VirtualListProps<Row>) {
  const { id, label, count, rowHeight, current, head, columns, cells, rowClass, empty } = props;
  const box = useRef<HTMLDivElement>(null);
  const { height } = useSize(box);
  const headHeight = head === undefined ? 0 : HEAD;
  const extent = { whole: count * rowHeight, sight: Math.max(0, height - headHeight) };
  const { top, moveTo } = useScrolling(box, extent);
  const { from, count: shown } = rowsInSight(top, extent, rowHeight, count);
  const rows = useRows(props, from, shown);
  useLayoutEffect(() => {
    if (current >= 0 && extent.sight > 0) moveTo(revealing(current, top, extent, rowHeight));
  }, [current, extent.sight > 0]);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const place = placeAfter(event.key, current, count, Math.floor(extent.sight / rowHeight));
    if (place !== undefined) props.onCurrent(place);
    else if (event.key === 'Enter' && current >= 0 && props.onOpen !== undefined) props.onOpen(current);
    else return;
    event.preventDefault();
  };
  const isCurrentDrawn = current >= from && current < from + shown;
  return (
    <div
      class="vlist"
      id={id}
      role="grid"
      aria-label={label}
      aria-rowcount={count + (head === undefined ? 0 : 1)}
      aria-colcount={columns}
      aria-activedescendant={isCurrentDrawn ? `${id}-${current}` : undefined}
      tabIndex={0}
      ref={box}
      onKeyDown={onKeyDown}
    >
      {head !== undefined && (
        <div class="vhead" role="rowgroup">
          {head}
        </div>
      )}
      {count === 0 && (
        <div role="row" class="vempty">
          <div role="gridcell">{empty}</div>
        </div>
      )}
      <div role="none" class="vbar" style={{ height: `${barLength(extent)}px` }}>
        <div
          role="none"
          class="vwindow"
          style={{ top: `${headHeight}px`, height: `${Math.min(extent.sight, extent.whole)}px` }}
        >
          <div role="rowgroup" class="vrows" style={{ transform: `translateY(${from * rowHeight - top}px)` }}>
            {Array.from({ length: shown }, (_, i) => {
              const [place, row] = [from + i, rows.get(from + i)];
              return (
                <div
                  key={place}
                  id={`${id}-${place}`}
                  role="row"
                  aria-rowindex={place + (head === undefined ? 1 : 2)}
                  aria-selected={place === current}
                  class={`vrow ${row === undefined ? 'unread' : (rowClass?.(row) ?? '')}`}
                  style={{ height: `${rowHeight}px` }}
                  onClick={() => props.onCurrent(place)}
                  onDblClick={() => props.onOpen?.(place)}
                >
                  {row === undefined ? <div role="gridcell">…</div> : cells(row, place)}
                </div>
              );
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

/** Where the list begins, and the bar beside it. */
function useScrolling(box: RefObject<HTMLDivElement | null>, extent: Extent) {
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
      }, 250);
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

/** The rows of these places, as far as they have been read. */
function useRows<Row>(
  { read, of }: VirtualListProps<Row>,
  from: number,
  count: number,
): ReadonlyMap<number, Row> {
  const [known, setKnown] = useState<{ of: unknown; rows: ReadonlyMap<number, Row> }>({
    of,
    rows: new Map(),
  });
  useEffect(() => {
    let isOver = false;
    const places = Array.from({ length: count }, (_, i) => from + i);
    const old = known.of === of ? known.rows : new Map<number, Row>();
    if (places.every((place) => old.has(place))) return;
    void read(places).then((rows) => {
      if (isOver) return;
      const map = new Map<number, Row>();
      for (const [i, row] of rows.entries()) if (row !== undefined) map.set(places[i], row);
      setKnown({ of, rows: map });
    });
    return () => {
      isOver = true;
    };
  }, [of, from, count]);
  return known.of === of ? known.rows : new Map();
}
