/**
 * What `report` and `serve` have in common: the captures are read once, and made into the blocks of a page.
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Dissector } from '../dissector.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { statisticsJson } from '../output/stats-json.js';
import { Collector } from '../page/collector.js';
import type { PageAssets } from '../page/html.js';
import type { PageIndex } from '../page/index-record.js';
import type { TakeBlock } from '../page/table-writer.js';
import { Statistics } from '../stats/statistics.js';
import type { SessionSummary } from '../websocket/session-record.js';
import type { PageOptions } from './commands/options.js';
import { makeDecoding } from './decoding.js';
import { compileGiven } from './filtering.js';
import { feedFrames } from './frame-feed.js';
import { InOrder } from './in-order.js';
import { Printing } from './progress.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

/** Length of the lists of the greatest. */
const TOP = 10;

/** `maxReport`: octets of blocks. */
export async function collectPage(
  captures: readonly string[],
  options: PageOptions,
  terminal: Terminal,
  maxReport: number,
  take: TakeBlock,
): Promise<PageIndex> {
  if (options.displayFilter !== undefined) await compileGiven(options.displayFilter, 'frame');
  let dissector: Dissector | undefined;
  const warnings: string[] = [];
  const decoding = await makeDecoding(options, (code, message) =>
    dissector?.defect('subprotocol', code, message),
  );
  const statistics = new Statistics({
    limits: options.limit,
    report: (code, message) => dissector?.defect('websocket', code, message),
  });
  const { maxPagePayload } = { ...DEFAULT_LIMITS, ...options.limit };
  const collector = new Collector({
    maxPagePayload,
    maxReport,
    take,
    report: (code, message) => dissector?.defect('websocket', code, message),
  });
  const feed = feedFrames((frame, message) => collector.frame(frame, message), undefined, {
    message: (message) => {
      statistics.message(message);
      collector.message(message, decoding.decode(message));
    },
    lent: true,
  });
  const sessions = new InOrder<SessionSummary>((summary) => collector.session(summary));
  await run(captures, options, terminal, {
    consumer: {
      opened: (its) => {
        dissector = its;
      },
      ...feed,
      finding: (finding) => collector.finding(finding),
      sessionClosed: (summary) => {
        feed.sessionClosed?.(summary);
        statistics.sessionClosed(summary);
        decoding.close(summary.session);
        sessions.add(summary.session.number, summary);
      },
    },
    printing: new Printing(false),
    previewPayload: undefined,
    told: (line) => warnings.push(line),
    finish: () => sessions.end(),
  });
  const start = dissector?.start ?? { seconds: 0, nanoseconds: 0 };
  return {
    ...collector.end(),
    overview: {
      names: namesOf(captures, options),
      start,
      statistics: JSON.parse(`{${statisticsJson(statistics, TOP)}}`),
      warnings,
      leftOut: collector.leftOut,
      heldPayload: maxPagePayload,
      filter: options.displayFilter ?? '',
    },
  };
}

/** Without their folders, which say much of whoever gives a report away. */
export function namesOf(captures: readonly string[], { read }: Pick<PageOptions, 'read'>): string[] {
  return [...read, ...captures].map((name) => (name === '-' ? 'standard input' : basename(name)));
}

/** As they were built. */
export function pageAssets(): PageAssets {
  const load = (name: string) => readFileSync(new URL(`../page/${name}`, import.meta.url), 'utf8');
  return { script: load('page.js'), style: load('page.css') };
}
