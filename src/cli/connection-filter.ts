/**
 * `-Y` where it chooses connections: of those that have a hit, whatever kind of record it is.
 *
 * Strategy: the filter is compiled for each kind of record that has its fields; frames are only made where messages do not
 * have them.
 */
import type { RunConsumer } from '../dissect.js';
import type { RecordKind, Records } from '../filter/index.js';
import type { Message } from '../websocket/message-record.js';
import type { Session } from '../websocket/session-record.js';
import { UsageError } from './exit.js';
import { type Filtering, type FilterOptions, type FilterRun, makeFiltering } from './filtering.js';
import { type FrameFeed, feedFrames } from './frame-feed.js';

const KINDS: readonly RecordKind[] = ['message', 'session', 'finding', 'frame'];

/** What tells `hit` of each session in which the filter of the options holds; undefined: there is none. */
export async function connectionFilter(
  options: FilterOptions,
  run: FilterRun,
  hit: (session: Session) => void,
): Promise<RunConsumer | undefined> {
  if (options.displayFilter === undefined) return undefined;
  const filters = new Map<RecordKind, Filtering<RecordKind>>();
  let wrong: unknown;
  for (const kind of KINDS) {
    if (kind === 'frame' && filters.has('message')) continue;
    try {
      filters.set(kind, (await makeFiltering(options, kind, run)) as Filtering<RecordKind>);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      wrong ??= error;
    }
  }
  if (filters.size === 0) throw wrong;
  const look = (kind: RecordKind, record: Records[RecordKind], ended?: Message) => {
    if (filters.get(kind)?.matches(record, ended) === true) hit(record.session);
  };
  const feed: FrameFeed = filters.has('frame')
    ? feedFrames(
        (frame, message) => look('frame', frame, message),
        filters.get('frame') as Filtering<'frame'>,
        { lent: true, messages: 'all', over: ({ session }) => filters.get('frame')?.closed(session) },
      )
    : {};
  return {
    ...(feed.frame && { frame: feed.frame }),
    message: (message) => {
      look('message', message);
      feed.message?.(message);
    },
    finding: (finding) => {
      for (const filter of filters.values()) filter.finding?.(finding);
      look('finding', finding);
    },
    sessionClosed: (summary) => {
      feed.sessionClosed?.(summary);
      look('session', summary);
      for (const [kind, filter] of filters) if (kind !== 'frame') filter.closed(summary.session);
    },
  };
}
