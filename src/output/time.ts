/**
 * Timestamps as text. Exact to what was captured: six decimals, nine where the capture has nanoseconds.
 */
import type { Timestamp } from '../stream/place.js';

/** How times are shown: seconds since the first packet, seconds since the epoch, or UTC date and time. */
export type TimeFormat = 'relative' | 'epoch' | 'utc';

/** Seconds since the epoch, `1700000000.123456`. Also a valid JSON number. */
export function formatEpoch({ seconds, nanoseconds }: Timestamp): string {
  if (seconds < 0 && nanoseconds > 0)
    return `-${formatEpoch({ seconds: -seconds - 1, nanoseconds: 1e9 - nanoseconds })}`;
  return `${seconds}.${fraction(nanoseconds)}`;
}

/** The time that passed since `start`, in seconds. */
export function formatRelative(time: Timestamp, start: Timestamp): string {
  const elapsed = subtract(time, start);
  return formatEpoch(elapsed);
}

/** `2026-11-21 07:12:11.123456Z`; the epoch form for years that a Date cannot hold. */
export function formatUtc(time: Timestamp): string {
  const date = new Date(time.seconds * 1000);
  if (Number.isNaN(date.getTime())) return formatEpoch(time);
  return `${date.toISOString().slice(0, -5).replace('T', ' ')}.${fraction(time.nanoseconds)}Z`;
}

export function formatTime(time: Timestamp, format: TimeFormat, start: Timestamp): string {
  if (format === 'epoch') return formatEpoch(time);
  return format === 'utc' ? formatUtc(time) : formatRelative(time, start);
}

function subtract(time: Timestamp, start: Timestamp): Timestamp {
  const nanoseconds = time.nanoseconds - start.nanoseconds;
  const seconds = time.seconds - start.seconds;
  return nanoseconds < 0
    ? { seconds: seconds - 1, nanoseconds: nanoseconds + 1e9 }
    : { seconds, nanoseconds };
}

function fraction(nanoseconds: number): string {
  return nanoseconds % 1000 === 0
    ? String(nanoseconds / 1000).padStart(6, '0')
    : String(nanoseconds).padStart(9, '0');
}
