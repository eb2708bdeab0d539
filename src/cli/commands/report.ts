/**
 * `wsdissect report`: defined here, done in ../report.ts.
 */
import type { Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { addPageOptions, type PageOptions } from './options.js';

export interface ReportOptions extends PageOptions {
  readonly output: string;
}

export function addReportCommand(program: Command, terminal: Terminal): void {
  const report = program
    .command('report')
    .summary('write a page to look at in a browser: one HTML file, with all in it')
    .description(ABOUT)
    .requiredOption('-o, --output <file>', 'the file to write; - for standard output');
  addPageOptions(report)
    .addHelpText('after', EXAMPLES)
    .action(async (captures: string[], options: ReportOptions) =>
      (await import('../report.js')).writeReport(captures, options, terminal),
    );
}

const ABOUT = `\
Writes the sessions, frames, messages, findings and statistics of a capture as
one HTML file. A browser opens it from disk: it loads nothing, needs no network
and sends nothing. Of long payloads it holds the beginning (--limit
page-payload), and of a very large capture as many frames as fit (--limit
report); serve shows all. What was said is in the file: it is made readable for
its owner only.`;

const EXAMPLES = `
Examples:
  wsdissect report -o report.html capture.pcapng
  wsdissect report --keylog keys.log -o report.html capture.pcapng
  wsdissect report -Y 'ws.finding' -o report.html capture.pcapng
  wsdissect report --limit page-payload=1MiB -o report.html capture.pcapng`;
