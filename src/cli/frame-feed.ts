/**
 * Frames as a run tells of them, each when what a filter, or the list, asks of its message is known.
 */
import type { RunConsumer } from '../dissect.js';
import type { Frame } from '../websocket/frame-record.js';
import type { Message } from '../websocket/message-record.js';
import type { SessionSummary } from '../websocket/session-record.js';
import { AwaitingMessage } from './awaiting-message.js';
import type { Filtering } from './filtering.js';

/** What else wants the messages that frames end. */
export interface FeedOptions {
  /** Told of each message, in their order. */
  readonly message?: ((message: Message) => void) | undefined;
  /** Payloads are lent. */
  readonly lent?: boolean;
  /** That the run tells of, whoever asks for them: all, or those that are joined or inflated. */
  readonly messages?: 'all' | 'joined';
  /** Told of each session that is over, behind its last frame. */
  readonly over?: ((summary: SessionSummary) => void) | undefined;
}

export type FrameFeed = Pick<RunConsumer, 'frame' | 'message' | 'sessionClosed'>;

/**
 * Without anybody who asks for messages these are not told of, and no frame waits. `take`: told of each frame, and of the
 * data message that it ends, where that is known.
 */
export function feedFrames(
  take: (frame: Frame, message?: Message) => void,
  filtering: Filtering<'frame'> | undefined,
  { message: told, lent, messages, over }: FeedOptions = {},
): FrameFeed {
  if (told === undefined && messages === undefined && filtering?.asksMessages !== true)
    return { frame: take, sessionClosed: (summary) => over?.(summary) };
  const joinedOnly = filtering === undefined ? () => true : filtering.joinedOnly;
  const awaiting = new AwaitingMessage(take, {
    joinedOnly: told === undefined && messages !== 'all' ? joinedOnly : undefined,
    fragments: filtering?.finding !== undefined,
    lent: lent === true,
  });
  return {
    frame: (frame) => awaiting.frame(frame),
    message: (message) => {
      told?.(message);
      filtering?.told(message);
      awaiting.message(message);
    },
    sessionClosed: (summary) => awaiting.closed(summary.session.number, () => over?.(summary)),
  };
}
