/**
 * What the lists of frames and of messages have in common: format, how many, of which session, and which of them.
 */
import type { RunConsumer } from '../dissect.js';
import type { Dissector } from '../dissector.js';
import type { Records } from '../filter/index.js';
import type { Decode } from '../output/decoded-text.js';
import type { ColumnContext } from '../output/frame-columns.js';
import type { RowRenderer } from '../output/rows.js';
import type { Timestamp } from '../stream/place.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { SessionSummary } from '../websocket/session-record.js';
import type { ListOptions } from './commands/options.js';
import { UsageError } from './exit.js';
import { type Filtering, filterConsumer, makeFiltering } from './filtering.js';
import { Neighbours } from './neighbours.js';
import { OneLate } from './one-late.js';
import { Printing } from './progress.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

type Listed = 'frame' | 'message';

/** What the items are for. */
export interface Listing<K extends Listed> {
  readonly filtering: Filtering<K> | undefined;
  /** They are not kept. */
  readonly lent: boolean;
  /** To be told of each session that is over, behind the last of its items. */
  over(summary: SessionSummary): void;
}

export interface List<K extends Listed> {
  readonly kind: K;
  render(context: ColumnContext): RowRenderer<Records[K]>;
  /** The consumer that is told of the items; of a frame with the data message that it ends, where that is known. */
  consume(take: (item: Records[K], message?: Message) => void, listing: Listing<K>): RunConsumer;
  readonly previewPayload: number | undefined;
  /** Items are kept when they have been told. */
  readonly keepsItems?: boolean;
  /** For filters. */
  readonly decoded?: Decode;
}

/** Lists items as they come. */
export async function list<K extends Listed>(
  captures: readonly string[],
  options: ListOptions,
  terminal: Terminal,
  { kind, render, consume, previewPayload, keepsItems, decoded }: List<K>,
): Promise<void> {
  if (options.context !== undefined && options.displayFilter === undefined)
    throw new UsageError('--context goes with a filter: give one with -Y');
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  let dissector: Dissector | undefined;
  const filtering = await makeFiltering(options, kind, {
    start: () => start,
    decoded,
    defect: (code, message) => dissector?.defect('subprotocol', code, message),
  });
  const renderer = render({ timeFormat: options.time, start: () => start });
  const limit = options.count ?? Number.POSITIVE_INFINITY;
  let hits = 0;
  const show = (item: Records[K], isNeighbour = false): void => {
    if (!isNeighbour) hits++;
    renderer.row(item, isNeighbour);
  };
  const neighbours =
    options.context === undefined ? undefined : new Neighbours(options.context, show, () => renderer.gap?.());
  const isOver = () => hits >= limit && neighbours?.isWaiting !== true;
  const judge = (item: Records[K], message?: Message): void => {
    if (isOver() || (options.session !== undefined && item.session.number !== options.session)) return;
    const isHit = hits < limit && (filtering?.matches(item, message) ?? true);
    if (neighbours !== undefined) neighbours.take(item, isHit);
    else if (isHit) show(item);
  };
  const late = filtering?.finding === undefined ? undefined : new OneLate(judge);
  const isKept = keepsItems === true || neighbours !== undefined;
  const over = ({ session }: SessionSummary) => {
    late?.settle();
    filtering?.closed(session);
    neighbours?.closed(session.number);
  };
  const take = late === undefined ? judge : (item: Records[K], message?: Message) => late.take(item, message);
  const told = consume(take, { filtering, lent: !isKept, over });
  const settled = told.frame && late && settledBefore(late, told.frame);
  await run(captures, options, terminal, {
    consumer: {
      ...told,
      ...(settled && { frame: settled }),
      ...filterConsumer(filtering),
      opened: (its: Dissector) => {
        dissector = its;
        start = its.start;
        told.opened?.(its);
      },
      more: () => !isOver(),
      block: () => {
        late?.settle();
        renderer.flush();
      },
    },
    printing: new Printing(true),
    previewPayload: filtering?.payload === true ? undefined : previewPayload,
    keepsItems: isKept,
    joinedOnly: decoded === undefined ? filtering?.joinedOnly : undefined,
    session: options.session,
    finish: () => {
      late?.settle();
      renderer.end();
    },
  });
}

/** What is lent of a frame stays as it is only until the next one has been told of, whether that is handed on or waits. */
function settledBefore(late: { settle(): void }, tell: (frame: Frame) => void): (frame: Frame) => void {
  return (frame) => {
    late.settle();
    tell(frame);
  };
}
