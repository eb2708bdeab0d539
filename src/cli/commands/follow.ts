/**
 * `wsdissect follow`: one session as a conversation.
 */
import { type Command, Option } from 'commander';
import { SENDERS } from '../../websocket/frame-record.js';
import type { Terminal } from '../terminal.js';
import { addCommonOptions, type CommonOptions, parseCount } from './options.js';

export interface FollowOptions extends CommonOptions {
  readonly raw?: 'client' | 'server';
  readonly control?: boolean;
  readonly full?: boolean;
  readonly decode: boolean;
}

export function addFollowCommand(program: Command, terminal: Terminal): void {
  const follow = program
    .command('follow')
    .argument('<session>', 'number of the session, as wsdissect sessions tells it', parseCount)
    .summary('tell a session as a conversation')
    .description(ABOUT)
    .addOption(
      new Option(
        '--raw <side>',
        'write what a side said, and nothing else: the content of its messages',
      ).choices(SENDERS),
    )
    .option('--control', 'tell Pings and Pongs one by one, too')
    .option('--full', 'tell long messages to their end')
    .option('--no-decode', 'leave out what messages say in their subprotocols');
  addCommonOptions(follow)
    .addHelpText('after', EXAMPLES)
    .action(async (session: number, captures: string[], options: FollowOptions) =>
      (await import('../follow.js')).followSession(session, captures, options, terminal),
    );
}

const ABOUT = `\
Tells one session as a conversation: what client and server said to each other,
message by message, with the time since the one before. JSON is laid out, binary
is hexadecimal, Pings and Pongs are counted.`;

const EXAMPLES = `
Examples:
  wsdissect follow 1 capture.pcapng
  wsdissect follow 2 --control --time utc capture.pcapng
  wsdissect follow 1 -Y 'websocket.opcode == text' capture.pcapng
  wsdissect follow 1 --raw server capture.pcapng > said-by-the-server.bin`;
