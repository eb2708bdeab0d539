/**
 * `wsdissect query`: fills the tables that the SQL names while it reads the captures, then asks.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunConsumer } from '../dissect.js';
import type { Dissector } from '../dissector.js';
import type { RecordKind } from '../filter/index.js';
import { DEFAULT_LIMITS } from '../limits.js';
import { loadTables } from '../output/table.js';
import { type DatabaseOptions, NoDatabase, QueryDatabase, type TableLoader } from '../query/database.js';
import { writeResult, writeSchema } from '../query/render.js';
import { namedTables } from '../query/sql.js';
import type { Finding } from '../rules/finding.js';
import { CaptureError } from '../stream/defect.js';
import type { Decoded } from '../subprotocol/decoder.js';
import type { Column } from '../tables/column.js';
import { TABLE_NAMES, type TableName, type TableRecords, type Tables, tablesOf } from '../tables/tables.js';
import type { Message } from '../websocket/message-record.js';
import type { Session } from '../websocket/session-record.js';
import type { QueryOptions } from './commands/query.js';
import { makeDecoding } from './decoding.js';
import { UsageError } from './exit.js';
import { type Filtering, type FilterRun, makeFiltering } from './filtering.js';
import { type FrameFeed, feedFrames } from './frame-feed.js';
import { Printing } from './progress.js';
import { inputsOf, run } from './run.js';
import type { Terminal } from './terminal.js';
import { keepToOwner } from './write-into.js';

export async function queryCaptures(
  sql: string | undefined,
  captures: readonly string[],
  options: QueryOptions,
  terminal: Terminal,
): Promise<void> {
  const { format = terminal.stdoutIsTerminal ? 'table' : 'csv' } = options;
  if (format === 'table') await loadTables();
  if (options.schema === true) {
    writeSchema(format, terminal);
    return;
  }
  if (sql === undefined) throw new UsageError('no SQL given (wsdissect query --help tells more)');
  const isKept = options.database !== undefined && captures.length + options.read.length === 0;
  refuseFile(options.database, isKept);
  if (!isKept) inputsOf(captures, options);
  keepToOwner();
  const folder = mkdtempSync(join(tmpdir(), 'wsdissect-'));
  let database: QueryDatabase | undefined;
  let isFilled = isKept;
  try {
    database = await openDatabase({
      file: options.database,
      readOnly: isKept,
      folder,
      memory: options.limit.maxQueryMemory ?? DEFAULT_LIMITS.maxQueryMemory,
      external: options.allowFiles === true,
    });
    if (!isKept) await fill(database, sql, captures, options, terminal);
    isFilled = true;
    await ask(database, sql, format, terminal);
  } finally {
    database?.close();
    rmSync(folder, { recursive: true, force: true });
    if (options.database !== undefined && !isFilled)
      for (const file of [options.database, `${options.database}.wal`]) rmSync(file, { force: true });
  }
}

function refuseFile(file: string | undefined, isKept: boolean): void {
  if (file === undefined) return;
  const isThere = existsSync(file);
  if (isKept && !isThere)
    throw new UsageError(`${file}: no such file: name captures, too, to fill a new one`);
  if (!isKept && isThere)
    throw new UsageError(`${file} is there already: leave the captures out to ask it, or name a new file`);
}

async function openDatabase(options: DatabaseOptions): Promise<QueryDatabase> {
  try {
    return await QueryDatabase.open(options);
  } catch (error) {
    if (error instanceof NoDatabase)
      throw new UsageError(
        'query needs DuckDB, which is not installed with wsdissect (it takes 70 MB): npm install @duckdb/node-api, ' +
          'with -g if wsdissect was installed so',
      );
    throw new CaptureError('unreadable', oneLine(error));
  }
}

/** Makes all tables, and fills those that are asked for: of a file that is kept all. */
async function fill(
  database: QueryDatabase,
  sql: string,
  captures: readonly string[],
  options: QueryOptions,
  terminal: Terminal,
): Promise<void> {
  const inputs = inputsOf(captures, options);
  let dissector: Dissector | undefined;
  const decoding = await makeDecoding(options, (code, message) =>
    dissector?.defect('subprotocol', code, message),
  );
  let latest: Decoded | undefined;
  const said = new WeakMap<Message, Decoded>();
  const tables = tablesOf(
    (packet) => inputs[dissector?.captureOf(packet) ?? -1],
    () => latest,
  );
  for (const [name, columns] of Object.entries(tables)) await database.createTable(name, columns);
  await attempt(() => database.check(sql));
  const wanted = options.database === undefined ? namedTables(sql) : TABLE_NAMES;
  if (wanted.length === 0 && options.displayFilter !== undefined)
    throw new UsageError(`-Y chooses rows of ${TABLE_NAMES.join(', ')}, and the SQL names none of them`);
  const filters = await openFilters(wanted, options, {
    start: () => dissector?.start ?? { seconds: 0, nanoseconds: 0 },
    decoded: (message) => said.get(message),
  });
  const loaders = await openLoaders(database, tables, wanted);
  const consumer = consumerOf(loaders, filters);
  await run(captures, options, terminal, {
    consumer: {
      opened: (its: Dissector) => {
        dissector = its;
      },
      ...consumer,
      // What a message says is told once, in order, whoever asks.
      ...(consumer.message && {
        message: (message) => {
          latest = decoding.decode(message);
          if (latest !== undefined) said.set(message, latest);
          consumer.message?.(message);
        },
      }),
      sessionClosed: (summary) => {
        consumer.sessionClosed?.(summary);
        decoding.close(summary.session);
      },
    },
    printing: new Printing(false),
    previewPayload: undefined,
    finish() {},
  });
  for (const loader of Object.values(loaders)) loader?.end();
}

