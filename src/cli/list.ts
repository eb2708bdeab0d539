/**
 * What the lists of frames and of messages have in common: format, how many, of which session.
 */
import type { RunConsumer } from '../dissect.js';
import type { Dissector } from '../dissector.js';
import type { ColumnContext } from '../output/frame-columns.js';
import type { RowRenderer } from '../output/rows.js';
import type { Timestamp } from '../stream/place.js';
import type { Session } from '../websocket/session-record.js';
import type { ListOptions } from './commands/options.js';
import { Printing } from './progress.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

export interface List<T> {
  render(context: ColumnContext): RowRenderer<T>;
  /** The consumer that is told of the items. */
  consume(take: (item: T) => void): RunConsumer;
  readonly previewPayload: number | undefined;
}

/** Lists items as they come. */
export async function list<T extends { readonly session: Session }>(
  captures: readonly string[],
  options: ListOptions,
  terminal: Terminal,
  { render, consume, previewPayload }: List<T>,
): Promise<void> {
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  const renderer = render({ timeFormat: options.time, start: () => start });
  const limit = options.count ?? Number.POSITIVE_INFINITY;
  let shown = 0;
  const take = (item: T): void => {
    if (shown >= limit || (options.session !== undefined && item.session.number !== options.session)) return;
    shown++;
    renderer.row(item);
  };
  await run(captures, options, terminal, {
    consumer: {
      ...consume(take),
      opened: (dissector: Dissector) => {
        start = dissector.start;
      },
      more: () => shown < limit,
      block: () => renderer.flush(),
    },
    printing: new Printing(true),
    previewPayload,
    session: options.session,
    finish: () => renderer.end(),
  });
}
