/**
 * `wsdissect serve`: defined here, done in ../serve.ts.
 */
import { type Command, InvalidArgumentError } from 'commander';
import type { Terminal } from '../terminal.js';
import { addPageOptions, type PageOptions } from './options.js';

export interface ServeOptions extends PageOptions {
  readonly port: number;
}

export function addServeCommand(program: Command, terminal: Terminal): void {
  const serve = program
    .command('serve')
    .summary('show the page of report from a local server, for captures too large for one file')
    .description(ABOUT)
    .option('--port <n>', 'the port to listen on (default: one that is free)', parsePort, 0);
  addPageOptions(serve)
    .addHelpText('after', EXAMPLES)
    .action(async (captures: string[], options: ServeOptions) =>
      (await import('../serve.js')).servePage(captures, options, terminal),
    );
}

/** 0: one that is free. */
function parsePort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('It must be a port, 0 to 65535.');
  return Number(text);
}

const ABOUT = `\
Reads a capture, keeps what the page shows in a temporary file, and prints the
URL at which a browser on this machine opens the page, until Ctrl-C. Only
127.0.0.1 is listened on; the URL has a secret that is new each time, and
requests of other web sites are refused.`;

const EXAMPLES = `
Examples:
  wsdissect serve capture.pcapng
  wsdissect serve --port 8080 capture_*.pcapng`;
