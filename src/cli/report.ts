/**
 * `wsdissect report`: the page in one file.
 *
 * Strategy: blocks go into the file as they are full, behind each other; where they are is told at its end.
 */
import { DEFAULT_LIMITS } from '../limits.js';
import { PageDocument } from '../page/html.js';
import type { ReportOptions } from './commands/report.js';
import { UsageError } from './exit.js';
import { collectPage, namesOf, pageAssets } from './page.js';
import { inputsOf } from './run.js';
import { isSame } from './same-file.js';
import type { Terminal } from './terminal.js';
import { writeInto } from './write-into.js';

export async function writeReport(
  captures: readonly string[],
  options: ReportOptions,
  terminal: Terminal,
): Promise<void> {
  const { output } = options;
  const inputs = inputsOf(captures, options);
  if (output !== '-' && inputs.some((input) => isSame(input, output)))
    throw new UsageError('the capture itself cannot be the file to write');
  const { maxReport } = { ...DEFAULT_LIMITS, ...options.limit };
  const document = new PageDocument(pageAssets(), false);
  await writeInto(output, async (write) => {
    const writeText = (text: string) => write(Buffer.from(text));
    writeText(document.begin(namesOf(captures, options)));
    const index = await collectPage(captures, options, terminal, maxReport, (table, packed, block) =>
      writeText(document.block(table, block, packed)),
    );
    writeText(document.end(index));
  });
}
