/**
 * What the page asks, answered from blocks, wherever these are: the report, a server, a file.
 */
import { compileFilter, type FilterContext, Gaps, oneSession } from '../filter/index.js';
import type { Finding } from '../rules/finding.js';
import type { Session, SessionSummary } from '../websocket/session-record.js';
import { type BlockStore, decodeBlock, type Elsewhere, type TableName, unpack } from './block.js';
import { BlockTable } from './block-table.js';
import type { Codec } from './codec.js';
import { FindingsByFrame } from './findings-by-frame.js';
import type { PageIndex } from './index-record.js';
import { messagesOf } from './messages-of.js';
import { findingCodec, frameCodec, messageCodec } from './record-codecs.js';
import { sessionCodec } from './session-codec.js';
import { sessionStatistics } from './session-statistics.js';
import type { Overview, PageFrame, PageMessage, PageSource, SessionStatistics } from './source.js';

const LEFT_OUT = 'the report left out messages for its size: only those that it has are counted';
const NO_MESSAGES: ReadonlyMap<number, PageMessage> = new Map();

export class BlockSource implements PageSource {
  readonly overview: Overview;
  readonly frames: BlockTable<PageFrame>;
  readonly messages: BlockTable<PageMessage>;
  readonly sessions: BlockTable<SessionSummary>;
  readonly findings: BlockTable<Finding>;
  private readonly elsewhere: Elsewhere;
  private found: Promise<FindingsByFrame> | undefined;

  constructor(
    private readonly index: PageIndex,
    private readonly store: BlockStore,
  ) {
    this.overview = index.overview;
    this.elsewhere = {
      sessions: (numbers) => this.sessionsOf(numbers),
      rule: (number) => index.rules[number],
    };
    const { heldPayload } = index.overview;
    this.frames = this.table('frames', frameCodec(heldPayload));
    this.messages = this.table('messages', messageCodec(heldPayload));
    this.sessions = this.table('sessions', sessionCodec);
    this.findings = this.table('findings', findingCodec);
  }

  async *filter(expression: string, signal: AbortSignal): AsyncGenerator<readonly number[], void> {
    const filter = compileFilter(expression, 'frame');
    const findings = filter.findings ? await this.findingsByFrame() : undefined;
    let messages: ReadonlyMap<number, PageMessage> = NO_MESSAGES;
    const gaps = new Gaps();
    let gap: number | undefined;
    const context: FilterContext = {
      start: () => this.overview.start,
      findings: (frame) => findings?.of((frame as PageFrame).number) ?? [],
      message: (frame) => messages.get((frame as PageFrame).message ?? -1),
      decoded: (message) => (message as PageMessage).decoded,
      gap: () => gap,
    };
    for await (const { from, rows } of this.frames.all(oneSession(expression))) {
      if (signal.aborted) return;
      if (filter.messages) messages = await messagesOf(this.messages, rows, filter.decoded === undefined);
      const hits: number[] = [];
      for (const [i, frame] of rows.entries()) {
        if (filter.gaps) gap = gaps.since(frame);
        if (filter.matches(frame, context)) hits.push(from + i);
      }
      if (hits.length > 0) yield hits;
    }
  }

  async statistics(session: number, signal: AbortSignal): Promise<SessionStatistics | undefined> {
    // They are numbered in the order of their rows.
    const [summary] = await this.sessions.read(session - 1, 1);
    const counted = summary && (await sessionStatistics(summary, this.messages, signal));
    if (counted === undefined || !this.overview.leftOut) return counted;
    return { ...counted, warnings: [...counted.warnings, LEFT_OUT] };
  }

  private findingsByFrame(): Promise<FindingsByFrame> {
    this.found ??= FindingsByFrame.of(this.findings);
    this.found.catch(() => {
      this.found = undefined;
    });
    return this.found;
  }

  private table<Row>(name: TableName, codec: Codec<Row>): BlockTable<Row> {
    return new BlockTable(this.index.tables[name], async (block, only) =>
      decodeBlock(await unpack(await this.store.block(name, block)), codec, this.elsewhere, only),
    );
  }

  /** Sessions are numbered in the order of their rows: so those of a block are read behind each other, and it once. */
  private async sessionsOf(numbers: readonly number[]): Promise<ReadonlyMap<number, Session>> {
    const summaries = await Promise.all(
      numbers.toSorted((a, b) => a - b).map(async (number) => (await this.sessions.read(number - 1, 1))[0]),
    );
    return new Map(summaries.map(({ session }) => [session.number, session]));
  }
}
