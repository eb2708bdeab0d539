/**
 * `wsdissect messages`: what was said, one entry per message and per control frame.
 */
import type { ColumnContext } from '../output/frame-columns.js';
import { MessageJson } from '../output/message-json.js';
import { messageTable } from '../output/message-render.js';
import { MessageLines } from '../output/message-text.js';
import { objectRenderer, type RowRenderer } from '../output/rows.js';
import { loadTables } from '../output/table.js';
import type { Message } from '../websocket/message-record.js';
import { type Format, formatFor, type ListOptions } from './commands/options.js';
import { list } from './list.js';
import type { Terminal } from './terminal.js';

export async function listMessages(
  captures: string[],
  options: ListOptions,
  terminal: Terminal,
): Promise<void> {
  const format = formatFor(options, terminal);
  if (format === 'table') await loadTables();
  await list(captures, options, terminal, {
    kind: 'message',
    render: (context) => makeRenderer(format, context, terminal),
    consume: (take) => ({ message: take }),
    previewPayload: undefined,
  });
}

function makeRenderer(
  format: Format,
  context: ColumnContext,
  { stdout, colors, width }: Terminal,
): RowRenderer<Message> {
  if (format === 'table') return messageTable(stdout, context, colors, width);
  if (format === 'text') {
    const lines = new MessageLines(stdout, context, colors);
    return objectRenderer(format, stdout, (message) => lines.write(message));
  }
  const json = new MessageJson(stdout);
  return objectRenderer(format, stdout, (message) => json.write(message));
}
