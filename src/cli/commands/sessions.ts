/**
 * `wsdissect sessions`: one row per WebSocket session, and per upgrade that was refused.
 */
import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { addCommonOptions, addFormatOption, type CommonOptions, type Format } from './options.js';

export interface SessionsOptions extends CommonOptions {
  readonly format?: Format;
}

export function addSessionsCommand(program: Command, terminal: Terminal): void {
  addCommonOptions(addFormatOption(program.command('sessions')))
    .summary('list the WebSocket sessions, and the upgrades that were refused')
    .description(ABOUT)
    .addHelpText('after', EXAMPLES)
    .action(async (captures: string[], options: SessionsOptions) =>
      (await import('../sessions.js')).listSessions(captures, options, terminal),
    );
}

const ABOUT = `\
Lists the WebSocket sessions: one row for each upgrade that a server answered,
with who spoke with whom, path, status, subprotocol, extensions, frames and
bytes of both sides, how long it lasted, and who closed it and how. Upgrades
that were refused are listed with their status.`;

const EXAMPLES = `
Examples:
  wsdissect sessions capture.pcapng
  wsdissect sessions -t utc capture.pcapng
  wsdissect sessions -T ndjson capture.pcapng | jq 'select(.status != 101)'`;
