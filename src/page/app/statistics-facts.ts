/**
 * The statistics as the page shows them, out of what `wsdissect stats -T json` tells (the README has its names).
 *
 * Strategy: what is shown of it is told by these types; a document that lacks something shows less.
 */
import { SENDERS } from '../../websocket/frame-record.js';
export interface BySender<T> {
  readonly client: T;
  readonly server: T;
}

export interface Sizes {
  readonly count: number;
  readonly min: number | null;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

export interface SizeStep {
  readonly from: number;
  readonly to: number;
  readonly messages: number;
}

export interface StatisticsFacts {
  readonly firstTime: number | null;
  readonly lastTime: number | null;
  readonly frames: BySender<number>;
  readonly messages: BySender<number>;
  readonly bytes: BySender<number>;
  readonly opcodes: Readonly<Record<string, { readonly frames: BySender<number> }>>;
  readonly sizes: BySender<Sizes & { readonly histogram: readonly SizeStep[] }>;
  readonly rates: {
    readonly start: number;
    readonly width: number;
    readonly messages: BySender<readonly number[]>;
    readonly bytes: BySender<readonly number[]>;
  } | null;
  readonly compression: BySender<{ readonly messages: number; readonly ratio: number | null }>;
  readonly pings: BySender<Sizes & { readonly unanswered: number }>;
  readonly gaps: Sizes;
  readonly closeCodes: BySender<
    readonly { readonly code: number | null; readonly name: string | null; readonly count: number }[]
  >;
  readonly fragmented: BySender<{ readonly messages: number; readonly mostFrames: number }>;
  /** Of the whole capture. */
  readonly endings?: Readonly<Record<string, number>>;
  /** Of one session. */
  readonly ending?: string | null;
}

/** How sessions ended, and how many: those that there are. */
export function endingsOf({ endings, ending }: StatisticsFacts): readonly (readonly [string, number])[] {
  if (endings === undefined) return ending == null ? [] : [[ending, 1]];
  return Object.entries(endings).filter(([, count]) => count > 0);
}

export interface Bar {
  readonly label: string;
  readonly client: number;
  readonly server: number;
}

export function opcodeBars({ opcodes }: StatisticsFacts): readonly Bar[] {
  return Object.entries(opcodes).map(([label, { frames }]) => ({ label, ...frames }));
}

/** Of both sides the same steps, `64–127`, none left out in between. */
export function sizeBars({ sizes }: StatisticsFacts): readonly Bar[] {
  const { client, server } = sizes;
  const steps = [...client.histogram, ...server.histogram];
  if (steps.length === 0) return [];
  const [first, last] = [
    Math.min(...steps.map(({ from }) => from)),
    Math.max(...steps.map(({ from }) => from)),
  ];
  const froms: number[] = [];
  for (let from = first; from <= last; from = from === 0 ? 1 : from * 2) froms.push(from);
  const countOf = (list: readonly SizeStep[], from: number) =>
    list.find((step) => step.from === from)?.messages ?? 0;
  return froms.map((from) => ({
    label: from < 2 ? String(from) : `${shortSize(from)}–${shortSize(from * 2 - 1)}`,
    client: countOf(client.histogram, from),
    server: countOf(server.histogram, from),
  }));
}

export function closeBars({ closeCodes }: StatisticsFacts): readonly Bar[] {
  const bars = new Map<string, { label: string; client: number; server: number }>();
  for (const sender of SENDERS)
    for (const { code, name, count } of closeCodes[sender]) {
      const label = code === null ? 'without a code' : `${code} ${name ?? ''}`.trimEnd();
      const bar = bars.get(label) ?? { label, client: 0, server: 0 };
      bar[sender] += count;
      bars.set(label, bar);
    }
  return [...bars.values()].sort((a, b) => a.label.localeCompare(b.label));
}

/** Seconds since the start, and per second of each side: [times, client, server]. */
export function rateSeries(
  { rates }: StatisticsFacts,
  what: 'messages' | 'bytes',
): [number[], number[], number[]] | undefined {
  if (rates === null) return undefined;
  const { width } = rates;
  const { client, server } = rates[what];
  const perSecond = (counts: readonly number[]) => counts.map((count) => count / (width || 1));
  return [client.map((_, i) => i * width), perSecond(client), perSecond(server)];
}

/** 1024 as `1Ki`. */
function shortSize(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  const unit = bytes < 1024 ** 2 ? 1 : bytes < 1024 ** 3 ? 2 : 3;
  const amount = bytes / 1024 ** unit;
  return `${Number.isInteger(amount) ? amount : Math.ceil(amount)}${['', 'Ki', 'Mi', 'Gi'][unit]}`;
}
