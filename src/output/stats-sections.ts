/**
 * The statistics as sections: a title, lines of text and rows of columns each. Table and text show the same ones.
 *
 * Strategy: a section without anything in it is left out. What clients sent is marked →, what servers sent ←.
 */
import { visible } from '../bytes/visible.js';
import { ENDINGS, type Ending } from '../stats/ending.js';
import type { Histogram } from '../stats/histogram.js';
import type { Statistics, Target } from '../stats/statistics.js';
import { NO_CODE, type SideTally, type Tally } from '../stats/tally.js';
import { type Amounts, both, type Top } from '../stats/top.js';
import type { Timestamp } from '../stream/place.js';
import { closeCodeName } from '../websocket/close.js';
import { CONTINUATION, isControl, opcodeName } from '../websocket/opcode.js';
import { barOf, durationText, percentText, ratioText } from './stats-numbers.js';
import type { Cell } from './table.js';

export interface StatsColumn {
  readonly title: string;
  readonly align?: 'right';
  /** Takes what is left of the width, and no more than it needs. */
  readonly isRest?: boolean;
  /** Left out where it is too narrow, the highest first. */
  readonly dispensable?: number;
}

export interface Section {
  readonly title: string;
  /** Above the rows. */
  readonly lines?: readonly string[];
  readonly columns: readonly StatsColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface StatsContext {
  /** Entries of a list of the greatest. */
  readonly top: number;
  /** Columns there are. */
  readonly width: number;
  readonly time: (time: Timestamp) => string;
}

const right = (title: string, dispensable = 0): StatsColumn => ({ title, align: 'right', dispensable });
const SIDES = [
  ['client', '→'],
  ['server', '←'],
] as const;

export function opcodeSection({ client, server }: Tally): Section {
  const rows: string[][] = [];
  for (let opcode = 0; opcode < client.framesOf.length; opcode++) {
    const frames = [client.framesOf[opcode], server.framesOf[opcode]];
    const messages = [client.messagesOf[opcode], server.messagesOf[opcode]];
    if ([...frames, ...messages].every((count) => count === 0)) continue;
    // Messages whose beginning is missing have no other opcode.
    const hasMessages =
      !isControl(opcode) && (opcode !== CONTINUATION || messages.some((count) => count > 0));
    rows.push([
      opcodeName(opcode),
      ...frames.map(String),
      ...messages.map((n) => (hasMessages ? String(n) : '-')),
    ]);
  }
  if (rows.length > 0)
    rows.push(['all', ...[client.frames, server.frames, client.messages, server.messages].map(String)]);
  return {
    title: 'Opcodes',
    columns: [
      { title: 'Opcode' },
      right('Frames →'),
      right('Frames ←'),
      right('Messages →', 1),
      right('Messages ←', 1),
    ],
    rows,
  };
}

/** Columns of the longest bar. */
const LONGEST_BAR = 36;

export function sizeSection({ client, server }: Tally): Section {
  const [sent, got] = [client.sizes.powersOfTwo(), server.sizes.powersOfTwo()];
  const steps = new Map([...sent, ...got].map((step) => [step.from, step]));
  const countOf = (steps: typeof sent, from: number) => steps.find((step) => step.from === from)?.count ?? 0;
  const counted = [...steps.values()]
    .sort((a, b) => a.from - b.from)
    .map((step) => ({ ...step, client: countOf(sent, step.from), server: countOf(got, step.from) }));
  const most = counted.reduce((highest, step) => Math.max(highest, both(step)), 0);
  return {
    title: 'Sizes of messages',
    columns: [right('Bytes'), right('→'), right('←'), { title: '→ █  ← ▒', isRest: true, dispensable: 1 }],
    rows: counted.map((step) => [
      step.from === step.to ? String(step.from) : `${step.from}-${step.to}`,
      String(step.client),
      String(step.server),
      (columns: number) => barOf(step.client, step.server, most, Math.min(LONGEST_BAR, columns)),
    ]),
  };
}

export function percentileSection(tally: Tally): Section {
  const rows: string[][] = [];
  const add = (name: string, numbers: Histogram, format: (value: number | undefined) => string) => {
    if (numbers.count === 0) return;
    const shares = [0.5, 0.9, 0.95, 0.99].map((share) => numbers.percentile(share));
    rows.push([name, String(numbers.count), ...[numbers.min, ...shares, numbers.max].map(format)]);
  };
  for (const [sender, arrow] of SIDES) add(`bytes of a message ${arrow}`, tally[sender].sizes, String);
  add('gap between messages', tally.gaps, durationText);
  for (const [sender, arrow] of SIDES)
    add(`Ping ${arrow} to its Pong`, tally[sender].roundTrips, durationText);
  return {
    title: 'Percentiles',
    columns: [
      { title: '' },
      right('Count', 3),
      right('Min', 2),
      right('Median'),
      right('p90', 1),
      right('p95', 2),
      right('p99', 1),
      right('Max'),
    ],
    rows,
  };
}

export function sideSection(tally: Tally): Section {
  const names: readonly (readonly [string, (side: SideTally) => number, (side: SideTally) => string])[] = [
    ['bytes of payload', ({ bytes }) => bytes, ({ bytes }) => String(bytes)],
    [
      'compressed messages',
      ({ compressed }) => compressed.messages,
      ({ compressed, messages }) => `${compressed.messages} (${percentText(compressed.messages, messages)})`,
    ],
    [
      'their content, bytes',
      ({ compressed }) => compressed.messages,
      ({ compressed }) => String(compressed.content),
    ],
    [
      'on the wire, bytes',
      ({ compressed }) => compressed.messages,
      ({ compressed: { content, wire } }) => `${wire} (${ratioText(content, wire)})`,
    ],
    [
      'fragmented messages',
      ({ fragmented }) => fragmented.messages,
      ({ fragmented, messages }) => `${fragmented.messages} (${percentText(fragmented.messages, messages)})`,
    ],
    [
      'most frames of one',
      ({ fragmented }) => fragmented.messages,
      ({ fragmented }) => String(fragmented.mostFrames),
    ],
    [
      'Pings with a Pong',
      ({ roundTrips, unanswered }) => roundTrips.count + unanswered,
      ({ roundTrips }) => String(roundTrips.count),
    ],
    [
      'Pings without one',
      ({ roundTrips, unanswered }) => roundTrips.count + unanswered,
      ({ unanswered }) => String(unanswered),
    ],
  ];
  const { client, server } = tally;
  return {
    title: 'Payload, compression, fragments, Pings',
    columns: [{ title: '' }, right('→'), right('←')],
    rows: names
      .filter(([, of]) => of(client) + of(server) > 0)
      .map(([name, , text]) => [name, text(client), text(server)]),
  };
}

export function closeSection({ client, server }: Tally, { top }: StatsContext): Section {
  const codes = [...new Set([...client.closes.keys(), ...server.closes.keys()])];
  const counts = codes.map((code) => ({
    code,
    client: client.closes.get(code) ?? 0,
    server: server.closes.get(code) ?? 0,
  }));
  counts.sort((a, b) => both(b) - both(a) || a.code - b.code);
  const rows = counts.slice(0, top).map((one) => closeRow(one.code, one));
  const rest = counts.slice(top);
  const sum = (sender: 'client' | 'server') => rest.reduce((all, one) => all + one[sender], 0);
  if (rest.length > 0) rows.push(['others', String(sum('client')), String(sum('server')), '']);
  return {
    title: 'Close codes',
    columns: [right('Code'), right('→'), right('←'), { title: 'Meaning', isRest: true }],
    rows,
  };
}

function closeRow(code: number, { client, server }: { client: number; server: number }): string[] {
  const name = code === NO_CODE ? ['none', 'without a code'] : [String(code), closeCodeName(code)];
  return [name[0], String(client), String(server), name[1]];
}

const ENDING_TEXT: Readonly<Record<Ending, string>> = {
  'closed-by-client': 'the client closed, the server answered',
  'closed-by-server': 'the server closed, the client answered',
  'closed-by-both': 'both closed at once',
  'close-of-client-unanswered': 'the client closed, no answer was captured',
  'close-of-server-unanswered': 'the server closed, no answer was captured',
  'ended-by-client': 'the client ended the stream, no Close was captured',
  'ended-by-server': 'the server ended the stream, no Close was captured',
  'reset-by-client': 'the client reset the stream, no Close was captured',
  'reset-by-server': 'the server reset the stream, no Close was captured',
  'still-open': 'open at the end of the capture',
  refused: 'the upgrade was refused',
};

export function endingText(ending: Ending): string {
  return ENDING_TEXT[ending];
}

export function endingSection({ endings }: Tally): Section {
  return {
    title: 'How sessions ended',
    columns: [right('Sessions'), { title: 'Ending', isRest: true }],
    rows: ENDINGS.filter((ending) => endings.has(ending)).map((ending) => [
      String(endings.get(ending)),
      endingText(ending),
    ]),
  };
}

export function topSections({ talkers, targets }: Statistics, context: StatsContext): Section[] {
  return [
    topSection('Clients', 'Address', talkers, visible, context),
    topSection('Hosts and paths', 'Host and path', targets, targetText, context),
  ];
}

function topSection<N>(
  title: string,
  name: string,
  top: Top<N>,
  nameOf: (name: N) => string,
  context: StatsContext,
): Section {
  const { first, others } = top.ranked(context.top);
  const rows = first.map((entry) => amountsRow(entry, nameOf(entry.name)));
  if (others !== undefined) rows.push(amountsRow(others, 'others'));
  return {
    title: `${title}, by bytes`,
    columns: [
      right('Sessions', 1),
      right('Messages →', 2),
      right('Messages ←', 2),
      right('Bytes →'),
      right('Bytes ←'),
      { title: name, isRest: true },
    ],
    rows,
  };
}

function amountsRow({ sessions, messages, bytes }: Amounts, name: string): string[] {
  return [...[sessions, messages.client, messages.server, bytes.client, bytes.server].map(String), name];
}

export function targetText({ host, path }: Target): string {
  return host === undefined && path === undefined ? '(not captured)' : visible(`${host ?? ''}${path ?? ''}`);
}
