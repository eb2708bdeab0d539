/**
 * `wsdissect messages`: what was said, one entry per message and per control frame.
 */
import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { addListOptions, type ListOptions } from './options.js';

export interface MessageOptions extends ListOptions {
  /** False with --no-decode. */
  readonly decode: boolean;
}

export function addMessagesCommand(program: Command, terminal: Terminal): void {
  const messages = program
    .command('messages')
    .summary('list the messages: fragments joined, compressed ones inflated')
    .description(ABOUT);
  addListOptions(messages, 'messages')
    .option('--no-decode', 'do not tell what messages say in their subprotocols')
    .addHelpText('after', EXAMPLES)
    .action(async (captures: string[], options: MessageOptions) =>
      (await import('../messages.js')).listMessages(captures, options, terminal),
    );
}

const ABOUT = `\
Lists the messages of both sides, in the order in which their last bytes were
captured: fragments joined, permessage-deflate inflated, control frames (close,
ping, pong) as entries of their own. What the capture lost is marked as unknown.
In front of the content stands what it says in its subprotocol (Socket.IO,
GraphQL, JSON-RPC, MQTT, STOMP, Phoenix, Action Cable, WAMP, SignalR, SockJS,
SIP), or in MessagePack, CBOR, protobuf or gzip, and which message it answers.`;

const EXAMPLES = `
Examples:
  wsdissect messages capture.pcapng
  wsdissect messages --session 2 capture.pcapng
  wsdissect messages --decoder ./mine.js capture.pcapng
  wsdissect messages --proto prices.proto:prices.Quote capture.pcapng
  wsdissect messages -T ndjson capture.pcapng | jq -r '.content // empty'`;
