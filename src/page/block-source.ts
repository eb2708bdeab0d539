/**
 * What the page asks, answered from blocks, wherever these are: the report, a server, a file.
 */
import { compileFilter, type FilterContext } from '../filter/index.js';
import type { Finding } from '../rules/finding.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Session, SessionSummary } from '../websocket/session-record.js';
import { type BlockStore, decodeBlock, type Elsewhere, type TableName, unpack } from './block.js';
import { BlockTable } from './block-table.js';
import type { Codec } from './codec.js';
import type { PageIndex } from './index-record.js';
import { findingCodec, frameCodec, messageCodec } from './record-codecs.js';
import { sessionCodec } from './session-codec.js';
import type { Overview, PageFinding, PageMessage, PageSource } from './source.js';

const NONE: readonly Finding[] = [];

export class BlockSource implements PageSource {
  readonly overview: Overview;
  readonly frames: BlockTable<Frame>;
  readonly messages: BlockTable<PageMessage>;
  readonly sessions: BlockTable<SessionSummary>;
  readonly findings: BlockTable<PageFinding>;
  private readonly elsewhere: Elsewhere;

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
    const known = filter.findings ? new FindingsInStep(this.findings) : undefined;
    let found = NONE;
    const context: FilterContext = { start: () => this.index.start, findings: () => found };
    for await (const { from, rows } of this.frames.all()) {
      if (signal.aborted) return;
      const hits: number[] = [];
      for (let i = 0; i < rows.length; i++) {
        if (known !== undefined) found = await known.of(rows[i].number);
        if (filter.matches(rows[i], context)) hits.push(from + i);
      }
      if (hits.length > 0) yield hits;
    }
  }

  private table<Row>(name: TableName, codec: Codec<Row>): BlockTable<Row> {
    return new BlockTable(this.index.tables[name], async (block) =>
      decodeBlock(await unpack(await this.store.block(name, block)), codec, this.elsewhere),
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

/**
 * The findings about each frame, as a list of frames knows them: those that came before the next frame did. These are
 * in the order of frames, so both are read side by side.
 */
class FindingsInStep {
  private readonly blocks: AsyncGenerator<{ readonly rows: readonly PageFinding[] }, void>;
  private rows: readonly PageFinding[] = [];
  private at = 0;
  private isOver = false;

  constructor(findings: BlockTable<PageFinding>) {
    this.blocks = findings.all();
  }

  /** `frame`: greater than the one asked for before. */
  async of(frame: number): Promise<readonly Finding[]> {
    const found: Finding[] = [];
    for (;;) {
      while (this.at === this.rows.length) {
        if (!(await this.more())) return found;
      }
      const finding = this.rows[this.at];
      if (finding.late || finding.frame === undefined || finding.frame < frame) this.at++;
      else if (finding.frame > frame) return found;
      else {
        found.push(finding);
        this.at++;
      }
    }
  }

  private async more(): Promise<boolean> {
    if (this.isOver) return false;
    const { done, value } = await this.blocks.next();
    this.isOver = done === true;
    this.rows = value?.rows ?? [];
    this.at = 0;
    return !this.isOver;
  }
}
