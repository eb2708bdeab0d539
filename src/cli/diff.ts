/**
 * `wsdissect diff`: reads one capture, then the other, then compares what was kept of them.
 */
import { compareSides } from '../diff/compare.js';
import { writeDiffJson } from '../diff/json.js';
import { Contents, Side } from '../diff/side.js';
import { writeDiff } from '../diff/text.js';
import type { Dissector } from '../dissector.js';
import { CaptureError } from '../stream/defect.js';
import type { Timestamp } from '../stream/place.js';
import type { DiffOptions } from './commands/diff.js';
import { EXIT, UsageError } from './exit.js';
import { type Filtering, makeFiltering } from './filtering.js';
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
  const sideA = await readSide(a, ['--filter-a', options.filterA], contents, options, terminal);
  const sideB = await readSide(b, ['--filter-b', options.filterB], contents, options, terminal);
  const diff = compareSides(sideA.end(), sideB.end(), new Set(options.ignore));
  const omitted = { a: sideA.omitted, b: sideB.omitted };
  if (options.format === 'json') writeDiffJson(terminal.stdout, diff, omitted);
  else writeDiff(terminal.stdout, diff, omitted, terminal.colors);
  terminal.stdout.flush();
  if (diff.sessions.length + diff.onlyA.length + diff.onlyB.length === 0) {
    if (options.quiet !== true)
      terminal.stderr.write(
        'wsdissect: nothing was compared: there is no session in either capture that was asked for\n',
      );
    terminal.stderr.flush();
    process.exitCode ??= EXIT.input;
  }
  // What was compared tells nothing of the rest, and may lack what the other capture has.
  if (omitted.a + omitted.b > 0) process.exitCode = EXIT.input;
  if (!diff.isSame) process.exitCode ??= EXIT.findings;
}

async function readSide(
  capture: string,
  own: readonly [option: string, filter: string | undefined],
  contents: Contents,
  options: DiffOptions,
  terminal: Terminal,
): Promise<Side> {
  let dissector: Dissector | undefined;
  const filters = await makeFilters(options, own, () => dissector?.start ?? { seconds: 0, nanoseconds: 0 });
  const asking = filters.filter(({ finding }) => finding !== undefined);
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
        ...(asking.length > 0 && {
          finding: (finding) => {
            for (const filter of asking) filter.finding!(finding);
          },
        }),
        opened: (its: Dissector) => {
          dissector = its;
        },
        frame: (frame) => side.frame(frame),
        message: (message) => side.message(message),
        sessionClosed: (summary) => {
          side.closed(
            summary,
            filters.every((filter) => filter.matches(summary)),
          );
          for (const filter of filters) filter.closed(summary.session);
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

/** -Y and the option of the side: a session is compared for which both hold. */
async function makeFilters(
  options: DiffOptions,
  [option, displayFilter]: readonly [option: string, filter: string | undefined],
  start: () => Timestamp,
): Promise<Filtering<'session'>[]> {
  const ofBoth = await makeFiltering(options, 'session', { start });
  const ofOne =
    displayFilter === undefined
      ? undefined
      : await makeFiltering({ ...options, displayFilter }, 'session', { option, start });
  return [ofBoth, ofOne].filter((filter) => filter !== undefined);
}
