/**
 * `wsdissect follow`: one session as a conversation, or what one side of it said as it is.
 */
import type { RunConsumer } from '../dissect.js';
import type { Dissector } from '../dissector.js';
import { Conversation } from '../output/conversation.js';
import type { Decode } from '../output/decoded-text.js';
import { loadWidths } from '../output/width.js';
import { count } from '../rules/count.js';
import type { Timestamp } from '../stream/place.js';
import type { Decoded } from '../subprotocol/decoder.js';
import type { Message } from '../websocket/message-record.js';
import { isControl } from '../websocket/opcode.js';
import type { FollowOptions } from './commands/follow.js';
import { makeDecoding } from './decoding.js';
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
  let dissector: Dissector | undefined;
  const defect = (code: string, message: string) => dissector?.defect('subprotocol', code, message);
  const decoding = options.decode ? await makeDecoding(options, defect) : undefined;
  let latest: Decoded | undefined;
  const filtering = await makeFiltering(options, 'message', {
    start: () => start,
    decoded: decoding && (() => latest),
    defect,
  });
  await loadWidths();
  const told =
    options.raw === undefined
      ? chat(
          options,
          terminal,
          () => start,
          () => latest,
        )
      : raw(options.raw, terminal);
  await run(captures, options, terminal, {
    consumer: {
      ...filterConsumer(filtering),
      opened: (its: Dissector) => {
        dissector = its;
        start = its.start;
      },
      sessionOpened: (one) => {
        if (one.number === session) told.sessionOpened?.(one);
      },
      message: (message) => {
        if (message.session.number !== session) return;
        latest = decoding?.decode(message);
        if (filtering?.matches(message) !== false) told.message?.(message);
      },
      sessionClosed: (summary) => {
        filtering?.closed(summary.session);
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
  decode: Decode,
): Told {
  const conversation = new Conversation(stdout, { timeFormat: options.time, start }, colors, {
    width: stdoutIsTerminal ? width : undefined,
    decode,
    control: options.control === true,
    full: options.full === true,
  });
  return {
    sessionOpened: (session) => conversation.opened(session),
    message: (message) => conversation.message(message),
    sessionClosed: (summary) => conversation.closed(summary),
  };
}

/** Content that is not known is zeros, or left out at the end of a message: how much it is, is told when all is written. */
function raw(side: 'client' | 'server', { stdout, stderr }: Terminal): Told {
  let unknown = 0;
  return {
    message: ({ sender, opcode, content, unknownRanges }: Message) => {
      if (sender !== side || isControl(opcode)) return;
      stdout.bytes(content);
      for (const { length } of unknownRanges) unknown += length;
    },
    sessionClosed: () => {
      if (unknown > 0)
        stderr.write(
          `wsdissect: ${count(unknown, 'byte')} of what the ${side} said cannot be known: ` +
            'zeros stand for them, where more of the message follows\n',
        );
      stderr.flush();
    },
  };
}
