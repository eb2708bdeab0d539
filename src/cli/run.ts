/**
 * What every command that reads captures does: options in common, diagnostics, progress, an end by Ctrl-C,
 * and the exit code.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { type DissectionSummary, type RunConsumer, runDissection } from '../dissect.js';
import type { Dissector, DissectorLimits } from '../dissector.js';
import type { TimeFormat } from '../output/time.js';
import type { Rule } from '../rules/rule.js';
import { Diagnostics, isUnusable } from './diagnostics.js';
import { EXIT, UsageError } from './exit.js';
import { Progress } from './progress.js';
import type { Terminal } from './terminal.js';

export interface CommonOptions {
  readonly read: string[];
  readonly reader: 'own' | 'pcap-parser';
  readonly time: TimeFormat;
  readonly maxPayload?: number;
  readonly maxMessage?: number;
  readonly decodeAs: number[];
  readonly quiet?: boolean;
}

export type Format = 'table' | 'text' | 'json' | 'ndjson';

/** Says which formats there are; undefined: left to where standard output goes. */
export function addFormatOption(command: Command): Command {
  return command.addOption(
    new Option(
      '-T, --format <format>',
      'table (default on a terminal), text (default elsewhere), json, or ndjson (one object a line)',
    ).choices(['table', 'text', 'json', 'ndjson']),
  );
}

/** The format asked for, or the one that suits where standard output goes. */
export function formatFor(options: { readonly format?: Format }, terminal: Terminal): Format {
  return options.format ?? (terminal.stdoutIsTerminal ? 'table' : 'text');
}

export function addCommonOptions(command: Command): Command {
  return command
    .argument('[capture...]', 'capture files in time order, or - for standard input')
    .addOption(
      new Option(
        '-t, --time <format>',
        'times in table and text: relative to the first packet (default), epoch, or utc',
      )
        .choices(['relative', 'epoch', 'utc'])
        .default('relative'),
    )
    .addOption(
      new Option('-r, --read <file>', 'a capture, as tshark takes it; may be repeated')
        .argParser((value: string, previous: string[]) => [...previous, value])
        .default([]),
    )
    .addOption(
      new Option(
        '--reader <reader>',
        'who reads the capture: own (default), or pcap-parser, the npm package, for classic pcap only',
      )
        .choices(['own', 'pcap-parser'])
        .default('own'),
    )
    .addOption(
      new Option('--max-payload <bytes>', 'payload bytes kept per frame (default 64 MiB)').argParser(
        parseCount,
      ),
    )
    .addOption(
      new Option(
        '--max-message <bytes>',
        'content bytes kept per message, after inflation (default 64 MiB)',
      ).argParser(parseCount),
    )
    .addOption(
      new Option(
        '--decode-as <what>',
        'tcp.port==N,websocket: a WebSocket even without its handshake; may be repeated',
      )
        .argParser((value: string, previous: number[]) => [...previous, parseDecodeAs(value)])
        .default([]),
    )
    .option('-q, --quiet', 'no warnings on standard error')
    .helpOption('-h, --help', 'print this help');
}

/** A whole number greater than 0. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number greater than 0.');
  return value;
}

/** As in tshark: the port whose connections carry a WebSocket. */
function parseDecodeAs(text: string): number {
  const port = /^tcp\.port\s*==\s*(\d{1,5})\s*,\s*websocket$/.exec(text)?.[1];
  if (port === undefined || Number(port) > 65_535)
    throw new InvalidArgumentError('It must look like tcp.port==8080,websocket.');
  return Number(port);
}

export interface CommandRun {
  readonly consumer: RunConsumer;
  /** The command prints rows while it reads. */
  readonly printing: boolean;
  /** The rules to judge by; undefined: all. */
  readonly rules?: readonly Rule[];
  /** Payload octets that the command looks at; undefined: all. */
  readonly previewPayload: number | undefined;
  /** The only session that is listed; undefined: all are. */
  readonly session?: number | undefined;
  /** Called at the end, before the exit code is settled. */
  finish(summary: DissectionSummary): void;
}

/** Reads the captures for a command and settles the exit code. */
export async function run(
  captures: readonly string[],
  options: CommonOptions,
  terminal: Terminal,
  command: CommandRun,
): Promise<void> {
  const inputs = [...options.read, ...captures];
  if (inputs.length === 0)
    throw new UsageError(
      'no capture given: name a file, or - for standard input (wsdissect --help tells more)',
    );
  const progress = new Progress(terminal, command.printing);
  const diagnostics = new Diagnostics(terminal, {
    captures: inputs,
    quiet: options.quiet === true,
    makeWay: () => progress.stop(),
  });
  const interrupt = new AbortController();
  const onSignal = () => interrupt.abort();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const block = makeBlock(command.consumer, terminal, progress);
  const limits = limitsOf(options);
  const { previewPayload } = command;
  try {
    const summary = await runDissection(
      inputs,
      { ...command.consumer, block, defect: (defect) => diagnostics.defect(defect) },
      {
        reader: options.reader,
        signal: interrupt.signal,
        progress: (read, total) => progress.update(read, total),
        limits,
        decodeAs: options.decodeAs,
        ...(command.rules === undefined ? {} : { rules: command.rules }),
        ...(previewPayload === undefined ? {} : { previewPayload }),
      },
    );
    progress.stop();
    command.finish(summary);
    terminal.stdout.flush();
    diagnostics.finish(summary, command.session);
    if (summary.capture.truncated || isUnusable(summary)) process.exitCode = EXIT.input;
  } finally {
    progress.stop();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function limitsOf({ maxPayload, maxMessage }: CommonOptions): Partial<DissectorLimits> {
  return {
    ...(maxPayload === undefined ? {} : { maxPayload }),
    ...(maxMessage === undefined ? {} : { maxMessage }),
  };
}

/** Shows what the block brought. */
function makeBlock(consumer: RunConsumer, terminal: Terminal, progress: Progress) {
  return (dissector: Dissector): void | Promise<void> => {
    consumer.block?.(dissector);
    terminal.stdout.flush();
    if (progress.isDue) return progress.prepare();
  };
}
