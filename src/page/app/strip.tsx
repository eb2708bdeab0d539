/**
 * All of the capture in a strip: how much each side said when, and where the frames lie that are looked at. A click or an
 * arrow key goes elsewhere.
 */
import type { Frame } from '../../websocket/frame-record.js';
import { duration } from './amounts.js';
import { useModel } from './context.js';
import { rowAtTime } from './lookup.js';
import { rateSeries, type StatisticsFacts } from './statistics-facts.js';

interface StripProps {
  readonly first: Frame | undefined;
  readonly last: Frame | undefined;
  /** Told a row of the table of frames. */
  onChoose(row: number): void;
}

const HEIGHT = 48;

export function Strip({ first, last, onChoose }: StripProps) {
  const { source } = useModel();
  const facts = source.overview.statistics as StatisticsFacts;
  const rates = rateSeries(facts, 'messages');
  if (rates === undefined || facts.rates === null || first === undefined || last === undefined) return null;
  const [times, client, server] = rates;
  const { start, width } = facts.rates;
  const whole = Math.max(width, times.length * width);
  const most = Math.max(1e-9, ...client, ...server);
  const at = (seconds: number) => Math.max(0, Math.min(100, (seconds / whole) * 100));
  const [from, to] = [at(first.time - start), at(last.time - start)];
  const goTo = async (share: number): Promise<void> => {
    onChoose(await rowAtTime(source.frames, start + Math.max(0, Math.min(1, share)) * whole));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 0.05, ArrowLeft: -0.05 }[event.key];
    if (step === undefined || event.ctrlKey) return;
    void goTo(from / 100 + step);
    event.preventDefault();
  };
  return (
    <div
      class="strip"
      role="slider"
      aria-label="Time in the capture"
      aria-valuemin={0}
      aria-valuemax={Math.round(whole * 1000)}
      aria-valuenow={Math.round((from / 100) * whole * 1000)}
      aria-valuetext={`${duration((from / 100) * whole)} of ${duration(whole)}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const { left, width: pixels } = event.currentTarget.getBoundingClientRect();
        void goTo((event.clientX - left) / pixels);
      }}
    >
      <svg viewBox={`0 0 ${times.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {times.map((_, i) => (
          <g key={i}>
            <rect
              class="strip-client"
              x={i}
              width={0.9}
              y={HEIGHT / 2 - (client[i] / most) * (HEIGHT / 2)}
              height={(client[i] / most) * (HEIGHT / 2)}
            />
            <rect
              class="strip-server"
              x={i}
              width={0.9}
              y={HEIGHT / 2}
              height={(server[i] / most) * (HEIGHT / 2)}
            />
          </g>
        ))}
      </svg>
      <span class="strip-window" style={{ left: `${from}%`, width: `${Math.max(0.5, to - from)}%` }} />
    </div>
  );
}