type Loaders = { readonly [Name in TableName]: TableLoader<TableRecords[Name]> | undefined };

async function openLoaders(
  database: QueryDatabase,
  tables: Tables,
  wanted: readonly TableName[],
): Promise<Loaders> {
  const open = async <T>(name: TableName, columns: readonly Column<T>[]) =>
    wanted.includes(name) ? database.loader(name, columns) : undefined;
  return {
    frames: await open('frames', tables.frames),
    messages: await open('messages', tables.messages),
    sessions: await open('sessions', tables.sessions),
    findings: await open('findings', tables.findings),
  };
}

type Filters = { readonly [Kind in RecordKind]?: Filtering<Kind> | undefined };

/** For each of the tables, the filter of the options. Throws UsageError for one that its records have no field of. */
async function openFilters(
  wanted: readonly TableName[],
  options: QueryOptions,
  filterRun: FilterRun,
): Promise<Filters> {
  const open = async <K extends RecordKind>(kind: K) =>
    wanted.includes(`${kind}s`) ? makeFiltering(options, kind, filterRun) : undefined;
  return {
    frame: await open('frame'),
    message: await open('message'),
    session: await open('session'),
    finding: await open('finding'),
  };
}

function consumerOf({ frames, messages, sessions, findings }: Loaders, filters: Filters): RunConsumer {
  const all = Object.values(filters).filter((one) => one !== undefined);
  const asks = all.some(({ finding }) => finding !== undefined);
  const tell = (finding: Finding) => {
    for (const one of all) one.finding?.(finding);
  };
  const close = (session: Session) => {
    for (const one of all) if (one !== filters.frame || frames === undefined) one.closed(session);
  };
  const feed: FrameFeed =
    frames === undefined
      ? {}
      : feedFrames(
          (frame, message) => {
            if (filters.frame?.matches(frame, message) !== false) frames.add(frame);
          },
          filters.frame,
          { lent: true, messages: 'all', over: ({ session }) => filters.frame?.closed(session) },
        );
  return {
    ...(feed.frame && { frame: feed.frame }),
    ...((messages !== undefined || feed.message !== undefined) && {
      message: (message) => {
        if (filters.message?.matches(message) !== false) messages?.add(message);
        feed.message?.(message);
      },
    }),
    ...((findings !== undefined || asks) && {
      finding: (finding) => {
        tell(finding);
        if (filters.finding?.matches(finding) !== false) findings?.add(finding);
      },
    }),
    ...((sessions !== undefined || all.length > 0) && {
      sessionClosed: (summary) => {
        feed.sessionClosed?.(summary);
        if (filters.session?.matches(summary) !== false) sessions?.add(summary);
        close(summary.session);
      },
    }),
    // It is no session, so no filter holds for it.
    ...(sessions && filters.session === undefined && { tlsUnread: (connection) => sessions.add(connection) }),
  };
}

/** Ctrl-C ends the question: what was told by then stays. Throws CaptureError then. */
async function ask(
  database: QueryDatabase,
  sql: string,
  format: Parameters<typeof writeResult>[1],
  terminal: Terminal,
): Promise<void> {
  let isInterrupted = false;
  const onSignal = () => {
    isInterrupted = true;
    database.interrupt();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    await attempt(async () => writeResult(await database.ask(sql), format, terminal, database.values));
  } catch (error) {
    if (!isInterrupted) throw error;
    terminal.stdout.flush();
    throw new CaptureError('unreadable', 'interrupted: it is not answered in whole');
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
  terminal.stdout.flush();
}

/** What DuckDB has no room or file for is no fault of the SQL. */
const NOT_OF_SQL = /^(?:Out of Memory|IO|Internal|Fatal) Error/;

/** What DuckDB says of the SQL is a mistake in usage. Its errors are plain ones, others are not. */
async function attempt<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Error) || error.constructor !== Error) throw error;
    const message = oneLine(error);
    if (NOT_OF_SQL.test(message)) throw new CaptureError('unreadable', message);
    throw new UsageError(`SQL: ${message}${IS_TEXT_ASKED.test(message) ? HOW_TO_TAKE_TEXT : ''}`);
  }
}

/** `decoded.type = 'ack'` compares JSON with what is none. */
const IS_TEXT_ASKED = /Malformed JSON/;
const HOW_TO_TAKE_TEXT = " (a dot takes JSON out of JSON, ->> a text: decoded->>'type' = 'ack')";

/** What is wrong, and what DuckDB proposes, without the lines that point into the SQL. */
function oneLine(error: unknown): string {
  const [first] = (error as Error).message.replace(/^Failed to extract statements: /, '').split('\n\nLINE ');
  // So it says of SQL without a statement.
  if (first === 'Error in native callback') return 'there is no statement in it';
  return first.replaceAll(/\s*\n+\s*/g, '; ');
}
