/**
 * `wsdissect messages`: what was said, one entry per message and per control frame.
 */
import type { Command } from 'commander';
import type { ColumnContext } from '../output/frame-columns.js';
import { messageJson } from '../output/message-json.js';
import { messageLine, messageTable } from '../output/message-render.js';
import { jsonRenderer, lineRenderer, type RowRenderer } from '../output/rows.js';
import { loadTables } from '../output/table.js';
import type { Message } from '../websocket/message-record.js';
import { addListOptions, type ListOptions, list } from './list.js';
import { type Format, formatFor } from './run.js';
import type { Terminal } from './terminal.js';

export function addMessagesCommand(program: Command, terminal: Terminal): void {
  const messages = program
    .command('messages')
    .summary('list the messages: fragments joined, compressed ones inflated')
    .description(ABOUT);
  addListOptions(messages, 'messages')
    .addHelpText('after', EXAMPLES)
    .action((captures: string[], options: ListOptions) => listMessages(captures, options, terminal));
}

const ABOUT = `\
Lists the messages of both sides, in the order in which their last bytes were
captured: fragments joined, permessage-deflate inflated, control frames (close,
ping, pong) as entries of their own. What the capture lost is marked as unknown.`;

const EXAMPLES = `
Examples:
  wsdissect messages capture.pcapng
  wsdissect messages --session 2 capture.pcapng
  wsdissect messages -T ndjson capture.pcapng | jq -r '.content // empty'`;

async function listMessages(captures: string[], options: ListOptions, terminal: Terminal): Promise<void> {
  const format = formatFor(options, terminal);
  if (format === 'table') await loadTables();
  await list<Message>(captures, options, terminal, {
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
  if (format === 'text') return lineRenderer(stdout, (message) => messageLine(message, context, colors));
  return format === 'json' ? jsonRenderer(stdout, messageJson) : lineRenderer(stdout, messageJson);
}
