/**
 * `wsdissect diff`: reads one capture, then the other, then compares what was kept of them.
 */
import { compareSides } from '../diff/compare.js';
import { writeDiffJson } from '../diff/json.js';
import { Contents, Side } from '../diff/side.js';
import { writeDiff } from '../diff/text.js';
import type { Dissector } from '../dissector.js';
import { CaptureError } from '../stream/defect.js';
import type { DiffOptions } from './commands/diff.js';
import { EXIT, UsageError } from './exit.js';
import { filterConsumer, makeFiltering } from './filtering.js';
import { Printing } from './progress.js';
import { run } from './run.js';
import type { Terminal } from './terminal.js';

export async function diffCaptures(
  a: string,
  b: string,
  options: DiffOptions,
  terminal: Terminal,
): Promise<void> {
  if (a === '-' && b === '-') throw new UsageError('standard input (-) can be read only once');
  const contents = new Contents();
  const sideA = await readSide(a, options.filterA, contents, options, terminal);
  const sideB = await readSide(b, options.filterB, contents, options, terminal);
  const diff = compareSides(sideA.end(), sideB.end(), new Set(options.ignore));
  const omitted = { a: sideA.omitted, b: sideB.omitted };
  if (options.format === 'json') writeDiffJson(terminal.stdout, diff, omitted);
  else writeDiff(terminal.stdout, diff, omitted, terminal.colors);
  terminal.stdout.flush();
  // What was compared tells nothing of the rest, and may lack what the other capture has.
  if (omitted.a + omitted.b > 0) process.exitCode = EXIT.input;
  if (!diff.isSame) process.exitCode ??= EXIT.findings;
}

async function readSide(
  capture: string,
  displayFilter: string | undefined,
  contents: Contents,
  options: DiffOptions,
  terminal: Terminal,
): Promise<Side> {
  let dissector: Dissector | undefined;
  const filtering = await makeFiltering(
    { ...options, ...(displayFilter !== undefined && { displayFilter }) },
    'session',
    { start: () => dissector?.start ?? { seconds: 0, nanoseconds: 0 } },
  );
  const side = new Side(contents, {
    ...options.limit,
    report: (code, message) => dissector?.defect('websocket', code, message),
  });
  // Half of a capture would differ from the other.
  let isInterrupted = false;
  const onSignal = () => {
    isInterrupted = true;
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    await run([capture], options, terminal, {
      consumer: {
        ...filterConsumer(filtering),
        opened: (its: Dissector) => {
          dissector = its;
        },
        frame: (frame) => side.frame(frame),
        message: (message) => side.message(message),
        sessionClosed: (summary) => {
          side.closed(summary, filtering?.matches(summary) !== false);
          filtering?.closed(summary.session);
        },
      },
      printing: new Printing(false),
      previewPayload: undefined,
      finish() {},
    });
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
  if (isInterrupted) throw new CaptureError('unreadable', 'interrupted: nothing is compared');
  return side;
}
