/**
 * `wsdissect messages`: what was said, one entry per message and per control frame.
 */
import type { Dissector } from '../dissector.js';
import type { Decode } from '../output/decoded-text.js';
import type { ColumnContext } from '../output/frame-columns.js';
import { MessageJson } from '../output/message-json.js';
import { messageTable } from '../output/message-render.js';
import { MessageLines } from '../output/message-text.js';
import { objectRenderer, type RowRenderer } from '../output/rows.js';
import { loadTables } from '../output/table.js';
import type { Decoded } from '../subprotocol/decoder.js';
import type { Message } from '../websocket/message-record.js';
import type { MessageOptions } from './commands/messages.js';
import { type Format, formatFor } from './commands/options.js';
import { makeDecoding } from './decoding.js';
import { list } from './list.js';
import type { Terminal } from './terminal.js';

export async function listMessages(
  captures: string[],
  options: MessageOptions,
  terminal: Terminal,
): Promise<void> {
  const format = formatFor(options, terminal);
  if (format === 'table') await loadTables();
  let dissector: Dissector | undefined;
  const decoding = options.decode
    ? await makeDecoding(options, (code, message) => dissector?.defect('subprotocol', code, message))
    : undefined;
  // Also what is not listed is decoded: a request may be, whose answer is.
  const known = new WeakMap<Message, Decoded>();
  const decoded = decoding && ((message: Message) => known.get(message));
  await list(captures, options, terminal, {
    kind: 'message',
    render: (context) => makeRenderer(format, context, terminal, decoded),
    consume: (take, { over }) => ({
      opened: (its) => {
        dissector = its;
      },
      message: (message) => {
        const decoded = decoding?.decode(message);
        if (decoded !== undefined) known.set(message, decoded);
        take(message);
      },
      sessionClosed: (summary) => {
        decoding?.close(summary.session);
        over(summary);
      },
    }),
    previewPayload: undefined,
    ...(decoded && { decoded }),
  });
}

function makeRenderer(
  format: Format,
  context: ColumnContext,
  { stdout, colors, width }: Terminal,
  decode: Decode | undefined,
): RowRenderer<Message> {
  if (format === 'table') return messageTable(stdout, context, colors, width, decode);
  if (format === 'text') {
    const lines = new MessageLines(stdout, context, colors, decode);
    return objectRenderer(format, stdout, (message) => lines.write(message));
  }
  const json = new MessageJson(stdout, decode);
  return objectRenderer(format, stdout, (message, isNeighbour) => json.write(message, isNeighbour));
}
