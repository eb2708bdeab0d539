/**
 * Rates over time, drawn by uPlot: pointing tells the values, dragging zooms, a double click shows all again.
 */
import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import { size, whole } from './amounts.js';
import { useModel } from './context.js';
import { clockText } from './times.js';
import { useSize } from './use-size.js';

interface RatePlotProps {
  readonly series: [number[], number[], number[]];
  readonly what: 'messages' | 'bytes';
  /** Of the series, in seconds since the epoch. */
  readonly start: number;
}

const HEIGHT = 240;

export function RatePlot({ series, what, start }: RatePlotProps) {
  const isUtc = useModel().times.value !== 'relative';
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  useEffect(() => {
    if (width === 0) return;
    const element = box.current!;
    const draw = () =>
      new UPlot(
        { ...optionsOf(what, colorsOf(element), isUtc ? start : undefined), width, height: HEIGHT },
        series,
        element,
      );
    let plot = draw();
    const redraw = (): void => {
      plot.destroy();
      plot = draw();
    };
    const dark = matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', redraw);
    window.addEventListener('themechange', redraw);
    return () => {
      dark.removeEventListener('change', redraw);
      window.removeEventListener('themechange', redraw);
      plot.destroy();
    };
  }, [series, what, width, start, isUtc]);
  const [, client, server] = series;
  const most = (of: number[]) =>
    told(
      what,
      of.reduce((a, b) => Math.max(a, b), 0),
    );
  return (
    <div
      class="plot"
      ref={box}
      role="img"
      aria-label={`${what} per second over time, ${isUtc ? `from ${clockText(start)} UTC on` : 'in seconds since the first frame'}; at most ${most(client)} of the client, ${most(server)} of the server`}
    />
  );
}

const told = (what: string, value: number): string =>
  what === 'bytes' ? `${size(Math.round(value))}/s` : `${whole(Math.round(value * 10) / 10)}/s`;

type Colors = (name: string) => string;

/** A canvas takes no names: what they come to in the theme that is shown. */
function colorsOf(element: HTMLElement): Colors {
  return (name) => {
    element.style.setProperty('color', `var(--${name})`);
    const { color } = getComputedStyle(element);
    element.style.removeProperty('color');
    return color;
  };
}

/** `start`: as in RatePlotProps where times are shown in UTC. */
function optionsOf(
  what: 'messages' | 'bytes',
  color: Colors,
  start: number | undefined,
): Omit<UPlot.Options, 'width' | 'height'> {
  const timeOf = (at: number, digits?: number): string =>
    start === undefined ? `${digits === undefined ? at : at.toFixed(digits)} s` : clockText(start + at);
  const axis = {
    stroke: color('faint'),
    grid: { stroke: color('line'), width: 1 },
    ticks: { stroke: color('line') },
  };
  const line = (label: string, stroke: string) => ({
    label,
    stroke,
    width: 2,
    fill: stroke.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.13)'),
    value: (_: UPlot, value: number | null) => (value === null ? '–' : told(what, value)),
    points: { show: false },
  });
  return {
    scales: { x: { time: false } },
    axes: [
      {
        ...axis,
        label: start === undefined ? 'seconds since the first frame' : 'UTC',
        size: 34,
        labelSize: 18,
        space: start === undefined ? 50 : 90,
        values: (_, splits) => splits.map((at) => timeOf(at)),
      },
      {
        ...axis,
        size: 70,
        values: (_, splits) => splits.map((value) => (what === 'bytes' ? size(value) : whole(value))),
      },
    ],
    series: [
      { label: 'time', value: (_, value) => (value === null ? '–' : timeOf(value, 3)) },
      line('client', color('client')),
      line('server', color('server')),
    ],
  };
}
