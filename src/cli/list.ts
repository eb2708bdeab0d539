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
import { CONTINUATION, isControl } from '../websocket/opcode.js';
import type { ListOptions } from './commands/options.js';
import { UsageError } from './exit.js';
import { filterConsumer, makeFiltering } from './filtering.js';
import { Neighbours } from './neighbours.js';
import { OneLate } from './one-late.js';
import { Printing } from './progress.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

type Listed = 'frame' | 'message';

export interface List<K extends Listed> {
  readonly kind: K;
  render(context: ColumnContext): RowRenderer<Records[K]>;
  /** The consumer that is told of the items. */
  consume(take: (item: Records[K]) => void): RunConsumer;
  readonly previewPayload: number | undefined;
  /** Items are kept when they have been told. */
  readonly keepsItems?: boolean;
  /** For filters. */
  readonly decoded?: Decode;
}

/** Fields of what messages say, of which such frames hold no more than a part. */
const LOOKS_INTO_TEXT = /\bwebsocket\.payload\.text\b|\bws\.json\b/;

function isPartOfMessage({ opcode, fin, compressed }: Frame): boolean {
  return !isControl(opcode) && (!fin || compressed || opcode === CONTINUATION);
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
  let shown = 0;
  const show = (item: Records[K]): void => {
    if (shown++ < limit) renderer.row(item);
  };
  const neighbours = options.context === undefined ? undefined : new Neighbours(options.context, show);
  let unread = 0;
  const looksInto = kind === 'frame' && LOOKS_INTO_TEXT.test(options.displayFilter ?? '');
  const judge = (item: Records[K]): void => {
    if (shown >= limit || (options.session !== undefined && item.session.number !== options.session)) return;
    if (looksInto && 'fin' in item && isPartOfMessage(item)) unread++;
    const isHit = filtering?.matches(item) ?? true;
    if (neighbours !== undefined) neighbours.take(item, isHit);
    else if (isHit) show(item);
  };
  const late = filtering?.finding === undefined ? undefined : new OneLate(judge);
  const told = consume(late === undefined ? judge : (item) => late.take(item));
  await run(captures, options, terminal, {
    consumer: {
      ...told,
      ...filterConsumer(filtering),
      opened: (its: Dissector) => {
        dissector = its;
        start = its.start;
        told.opened?.(its);
      },
      sessionClosed: (summary) => {
        const { session } = summary;
        late?.settle();
        told.sessionClosed?.(summary);
        filtering?.closed(session);
        neighbours?.closed(session.number);
      },
      more: () => shown < limit,
      block: () => {
        late?.settle();
        renderer.flush();
      },
    },
    printing: new Printing(true),
    previewPayload: filtering?.payload === true ? undefined : previewPayload,
    keepsItems: keepsItems === true || neighbours !== undefined || late !== undefined,
    session: options.session,
    finish: () => {
      late?.settle();
      renderer.end();
      if (unread > 0 && options.quiet !== true)
        terminal.stderr.write(
          `wsdissect: ${terminal.errorColors.remark('warning')}: ${unread} of the frames are compressed or fragments: messages -Y looks into them\n`,
        );
    },
  });
}
