/**
 * What captures come to as the data of a page, kept in memory, next to what the dissector told.
 */
import { makeDecoding } from '../../src/cli/decoding.js';
import { feedFrames } from '../../src/cli/frame-feed.js';
import { type RunConsumer, runDissection } from '../../src/dissect.js';
import type { BlockStore, TableName } from '../../src/page/block.js';
import { BlockSource } from '../../src/page/block-source.js';
import { Collector } from '../../src/page/collector.js';
import type { PageIndex } from '../../src/page/index-record.js';
import type { Table } from '../../src/page/source.js';
import type { Finding } from '../../src/rules/finding.js';
import type { Frame } from '../../src/websocket/frame-record.js';
import type { Message } from '../../src/websocket/message-record.js';
import type { SessionSummary } from '../../src/websocket/session-record.js';

export class MemoryBlocks implements BlockStore {
  readonly packed = new Map<TableName, Uint8Array[]>();
  readonly asked: string[] = [];

  add(table: TableName, packed: Uint8Array): void {
    this.packed.set(table, [...(this.packed.get(table) ?? []), packed]);
  }

  async block(table: TableName, index: number): Promise<Uint8Array> {
    this.asked.push(`${table} ${index}`);
    return this.packed.get(table)![index];
  }
}

export interface Collected {
  readonly index: PageIndex;
  readonly blocks: MemoryBlocks;
  readonly source: BlockSource;
  /** As the dissector told it; sessions by number. */
  readonly told: {
    readonly frames: Frame[];
    readonly messages: Message[];
    readonly sessions: SessionSummary[];
    readonly findings: Finding[];
  };
  /** Codes of limits that were hit. */
  readonly limits: string[];
}

export async function collect(
  captures: readonly (string | Uint8Array)[],
  {
    maxPagePayload = 1 << 26,
    maxReport = Number.POSITIVE_INFINITY,
    keyLogs = [],
  }: { maxPagePayload?: number; maxReport?: number; keyLogs?: readonly string[] } = {},
): Promise<Collected> {
  const blocks = new MemoryBlocks();
  const limits: string[] = [];
  const told: Collected['told'] = { frames: [], messages: [], sessions: [], findings: [] };
  const collector = new Collector({
    maxPagePayload,
    maxReport,
    take: (table, packed) => blocks.add(table, packed),
    report: (code) => limits.push(code),
  });
  let start = { seconds: 0, nanoseconds: 0 };
  const decoding = await makeDecoding({ limit: {}, decoder: [], proto: [] }, () => {});
  const feed = feedFrames(
    (frame, message) => {
      told.frames.push(frame);
      collector.frame(frame, message);
    },
    undefined,
    {
      message: (message) => {
        told.messages.push(message);
        collector.message(message, decoding.decode(message));
      },
    },
  );
  const consumer: RunConsumer = {
    opened: (dissector) => {
      start = dissector.start;
    },
    ...feed,
    finding: (finding) => {
      told.findings.push(finding);
      collector.finding(finding);
    },
    sessionClosed: (summary) => {
      told.sessions.push(summary);
      feed.sessionClosed?.(summary);
    },
  };
  await runDissection([...captures], consumer, { keyLogs });
  told.sessions.sort((a, b) => a.session.number - b.session.number);
  for (const summary of told.sessions) collector.session(summary);
  const overview = {
    names: [],
    start,
    statistics: {},
    warnings: [],
    leftOut: collector.leftOut,
    heldPayload: maxPagePayload,
    filter: '',
  };
  // As it is read: from JSON.
  const index: PageIndex = JSON.parse(JSON.stringify({ ...collector.end(), overview }));
  return { index, blocks, source: new BlockSource(index, blocks), told, limits };
}

export const all = <Row>(table: Table<Row>): Promise<readonly Row[]> => table.read(0, table.count);
