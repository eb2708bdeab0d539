/**
 * The statistics as JSON. The names are a contract, documented in the README.
 *
 * Strategy: a line per name, so that the document can be looked through; times are told with all their digits, durations in
 * seconds.
 */
import { ENDINGS } from '../stats/ending.js';
import type { Histogram } from '../stats/histogram.js';
import type { Rates } from '../stats/rates.js';
import type { Statistics, Target } from '../stats/statistics.js';
import { NO_CODE, type SideTally, type Tally } from '../stats/tally.js';
import type { Amounts, Top } from '../stats/top.js';
import { closeCodeName } from '../websocket/close.js';
import { opcodeName } from '../websocket/opcode.js';
import type { SessionSummary } from '../websocket/session-record.js';
import { jsonOrNull, jsonString } from './json.js';
import { formatEpoch } from './time.js';

type Member = readonly [name: string, json: string];

/** The members of the whole, a line each, without braces. */
export function statisticsJson(statistics: Statistics, top: number): string {
  const { all, talkers, targets } = statistics;
  const members: Member[] = [
    ...tallyMembers(all),
    ['endings', object(ENDINGS.map((ending) => [ending, String(all.endings.get(ending) ?? 0)]))],
    ['clients', topJson(talkers, top, (client) => [['client', jsonString(client)]])],
    ['targets', topJson(targets, top, targetMembers)],
  ];
  return members.map(member).join(',\n');
}

/** One line, without the line end. */
export function sessionStatisticsJson({ session }: SessionSummary, tally: Tally): string {
  const [ending] = tally.endings.keys();
  const { number, client, server, host, path } = session;
  return object([
    ['session', String(number)],
    ['client', jsonString(client)],
    ['server', jsonString(server)],
    ['host', jsonOrNull(host)],
    ['path', jsonOrNull(path)],
    ...tallyMembers(tally),
    ['ending', jsonOrNull(ending)],
  ]);
}

function tallyMembers(tally: Tally): Member[] {
  const { first, last, gaps, rates } = tally;
  const sides = (json: (side: SideTally) => string) => bySender(json(tally.client), json(tally.server));
  return [
    ['firstTime', first === undefined ? 'null' : formatEpoch(first)],
    ['lastTime', last === undefined ? 'null' : formatEpoch(last)],
    ['frames', sides(({ frames }) => String(frames))],
    ['messages', sides(({ messages }) => String(messages))],
    ['bytes', sides(({ bytes }) => String(bytes))],
    ['opcodes', opcodesJson(tally)],
    ['sizes', sides(sizesJson)],
    ['rates', ratesJson(rates)],
    ['compression', sides(compressionJson)],
    [
      'fragmented',
      sides(({ fragmented }) => `{"messages":${fragmented.messages},"mostFrames":${fragmented.mostFrames}}`),
    ],
    ['pings', sides(pingsJson)],
    ['gaps', histogramJson(gaps, seconds)],
    ['closeCodes', sides(closesJson)],
  ];
}

function opcodesJson({ client, server }: Tally): string {
  const members: Member[] = [];
  for (let opcode = 0; opcode < client.framesOf.length; opcode++) {
    const frames = bySender(String(client.framesOf[opcode]), String(server.framesOf[opcode]));
    const messages = bySender(String(client.messagesOf[opcode]), String(server.messagesOf[opcode]));
    if (/[1-9]/.test(frames + messages))
      members.push([opcodeName(opcode), `{"frames":${frames},"messages":${messages}}`]);
  }
  return object(members);
}

function sizesJson({ sizes }: SideTally): string {
  const steps = sizes
    .powersOfTwo()
    .filter(({ count }) => count > 0)
    .map(({ from, to, count }) => `{"from":${from},"to":${to},"messages":${count}}`);
  return histogramJson(sizes, String, [['histogram', `[${steps.join(',')}]`]]);
}

function histogramJson(
  numbers: Histogram,
  format: (value: number) => string,
  more: readonly Member[] = [],
): string {
  const { count, min, max } = numbers;
  const told = (value: number | undefined) => (value === undefined ? 'null' : format(value));
  return object([
    ['count', String(count)],
    ['min', told(count === 0 ? undefined : min)],
    ['p50', told(numbers.percentile(0.5))],
    ['p90', told(numbers.percentile(0.9))],
    ['p95', told(numbers.percentile(0.95))],
    ['p99', told(numbers.percentile(0.99))],
    ['max', told(count === 0 ? undefined : max)],
    ...more,
  ]);
}

/** Counts per span, not per second: they are exact. */
function ratesJson(rates: Rates): string {
  const spans = rates.spans();
  if (spans === undefined) return 'null';
  const { start, width, client, server } = spans;
  const lists = (what: 'messages' | 'bytes') =>
    bySender(`[${client[what].join(',')}]`, `[${server[what].join(',')}]`);
  return object([
    ['start', formatEpoch(start)],
    ['width', seconds(width)],
    ['messages', lists('messages')],
    ['bytes', lists('bytes')],
  ]);
}

function compressionJson({ compressed: { messages, content, wire } }: SideTally): string {
  const ratio = wire === 0 ? 'null' : String(Number((content / wire).toFixed(4)));
  return `{"messages":${messages},"contentBytes":${content},"wireBytes":${wire},"ratio":${ratio}}`;
}

function pingsJson({ roundTrips, unanswered }: SideTally): string {
  return histogramJson(roundTrips, seconds, [['unanswered', String(unanswered)]]);
}

function closesJson({ closes }: SideTally): string {
  const codes = [...closes].sort(([a], [b]) => a - b);
  const json = codes.map(([code, count]) => {
    const isCode = code !== NO_CODE;
    const name = isCode ? jsonString(closeCodeName(code)) : 'null';
    return `{"code":${isCode ? code : null},"name":${name},"count":${count}}`;
  });
  return `[${json.join(',')}]`;
}

function topJson<N>(top: Top<N>, most: number, nameOf: (name: N) => Member[]): string {
  const { first, others } = top.ranked(most);
  const entries = first.map((entry) => object([...nameOf(entry.name), ...amountsMembers(entry)]));
  const rest = others === undefined ? 'null' : object(amountsMembers(others));
  return `{"top":[${entries.join(',')}],"others":${rest}}`;
}

function targetMembers({ host, path }: Target): Member[] {
  return [
    ['host', jsonOrNull(host)],
    ['path', jsonOrNull(path)],
  ];
}

function amountsMembers({ sessions, messages, bytes }: Amounts): Member[] {
  return [
    ['sessions', String(sessions)],
    ['messages', bySender(String(messages.client), String(messages.server))],
    ['bytes', bySender(String(bytes.client), String(bytes.server))],
  ];
}

const member = ([name, json]: Member): string => `"${name}":${json}`;

function object(members: readonly Member[]): string {
  return `{${members.map(member).join(',')}}`;
}

function bySender(client: string, server: string): string {
  return `{"client":${client},"server":${server}}`;
}

function seconds(nanoseconds: number): string {
  return String(nanoseconds / 1e9);
}
