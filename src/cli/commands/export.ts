/**
 * `wsdissect export`: messages in formats of other programs.
 */
import { Argument, type Command } from 'commander';
import type { Terminal } from '../terminal.js';
import { addCommonOptions, type CommonOptions, parseSession } from './options.js';

const FINDING_FORMATS = ['sarif', 'junit'] as const;
export const EXPORT_FORMATS = [
  'har',
  'csv',
  'payloads',
  'pcapng',
  'replay',
  'parquet',
  ...FINDING_FORMATS,
] as const;
type ExportFormat = (typeof EXPORT_FORMATS)[number];
export type FindingFormat = (typeof FINDING_FORMATS)[number];
export type MessageFormat = Exclude<ExportFormat, FindingFormat | 'pcapng'>;

export interface ExportOptions extends CommonOptions {
  readonly output?: string;
  readonly redact?: boolean;
  readonly session?: number;
}

export function addExportCommand(program: Command, terminal: Terminal, version: string): void {
  const command = program
    .command('export')
    .addArgument(
      new Argument('<format>', 'har, csv, payloads, pcapng, replay, parquet, sarif or junit').choices(
        EXPORT_FORMATS,
      ),
    )
    .summary('write all messages in a format of other programs')
    .description(ABOUT)
    .option(
      '-o, --output <file>',
      'write into this file, not to standard output; for payloads, replay and parquet the new folder',
    )
    .option(
      '--session <n>',
      'only this session; of replay the first one by default, of pcapng its whole connection',
      parseSession,
    )
    .option(
      '--redact',
      'what messages say becomes x, in as many bytes, and so do cookies, queries and the like: to share it',
    );
  addCommonOptions(command)
    .addHelpText('after', EXAMPLES)
    .action(async (format: ExportFormat, captures: string[], options: ExportOptions) => {
      if (format === 'pcapng')
        return (await import('../export-pcapng.js')).exportPcapng(captures, options, terminal);
      const { exportFindings, exportMessages } = await import('../export.js');
      return isOfFindings(format)
        ? exportFindings(format, captures, options, terminal, version)
        : exportMessages(format, captures, options, terminal, version);
    });
}

function isOfFindings(format: ExportFormat): format is FindingFormat {
  return FINDING_FORMATS.some((one) => one === format);
}

const ABOUT = `\
Writes all messages in a format of other programs:
har  an entry for each session with its messages, as the DevTools of browsers
     write and import it
csv  a row for each message, for spreadsheets and data frames; what a
     spreadsheet would take for a formula gets an apostrophe in front
payloads  a file for each data message in a new folder, and a manifest with
     sender, time and SHA-256 of each
pcapng  the capture with each message and finding as a comment of the packet in
     which it ended; with -Y only the connections that have a hit, in whole. It
     is read twice, so it must be a file
replay  programs for Node with the package ws, in a new folder, that speak both
     sides of a session again, with its timing or without
parquet  frames, messages, sessions and findings as tables in a new folder, for
     DuckDB, pandas and the like
sarif, junit  the findings, for code hosts and CI servers: what check -T writes,
     with its exit code 3 for an error`;

const EXAMPLES = `
Examples:
  wsdissect export har -o capture.har capture.pcapng
  wsdissect export payloads -o said capture.pcapng
  wsdissect export pcapng -o told.pcapng capture.pcap
  wsdissect export pcapng -Y 'ws.finding' -o broken.pcapng capture.pcap
  wsdissect export pcapng --redact -o shared.pcapng capture.pcap
  wsdissect export replay --session 3 -o again capture.pcap
  wsdissect export parquet -o tables capture.pcap
  wsdissect export har --session 3 -o third.har capture.pcap
  wsdissect export csv -Y 'websocket.opcode == text' capture.pcapng
  wsdissect export sarif -o findings.sarif capture.pcapng`;
