/**
 * How times are shown: in seconds since the first packet, or in UTC, as was chosen here, which is remembered.
 */
import { formatTime } from '../../output/time.js';
import type { Timestamp } from '../../stream/place.js';

/** `relative`: seconds since the first packet; `clock`: UTC time of day; `utc`: with its date. */
export const TIMES = ['relative', 'clock', 'utc'] as const;
export type Times = (typeof TIMES)[number];

/** What it is remembered as. */
export const TIMES_KEY = 'wsdissect-times';

/** `start`: of the first packet. `1.234567`, `07:12:11.123456Z`, `2026-11-21 07:12:11.123456Z`. */
export function timeText(time: Timestamp, times: Times, start: Timestamp): string {
  if (times !== 'clock') return formatTime(time, times, start);
  return formatTime(time, 'utc', start).replace(/^\S+ /, '');
}

/** A time of the epoch in seconds where there is room for that of day only: `07:12:11`, with a fraction where there is one. */
export function clockText(seconds: number): string {
  const date = new Date(Math.round(seconds * 1000));
  if (Number.isNaN(date.getTime())) return `${seconds} s`;
  return date
    .toISOString()
    .slice(11, -1)
    .replace(/\.0*$|(?<=\.\d+)0+$/, '');
}

/** The same where no head tells the unit: `1.234567 s`. */
export function timeWithUnit(time: Timestamp, times: Times, start: Timestamp): string {
  const text = timeText(time, times, start);
  return times === 'relative' ? `${text} s` : text;
}
