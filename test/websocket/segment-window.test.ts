import { describe, expect, it } from 'vitest';
import { Place } from '../../src/stream/place.js';
import { SEGMENT_COST, SegmentWindow, WindowBudget } from '../../src/websocket/segment-window.js';
import { embedded } from '../support/splits.js';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** What a replay delivers: `packet:origin bytes`, or the length of a gap. */
function replayed(window: SegmentWindow, place: Place, from?: number): string[] {
  const told: string[] = [];
  window.replay(
    {
      bytes: (chunk, start, end) =>
        void told.push(
          `${place.packet}@${start - place.origin} ${[...chunk.subarray(start, end)].join(' ')}`,
        ),
      gap: (length) => void told.push(`gap ${length}`),
    },
    from,
  );
  return told;
}

function filled(): { place: Place; window: SegmentWindow } {
  const place = new Place();
  const window = new SegmentWindow(place, new WindowBudget(), 100);
  place.packet = 1;
  window.push(...embedded(bytes(1, 2, 3)));
  place.packet = 2;
  window.push(bytes(4, 5), 0, 2);
  window.gap(10);
  window.gap(5);
  place.packet = 3;
  window.push(bytes(9, 6, 7), 1, 3);
  window.gap(4);
  place.packet = 77;
  return { place, window };
}

describe('a window of segments', () => {
  it('holds runs of bytes with gaps between them', () => {
    const { window } = filled();
    expect([...window.buffer.subarray(0, window.length)]).toEqual([1, 2, 3, 4, 5, 0, 6, 7, 0]);
    expect(window.runs).toEqual([
      { start: 0, end: 5, offset: 100 },
      { start: 6, end: 8, offset: 120 },
    ]);
    expect(window.segments.map(({ start }) => start)).toEqual([0, 3, 6]);
    expect(window.streamOffset).toBe(126);
    expect([0, 4, 5, 6, 8].map((index) => window.offsetOf(index))).toEqual([100, 104, 105, 120, 122]);
  });

  it.each([
    [undefined, ['1@7 1 2 3', '2@0 4 5', 'gap 15', '3@1 6 7', 'gap 4']],
    [100, ['1@7 1 2 3', '2@0 4 5', 'gap 15', '3@1 6 7', 'gap 4']],
    [102, ['1@9 3', '2@0 4 5', 'gap 15', '3@1 6 7', 'gap 4']],
    [103, ['2@0 4 5', 'gap 15', '3@1 6 7', 'gap 4']],
    [121, ['3@2 7', 'gap 4']],
  ] as const)('replays from stream offset %s under the places of the segments', (from, told) => {
    const { place, window } = filled();
    expect(replayed(window, place, from)).toEqual(told);
    expect(place.packet).toBe(77);
    expect(window.length).toBe(0);
    expect(replayed(window, place)).toEqual([]);
  });

  it('lets go of the older half', () => {
    const { place, window } = filled();
    window.dropHalf();
    expect(window.givenUp).toBe(5);
    expect(window.runs).toEqual([{ start: 0, end: 2, offset: 120 }]);
    expect(replayed(window, place)).toEqual(['3@1 6 7', 'gap 4']);
  });

  it('drops within a run, too', () => {
    const place = new Place();
    const window = new SegmentWindow(place, new WindowBudget());
    for (let i = 0; i < 5; i++) window.push(bytes(i, i), 0, 2);
    window.dropHalf();
    expect(window.runs).toEqual([{ start: 0, end: 4, offset: 6 }]);
    expect([...window.buffer.subarray(0, 4)]).toEqual([3, 3, 4, 4]);
    window.push(bytes(5), 0, 1);
    expect(window.runs).toEqual([{ start: 0, end: 5, offset: 6 }]);
    window.dropHalf();
    window.dropHalf();
    expect(window.length).toBe(0);
    window.push(bytes(8), 0, 1);
    expect(window.runs).toEqual([{ start: 0, end: 1, offset: 11 }]);
  });

  it('accounts for what it holds', () => {
    const budget = new WindowBudget(4 * SEGMENT_COST, 6 * SEGMENT_COST);
    const place = new Place();
    const [a, b] = [new SegmentWindow(place, budget), new SegmentWindow(place, budget)];
    for (let i = 0; i < 3; i++) a.push(bytes(1), 0, 1);
    expect([a.overfull, b.overfull, budget.held]).toEqual([false, false, 3 * SEGMENT_COST + 3]);
    a.push(bytes(1), 0, 1);
    expect(a.overfull).toBe(true);
    a.dropHalf();
    expect(a.overfull).toBe(false);
    for (let i = 0; i < 4; i++) b.push(bytes(1), 0, 1);
    expect([a.overfull, b.overfull]).toEqual([true, true]);
    a.clear();
    b.clear();
    expect(budget.held).toBe(0);
  });
});
