/**
 * `wsdissect limits`: the bounds on what input may cost.
 */
import { LIMIT_KEYS, type LimitKey } from '../limits.js';
import { limitJson, limitLine, writeLimitTable } from '../output/limit-text.js';
import { objectRenderer } from '../output/rows.js';
import { loadTables } from '../output/table.js';
import type { LimitsOptions } from './commands/limits.js';
import { formatFor } from './commands/options.js';
import type { Terminal } from './terminal.js';

export async function listLimits(options: LimitsOptions, terminal: Terminal): Promise<void> {
  const { stdout, colors, width } = terminal;
  const format = formatFor(options, terminal);
  if (format === 'table') {
    await loadTables();
    writeLimitTable(stdout, LIMIT_KEYS, colors, width);
  } else {
    const line = format === 'text' ? limitLine : limitJson;
    const renderer = objectRenderer(format, stdout, (key: LimitKey) => stdout.write(line(key)));
    for (const key of LIMIT_KEYS) renderer.row(key);
    renderer.end();
  }
  stdout.flush();
}
