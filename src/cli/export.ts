/**
 * `wsdissect export`: messages, and what is wrong with them, in formats of other programs.
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
import { checkCaptures } from './check.js';
import { CHECK_DEFAULTS } from './commands/check.js';
import type { ExportOptions, FindingFormat, MessageFormat } from './commands/export.js';
import { UsageError } from './exit.js';
import { filterConsumer, makeFiltering } from './filtering.js';
import { Printing } from './progress.js';
import { inputsOf, run } from './run.js';
import { isSame } from './same-file.js';
import type { Terminal } from './terminal.js';

export async function exportMessages(
  format: MessageFormat,
  captures: readonly string[],
  options: ExportOptions,
  terminal: Terminal,
  version: string,
): Promise<void> {
  let start: Timestamp = { seconds: 0, nanoseconds: 0 };
  let dissector: Dissector | undefined;
  const filtering = await makeFiltering(options, 'message', {
    start: () => start,
    defect: (code, message) => dissector?.defect('subprotocol', code, message),
  });
  refuseCapture(captures, options);
  const { exporter: told, writer, close } = await openExport(format, options, terminal, version);
  const exporter = options.redact === true ? redacting(told) : told;
  try {
    await run(captures, options, terminal, {
      consumer: {
        ...filterConsumer(filtering),
        ...(exporter.frame && { frame: (frame) => exporter.frame?.(frame) }),
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
  format: MessageFormat,
  { output, session = 1 }: ExportOptions,
  { stdout }: Terminal,
  version: string,
): Promise<OpenExport> {
  if (format === 'parquet') {
    if (output === undefined) throw new UsageError('parquet is written into a folder: name it with -o');
    const { ParquetFiles } = await import('../export/parquet.js');
    return { exporter: new ParquetFiles(output), writer: stdout, close() {} };
  }
  if (format === 'replay') {
    if (output === undefined) throw new UsageError('replay writes into a folder: name it with -o');
    return { exporter: new ReplayFiles(output, session), writer: stdout, close() {} };
  }
  if (format === 'payloads') {
    if (output === undefined) throw new UsageError('payloads are written into a folder: name it with -o');
    return { exporter: new PayloadFiles(output), writer: stdout, close() {} };
  }
  const file = openOutput(output, stdout);
  const exporter = format === 'har' ? new HarExport(file.writer, version) : new CsvExport(file.writer);
  return { exporter, ...file };
}

function openOutput(output: string | undefined, stdout: FileWriter): Omit<OpenExport, 'exporter'> {
  if (output === undefined) return { writer: stdout, close() {} };
  const name = visible(output);
  const fd = attemptOutput(name, () => openSync(output, 'w'));
  return { writer: new FileWriter(fd, name), close: () => closeSync(fd) };
}

function refuseCapture(captures: readonly string[], options: ExportOptions): void {
  const inputs = inputsOf(captures, options);
  if (options.output !== undefined && inputs.some((input) => isSame(input, options.output!)))
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
  refuseCapture(captures, options);
  const { writer, close } = openOutput(options.output, terminal.stdout);
  try {
    const asked = { ...CHECK_DEFAULTS, ...options, format };
    await checkCaptures(captures, asked, { ...terminal, stdout: writer }, version);
  } finally {
    close();
  }
}
