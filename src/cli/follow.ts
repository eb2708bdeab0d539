/**
 * `wsdissect follow`: one session as a conversation, or what one side of it said as it is.
 */
import type { RunConsumer } from '../dissect.js';
import type { Dissector } from '../dissector.js';
import { Conversation } from '../output/conversation.js';
import { loadWidths } from '../output/width.js';
import type { Timestamp } from '../stream/place.js';
import type { Message } from '../websocket/message-record.js';
import { isControl } from '../websocket/opcode.js';
import type { FollowOptions } from './commands/follow.js';
import { filterConsumer, makeFiltering } from './filtering.js';
import { Printing } from './progress.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

export async function followSession(
  session: number,
  captures: readonly string[],
  options: FollowOptions,
  terminal: Terminal,
): Promise<void> {
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  let isOver = false;
  const filtering = await makeFiltering(options.displayFilter, 'message', () => start);
  await loadWidths();
  const told = options.raw === undefined ? chat(options, terminal, () => start) : raw(options.raw, terminal);
  await run(captures, options, terminal, {
    consumer: {
      ...filterConsumer(filtering),
      opened: (dissector: Dissector) => {
        start = dissector.start;
      },
      sessionOpened: (one) => {
        if (one.number === session) told.sessionOpened?.(one);
      },
      message: (message) => {
        if (message.session.number === session && filtering?.matches(message) !== false)
          told.message?.(message);
      },
      sessionClosed: (summary) => {
        filtering?.closed(summary.session.number);
        if (summary.session.number !== session) return;
        told.sessionClosed?.(summary);
        isOver = true;
      },
      more: () => !isOver,
    },
    printing: new Printing(true),
    previewPayload: undefined,
    session,
    finish() {},
  });
}

type Told = Pick<RunConsumer, 'sessionOpened' | 'message' | 'sessionClosed'>;

function chat(
  options: FollowOptions,
  { stdout, colors, width, stdoutIsTerminal }: Terminal,
  start: () => Timestamp,
): Told {
  const conversation = new Conversation(stdout, { timeFormat: options.time, start }, colors, {
    width: stdoutIsTerminal ? width : undefined,
    control: options.control === true,
    full: options.full === true,
  });
  return {
    sessionOpened: (session) => conversation.opened(session),
    message: (message) => conversation.message(message),
    sessionClosed: (summary) => conversation.closed(summary),
  };
}

/** Content that is not known is zeros; the diagnostics tell of it. */
function raw(side: 'client' | 'server', { stdout }: Terminal): Told {
  return {
    message: ({ sender, opcode, content }: Message) => {
      if (sender === side && !isControl(opcode)) stdout.bytes(content);
    },
  };
}
