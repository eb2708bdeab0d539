/**
 * What every command that reads captures does: diagnostics, progress, an end by Ctrl-C, and the exit code.
 */
import { type DissectionSummary, type RunConsumer, runDissection } from '../dissect.js';
import type { Dissector, DissectorOptions, PacketTracker } from '../dissector.js';
import type { Limits } from '../limits.js';
import type { Rule } from '../rules/rule.js';
import type { ReadingOptions } from './commands/options.js';
import { Diagnostics, isUnusable } from './diagnostics.js';
import { EXIT, UsageError } from './exit.js';
import { type Printing, Progress } from './progress.js';
import { writeSummary } from './summary.js';
import type { Terminal } from './terminal.js';
import { keyLogFiles, rsaKeys } from './tls-options.js';

export interface CommandRun {
  readonly consumer: RunConsumer;
  /** The command prints rows while it reads. */
  readonly printing: Printing;
  /** The rules to judge by; undefined: all. */
  readonly rules?: readonly Rule[];
  /** Wants to know of which connection each packet is. */
  readonly tracker?: PacketTracker;
  /** Payload octets that the command looks at; undefined: all. */
  readonly previewPayload: number | undefined;
  /** Items are kept when they have been told. */
  readonly keepsItems?: boolean;
  readonly joinedOnly?: DissectorOptions['joinedOnly'];
  /** The only session that is listed; undefined: all are. */
  readonly session?: number | undefined;
  /** Told each line of the diagnostics, printed or not: files are named without their folders. */
  readonly told?: (line: string) => void;
  /** Called at the end, before the exit code is settled. */
  finish(summary: DissectionSummary): void;
}

/** Reads the captures for a command and settles the exit code. */
export async function run(
  captures: readonly string[],
  options: ReadingOptions & { readonly read?: readonly string[] },
  terminal: Terminal,
  command: CommandRun,
): Promise<void> {
  const inputs = inputsOf(captures, options);
  const progress = new Progress(terminal, command.printing);
  const diagnostics = new Diagnostics(terminal, {
    captures: inputs,
    quiet: options.quiet === true,
    makeWay: () => progress.stop(),
    told: command.told,
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
        keyLogs: keyLogFiles(options.keylog),
        rsaKeys: await rsaKeys(options.rsaKey),
        borrowPayloads: command.keepsItems !== true,
        joinedOnly: command.joinedOnly,
        ...(command.tracker === undefined ? {} : { tracker: command.tracker }),
        ...(command.rules === undefined ? {} : { rules: command.rules }),
        ...(previewPayload === undefined ? {} : { previewPayload }),
      },
    );
    progress.stop();
    command.finish(summary);
    terminal.stdout.flush();
    diagnostics.finish(summary, command.session);
    if (options.summary === true) writeSummary(summary, terminal.stderr);
    if (summary.capture.truncated || isUnusable(summary)) process.exitCode = EXIT.input;
  } finally {
    progress.stop();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

/** All that is to be read. Throws UsageError for nothing, and for standard input twice. */
export function inputsOf(
  captures: readonly string[],
  { read = [] }: { readonly read?: readonly string[] },
): string[] {
  const inputs = [...read, ...captures];
  if (inputs.length === 0)
    throw new UsageError(
      'no capture given: name a file, or - for standard input (wsdissect --help tells more)',
    );
  if (inputs.indexOf('-') !== inputs.lastIndexOf('-'))
    throw new UsageError('standard input (-) can be read only once');
  return inputs;
}

/** `--limit` goes before the options that name a limit of their own. */
function limitsOf({ maxPayload, maxMessage, limit }: ReadingOptions): Partial<Limits> {
  return {
    ...(maxPayload === undefined ? {} : { maxPayload }),
    ...(maxMessage === undefined ? {} : { maxMessage }),
    ...limit,
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
