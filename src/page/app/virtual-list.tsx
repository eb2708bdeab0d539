/**
 * A list of any length of which only the rows in sight are there, as a grid: one tab stop, moved through by keys, its
 * current row told to screen readers.
 *
 * Strategy: the scroll bar belongs to an empty box (scroll.ts says how long); the rows lie in a window that sticks to the
 * top, and are moved within it. So nothing is blank while the browser scrolls, however long the list is. Rows that have not
 * been read yet are drawn empty, and again when they are there.
 */
import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { placeAfter } from './list-keys.js';
import { barLength, revealing, rowsInSight } from './scroll.js';
import { useRows } from './use-rows.js';
import { useScrolling } from './use-scrolling.js';
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
  /** A row was clicked, and is current now. */
  onTap?(): void;
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
                  onClick={() => {
                    props.onCurrent(place);
                    props.onTap?.();
                  }}
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
