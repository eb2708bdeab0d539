/**
 * Numbers of the statistics as people read them: durations, rates, ratios, bars and sparklines.
 */

const UNITS: readonly (readonly [nanoseconds: number, name: string])[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
];

/** `1.5 ms`, to four digits; `-` where there is none. */
export function durationText(nanoseconds: number | undefined): string {
  if (nanoseconds === undefined) return '-';
  const unit = UNITS.find(([size]) => nanoseconds >= size);
  if (unit === undefined) return `${nanoseconds} ns`;
  return `${fewDigits(nanoseconds / unit[0])} ${unit[1]}`;
}

/** Four digits; all of what lies before the point. */
export function fewDigits(value: number): string {
  if (value === 0) return '0';
  const before = Math.floor(Math.log10(value)) + 1;
  return String(Number(value.toFixed(Math.min(9, Math.max(0, 4 - before)))));
}

/** How many times as much content there is as was on the wire. */
export function ratioText(content: number, wire: number): string {
  return wire === 0 ? '-' : `${(content / wire).toFixed(2)}x`;
}

export function percentText(part: number, whole: number): string {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
}

/** A bar of two parts, so long as they are of `most`; what is not nothing is seen. */
export function barOf(first: number, second: number, most: number, columns: number): string {
  if (first + second === 0) return '';
  const all = Math.max(1, Math.round(((first + second) / most) * columns));
  let dark = Math.round((first / (first + second)) * all);
  if (first > 0 && dark === 0 && all > 1) dark = 1;
  if (second > 0 && dark === all && all > 1) dark = all - 1;
  return '█'.repeat(dark) + '▒'.repeat(all - dark);
}

const HEIGHTS = '▁▂▃▄▅▆▇█';

/** A character per value, as high as it is of the highest; nothing is a blank. */
export function sparkline(values: ArrayLike<number>): string {
  const all = Array.from(values);
  const most = all.reduce((a, b) => Math.max(a, b), 0);
  const height = (value: number) =>
    value === 0 ? ' ' : HEIGHTS[Math.min(7, Math.ceil((value / most) * 8) - 1)];
  return all.map(height).join('');
}
