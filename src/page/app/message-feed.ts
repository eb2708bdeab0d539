/**
 * The messages of a conversation: those of the session, or of all, that the filter holds for, in the order of the capture.
 *
 * Strategy: where everything is wanted, a row of the conversation is a row of the table. Else messages are looked through,
 * a portion at a time, until there are as many as are asked for: nobody reads all of a long capture, and what talks of other
 * sessions only is passed over.
 */
import { compileFilter, type Filter } from '../../filter/compile.js';
import { FilterError } from '../../filter/error.js';
import type { FilterContext } from '../../filter/field.js';
import { Gaps } from '../../filter/gaps.js';
import type { Finding } from '../../rules/finding.js';
import type { Timestamp } from '../../stream/place.js';
import { CLOSE, isControl } from '../../websocket/opcode.js';
import type { PageMessage, Table } from '../source.js';
import type { FindingIndex } from './finding-index.js';
import { both, sessionFilter } from './search.js';

const PORTION = 500;

export interface Wanted {
  readonly session: number | undefined;
  readonly filter: string;
  /** Control frames, too. */
  readonly control: boolean;
}

/** A message, and the control frames that were left out in front of it. */
export interface Said {
  readonly message: PageMessage;
  readonly row: number;
  readonly passed: readonly PageMessage[];
}

export class MessageFeed {
  readonly said: Said[] = [];
  /** Rows of the table that were looked at. */
  looked = 0;
  /** The filter asks what only frames have, and is left aside. */
  readonly ignoresFilter: boolean;
  private readonly filter: Filter<'message'> | undefined;
  private passed: PageMessage[] = [];
  private latest: PageMessage | undefined;
  private readonly gaps = new Gaps();
  private before: Promise<void> | undefined;
  private looking: Promise<void> = Promise.resolve();
  private gap: number | undefined;
  private readonly context: FilterContext;

  /** `from`: the row to begin at. */
  constructor(
    private readonly table: Table<PageMessage>,
    private readonly findings: FindingIndex,
    private readonly wanted: Wanted,
    start: Timestamp,
    readonly from = 0,
  ) {
    this.looked = from;
    const own = compiled(wanted.filter);
    this.ignoresFilter = own === undefined && wanted.filter.trim() !== '';
    this.filter = compiled(
      both(sessionFilter(wanted.session), this.ignoresFilter ? '' : wanted.filter.trim()),
    );
    this.context = {
      start: () => start,
      findings: (record) => ('frames' in record ? this.findingsOf(record as PageMessage) : []),
      decoded: () => this.latest?.decoded,
      gap: () => this.gap,
    };
  }

  get isOver(): boolean {
    return this.looked >= this.table.count;
  }

  /**
   * Looks on until there are `count` more, or no more at all: who asks meanwhile comes behind. `found`: told when there are
   * some.
   */
  more(count: number, signal: AbortSignal, found: () => void = () => {}): Promise<void> {
    const looking = this.looking.then(() => this.lookOn(count, signal, found));
    this.looking = looking.catch(() => {});
    return looking;
  }

  private async lookOn(count: number, signal: AbortSignal, found: () => void): Promise<void> {
    const enough = this.said.length + count;
    if (this.filter?.findings === true) await this.findings.whole;
    if (this.filter?.gaps === true) await (this.before ??= this.lookBack(signal));
    while (!this.isOver && this.said.length < enough && !signal.aborted) {
      const { session } = this.wanted;
      const from = session === undefined ? this.looked : await this.table.nextOf(session, this.looked);
      const portion = await this.table.read(from, PORTION);
      if (signal.aborted) return;
      const before = this.said.length;
      for (const [i, message] of portion.entries()) this.take(message, from + i);
      this.looked = portion.length === 0 ? this.table.count : from + portion.length;
      if (this.said.length > before) found();
    }
  }

  /** When the messages were that came before those which are looked at. */
  private async lookBack(signal: AbortSignal): Promise<void> {
    for (let at = 0; at < this.from && !signal.aborted; at += PORTION)
      for (const message of await this.table.read(at, Math.min(PORTION, this.from - at)))
        this.gaps.since(message);
  }

  private findingsOf({ frames }: PageMessage): readonly Finding[] {
    return frames.flatMap((frame) => this.findings.of(frame));
  }

  private take(message: PageMessage, row: number): void {
    this.latest = message;
    if (this.filter?.gaps === true) this.gap = this.gaps.since(message);
    if (this.filter !== undefined && !this.filter.matches(message, this.context)) return;
    if (isControl(message.opcode) && !this.wanted.control && message.opcode !== CLOSE) {
      this.passed.push(message);
      return;
    }
    this.said.push({ message, row, passed: this.passed });
    this.passed = [];
  }
}

function compiled(filter: string): Filter<'message'> | undefined {
  if (filter.trim() === '') return undefined;
  try {
    return compileFilter(filter, 'message');
  } catch (error) {
    if (error instanceof FilterError) return undefined;
    throw error;
  }
}
