/**
 * The rates of the statistics as a section: sparklines over all of the time, and a table of fewer spans.
 */
import type { Rates, Series, Spans } from '../stats/rates.js';
import type { Timestamp } from '../stream/place.js';
import { durationText, fewDigits, sparkline } from './stats-numbers.js';
import type { Section, StatsContext } from './stats-sections.js';

/** Rows of the table, at most. */
const MOST_ROWS = 16;
const LABEL = 12;

export function rateSection(rates: Rates, context: StatsContext): Section {
  const lines = rates.spans(context.width - LABEL);
  const rows = rates.spans(MOST_ROWS);
  return {
    title: rows === undefined ? 'Rates' : `Rates, a row each ${durationText(rows.width)}`,
    lines: lines === undefined ? [] : sparklines(lines),
    columns: [
      { title: 'From', align: 'right' },
      { title: 'Messages/s →', align: 'right' },
      { title: 'Messages/s ←', align: 'right' },
      { title: 'Bytes/s →', align: 'right', dispensable: 1 },
      { title: 'Bytes/s ←', align: 'right', dispensable: 1 },
    ],
    rows: rows === undefined ? [] : tableRows(rows, context),
  };
}

function sparklines({ client, server }: Spans): string[] {
  const line = (name: string, counts: Float64Array) =>
    counts.some((count) => count > 0) ? [`${name.padEnd(LABEL)}${sparkline(counts)}`.trimEnd()] : [];
  return [
    ...line('messages →', client.messages),
    ...line('messages ←', server.messages),
    ...line('bytes →', client.bytes),
    ...line('bytes ←', server.bytes),
  ];
}

function tableRows({ start, width, client, server }: Spans, { time }: StatsContext): string[][] {
  const perSecond = (counts: Float64Array, i: number) => fewDigits(counts[i] / (width / 1e9));
  const both: (keyof Series)[] = ['messages', 'bytes'];
  return Array.from(client.messages, (_, i) => [
    time(later(start, i * width)),
    ...both.flatMap((what) => [perSecond(client[what], i), perSecond(server[what], i)]),
  ]);
}

/** To the microsecond: the first spans are a fraction of one longer than whole ones. */
function later({ seconds, nanoseconds }: Timestamp, by: number): Timestamp {
  const sum = nanoseconds + by;
  const whole = Math.floor(sum / 1e9);
  const rest = sum - whole * 1e9;
  return { seconds: seconds + whole, nanoseconds: rest - (rest % 1000) };
}
