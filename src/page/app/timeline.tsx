/**
 * The sequence diagram: two lines of life, an arrow for each frame, time downwards. Some hundred frames at a time, from a
 * place that the strip above or the buttons choose; the zoom is how long a second is drawn.
 */
import { useEffect, useMemo, useState } from 'preact/hooks';
import { secondsBetween } from '../../stream/place.js';
import { isControl, opcodeTitle } from '../../websocket/opcode.js';
import { whole } from './amounts.js';
import { useModel } from './context.js';
import { placeAfter } from './list-keys.js';
import { type Listed, readListed } from './listed.js';
import { Strip } from './strip.js';
import { fittingScale, type Layout, layOut } from './timeline-layout.js';
import { timeText } from './times.js';

/** Frames at a time. */
const MOST = 200;
const LEAST_STEP = 22;
const MOST_STEP = 160;
/** Of the zoom. */
const LEAST_ZOOM = 1 / 64;
const MOST_ZOOM = 1024;
/** Pixels that the step in the middle has at zoom 1. */
const ORDINARY = 26;

export function Timeline() {
  const model = useModel();
  const rows = model.rows.value;
  const current = model.row.value;
  const [from, setFrom] = useState(() =>
    firstPlace(rows.count, current === undefined ? 0 : rows.placeOf(current)),
  );
  const [zoom, setZoom] = useState(1);
  const frames = useFrames(from);
  const layout = useMemo(() => layoutOf(frames, zoom), [frames, zoom]);
  const goTo = (place: number) => setFrom(firstPlace(rows.count, place));
  const zoomTo = (wanted: number) => setZoom(Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, wanted)));
  const onKeyDown = (event: KeyboardEvent): void => {
    // With these + and - are the browser's.
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = frames.findIndex(({ frame }) => frame.number === model.frame.value?.number);
    const place = placeAfter(event.key, at, frames.length, 10);
    const zoomed = { '+': zoom * 2, '-': zoom / 2, '0': 1 }[event.key];
    if (zoomed !== undefined) zoomTo(zoomed);
    else if (place !== undefined) {
      model.selectPlace(from + place);
      document.getElementById(`arrow-${place}`)?.scrollIntoView({ block: 'nearest' });
    } else return;
    event.preventDefault();
  };
  return (
    <>
      <div class="pane-head">
        <h2>
          {frames.length === 0
            ? 'Timeline'
            : `Frames ${whole(from + 1)} to ${whole(from + frames.length)} of ${whole(rows.count)}`}
        </h2>
        <div role="group" aria-label="Part of the capture" class="group">
          <button type="button" disabled={from === 0} onClick={() => goTo(from - MOST)}>
            Earlier
          </button>
          <button type="button" disabled={from + MOST >= rows.count} onClick={() => goTo(from + MOST)}>
            Later
          </button>
        </div>
        <div role="group" aria-label="Zoom" class="group">
          <button
            type="button"
            aria-label="Zoom out"
            disabled={zoom === LEAST_ZOOM}
            onClick={() => zoomTo(zoom / 2)}
          >
            −
          </button>
          <button
            type="button"
            class="zoom"
            aria-label={`Zoom is ${zoomText(zoom)}: back to 1×`}
            onClick={() => zoomTo(1)}
          >
            {zoomText(zoom)}
          </button>
          <button
            type="button"
            aria-label="Zoom in"
            disabled={zoom === MOST_ZOOM}
            onClick={() => zoomTo(zoom * 2)}
          >
            +
          </button>
        </div>
      </div>
      <Strip
        onChoose={(row) => goTo(rows.placeOf(row))}
        first={frames[0]?.frame}
        last={frames.at(-1)?.frame}
      />
      <div
        class="scrolls sequence-box"
        role="listbox"
        aria-label="Sequence of frames"
        aria-activedescendant={activeArrow(frames, model.frame.value?.number)}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        {frames.length === 0 && <p class="nothing">{model.busy.value ? 'Looking …' : 'No frames.'}</p>}
        {frames.length > 0 && <Sequence frames={frames} layout={layout} from={from} />}
      </div>
    </>
  );
}

function zoomText(zoom: number): string {
  return zoom >= 1 ? `${zoom}×` : `1/${1 / zoom}`;
}

function activeArrow(frames: readonly Listed[], number: number | undefined): string | undefined {
  const at = frames.findIndex(({ frame }) => frame.number === number);
  return at < 0 ? undefined : `arrow-${at}`;
}

/** So that the place is among those that are shown. */
function firstPlace(count: number, place: number): number {
  return Math.max(0, Math.min(place - (place % MOST), count - 1));
}

function layoutOf(frames: readonly Listed[], zoom: number): Layout {
  const times = frames.map(({ frame }) => secondsBetween(frames[0].frame.timestamp, frame.timestamp));
  const perSecond = fittingScale(times, ORDINARY) * zoom;
  return layOut(times, { perSecond, least: LEAST_STEP, most: MOST_STEP * Math.max(1, zoom) });
}

function useFrames(from: number): readonly Listed[] {
  const model = useModel();
  const rows = model.rows.value;
  const [frames, setFrames] = useState<readonly Listed[]>([]);
  useEffect(() => {
    let isOver = false;
    const places = Array.from({ length: Math.min(MOST, rows.count - from) }, (_, i) => from + i);
    void readListed(model.source, rows, places).then((read) => {
      if (!isOver) setFrames(read.filter((frame) => frame !== undefined));
    });
    return () => {
      isOver = true;
    };
  }, [rows, from]);
  return frames;
}

function Sequence({ frames, layout, from }: { frames: readonly Listed[]; layout: Layout; from: number }) {
  const model = useModel();
  const selected = model.frame.value?.number;
  const isMixed = frames.some(({ frame }) => frame.session.number !== frames[0].frame.session.number);
  const { ys, pauses, height } = layout;
  return (
    <div class="sequence" role="none" style={{ height: `${height}px` }}>
      <div class="peers" aria-hidden="true">
        <span class="peer client">client</span>
        <span class="peer server">server</span>
      </div>
      <div class="lifeline client" aria-hidden="true" />
      <div class="lifeline server" aria-hidden="true" />
      {frames.map(({ frame, says }, i) => {
        const { number, session, sender, opcode, timestamp } = frame;
        const severity = model.findings.severity(number);
        const time = timeText(timestamp, model.times.value, model.start);
        return (
          <div
            key={number}
            id={`arrow-${i}`}
            role="option"
            aria-selected={number === selected}
            class={`arrow ${sender}${isControl(opcode) ? ' control' : ''}${severity === undefined ? '' : ` ${severity}`}`}
            style={{ top: `${ys[i]}px` }}
            onClick={() => model.selectPlace(from + i)}
            onDblClick={() => model.go({ view: 'frames' })}
          >
            <span class="arrow-time">{time}</span>
            <span class="arrow-line">
              <span class="arrow-text">
                <span class="sr">{sender}</span>{' '}
                {isMixed && <span class="arrow-session">session {session.number}</span>}{' '}
                <b>{opcodeTitle(opcode)}</b> {whole(frame.exactLength)} B{' '}
                <span class="arrow-payload">{says.slice(0, 120)}</span>
              </span>
            </span>
            <span class="arrow-number">
              <span class="sr">frame</span> {whole(number)} <span class="sr">{severity}</span>
            </span>
          </div>
        );
      })}
      {pauses.map(({ y, text, cut }) => (
        <div key={y} class={`pause${cut ? ' is-cut' : ''}`} aria-hidden="true" style={{ top: `${y}px` }}>
          {text}
        </div>
      ))}
    </div>
  );
}
