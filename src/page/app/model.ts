/**
 * What the page knows: where one is, what was found, what is selected, and what is lit. Views show it and call it; it
 * knows nothing of them.
 *
 * Strategy: signals, so that each part is drawn anew only where it shows what has changed. What takes time has a number:
 * an answer that comes after the next question is dropped.
 */
import { batch, computed, type Signal, signal } from '@preact/signals';
import { compileFilter } from '../../filter/compile.js';
import { FilterError } from '../../filter/error.js';
import type { Timestamp } from '../../stream/place.js';
import type { Frame } from '../../websocket/frame-record.js';
import type { PageSource } from '../source.js';
import { counted } from './amounts.js';
import { contradictionOf } from './contradiction.js';
import { FindingIndex } from './finding-index.js';
import { isElsewhere, linkFault, parseSpot, type Spot, START } from './link.js';
import { rowOfNumber } from './lookup.js';
import type { Bits } from './octets.js';
import { allRows, foundRows, type Rows } from './rows.js';
import { both, sessionFilter } from './search.js';
import type { Times } from './times.js';

/** Milliseconds between two looks at what a filter has found so far. */
const SHOWN_EVERY = 100;

export class PageModel {
  readonly spot: Signal<Spot> = signal(START);
  readonly rows: Signal<Rows>;
  /** The filter is still at work. */
  readonly busy = signal(false);
  readonly filterError = signal<FilterError | undefined>(undefined);
  readonly frame = signal<Frame | undefined>(undefined);
  /** Row of the selected frame. */
  readonly row = signal<number | undefined>(undefined);
  /** Number of a frame that was asked for, and is not there. */
  readonly absent = signal<number | undefined>(undefined);
  /** What of the link that led here is no place. */
  readonly fault = signal<string | undefined>(undefined);
  /** Bits of the selected frame that are lit. */
  readonly lit = signal<Bits | undefined>(undefined);
  /** What a screen reader is told. */
  readonly said = signal('');
  readonly helpOpen = signal(false);
  /** How times are shown. */
  readonly times = signal<Times>('relative');
  readonly findings: FindingIndex;
  /** Of the first packet. */
  readonly start: Timestamp;
  readonly view = computed(() => this.spot.value.view);
  readonly session = computed(() => this.spot.value.session);
  readonly filter = computed(() => this.spot.value.filter);
  /** What of the place cannot be, or not together, in sentences. */
  readonly contradiction = computed(() => {
    const row = this.row.value;
    const isSettled = !this.busy.value && this.filterError.value === undefined;
    const contradiction = contradictionOf({
      spot: this.spot.value,
      sessions: this.source.sessions.count,
      frame: this.frame.value,
      absent: this.absent.value,
      isListed: !isSettled || row === undefined || this.rows.value.has(row),
    });
    return [this.fault.value, contradiction].filter((told) => told !== undefined).join(' ') || undefined;
  });
  private filtering = new AbortController();
  private asked = 0;
  /** Told when one is elsewhere: whether that is a place to come back to. */
  onMove: (spot: Spot, isElsewhere: boolean) => void = () => {};

  constructor(readonly source: PageSource) {
    this.rows = signal(allRows(source.frames.count));
    this.findings = new FindingIndex(source.findings);
    this.start = source.overview.start;
  }

  /** Goes to a place, in whole or in part. */
  go(change: Partial<Spot>): void {
    const before = this.spot.value;
    const spot = { ...before, ...change };
    this.fault.value = undefined;
    this.arrive(spot);
    this.onMove(spot, isElsewhere(before, spot));
  }

  /** Follows a link: the address says so already. */
  follow(fragment: string): void {
    this.fault.value = linkFault(fragment);
    this.arrive(parseSpot(fragment));
  }

  private arrive(spot: Spot): void {
    const before = this.spot.value;
    this.spot.value = spot;
    if (spot.session !== before.session || spot.filter !== before.filter) void this.find();
    if (spot.frame !== before.frame) void this.select(spot.frame);
  }

  /** Selects what is at a place of the list. */
  selectPlace(place: number): void {
    const row = this.rows.value.at(place);
    if (row !== undefined) void this.selectRow(row);
  }

  async selectRow(row: number): Promise<void> {
    const asked = ++this.asked;
    this.row.value = row;
    const [frame] = await this.source.frames.read(row, 1);
    if (asked === this.asked && frame !== undefined) this.show(frame, row);
  }

  private async select(number: number | undefined): Promise<void> {
    if (number === this.frame.value?.number) return;
    const asked = ++this.asked;
    const found = number === undefined ? undefined : await rowOfNumber(this.source.frames, number);
    if (asked !== this.asked) return;
    if (found === undefined) {
      batch(() => {
        this.frame.value = this.row.value = this.lit.value = undefined;
        this.absent.value = number;
      });
    } else this.show(found.record, found.row);
  }

  private show(frame: Frame, row: number): void {
    batch(() => {
      this.frame.value = frame;
      this.row.value = row;
      this.absent.value = this.lit.value = undefined;
    });
    if (this.spot.value.frame !== frame.number) this.go({ frame: frame.number });
  }

  /** Tells screen readers, also what they were told last. */
  say(text: string): void {
    this.said.value = '';
    setTimeout(() => {
      this.said.value = text;
    }, 20);
  }

  /** What is wrong with a filter, if anything. */
  check(filter: string): FilterError | undefined {
    if (filter.trim() === '') return undefined;
    try {
      compileFilter(filter, 'frame');
      return undefined;
    } catch (error) {
      if (error instanceof FilterError) return error;
      throw error;
    }
  }

  private async find(): Promise<void> {
    this.filtering.abort();
    const { filter, session } = this.spot.value;
    this.filterError.value = this.check(filter);
    if (this.filterError.value !== undefined) {
      this.busy.value = false;
      return;
    }
    const expression = both(sessionFilter(session), filter.trim());
    if (expression === '') {
      this.rows.value = allRows(this.source.frames.count);
      this.busy.value = false;
      return;
    }
    this.filtering = new AbortController();
    await this.collect(expression, this.filtering.signal);
  }

  private async collect(expression: string, aborted: AbortSignal): Promise<void> {
    const found: number[] = [];
    let shown = 0;
    this.busy.value = true;
    this.rows.value = foundRows([]);
    try {
      for await (const portion of this.source.filter(expression, aborted)) {
        if (aborted.aborted) return;
        for (const row of portion) found.push(row);
        if (performance.now() - shown < SHOWN_EVERY) continue;
        shown = performance.now();
        this.rows.value = foundRows(found);
      }
    } catch (error) {
      if (aborted.aborted) return;
      if (error instanceof FilterError) this.filterError.value = error;
      else this.say(`The filter failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (aborted.aborted) return;
    batch(() => {
      this.rows.value = foundRows(found);
      this.busy.value = false;
      this.say(`${counted(found.length, 'frame')} found.`);
    });
  }
}
