/**
 * `wsdissect export`: messages, and what is wrong with them, in formats of other programs.
 */
import { visible } from '../bytes/visible.js';
import type { Dissector } from '../dissector.js';
import { CsvExport } from '../export/csv.js';
import type { Exporter } from '../export/exporter.js';
import { HarExport } from '../export/har.js';
import { oneSession } from '../export/one-session.js';
import { PayloadFiles } from '../export/payload-files.js';
import { redacting } from '../export/redacted.js';
import { ReplayFiles } from '../export/replay.js';
import type { FileWriter } from '../output/writer.js';
import type { Timestamp } from '../stream/place.js';
import type { Decoded } from '../subprotocol/decoder.js';
import { type Tables, tablesOf } from '../tables/tables.js';
import { checkCaptures } from './check.js';
import { CHECK_DEFAULTS } from './commands/check.js';
import type { ExportOptions, FindingFormat, MessageFormat } from './commands/export.js';
import { makeDecoding } from './decoding.js';
import { EXIT, UsageError } from './exit.js';
import { filterConsumer, makeFiltering } from './filtering.js';
import { LateFile } from './late-file.js';
import { Printing } from './progress.js';
import { inputsOf, run } from './run.js';
import { isSame } from './same-file.js';
import type { Terminal } from './terminal.js';
import { keepToOwner } from './write-into.js';

export async function exportMessages(
  format: MessageFormat,
  captures: readonly string[],
  options: ExportOptions,
  terminal: Terminal,
  version: string,
): Promise<void> {
  keepToOwner();
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  let dissector: Dissector | undefined;
  const defect = (code: string, message: string) => dissector?.defect('subprotocol', code, message);
  const isDecoded = format === 'parquet' && options.redact !== true;
  const decoding = isDecoded ? await makeDecoding(options, defect) : undefined;
  let latest: Decoded | undefined;
  const filtering = await makeFiltering(options, 'message', {
    start: () => start,
    defect,
    decoded: decoding && (() => latest),
  });
  const inputs = inputsOf(captures, options);
  refuseCapture(inputs, options);
  const tables = () =>
    tablesOf(
      (packet) => inputs[dissector?.captureOf(packet) ?? -1],
      () => latest,
    );
  const session = format === 'replay' ? (options.session ?? 1) : options.session;
  const { exporter: all, writer, close } = await openExport(format, options, terminal, version, tables);
  const told = options.redact === true ? redacting(all) : all;
  const exporter = session === undefined ? told : oneSession(told, session);
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
          latest = decoding?.decode(message);
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
      session,
      finish() {
        // Of a capture without a packet nothing was opened.
        if (dissector === undefined) exporter.begin();
        exporter.end();
      },
    });
    writer.flush();
    if (options.quiet !== true) tellRemarks(exporter.remarks?.() ?? [], terminal);
    if (exporter.isEmpty === true) process.exitCode = EXIT.input;
  } finally {
    exporter.close();
    close();
  }
}

function tellRemarks(remarks: readonly string[], { stderr }: Terminal): void {
  for (const remark of remarks) stderr.write(`wsdissect: ${remark}\n`);
  stderr.flush();
}

interface OpenExport {
  readonly exporter: Exporter;
  readonly writer: FileWriter;
  close(): void;
}

async function openExport(
  format: MessageFormat,
  { output, displayFilter }: ExportOptions,
  { stdout, stdoutIsTerminal }: Terminal,
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
    return { exporter: new ReplayFiles(output), writer: stdout, close() {} };
  }
  if (format === 'payloads') {
    if (output === undefined) throw new UsageError('payloads are written into a folder: name it with -o');
    return { exporter: new PayloadFiles(output), writer: stdout, close() {} };
  }
  const file = openOutput(output, stdout);
  const exporter =
    format === 'har'
      ? new HarExport(file.writer, version, displayFilter !== undefined)
      : new CsvExport(file.writer, output === undefined && stdoutIsTerminal ? visible : undefined);
  return { exporter, ...file };
}

function openOutput(output: string | undefined, stdout: FileWriter): Omit<OpenExport, 'exporter'> {
  if (output === undefined) return { writer: stdout, close() {} };
  const file = new LateFile(output);
  return { writer: file, close: () => file.close() };
}

function refuseCapture(inputs: readonly string[], { output }: ExportOptions): void {
  if (output !== undefined && inputs.some((input) => isSame(input, output)))
    throw new UsageError('the capture itself cannot be the file to write');
}

/** What `check -T FORMAT` writes, and how it ends. */
export async function exportFindings(
  format: FindingFormat,
  captures: string[],
  options: ExportOptions,
  terminal: Terminal,
  version: string,
): Promise<void> {
  keepToOwner();
  refuseCapture(inputsOf(captures, options), options);
  const { writer, close } = openOutput(options.output, terminal.stdout);
  try {
    const asked = { ...CHECK_DEFAULTS, ...options, format };
    await checkCaptures(captures, asked, { ...terminal, stdout: writer }, version);
  } finally {
    close();
  }
}
