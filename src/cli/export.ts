/**
 * `wsdissect export`: messages in formats of other programs.
 */
import { closeSync, openSync } from 'node:fs';
import { visible } from '../bytes/visible.js';
import type { Dissector } from '../dissector.js';
import { CsvExport } from '../export/csv.js';
import type { Exporter } from '../export/exporter.js';
import { HarExport } from '../export/har.js';
import { PayloadFiles } from '../export/payload-files.js';
import { redacting } from '../export/redacted.js';
import { ReplayFiles } from '../export/replay.js';
import { attemptOutput, FileWriter } from '../output/writer.js';
import type { Timestamp } from '../stream/place.js';
import { type Tables, tablesOf } from '../tables/tables.js';
import type { ExportFormat, ExportOptions } from './commands/export.js';
import { makeDecoding } from './decoding.js';
import { UsageError } from './exit.js';
import { filterConsumer, makeFiltering } from './filtering.js';
import { Printing } from './progress.js';
import { inputsOf, run } from './run.js';
import { isSame } from './same-file.js';
import type { Terminal } from './terminal.js';

export async function exportMessages(
  format: Exclude<ExportFormat, 'pcapng'>,
  captures: readonly string[],
  options: ExportOptions,
  terminal: Terminal,
  version: string,
): Promise<void> {
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  let dissector: Dissector | undefined;
  const defect = (code: string, message: string) => dissector?.defect('subprotocol', code, message);
  const filtering = await makeFiltering(options, 'message', {
    start: () => start,
    defect,
  });
  const inputs = inputsOf(captures, options);
  if (options.output !== undefined && inputs.some((input) => isSame(input, options.output!)))
    throw new UsageError('the capture itself cannot be the file to write');
  const decoding =
    format === 'parquet' && options.redact !== true ? await makeDecoding(options, defect) : undefined;
  const tables = () =>
    tablesOf(
      (packet) => inputs[dissector?.captureOf(packet) ?? -1],
      (message) => decoding?.decode(message),
    );
  const { exporter: told, writer, close } = await openExport(format, options, terminal, version, tables);
  const exporter = options.redact === true ? redacting(told) : told;
  try {
    await run(captures, options, terminal, {
      consumer: {
        ...filterConsumer(filtering),
        ...(exporter.frame && { frame: (frame) => exporter.frame?.(frame) }),
        ...(exporter.unread && { tlsUnread: (connection) => exporter.unread?.(connection) }),
        ...((exporter.finding ?? filtering?.finding) && {
          finding: (finding) => {
            filtering?.finding?.(finding);
            exporter.finding?.(finding);
          },
        }),
        opened: (its: Dissector) => {
          dissector = its;
          start = its.start;
          exporter.begin();
        },
        message: (message) => {
          if (filtering?.matches(message) !== false) exporter.message(message);
        },
        sessionClosed: (summary) => {
          filtering?.closed(summary.session);
          decoding?.close(summary.session);
          exporter.closed(summary);
        },
      },
      printing: new Printing(options.output === undefined),
      previewPayload: undefined,
      ...(format === 'replay' && { session: options.session ?? 1 }),
      finish() {
        // Of a capture without a packet nothing was opened.
        if (dissector === undefined) exporter.begin();
        exporter.end();
      },
    });
    writer.flush();
  } finally {
    exporter.close();
    close();
  }
}

interface OpenExport {
  readonly exporter: Exporter;
  readonly writer: FileWriter;
  close(): void;
}

async function openExport(
  format: Exclude<ExportFormat, 'pcapng'>,
  { output, session = 1 }: ExportOptions,
  { stdout }: Terminal,
  version: string,
  tables: () => Tables,
): Promise<OpenExport> {
  if (format === 'parquet') {
    if (output === undefined) throw new UsageError('parquet is written into a folder: name it with -o');
    const { ParquetFiles } = await import('../export/parquet.js');
    return { exporter: new ParquetFiles(output, tables()), writer: stdout, close() {} };
  }
  if (format === 'replay') {
    if (output === undefined) throw new UsageError('replay writes into a folder: name it with -o');
    return { exporter: new ReplayFiles(output, session), writer: stdout, close() {} };
  }
  if (format === 'payloads') {
    if (output === undefined) throw new UsageError('payloads are written into a folder: name it with -o');
    return { exporter: new PayloadFiles(output), writer: stdout, close() {} };
  }
  const name = visible(output ?? '');
  const fd = output === undefined ? undefined : attemptOutput(name, () => openSync(output, 'w'));
  const writer = fd === undefined ? stdout : new FileWriter(fd, name);
  const exporter = format === 'har' ? new HarExport(writer, version) : new CsvExport(writer);
  return {
    exporter,
    writer,
    close() {
      if (fd !== undefined) closeSync(fd);
    },
  };
}
