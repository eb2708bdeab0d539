/**
 * `wsdissect query`: SQL over what captures hold.
 */
import { type Command, Option } from 'commander';
import type { Terminal } from '../terminal.js';
import {
  addCaptures,
  addReadingOptions,
  addReadOption,
  parseFilter,
  type ReadingOptions,
} from './options.js';

const FORMATS = ['table', 'csv', 'json', 'ndjson'] as const;

export type QueryFormat = (typeof FORMATS)[number];

export interface QueryOptions extends ReadingOptions {
  readonly read: string[];
  readonly format?: QueryFormat;
  readonly database?: string;
  readonly schema?: boolean;
  readonly allowFiles?: boolean;
  readonly displayFilter?: string;
}

export function addQueryCommand(program: Command, terminal: Terminal): void {
  const query = program
    .command('query')
    .argument('[sql]', 'what is asked, in the SQL of DuckDB')
    .summary('ask in SQL: tables of frames, messages, sessions and findings')
    .description(ABOUT)
    .addOption(
      new Option(
        '-T, --format <format>',
        'table (default on a terminal), csv (default elsewhere), json, or ndjson (one object a line)',
      ).choices(FORMATS),
    )
    .option(
      '--database <file>',
      'keep the tables in this new file, to ask more; without captures, ask the tables of such a file',
    )
    .option(
      '-Y, --display-filter <filter>',
      'fill the tables that the SQL names only with rows for which it holds: tcp.port == 8080',
      parseFilter,
    )
    .option('--schema', 'list the tables and their columns, and ask nothing')
    .option('--allow-files', 'let the SQL read and write files, and load extensions of DuckDB');
  addReadingOptions(addReadOption(addCaptures(query)))
    .addHelpText('after', EXAMPLES)
    .action(async (sql: string | undefined, captures: string[], options: QueryOptions) =>
      (await import('../query.js')).queryCaptures(sql, captures, options, terminal),
    );
}

const ABOUT = `\
Puts frames, messages, sessions and findings of captures into tables and asks
them in SQL; "wsdissect query --schema" lists the columns. This needs DuckDB,
which is not installed with wsdissect: npm install @duckdb/node-api. Only tables
that the SQL names are filled. SQL reaches no file and no network, unless
--allow-files is given.`;

const EXAMPLES = `
Examples:
  wsdissect query --schema
  wsdissect query 'SELECT sender, count(*) FROM frames GROUP BY 1' capture.pcap
  wsdissect query -T ndjson 'SELECT path, closed FROM sessions' capture.pcapng
  wsdissect query 'SELECT rule, message FROM findings' capture.pcapng
  wsdissect query -Y 'ws.sender == client' 'FROM messages' c.pcap`;
