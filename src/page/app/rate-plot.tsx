/**
 * Rates over time, drawn by uPlot: pointing tells the values, dragging zooms, a double click shows all again.
 */
import { useEffect, useRef } from 'preact/hooks';
import UPlot from 'uplot';
import { size, whole } from './amounts.js';
import { useSize } from './use-size.js';

interface RatePlotProps {
  readonly series: [number[], number[], number[]];
  readonly what: 'messages' | 'bytes';
}

const HEIGHT = 240;

export function RatePlot({ series, what }: RatePlotProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  useEffect(() => {
    if (width === 0) return;
    const element = box.current!;
    const draw = () =>
      new UPlot({ ...optionsOf(what, colorsOf(element)), width, height: HEIGHT }, series, element);
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
  }, [series, what, width]);
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
      aria-label={`${what} per second over time; at most ${most(client)} of the client, ${most(server)} of the server`}
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

function optionsOf(what: 'messages' | 'bytes', color: Colors): Omit<UPlot.Options, 'width' | 'height'> {
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
      { ...axis, values: (_, splits) => splits.map((at) => `${at} s`) },
      {
        ...axis,
        size: 70,
        values: (_, splits) => splits.map((value) => (what === 'bytes' ? size(value) : whole(value))),
      },
    ],
    series: [
      { label: 'time', value: (_, value) => (value === null ? '–' : `${value.toFixed(3)} s`) },
      line('client', color('client')),
      line('server', color('server')),
    ],
  };
}
